import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

/** What GitHub was asked. */
const asked: string[] = []
let herd: Farm
beforeAll(async () => {
  herd = await farm({
    people: { tess: 'triage' },
    onExchange: ({ method, path }) => void asked.push(`${method} ${path}`),
  })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const block = (domain: string, severity = 'none', more = ''): string =>
  `  - domain: ${domain}\n    severity: ${severity}\n${more}`
/** What is live already stays in the file. */
const blocks = (...entries: string[]): string => `domain_blocks:\n${block('kept.example')}${entries.join('')}`
const BLOCKS = 'instance/domain-blocks.yaml'

/** The last word on a commit, by the name that branch protection asks for. */
const checkOf = (commit: string): string => {
  const last = herd.hub.state.statuses.findLast((status) => status.commit === commit && status.context === 'herdbook')
  return last === undefined ? 'none' : `${last.state}: ${last.description ?? ''}`
}
const commentsOn = (issue: number): string[] =>
  [...herd.hub.state.comments.values()].filter((one) => one.issue === issue).map(({ body }) => body)

describe('a pull request from a branch of the repository', () => {
  let number: number

  it('gets one comment that says what merging it would do, a check and a summary', async () => {
    const head = await herd.hub.act.push({
      by: 'mo',
      branch: 'block',
      files: { [BLOCKS]: blocks(block('one.example'), block('two.example')) },
    })
    number = await herd.hub.act.openPull({ by: 'mo', branch: 'block', title: 'Block two' })
    const job = ran(await herd.settle(), 'plan')
    expect(job.result).toBe('success')
    expect(commentOn(herd, number)).toMatch(
      regexOf(
        /^<!-- herdbook:production -->\n<!-- herdbook-plan v1 head=[0-9a-f]{40} -->\n/,
        /### Lists 2 domains without a limit\.\n\n\*\*Merging this approves 2 changes\*\*[^]*`one\.example`/,
      ),
    )
    expect(commentOn(herd, number)).toContain(`comment \`/plan ${head.slice(0, 12)}\``)
    expect(job.summary).toContain('### Lists 2 domains without a limit.')
    expect(job.summary).not.toContain('herdbook-approvals')
    expect(checkOf(head)).toBe('success: Lists 2 domains without a limit.')
  })

  it('keeps that one comment up to date, with what it said before in its history', async () => {
    const head = await herd.hub.act.push({
      by: 'mo',
      branch: 'block',
      files: { [BLOCKS]: blocks(block('one.example'), block('bad.example', 'suspend')) },
    })
    ran(await herd.settle(), 'plan')
    expect(commentsOn(number)).toHaveLength(1)
    expect(commentOn(herd, number)).toMatch(/bad\.example[^]*accept_severed_relationships: \d+/)
    expect([...herd.hub.state.comments.values()].find((one) => one.issue === number)?.edits[0]?.body).toContain(
      'two.example',
    )
    expect(checkOf(head)).toMatch(/^failure: Blocks bad\.example, .*Removes \d+ follow relations/)
  })

  it('is told what is wrong with its files, with the line', async () => {
    const head = await herd.hub.act.push({
      by: 'mo',
      branch: 'block',
      files: { [BLOCKS]: 'domain_blocks:\n  - domain: one.example\n    severty: suspend\n' },
    })
    const job = ran(await herd.settle(), 'plan')
    expect(job.result).toBe('success')
    expect(commentOn(herd, number)).toMatch(/not valid[^]*domain-blocks\.yaml:3[^]*severity/)
    expect(commentOn(herd, number)).not.toContain('herdbook-approvals')
    expect(checkOf(head)).toMatch(/^failure: /)
  })

  it('is told where it can not be merged', async () => {
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: blocks(block('main.example')) } })
    herd.events.length = 0
    await herd.hub.act.push({ by: 'mo', branch: 'block', files: { [BLOCKS]: blocks(block('branch.example')) } })
    ran(await herd.settle(), 'plan')
    expect(commentOn(herd, number)).toMatch(/both changed [^]*domain-blocks\.yaml/)
  })

  it('that changes nothing of the instance says what it changes', async () => {
    await herd.hub.act.push({ by: 'mo', branch: 'docs', files: { 'README.md': 'Hello\n' } })
    herd.desk()
    await herd.herdbook(['approve', 'the one on main', '--yes'])
    await herd.herdbook(['apply', '--yes'])
    const docs = await herd.hub.act.openPull({ by: 'mo', branch: 'docs', title: 'Docs' })
    ran(await herd.settle(), 'plan')
    const shown = commentOn(herd, docs)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('<!--'))
    expect(shown.slice(0, 4)).toEqual([
      '### No changes on the server. This pull request changes 1 other file.',
      '> [!NOTE]',
      '> **1 other file changes.** Herdbook neither reads nor runs it:',
      '> - `README.md`',
    ])
  })
})

describe("a stranger's pull request", () => {
  let number: number
  let head: string

  it("is looked at without a secret: its files against the base's, and what the server shows to all", async () => {
    await herd.rows(
      "insert into settings (var, value, created_at, updated_at) values ('show_domain_blocks', E'--- all\n" +
        "', now(), now())",
    )
    await herd.hub.act.push({
      by: 'stan',
      branch: 'mine',
      fork: true,
      files: {
        [BLOCKS]: blocks(block('main.example'), block('spam.example', 'suspend')),
        'instance/rules.yaml': 'rules:\n  - key: kind\n    text: Be kind @everyone\n',
      },
    })
    number = await herd.hub.act.openPull({ by: 'stan', branch: 'mine', fork: true, title: 'Rule' })
    head = herd.hub.state.issues.get(number)?.pull?.head.commit ?? ''
    const runs = await herd.settle()
    const job = ran(runs, 'check')
    expect([job.result, job.environment]).toEqual(['success', null])
    expect(runs.filter((one) => one.ran && one.environment !== null)).toEqual([])
    expect(commentOn(herd, number)).toMatch(
      regexOf(
        /^<!-- herdbook:production -->\n<!-- herdbook-checked \w+ on \w+: shown -->\n### Commit `\w+`, files only: /,
        /[^]*What the server shows in public today[^]*`spam\.example`: the server shows no block/,
      ),
    )
    expect(commentOn(herd, number)).toContain(`/plan ${head.slice(0, 12)}`)
    expect(commentOn(herd, number)).not.toContain('herdbook-approvals')
    expect(checkOf(head)).toMatch(/^pending: /)
  })

  it('is not planned because a stranger, or somebody who may only label, asks for it', async () => {
    await herd.hub.act.comment(number, `/plan ${head.slice(0, 12)}`, 'stan')
    await herd.hub.act.comment(number, `/plan ${head.slice(0, 12)}`, 'tess')
    await herd.hub.act.label(number, 'herdbook: plan', 'tess')
    const runs = await herd.settle()
    expect(commentOn(herd, number)).toContain('Herdbook did not read the server for this comment.')
    expect(checkOf(head)).toMatch(/^pending: /)
    // Anybody's comment lets a job begin: Herdbook asks what they may do.
    const began = runs.flatMap((one) => (one.ran && one.job === 'plan' ? [one.stdout] : []))
    expect(began).toEqual(
      ['stan', 'tess', 'tess'].map((who) => expect.stringContaining(`@${who} may not write to this repository`)),
    )
    expect(herd.hub.state.issues.get(number)?.labels).toEqual([])
  })

  it('costs a request for each comment of a stranger, and none for what asks nothing', async () => {
    for (const body of [`/plan ${head.slice(0, 12)}`, '/plan', '/plan what?', '/planned']) {
      await herd.hub.act.comment(number, body, 'stan')
      asked.length = 0
      await herd.settle()
      expect(asked).toEqual(body === '/planned' ? [] : ['GET /repos/herd/instance/collaborators/stan/permission'])
    }
  })

  it('is planned for the very commit that a maintainer names, and not for another', async () => {
    await herd.hub.act.comment(number, '/plan', 'ann')
    await herd.hub.act.comment(number, '/plan 123456789abc', 'ann')
    await herd.settle()
    expect(commentOn(herd, number)).toContain('Herdbook did not read the server for this comment.')
    expect(
      commentsOn(number).filter(
        (body) => body.includes('does not name a commit') || body.includes('has changed since'),
      ),
    ).toHaveLength(2)
    await herd.hub.act.comment(number, `/plan ${head.slice(0, 12)}`, 'ann')
    const job = ran(await herd.settle(), 'plan')
    expect(job.environment).toBe('herdbook-plan')
    expect(commentOn(herd, number)).toMatch(/### [^]*herdbook-approvals v2/)
  })

  it('keeps that plan whatever is done to it but a push', async () => {
    const [planned, check] = [commentOn(herd, number), checkOf(head)]
    await herd.hub.act.edit(number, { title: 'Rules' }, 'stan')
    await herd.hub.act.close(number, 'stan')
    await herd.hub.act.reopen(number, 'stan')
    const looked = (await herd.settle()).flatMap((one) => (one.ran && one.job === 'check' ? [one.stdout] : []))
    // another title starts nothing
    expect(looked).toEqual([expect.stringContaining('That plan stays')])
    expect([commentOn(herd, number), checkOf(head)]).toEqual([planned, check])
  })

  it('that moves between the asking and the run is not planned', async () => {
    await herd.hub.act.label(number, 'herdbook: plan', 'ann')
    const asked = herd.events.splice(0)
    await herd.hub.act.push({
      by: 'stan',
      branch: 'mine',
      fork: true,
      files: { 'instance/rules.yaml': 'rules:\n  - key: evil\n    text: Something else\n' },
    })
    herd.events.unshift(...asked)
    const runs = await herd.settle()
    expect(ran(runs, 'plan').stdout).toContain('The newest commit is no longer')
    expect(commentOn(herd, number)).toContain('Herdbook did not read the server for this comment.')
    expect(commentsOn(number).some((body) => body.includes('The branch has changed since'))).toBe(true)
    // The naive way, planning whatever the head is by then, would have shown it.
    expect(commentOn(herd, number)).toContain('evil')
  })
})

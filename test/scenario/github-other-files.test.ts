import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OWN_ACTION } from '../../src/session/path-class.ts'
import type { Exchange } from '../testkit/github/index.ts'
import { commentOn, directly, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'

// A copy of Herdbook's own repository: the tool lies beside the instance.

/** Each is some whole runs. */
const SLOW = { timeout: 120_000 }
const BLOCKS = 'instance/domain-blocks.yaml'
const pullJobs = { workflows: /^herdbook-pull/ }
const exchanges: Exchange[] = []

let herd: Farm
beforeAll(async () => {
  const files = { [OWN_ACTION]: 'name: Herdbook\n', 'src/cli.ts': 'export {}\n', 'README.md': 'Hello\n' }
  herd = await farm({ people: { tess: 'triage' }, files, onExchange: (one) => void exchanges.push(one) })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const withBlock = (domain: string): string => `${herd.file(BLOCKS)}\n  - domain: ${domain}\n    severity: none\n`
const checkOf = (head: string): string => {
  const last = herd.hub.state.statuses.findLast(({ commit }) => commit === head)
  return last === undefined ? 'none' : `${last.state}: ${last.description ?? ''}`
}

type Files = Parameters<Farm['hub']['act']['push']>[0]['files']
let branches = 0
/** A pull request of a stranger's, or of Mo's from a branch here, and the job that looked at it. */
async function opened(files: NonNullable<Files>, by: 'stan' | 'mo' = 'stan') {
  const [fork, branch] = [by === 'stan', `files-${(branches += 1)}`]
  const head = await herd.hub.act.push({ by, branch, fork, files })
  const number = await herd.hub.act.openPull({ by, branch, fork, title: 'Files' })
  ran(await herd.settle(pullJobs), fork ? 'check' : 'plan')
  return { number, head, branch, comment: () => commentOn(herd, number) }
}

describe("a stranger's pull request that leaves the instance alone", SLOW, () => {
  it('waits for somebody to look where it changes the tool, its packages or what Git obeys', async () => {
    const files = {
      'src/cli.ts': 'steal()\n',
      'package-lock.json': '{}\n',
      '.npmrc': 'registry=https://evil.example\n',
      '.gitattributes': '* linguist-generated\n',
      'instance/.gitattributes': '* -diff\n',
      '.GitHub/workflows/x.yml': 'on: push\n',
      'README.md': 'Hello!\n',
    }
    const { head, comment } = await opened(files)
    expect(checkOf(head)).toMatch(/^pending: Changes files that run here; a maintainer must read them: /)
    const [runs = '', others = ''] = comment().split('**1 other file changes.**')
    for (const path of Object.keys(files).filter((name) => name !== 'README.md'))
      expect(runs).toContain(`> - \`${path}\``)
    expect(others).toContain('> - `README.md`')
    expect(comment()).not.toMatch(/\*\*No changes\*\*|mean the same/)
  })

  it('passes where it changes what people alone read, and says what that is', async () => {
    const { head, comment } = await opened({ 'README.md': 'Hello, all\n', 'docs/x.md': 'X\n' })
    expect(checkOf(head)).toBe('success: Changes nothing on the server; changes 2 other files: README.md and docs/x.md')
    expect(comment()).toMatch(
      /no changes on the server\. This pull request changes 2 other files\.[^]*`README\.md`\n> - `docs\/x\.md`/,
    )
  })

  it('means the same as before where it changes nothing else than words of the instance', async () => {
    const { head, comment } = await opened({ [BLOCKS]: `# Ours\n${herd.file(BLOCKS)}\n` })
    expect([checkOf(head), comment()]).toEqual([
      'success: The files mean the same as before.',
      expect.stringContaining('**No changes**'),
    ])
  })
})

it("a branch of this repository says so as well, and its check is the plan's", SLOW, async () => {
  const { head, comment } = await opened({ 'src/cli.ts': 'ours()\n', 'README.md': 'Hello, you\n' }, 'mo')
  expect(checkOf(head)).toBe(
    'success: No changes on the server. ' +
      'This pull request changes files that run here, such as workflows, or that decide who must review.',
  )
  expect(comment()).toMatch(
    /After the merge, these files run with access to secrets[^]*`src\/cli\.ts`[^]*1 other file changes[^]*`README\.md`/,
  )
  const docs = await opened({ 'docs/y.md': 'Y\n' }, 'mo')
  expect(checkOf(docs.head)).toBe('success: Changes nothing on the server; changes 1 other file: docs/y.md')
  expect(docs.comment()).not.toContain('**No changes**')
})

describe('what a stranger does to a pull request again and again', SLOW, () => {
  it('costs two requests at most and writes nothing while the comment is of this commit on this base', async () => {
    const { number, head, branch, comment } = await opened({ [BLOCKS]: withBlock('again.example') })
    const [told, statuses] = [comment(), herd.hub.state.statuses.length]
    // Another title starts no job at all; closed and opened again it is looked at.
    await herd.hub.act.edit(number, { title: 'One' }, 'stan')
    expect((await herd.settle(pullJobs)).filter(({ ran: did }) => did)).toEqual([])
    const again = async (): Promise<void> => {
      await herd.hub.act.close(number, 'stan')
      await herd.hub.act.reopen(number, 'stan')
    }
    for (let time = 0; time < 2; time += 1) {
      await again()
      exchanges.length = 0
      expect(ran(await herd.settle(pullJobs), 'check').stdout).toContain(
        'already shows this commit, compared with the newest commit of the default branch',
      )
      expect(exchanges.map(({ method }) => method)).toEqual(['GET', 'GET'])
    }
    expect([comment(), herd.hub.state.statuses.length]).toEqual([told, statuses])
    // What is not valid is told once, too.
    const broken = await herd.hub.act.push({
      by: 'stan',
      branch,
      fork: true,
      files: { [BLOCKS]: 'domain_blocks: 7\n' },
    })
    ran(await herd.settle(pullJobs), 'check')
    expect(checkOf(broken)).toMatch(/^failure: /)
    await again()
    exchanges.length = 0
    ran(await herd.settle(pullJobs), 'check')
    expect(exchanges.map(({ method }) => method)).toEqual(['GET', 'GET'])
    // Another base is looked at anew.
    await herd.hub.act.reset(
      'main',
      await herd.hub.act.push({ by: 'ann', branch: 'main', files: { 'docs/base.md': 'Base\n' } }),
      'ann',
    )
    herd.events.length = 0
    await again()
    expect(ran(await herd.settle(pullJobs), 'check').stdout).not.toContain('already')
    expect(head).not.toBe(broken)
  })

  it('leaves the last requests of the hour to what is applied', async () => {
    const asked: Exchange[] = []
    await using scarce = await farm({ limits: { requests: 300 }, onExchange: (one) => void asked.push(one) })
    await scarce.hub.act.push({ by: 'stan', branch: 'mine', fork: true, files: { 'README.md': 'Hi\n' } })
    const number = await scarce.hub.act.openPull({ by: 'stan', branch: 'mine', fork: true, title: 'Hi' })
    asked.length = 0
    const job = ran(await scarce.settle(pullJobs), 'check')
    expect([job.result, asked.length]).toEqual(['success', 1])
    expect(job.summary).toContain('GitHub accepts 299 more requests')
    expect([...scarce.hub.state.comments.values()].filter(({ issue }) => issue === number)).toEqual([])
    // A branch of the repository is planned all the same.
    await scarce.hub.act.push({ by: 'mo', branch: 'ours', files: { 'docs/x.md': 'X\n' } })
    const own = await scarce.hub.act.openPull({ by: 'mo', branch: 'ours', title: 'X' })
    ran(await scarce.settle(pullJobs), 'plan')
    expect(commentOn(scarce, own)).toContain('1 other file changes')
  })
})

describe('the label that asks for a plan', SLOW, () => {
  const repliesOn = (number: number): string[] =>
    [...herd.hub.state.comments.values()]
      .filter(({ issue, body }) => issue === number && body.includes('cannot know which commit you looked at'))
      .map(({ body }) => body)

  it('counts for the commit that the comment showed when it was given', async () => {
    const { number, head, comment } = await opened({ [BLOCKS]: withBlock('shown.example') })
    expect(comment().split('\n')[2]).toMatch(new RegExp(`^### Commit \`${head.slice(0, 12)}\`, files only`))
    await herd.hub.act.label(number, 'herdbook: plan', 'ann')
    ran(await herd.settle(pullJobs), 'plan')
    expect(comment()).toMatch(/Merging this approves[^]*herdbook-approvals v2/)
    // And once more, for the plan that it shows by then.
    await herd.hub.act.label(number, 'herdbook: plan', 'ann')
    expect(ran(await herd.settle(pullJobs), 'plan').stdout).not.toContain('No comment showed')
    expect(repliesOn(number)).toEqual([])
  })

  it('does not count for one that came a moment before it, and the answer is the line that does', async () => {
    const { number, branch, comment } = await opened({ [BLOCKS]: withBlock('looked-at.example') })
    const head = await herd.hub.act.push({
      by: 'stan',
      branch,
      fork: true,
      files: { [BLOCKS]: withBlock('swapped.example') },
    })
    // Ann's page shows the commit before; its check has not run when she gives the label.
    const pushed = herd.events.splice(0)
    await herd.hub.act.label(number, 'herdbook: plan', 'ann')
    const { payload } = herd.events[0] ?? { payload: {} }
    expect(ran(await herd.settle(pullJobs), 'plan').stdout).toContain('No comment showed this commit')
    expect(comment()).toContain('looked-at.example')
    const [reply = ''] = repliesOn(number)
    expect(reply).toContain(`\`/plan ${head.slice(0, 12)}\``)
    herd.events.push(...pushed)
    ran(await herd.settle(pullJobs), 'check')
    // Nor does it where the comment shows that commit by the time of the run, and did not when the label was given.
    const pull = { ...(payload as { readonly pull_request: object }).pull_request, updated_at: '2026-01-01T00:00:00Z' }
    expect(
      await directly(
        herd,
        'plan',
        { name: 'pull_request', payload: { ...payload, pull_request: pull } },
        { GITHUB_EVENT_NAME: 'pull_request_target' },
      ),
    ).toContain('No comment showed this commit')
    await herd.hub.act.comment(number, /`(\/plan \w+)`/.exec(reply)?.[1] ?? '', 'ann')
    ran(await herd.settle(pullJobs), 'plan')
    expect(comment()).toMatch(/swapped\.example[^]*herdbook-approvals v2/)
  })
})

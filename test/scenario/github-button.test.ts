import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { git } from '../support/git.ts'
import { ran } from '../support/runner.ts'

const BLOCKS = 'instance/domain-blocks.yaml'
const BUTTON = '.github/workflows/herdbook-button.yml'

let herd: Farm
beforeAll(async () => {
  herd = await farm({ people: { tess: 'triage' } })
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: {
      [BLOCKS]:
        'domain_blocks:\n  - domain: meh.example\n    severity: limit\n  - domain: loud.example\n    severity: limit\n',
    },
  })
  herd.desk()
  await herd.herdbook(['approve', 'to begin with', '--yes'])
  await herd.herdbook(['apply', '--yes'])
  herd.events.length = 0
})
afterAll(async () => herd[Symbol.asyncDispose]())

const inputs = (verb: string, object = '', reason = '') => ({ verb, object, reason })
const JOB: { readonly [verb: string]: string } = {
  unlock: 'decide',
  approve: 'decide',
  pause: 'decide',
  resume: 'decide',
}

/** What takes an owner is pressed by one. */
async function press(
  verb: string,
  object = '',
  reason = '',
  by = JOB[verb] === 'decide' && verb !== 'pause' ? 'zoe' : 'mo',
) {
  await herd.hub.act.press(BUTTON, inputs(verb, object, reason), by)
  return ran(await herd.settle(), JOB[verb] ?? 'propose')
}
const pulls = () => [...herd.hub.state.issues.values()].filter((one) => one.pull && one.state === 'open')
const severityOf = async (domain: string) =>
  (await herd.rows(`select severity from domain_blocks where domain = '${domain}'`))[0]

/** The message of the commit that a pull request ends with. */
const messageOf = (one: ReturnType<typeof pulls>[number] | undefined): string =>
  git(herd.hub.git, 'log', '-1', '--format=%B', one?.pull?.head.commit ?? '')

describe('the buttons', () => {
  it('plan: the default branch, or a pull request by its number', async () => {
    expect((await press('plan')).summary).toMatch(/In sync/)
    await herd.hub.act.push({
      by: 'mo',
      branch: 'more',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: more.example\n    severity: limit\n` },
    })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'more', title: 'More' })
    herd.events.length = 0
    expect((await press('plan', `${number}`)).summary).toContain(`Planned #${number}.`)
    expect(commentOn(herd, number)).toContain('more.example')
    expect((await press('plan', `${number} ${'0'.repeat(12)}`)).stderr).toContain('has another commit now')
    await herd.hub.act.close(number, 'mo')
    herd.events.length = 0
  })

  it("plan: a fork's pull request by its commit as well", async () => {
    await herd.hub.act.push({
      by: 'stan',
      branch: 'mine',
      fork: true,
      files: { [BLOCKS]: 'domain_blocks:\n  - domain: fork.example\n    severity: none\n' },
    })
    const number = await herd.hub.act.openPull({ by: 'stan', branch: 'mine', fork: true, title: 'Mine' })
    herd.events.length = 0
    const head = herd.hub.state.issues.get(number)?.pull?.head.commit ?? ''
    expect((await press('plan', `${number}`)).stderr).toContain('comes from a fork')
    expect((await press('plan', `${number} ${'0'.repeat(12)}`)).stderr).toContain('Look at its newest commit')
    expect((await press('plan', `${number} ${head.slice(0, 12)}`)).summary).toContain(`Planned #${number}.`)
    await herd.hub.act.close(number, 'stan')
    herd.events.length = 0
  })

  it('unblock, adopt and restore: pull requests that are planned', async () => {
    const lifted = await press('unblock', 'loud.example', 'They mended it: closes #1 @everyone')
    expect(lifted.environment).toBe('herdbook-plan')
    const [pull] = pulls()
    expect(pull?.title).toBe('Lift the block of loud.example')
    expect(pull?.body).toMatch(
      /^Asked for by `@mo`: They mended it: closes `#1 @everyone`\. An approval by this person does not count\./,
    )
    expect(commentOn(herd, pull?.number ?? 0)).toMatch(/### Lifts the (?:block|limit)[^]*loud\.example/)

    await herd.sandbox.handOf('owner').changeBlock('meh.example', { severity: 'noop' })
    await press('adopt', 'domain-block/meh.example')
    expect(pulls().map(({ title }) => title)).toContain('Adopt domain-block/meh.example')
    await press('restore', 'domain-block/meh.example', 'Not agreed')
    const restore = pulls().find(({ title }) => title.startsWith('Restore'))
    expect(messageOf(restore)).toMatch(
      /^Herdbook-Restore: domain-block\/meh\.example\nAsked-By: mo\nHerdbook-Seal: [0-9a-f]{32}$/m,
    )
    await herd.hub.act.merge(restore?.number ?? 0, 'ann')
    await herd.settle()
    expect(await severityOf('meh.example')).toEqual({ severity: 0 })
  })

  it('pause holds back what is merged, resume lets it go', async () => {
    const paused = await press('pause', '', 'the database is being moved')
    expect(paused).toMatchObject({ result: 'success', environment: 'herdbook-apply' })
    const pull = pulls().find(({ title }) => title.startsWith('Lift'))
    await herd.hub.act.merge(pull?.number ?? 0, 'ann')
    const held = ran(await herd.settle(), 'apply')
    expect(held.stdout + held.stderr).toContain('Paused by mo')
    expect(await severityOf('loud.example')).toEqual({ severity: 0 })
    await press('resume')
    expect(await severityOf('loud.example')).toBeUndefined()
  })

  it('approve: one object, or the very plan that somebody has looked at, in the name of whoever pressed', async () => {
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: {
        [BLOCKS]:
          `${herd.file(BLOCKS)}\n  - domain: one.example\n` +
          '    severity: none\n  - domain: two.example\n    severity: none\n',
      },
    })
    await herd.settle()
    expect(await severityOf('one.example')).toBeUndefined()
    await press('approve', 'domain-block/one.example', '--restore domain-block/x "$(id)"')
    expect([await severityOf('one.example'), await severityOf('two.example')]).toEqual([{ severity: 2 }, undefined])
    herd.desk()
    expect((await herd.herdbook(['why', 'domain-block/one.example'])).out).toMatch(/zoe[^]*--restore domain-block\/x/)
    const [, seen = ''] = /plan `([0-9a-f]{16})`/.exec((await press('plan')).summary) ?? []
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: three.example\n    severity: none\n` },
    })
    herd.events.length = 0
    const moved = await press('approve', seen, 'the rest')
    expect([moved.exit, moved.stderr.includes('is not the one of the plan above')]).toEqual([6, true])
    expect(await severityOf('two.example')).toBeUndefined()
    const [, newer = ''] = /plan `([0-9a-f]{16})`/.exec((await press('plan')).summary) ?? []
    await press('approve', newer, 'the rest')
    expect([await severityOf('two.example'), await severityOf('three.example')]).toEqual([
      { severity: 2 },
      { severity: 2 },
    ])
  })

  it('approve with nothing left to approve says so, and lets the apply behind it run', async () => {
    await herd.hub.act.press(BUTTON, inputs('approve', 'domain-block/two.example', 'to be sure'), 'zoe')
    const runs = await herd.settle()
    const { summary, stdout } = ran(runs, 'decide')
    expect(stdout).toContain('nothing to approve')
    expect(summary).not.toContain('Done')
    expect(ran(runs, 'apply').result).toBe('success')
  })

  it('started again by somebody else, a button acts in their name and by what they may do', async () => {
    await herd.hub.act.press(BUTTON, inputs('pause', '', 'at night'), 'ann')
    const [pause] = herd.events
    await herd.settle({ again: { by: 'tess', attempt: 2 } })
    herd.desk()
    expect((await herd.herdbook(['status'])).stdout).not.toContain('Paused')
    if (pause) herd.events.push(pause)
    ran(await herd.settle({ again: { by: 'mo', attempt: 2 } }), 'decide')
    expect((await herd.herdbook(['status'])).stdout).toMatch(/Paused\s+by mo.*at night/)
    await press('resume')
  })

  it('what was approved once is not approved by starting it again', async () => {
    await herd.hub.act.press(BUTTON, inputs('approve', 'domain-block/two.example', 'once'), 'zoe')
    const decide = ran(await herd.settle({ again: { by: 'zoe', attempt: 2 } }), 'decide')
    expect([decide.result, decide.stderr]).toEqual(['failure', expect.stringContaining('Press the button again')])
  })

  it('unlock: says who holds the lock, and takes it away by its id', async () => {
    expect((await press('unlock')).stdout).toContain('The lock is free.')
    expect((await press('unlock', '--new-key=x')).result).toBe('failure')
  })
})

describe('what is written beside a button is never more than that', () => {
  it.each([
    ['a verb that is none', inputs('delete'), /no job|no button/],
    ['more than a line', inputs('approve', '', 'fine\nHerdbook-Restore: rule/x'), /one line of text/],
    ['no reason', inputs('approve', 'rule/x', ''), /needs a reason/],
    ['approve, and not what', inputs('approve', '', 'x'), /You did not say what to approve/],
    ['approve, and all of something that is no plan', inputs('approve', 'abc', 'x'), /is not the name of an object/],
    ['an object that is none', inputs('adopt', '../../etc/passwd'), /is not the name of an object/],
    ['a pull request that is none', inputs('plan', '12; id'), /not the number of a pull request/],
    ['a domain that is none', inputs('unblock', '$(id)', 'x'), /is not a domain/],
  ])('%s', async (_name, given, why) => {
    const before = pulls().length
    await herd.hub.act.press(BUTTON, given, 'zoe')
    const runs = await herd.settle()
    const texts = runs.map((one) => (one.ran ? one.stdout + one.stderr : 'no job')).join('\n')
    expect(texts).toMatch(why)
    expect(pulls()).toHaveLength(before)
  })
})

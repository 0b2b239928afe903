import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

// What somebody did on the server and no file names: told at night and on pull requests, until a person decides.

const NIGHT = '47 2 * * *'

let herd: Farm
const open = () =>
  [...herd.hub.state.issues.values()].find(
    (one) => !one.pull && one.labels.includes('herdbook: drift') && one.state === 'open',
  )
const body = (): string => open()?.body ?? ''
const pulls = () => [...herd.hub.state.issues.values()].filter((one) => one.pull && one.state === 'open')
const said = (): string =>
  [...herd.hub.state.comments.values()]
    .filter(({ issue }) => issue === open()?.number)
    .map((one) => one.body)
    .join('\n')
const boxOf = (words: string): string =>
  body()
    .split('\n')
    .find((line) => line.includes(`<!-- ${words}`)) ?? `no box ${words}`

async function night() {
  await herd.hub.act.schedule(NIGHT)
  return ran(await herd.settle(), 'drift')
}

async function tick(words: string, by: string) {
  await herd.hub.act.tick(open()?.number ?? 0, `<!-- ${words}`, by)
  return ran(await herd.settle(), 'tick')
}

async function press(verb: string, object: string, by: string, reason = 'agreed') {
  await herd.hub.act.press('herdbook-button.yml', { verb, object, reason }, by)
  return ran(await herd.settle(), 'propose')
}

describe('in a private repository that shows staff', () => {
  beforeAll(async () => {
    herd = await farm({ private: true, files: { 'instance/policy.yaml': 'show:\n  staff: true\n' } })
    await herd.sandbox.handOf('owner').giveRole('alice', 'Moderator')
    await herd.sandbox.handOf('owner').blockDomain('raid.example')
    await herd.sandbox.handOf('owner').changeSetting('profile_directory', '0')
    await night()
  })
  afterAll(async () => herd[Symbol.asyncDispose]())

  it('the night tells a role, a block and a setting, each with its ways out', () => {
    expect(open()?.title).toBe('herd.example: 3 added by hand')
    expect(body()).toMatch(/\*\*Moderator\*\* `alice`: `Moderator`/)
    for (const box of [
      'adopt moderator/alice',
      'restore moderator/alice',
      'leave moderator/alice',
      'adopt setting/profile_directory',
      'leave setting/profile_directory',
      'restore domain-block/raid.example',
    ])
      expect(boxOf(box)).toMatch(/^- \[ \] /)
    expect(body()).not.toContain('restore setting/profile_directory')
  })

  it('the comment on any pull request names it, and its check is no worse for it', async () => {
    await herd.hub.act.push({
      by: 'mo',
      branch: 'of-mo',
      files: {
        'instance/domain-blocks.yaml':
          `${herd.file('instance/domain-blocks.yaml')}\n` + '  - domain: other.example\n    severity: limit\n',
      },
    })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'of-mo', title: 'Block other.example' })
    ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
    expect(commentOn(herd, number)).toMatch(/Added or changed by hand · 3[^]*`moderator\/alice` \(`Moderator`\)/)
    expect(herd.hub.state.statuses.at(-1)).toMatchObject({ state: 'success' })
  })

  it('what owners look after is not left by a tick of somebody else', async () => {
    expect((await tick('leave moderator/alice', 'mo')).result).toBe('failure')
    expect(said()).toMatch(/could not do \*\*leave\*\*:[^]*`@mo` is not an owner/)
    expect(boxOf('leave moderator/alice')).toMatch(/^- \[ \]/)
  })

  it('nor what is not as they saw it any more', async () => {
    await herd.sandbox.handOf('owner').giveRole('alice', 'Admin')
    expect((await tick('leave moderator/alice', 'ann')).result).toBe('failure')
    expect(said()).toMatch(/changed after a person looked at it/)
    expect(body()).toContain('`alice`: `Admin`')
  })

  it('nor below the words of somebody who edited the issue; the box stands open again below what it is', async () => {
    await herd.hub.act.edit(
      open()?.number ?? 0,
      { body: body().replace('`alice`: `Admin`', '`alice`: `Moderator`') },
      'mo',
    )
    await herd.settle()
    expect((await tick('leave moderator/alice', 'ann')).result).toBe('failure')
    expect(said()).toMatch(/This issue and the server say different things about `?moderator\/alice/)
    expect(body()).toContain('`alice`: `Admin`')
    expect(boxOf('leave moderator/alice')).toMatch(/^- \[ \]/)
  })

  it('an owner leaves it by a tick, a maintainer a block by the button', async () => {
    expect((await tick('leave moderator/alice', 'ann')).result).toBe('success')
    expect(body()).not.toContain('moderator/alice')
    expect((await press('leave', 'setting/profile_directory', 'mo')).result).toBe('failure')
    expect((await press('leave', 'setting/profile_directory', 'ann')).result).toBe('success')
    expect(open()?.title).toBe('herd.example: 1 added by hand')
  })

  it('and a block is taken away by a tick, once the pull request is merged', async () => {
    await tick('restore domain-block/raid.example', 'mo')
    const [pull] = pulls().filter(({ title }) => title === 'Restore domain-block/raid.example')
    expect(commentOn(herd, pull?.number ?? 0)).toMatch(/Lifts the block of `raid\.example`/)
    await herd.hub.act.merge(pull?.number ?? 0, 'ann')
    await herd.settle()
    expect(await herd.rows("select domain from domain_blocks where domain = 'raid.example'")).toEqual([])
    await night()
    expect(open()).toBeUndefined()
  })

  it('but not where somebody made something else of it since that was approved', async () => {
    const hand = herd.sandbox.handOf('owner')
    await hand.blockDomain('raid.example', { severity: 'silence' })
    await night()
    await tick('restore domain-block/raid.example', 'mo')
    const [pull] = pulls().filter(({ title }) => title === 'Restore domain-block/raid.example')
    await hand.changeBlock('raid.example', { severity: 'suspend' })
    await herd.hub.act.merge(pull?.number ?? 0, 'ann')
    await herd.settle()
    expect(await herd.rows("select severity from domain_blocks where domain = 'raid.example'")).toEqual([
      { severity: 1 },
    ])
    await night()
    expect(boxOf('restore domain-block/raid.example')).toMatch(/^- \[ \] /)
  })
})

describe('in a public repository', () => {
  beforeAll(async () => {
    herd = await farm()
    await herd.sandbox.handOf('owner').giveRole('alice', 'Owner')
    await night()
  })
  afterAll(async () => herd[Symbol.asyncDispose]())

  it('who got a role is counted, and named nowhere', async () => {
    expect(open()?.title).toBe('herd.example: 1 added by hand')
    expect(body()).toMatch(
      regexOf(
        /There is also 1 moderator that this issue must not name\. /,
        /To see more, run `herdbook drift` on your own computer/,
      ),
    )
    await herd.hub.act.push({
      by: 'mo',
      branch: 'of-mo',
      files: {
        'instance/domain-blocks.yaml':
          `${herd.file('instance/domain-blocks.yaml')}\n` + '  - domain: other.example\n    severity: limit\n',
      },
    })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'of-mo', title: 'Block other.example' })
    const job = ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
    expect(commentOn(herd, number)).toMatch(/Added or changed by hand · 1[^]*1 moderator/)
    expect(`${body()}${commentOn(herd, number)}${job.summary}${job.stdout}${job.stderr}`).not.toContain('alice')
    expect((await press('restore', 'moderator/alice', 'ann')).result).toBe('failure')
    expect(pulls().map(({ title }) => title)).toEqual(['Block other.example'])
  })

  it('and is left at a desk without a name in the ledger', async () => {
    await herd.herdbook(['drift'], 3)
    await herd.herdbook(['leave', 'moderator/alice', 'chosen at the assembly'])
    await herd.herdbook(['drift'])
    const ledger = await herd.hub.state.git.run(['log', '-p', '--format=%s%n%b', 'refs/herdbook/production/ledger'])
    expect(ledger).toContain('chosen at the assembly')
    expect(ledger).not.toContain('alice')
    await night()
    expect(open()).toBeUndefined()
  })
})

describe('where what drifts is put back by itself', () => {
  beforeAll(async () => {
    herd = await farm({ private: true, files: { 'instance/policy.yaml': 'drift:\n  rule: correct\n' } })
  })
  afterAll(async () => herd[Symbol.asyncDispose]())

  it('a rule that was added by hand is taken away as it was approved alone, however its number was typed', async () => {
    const hand = herd.sandbox.handOf('owner')
    await hand.addRule({ text: 'Be loud.' })
    await night()
    const [, id = ''] = /restore rule\/%23(\d+)/.exec(body()) ?? []
    await press('restore', `rule/${id}`, 'mo')
    const [pull] = pulls()
    await hand.changeRule('Be loud.', { text: 'Be kind.' })
    await herd.hub.act.merge(pull?.number ?? 0, 'ann')
    await herd.settle()
    expect(await herd.rows("select text from rules where text = 'Be kind.' and deleted_at is null")).toHaveLength(1)
  })
})

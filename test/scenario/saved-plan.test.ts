import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add, EVERY_KIND } from '../support/files.ts'
import { connectionsOf, must, pasture, planOf, refs, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const saved = (): string => join(herd.dir, 'plan.json')

describe('a saved plan', () => {
  it('is for its owner alone, and is applied as it is', async () => {
    herd.write({ 'domain-blocks.yaml': EVERY_KIND['domain-blocks.yaml'], 'rules.yaml': EVERY_KIND['rules.yaml'] })
    const planned = await must(herd, ['plan', '--out', 'plan.json'], 2)
    expect(planned.stdout).toContain('Next: herdbook apply plan.json  applies exactly this plan or nothing')
    expect(statSync(saved()).mode & 0o777).toBe(0o600)
    const ran = await must(herd, ['apply', 'plan.json'])
    expect(ran.stdout).toContain('7 changes done and verified')
    await planOf(herd, 0)
  })

  it('is refused when it is applied again: there is nothing of it left', async () => {
    const ran = await must(herd, ['apply', 'plan.json'], 6)
    expect(ran.out).toMatch(/stale-plan[^]*Changed: [^]*domain-block\/bad\.example/)
  })

  it('is refused when live moved, naming what', async () => {
    herd.edit('domain-blocks.yaml', (text) => text.replace('comment: Spam', 'comment: Fraud'))
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await herd.hand.changeBlock('spam.example', { public_comment: 'Scam' })
    const ran = await must(herd, ['apply', 'plan.json'], 6)
    expect(ran.out).toContain('Changed: domain-block/spam.example.')
    expect(await herd.rows("select public_comment from domain_blocks where domain = 'spam.example'")).toEqual([
      { public_comment: 'Scam' },
    ])
    await must(herd, ['restore', 'domain-block/spam.example', '--yes'])
  })

  it('is refused when the files moved, naming what and the commit that it was made of', async () => {
    herd.edit('domain-blocks.yaml', add('  - domain: one.example\n    severity: none'))
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    const { commit } = JSON.parse(readFileSync(saved(), 'utf8'))
    herd.edit('domain-blocks.yaml', add('  - domain: two.example\n    severity: none'))
    const ran = await must(herd, ['apply', 'plan.json'], 6)
    expect(ran.out).toContain('Changed: domain-block/two.example.')
    expect(ran.out).toContain(`made from commit ${commit.slice(0, 12)}`)
    expect(await herd.rows("select 1 from domain_blocks where domain like '%o.example'")).toEqual([])
    await must(herd, ['apply', '--yes'])
  })

  it('holds the wishes that it was made with', async () => {
    await herd.hand.liftBlock('one.example')
    const drift = await planOf(herd, 3)
    expect(refs(drift.drift)).toEqual(['domain-block/one.example'])
    expect((await must(herd, ['plan', '--restore', 'domain-block/one.example'], 2)).stdout).toContain(
      'Next: herdbook apply --restore domain-block/one.example  shows',
    )
    await must(herd, ['plan', '--restore', 'domain-block/one.example', '--out', 'plan.json'], 2)
    await must(herd, ['apply', 'plan.json'])
    await planOf(herd, 0)
  })

  it('holds them also for an object that the files change besides', async () => {
    await herd.hand.changeBlock('spam.example', { severity: 'silence' })
    herd.edit('domain-blocks.yaml', (text) =>
      text
        .replace('comment: Fraud', 'comment: Fraud again')
        .replace('severity: suspend\n', 'severity: suspend\n    accept_severed_relationships: 1\n'),
    )
    for (const [wish, left] of [
      [[], 3],
      [['--restore', 'domain-block/spam.example'], 0],
    ] as const) {
      await must(herd, ['plan', ...wish, '--out', 'plan.json'], 2)
      await must(herd, ['apply', 'plan.json'])
      await planOf(herd, left)
      herd.edit('domain-blocks.yaml', (text) => text.replace('comment: Fraud again', 'comment: Fraud for good'))
    }
  })

  it('may take a role from somebody whom no file names', async () => {
    await herd.hand.giveRole('alice', 'Moderator')
    herd.edit('moderators.yaml', (text) => `${text.trimEnd()}\nonly_these: true\n`)
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    const ran = await must(herd, ['apply', 'plan.json'])
    expect(ran.stdout).toContain('1 change done and verified')
    await planOf(herd, 0)
  })

  it('may take back what a killed run made, which the ledger holds as attempted alone', async () => {
    const before = herd.read('domain-blocks.yaml')
    const { api: _api, ...withoutApi } = connectionsOf(field.sandbox)
    setConfig(herd, { mastodon: withoutApi })
    herd.edit('domain-blocks.yaml', add('  - domain: killed.example\n    severity: limit'))
    await field.sandbox.breakConsole('before-workers')
    await must(herd, ['apply', '--yes'], 8)
    setConfig(herd, {})
    herd.write({ 'domain-blocks.yaml': before })
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await must(herd, ['apply', 'plan.json'])
    expect(await herd.rows("select 1 from domain_blocks where domain = 'killed.example'")).toEqual([])
    await planOf(herd, 0)
  })

  it.each([
    ['no JSON', '{', 'not a saved plan'],
    ['something else', '{"version":1}', 'cannot read this saved plan'],
    ['an array', '[]', 'cannot read this saved plan'],
    ['a lie about the shape', '{"version":1,"steps":"all"}', 'cannot read this saved plan'],
  ])('that is %s is invalid', async (_, text, why) => {
    herd.write({ '../plan.json': text })
    expect((await must(herd, ['apply', 'plan.json'], 9)).out).toContain(why)
  })

  it('that is not there is told, not a defect', async () => {
    expect((await must(herd, ['apply', 'nowhere.json'], 9)).out).toContain('nowhere.json')
  })

  it('that somebody edited is refused: its digest is of what would be done now, not of what it says', async () => {
    herd.edit('domain-blocks.yaml', add('  - domain: three.example\n    severity: none'))
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    const plan = JSON.parse(readFileSync(saved(), 'utf8'))
    const steps = plan.steps.map((step: object) => ({ ...step, id: 'harmless.example' }))
    herd.write({ '../plan.json': JSON.stringify({ ...plan, steps }) })
    const ran = await herd.run(['apply', 'plan.json'])
    expect(
      await herd.rows("select 1 from domain_blocks where domain in ('harmless.example', 'three.example')"),
    ).toEqual([])
    expect(ran.code).toBe(6)
  })
})

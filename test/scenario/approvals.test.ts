import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add } from '../support/files.ts'
import { git } from '../support/git.ts'
import { must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({ config: { forge: { github: 'herd/instance' }, ledger_key: { env: 'HB_KEY' } } })
})
afterAll(async () => field[Symbol.asyncDispose]())

const block = (domain: string, severity = 'none'): string => `  - domain: ${domain}\n    severity: ${severity}`
const severityOf = async (domain: string): Promise<unknown> =>
  (await herd.rows(`select severity from domain_blocks where domain = '${domain}'`))[0]

describe('where instance.yaml names a forge', () => {
  it('a step that nobody approved is left out, and says how to approve it', async () => {
    herd.write({ 'domain-blocks.yaml': `domain_blocks:\n${block('one.example')}\n` })
    const ran = await must(herd, ['apply', '--yes'], 6)
    expect(ran.out).toMatch(
      regexOf(
        /one\.example.*\n/,
        /\s+This step was never approved, or it has changed since its approval\.[^]*herdbook approve "why"/,
      ),
    )
    expect(await severityOf('one.example')).toBeUndefined()
  })

  it('a step that was approved is applied, by name and reason in the ledger', async () => {
    expect((await must(herd, ['approve', 'agreed on Monday', '--yes'])).out).toContain('Approved 1 step')
    await must(herd, ['apply', '--yes'])
    expect(await severityOf('one.example')).toEqual({ severity: 2 })
    const why = await must(herd, ['why', 'domain-block/one.example'])
    expect(why.out).toContain('agreed on Monday')
  })

  it('an approval is used up: the same step, later, needs another one', async () => {
    herd.write({ 'domain-blocks.yaml': 'domain_blocks: []\nemptied_on_purpose: over\n' })
    await must(herd, ['approve', 'over', '--yes'])
    await must(herd, ['apply', '--yes'])
    herd.write({ 'domain-blocks.yaml': `domain_blocks:\n${block('one.example')}\n` })
    await must(herd, ['apply', '--yes'], 6)
    expect(await severityOf('one.example')).toBeUndefined()
    await must(herd, ['approve', 'again', '--yes'])
    await must(herd, ['apply', '--yes'])
  })

  it('an approval covers no other value and no other object: what is approved is applied, the rest not', async () => {
    herd.edit('domain-blocks.yaml', add(block('two.example')))
    await must(herd, ['approve', 'two', '--yes'])
    herd.edit('domain-blocks.yaml', (text) => text.replace(/(two\.example\n {4}severity:) none/, '$1 limit'))
    await must(herd, ['apply', '--yes'], 6)
    herd.edit(
      'domain-blocks.yaml',
      (text) => `${text.replace('severity: limit', 'severity: none')}${block('three.example')}\n`,
    )
    const ran = await must(herd, ['apply', '--yes'], 6)
    expect(ran.out).toMatch(
      regexOf(
        /Done {2}1\n.*two\.example[^]*Skipped {2}1\n.*three\.example.*\n/,
        /\s+This step was never approved, or it has changed since its approval\./,
      ),
    )
    expect(await severityOf('two.example')).toEqual({ severity: 2 })
    expect(await severityOf('three.example')).toBeUndefined()
  })

  it('a saved plan and a restore need approval, too', async () => {
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await must(herd, ['apply', 'plan.json'], 6)
    await must(herd, ['approve', 'three', '--yes'])
    await must(herd, ['apply', 'plan.json'])
    await herd.hand.liftBlock('one.example')
    await must(herd, ['restore', 'domain-block/one.example', '--yes'], 6)
    await must(herd, ['approve', 'back', '--restore', 'domain-block/one.example', '--yes'])
    await must(herd, ['restore', 'domain-block/one.example', '--yes'])
    await planOf(herd, 0)
  })

  it('nothing is approved without somebody who says yes', async () => {
    herd.edit('domain-blocks.yaml', add(block('four.example')))
    expect((await herd.start(['approve', 'why']).ran).code).toBe(5)
    await must(herd, ['apply', '--yes'], 6)
  })

  it('one that was used up is forgotten a year later, and one that nothing calls for any more at once', async () => {
    const kept = () =>
      git(herd.dir, 'show', 'refs/herdbook/production/ledger:approvals.jsonl')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { source: string }).source)
        .toSorted()
    const later = (days: number) => ({ now: new Date(Date.now() + days * 86_400_000) })
    await must(herd, ['approve', 'in good time', '--yes'])
    expect(kept()).toContain('in good time')
    const before = kept().filter((source) => source !== 'in good time')
    herd.edit('domain-blocks.yaml', (text) => text.replace('four.example', 'five.example'))
    await must(herd, ['approve', 'five', '--yes'])
    await must(herd, ['apply', '--yes'], 0, later(300))
    expect(kept()).toEqual([...before, 'five'].toSorted())
    herd.edit('domain-blocks.yaml', add(block('six.example')))
    await must(herd, ['approve', 'six', '--yes'])
    await must(herd, ['apply', '--yes'], 0, later(400))
    expect(kept()).toEqual(['six'])
  })
})

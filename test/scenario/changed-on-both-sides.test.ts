import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EVERY_KIND } from '../support/files.ts'
import { must, pasture, planOf, refs, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write({ 'domain-blocks.yaml': EVERY_KIND['domain-blocks.yaml'] })
  await must(herd, ['apply', '--yes'])
})
afterAll(async () => field[Symbol.asyncDispose]())

const severityOf = async (domain: string): Promise<unknown> =>
  (await herd.rows(`select severity, public_comment from domain_blocks where domain = '${domain}'`))[0]

describe('what was changed on both sides', () => {
  it('is exit 4, shown with what all three say, and nothing of it is written', async () => {
    herd.edit('domain-blocks.yaml', (text) => text.replace('comment: Spam', 'comment: Fraud'))
    await herd.hand.changeBlock('spam.example', { public_comment: 'Scam' })
    const ran = await must(herd, ['plan'], 4)
    expect(ran.out).toContain('Changed on both sides')
    expect(ran.out).toMatch(/files Fraud, server Scam, last applied Spam/)
    await must(herd, ['apply', '--yes'], 4)
    expect(await severityOf('spam.example')).toMatchObject({ public_comment: 'Scam' })
  })

  it('is taken out by hand and changed in the file: both ways out end it', async () => {
    await herd.hand.liftBlock('meh.example')
    herd.edit('domain-blocks.yaml', (text) => text.replace('severity: limit', 'severity: none'))
    expect(refs((await planOf(herd, 4)).conflicts)).toEqual(['domain-block/meh.example', 'domain-block/spam.example'])
    await must(herd, ['adopt', 'domain-block/meh.example'])
    herd.write({}, 'Adopt')
    await must(herd, ['restore', 'domain-block/spam.example', '--yes'])
    expect(await severityOf('spam.example')).toMatchObject({ public_comment: 'Fraud' })
    await planOf(herd, 0)
  })

  it('of a block that the files drop and somebody raised: it is not lifted', async () => {
    herd.write({
      'domain-blocks.yaml': `${herd.read('domain-blocks.yaml')}  - domain: night.example\n    severity: limit\n`,
    })
    await must(herd, ['apply', '--yes'])
    await herd.hand.changeBlock('night.example', { severity: 'suspend' })
    herd.edit('domain-blocks.yaml', (text) => text.replace(/ {2}- domain: night\.example\n {4}severity: limit\n/, ''))
    await must(herd, ['apply', '--yes'], 4)
    expect(await severityOf('night.example')).toMatchObject({ severity: 1 })
    await must(herd, ['restore', 'domain-block/night.example', '--yes'])
    expect(await severityOf('night.example')).toBeUndefined()
  })

  it('an edited comment does not lower a suspension that somebody raised at 3 a.m.', async () => {
    herd.write({
      'domain-blocks.yaml':
        `${herd.read('domain-blocks.yaml')}  - domain: raised.example\n` +
        '    severity: limit\n    public_comment: a\n',
    })
    await must(herd, ['apply', '--yes'])
    await herd.hand.changeBlock('raised.example', { severity: 'suspend' })
    herd.edit('domain-blocks.yaml', (text) => text.replace('public_comment: a\n', 'public_comment: b\n'))
    const plan = await planOf(herd, 2)
    expect(plan.steps.map(({ changes }) => changes)).toEqual([[{ field: 'public_comment', before: 'a', after: 'b' }]])
    expect(refs(plan.drift)).toEqual(['domain-block/raised.example'])
    await must(herd, ['apply', '--yes'])
    expect(await severityOf('raised.example')).toEqual({ severity: 1, public_comment: 'b' })
    await must(herd, ['drift'], 3)
  })

  it('a new comment that differs on the server is told beside the step; adopting it leaves the step', async () => {
    const blocks = herd.read('domain-blocks.yaml')
    herd.write({ 'domain-blocks.yaml': `${blocks}  - domain: noted.example\n    severity: none\n` })
    await must(herd, ['apply', '--yes'])
    await herd.hand.changeBlock('noted.example', { private_comment: 'Theirs' })
    herd.edit('domain-blocks.yaml', (text) =>
      text.replace(
        'noted.example\n    severity: none\n',
        'noted.example\n    severity: limit\n    private_comment: Ours\n',
      ),
    )
    const plan = await planOf(herd, 4)
    expect([refs(plan.steps), refs(plan.takeovers)]).toEqual([
      ['domain-block/noted.example'],
      ['domain-block/noted.example'],
    ])
    expect((await must(herd, ['plan'], 4)).stdout).toMatch(
      /none to limit[\s\S]*Already on the server, and different[\s\S]*noted\.example/,
    )
    await must(herd, ['adopt', 'domain-block/noted.example'])
    expect(herd.read('domain-blocks.yaml')).toContain(
      'noted.example\n    severity: limit\n    private_comment: Theirs\n',
    )
    herd.write({}, 'Adopt')
    await must(herd, ['apply', '--yes'])
    expect(await severityOf('noted.example')).toMatchObject({ severity: 0 })
  })
})

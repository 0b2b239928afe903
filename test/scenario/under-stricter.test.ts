import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'

// Mastodon takes no block below a stricter one that is there: what waits for that is told, and fails no apply.

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const PARENT = '  - domain: hole.example\n    severity: suspend\n'
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')
const live = async (): Promise<string> =>
  JSON.stringify(await herd.rows('select domain, severity from domain_blocks order by domain'))

describe('a weaker block below a stricter one', () => {
  it('that is live waits, with the way out, and holds nothing else back', async () => {
    herd.write({ 'domain-blocks.yaml': `domain_blocks:\n${PARENT}` })
    await must(herd, ['apply', '--yes'])
    herd.write({
      'domain-blocks.yaml':
        `domain_blocks:\n${PARENT}  - domain: chat.hole.example\n` +
        '    severity: none\n  - domain: other.example\n    severity: none\n',
    })
    const told =
      'hole.example is suspended on the server, so Mastodon accepts no weaker block for a domain below it. ' +
      'To keep this entry, first lower or lift the block of hole.example. Otherwise delete this entry.'
    expect(flat((await must(herd, ['plan'], 2)).out)).toContain(told)
    await must(herd, ['apply', '--yes'])
    expect(await live()).toContain('other.example')
    expect(await live()).not.toContain('chat.hole.example')
    const again = await must(herd, ['apply', '--yes'])
    expect(flat(again.out)).toContain(told)
    expect(await planOf(herd, 0)).toMatchObject({
      steps: [],
      waiting: [{ kind: 'domain-block', id: 'chat.hole.example' }],
    })
  })

  it('is applied in one go where the one above is lowered with it', async () => {
    herd.write({
      'domain-blocks.yaml':
        'domain_blocks:\n  - domain: hole.example\n    severity: none\n  - domain: chat.hole.example\n' +
        '    severity: none\n  - domain: other.example\n    severity: none\n',
    })
    await must(herd, ['apply', '--yes'])
    expect(await live()).toMatch(/chat\.hole\.example.*other\.example/)
    await planOf(herd, 0)
  })

  it('is applied, child first, where both are new', async () => {
    herd.write({
      'domain-blocks.yaml':
        `${herd.read('domain-blocks.yaml')}  - domain: new.example\n` +
        '    severity: suspend\n  - domain: a.new.example\n    severity: limit\n',
    })
    await must(herd, ['apply', '--yes'])
    await planOf(herd, 0)
  })

  it('that is as strict, or stricter, is taken', async () => {
    herd.write({
      'domain-blocks.yaml':
        `${herd.read('domain-blocks.yaml')}  - domain: b.new.example\n    severity: suspend\n` +
        '  - domain: b.hole.example\n    severity: none\n    reject_media: true\n',
    })
    await must(herd, ['apply', '--yes'])
    await planOf(herd, 0)
  })

  it('by a flag waits, too', async () => {
    herd.write({
      'domain-blocks.yaml': `${herd.read('domain-blocks.yaml')}  - domain: c.b.hole.example\n    severity: none\n`,
    })
    expect((await planOf(herd, 0)).waiting).toMatchObject([
      {
        id: 'c.b.hole.example',
        reason: expect.stringContaining('b.hole.example is blocked more strictly on the server'),
      },
    ])
  })
})

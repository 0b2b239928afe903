import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { git } from '../support/git.ts'
import { cloneOf, must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'

const LEDGER = 'refs/herdbook/production/ledger'
const LOCK = 'refs/herdbook/production/lock'
const env = { HB_KEY: 'a-key-of-the-ledger-0123456789' }

let field: Pasture
let herd: Herd
let bare: string
/** The ledger as it should be. */
let right: string
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({ remote: true, begin: 'none', config: { ledger_key: { env: 'HB_KEY' } } })
  bare = `${herd.dir}.git`
  herd.write({ 'domain-blocks.yaml': blocks('a', 'b') })
  await must(herd, ['apply', '--yes', '--first', 'why'], 0, { env })
  herd.write({ 'domain-blocks.yaml': blocks('a', 'b', 'c') })
  await must(herd, ['apply', '--yes'], 0, { env })
  right = git(bare, 'rev-parse', LEDGER)
  // Whatever is believed of the ledger now decides whether b is lifted.
  herd.write({ 'domain-blocks.yaml': blocks('a', 'c') })
})
beforeEach(() => git(bare, 'update-ref', LEDGER, right))
afterAll(async () => field[Symbol.asyncDispose]())

const blocks = (...names: string[]): string =>
  `domain_blocks:\n${names.map((name) => `  - domain: ${name}.example\n    severity: none\n`).join('')}`
const live = async (): Promise<unknown> =>
  (await herd.rows('select domain from domain_blocks order by 1')).map((row) => Object.values(row)[0])

/** Both refuse, and nothing was written. */
async function refused(code: number, says: RegExp): Promise<void> {
  for (const verb of [['plan'], ['apply', '--yes'], ['drift']])
    expect((await must(herd, verb, code, { env })).out).toMatch(says)
  expect(await live()).toEqual(['a.example', 'b.example', 'c.example'])
}

/** The ledger with one file changed, by somebody without the key. */
async function forge(ref: string, change: (name: string, text: string) => string | null): Promise<void> {
  const repository = await openRepository(herd.dir)
  const snapshot = await repository?.read(ref)
  if (!repository || !snapshot) throw new Error(`no ${ref}`)
  const files = new Map(
    [...snapshot.files].flatMap(([name, text]) => {
      const forged = change(name, text)
      return forged === null ? [] : [[name, forged] as const]
    }),
  )
  await repository.write(ref, snapshot.id, { subject: snapshot.subject, parents: [snapshot.id], files })
}

describe('a ledger', () => {
  it('that somebody without the key changed is refused', async () => {
    await forge(LEDGER, (name, text) =>
      name.startsWith('domain-block') ? text.replaceAll('"noop"', '"suspend"') : text,
    )
    await refused(5, /ledger-forged|not signed with your ledger_key/)
  })

  it('that was set back is refused, and the command that puts it back does', async () => {
    git(bare, 'update-ref', LEDGER, `${right}~1`)
    await refused(5, /ledger-rolled-back[^]*Put the newer commit back: git push --force/)
    const command =
      /Put the newer commit back: (git push [^\n]*?:refs\/\S+?)\.?(\s|$)/.exec(
        (await must(herd, ['plan'], 5, { env })).out.replace(/\n\s+/g, ' '),
      )?.[1] ?? ''
    git(herd.dir, ...command.split(' ').slice(1))
    expect(git(bare, 'rev-parse', LEDGER)).toBe(right)
  })

  it('that is gone is refused by who saw it', async () => {
    git(bare, 'update-ref', '-d', LEDGER)
    await refused(5, /ledger-rolled-back[^]*is gone/)
  })

  it('that is gone is empty to a new clone, which creates nothing and lifts nothing without a reason', async () => {
    git(bare, 'update-ref', '-d', LEDGER)
    const other = cloneOf(herd, 'fresh')
    expect(JSON.parse((await must(other, ['plan', '--json'], 0, { env })).stdout).steps).toEqual([])
    expect(await live()).toEqual(['a.example', 'b.example', 'c.example'])
  })

  it('that is not signed is refused where a key is named', async () => {
    await forge(LEDGER, (name, text) => (name === 'digest' ? null : text))
    await refused(5, /ledger-not-signed|is not signed, but instance\.yaml names a ledger_key/)
  })

  it('is refused with another key, and without one', async () => {
    expect((await must(herd, ['plan'], 5, { env: { HB_KEY: 'another-key-of-the-ledger' } })).out).toMatch(
      /not signed with your ledger_key/,
    )
    expect((await must(herd, ['apply', '--yes'], 9, { env: { HB_KEY: '' } })).out).toContain('HB_KEY')
    expect(await live()).toEqual(['a.example', 'b.example', 'c.example'])
  })
})

describe('a lock', () => {
  it('that Herdbook did not write with this key is told, and not taken over', async () => {
    git(bare, 'update-ref', LOCK, git(bare, 'rev-parse', 'main'))
    expect((await must(herd, ['apply', '--yes'], 7, { env })).out).toMatch(
      /is\s+not\s+signed\s+with\s+your\s+ledger_key[^]*herdbook unlock [0-9a-f]+/,
    )
    expect(await live()).toEqual(['a.example', 'b.example', 'c.example'])
    const named = /herdbook unlock ([0-9a-f]+)/.exec((await must(herd, ['unlock'], 7, { env })).out)?.[1] ?? ''
    await must(herd, ['unlock', named], 0, { env })
  })

  it('is free again, and what was meant is done', async () => {
    await must(herd, ['apply', '--yes'], 0, { env })
    expect(await live()).toEqual(['a.example', 'c.example'])
    await must(herd, ['plan'], 0, { env })
  })
})

import { expect, test } from 'vitest'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import { PROVIDERS } from '../../src/providers/index.ts'
import { KINDS } from '../../src/providers/kinds.ts'
import { kindsOf } from '../../src/reconcile/reconciler.ts'
import { applyTo, look, newRoom, newShelf } from '../support/shelves.ts'
import { files } from '../testkit/files/provider.ts'

test('a kind has a name of its own over all providers', () => {
  const all = kindsOf([...PROVIDERS, files])
  expect(all.length).toBe(KINDS.length + files.kinds.length)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})

test.each([
  ['two providers', [newShelf('host', ['unit', 'user']), newShelf('store', ['bucket', 'user'])], ['host', 'store']],
  ['one', [newShelf('host', ['user', 'user'])], ['host', 'host']],
])('where %s have one name for two kinds, nothing is read or written', async (_name, shelves, named) => {
  const room = newRoom(shelves, { user: { alice: { shell: 'zsh' } } })
  for (const act of [look(room), applyTo(room)]) {
    const error: unknown = await act.catch((thrown: unknown) => thrown)
    if (!(error instanceof HerdbookError)) return expect.fail('it was planned')
    expect([error.exit, error.diagnostics]).toMatchObject([EXIT.defect, [{ code: 'kind-twice' }]])
    expect(error.diagnostics[0]?.message).toContain(`user: one belongs to ${named.join(', the other to ')}.`)
  }
  expect(shelves.map(({ reads, written }) => [reads, written])).toEqual(shelves.map(() => [0, []]))
})

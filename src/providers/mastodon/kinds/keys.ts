import type { KindInput } from '../../../reconcile/kind.ts'
import { text, word } from './common.ts'

interface Named {
  readonly id: string
  readonly text: string
}

/**
 * Finds the key of each live object of a kind to which Mastodon gives no name: the ledger knows it by the server's id.
 * A new or recreated one is found by its text. Any other one is named by its number.
 */
export function keysOf(
  rows: readonly Named[],
  { desired, ledger, attempts }: Pick<KindInput, 'desired' | 'ledger' | 'attempts'>,
): Map<string, string> {
  const known = keysInLedger({ ledger })
  const taken = new Set(rows.flatMap((row) => known.get(row.id) ?? []))
  const texts = new Map<string, string>()
  for (const { id, fields } of [...attempts.filter((a) => a.action === 'create'), ...desired]) {
    if (!taken.has(id)) texts.set(word(fields['text']), id)
  }
  const keys = new Map<string, string>()
  for (const row of rows.toSorted((a, b) => Number(a.id) - Number(b.id))) {
    const wanted = texts.get(text(row.text))
    keys.set(row.id, known.get(row.id) ?? wanted ?? `#${row.id}`)
    if (!known.has(row.id)) texts.delete(text(row.text))
  }
  return keys
}

/** The keys that the ledger knows, by the server's id. */
export const keysInLedger = ({ ledger }: Pick<KindInput, 'ledger'>): ReadonlyMap<string, string> =>
  new Map([...ledger.values()].flatMap((e) => (e.serverId === null ? [] : [[e.serverId, e.id]])))

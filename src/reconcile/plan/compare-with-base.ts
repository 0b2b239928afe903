import { sourcesInLedger } from '../claims.ts'
import { entriesOf } from './input.ts'
import type { Kind } from '../kind.ts'
import type { Ledger, LedgerEntry } from '../ledger/types.ts'
import type { Desired, Observed } from '../objects.ts'

/** Live and ledger, made of earlier files for kinds that no connection reads. */
export interface BaseState {
  readonly observed: ReadonlyMap<string, Observed>
  readonly ledger: Ledger
}

/** Uses earlier files for kinds that were not read: a plan then shows how the files differ. Ids are the ledger's. */
export function compareWithBase(
  kinds: readonly Kind[],
  before: ReadonlyMap<string, Desired>,
  { observed, ledger }: BaseState,
): BaseState {
  const taken = new Set(kinds.map(({ name }) => name))
  const entries = [...ledger.entries.values()].filter(({ kind }) => !taken.has(kind))
  const stood = kinds.map((kind) => asLedger(kind, before.get(kind.name), entriesOf(kind.name, ledger)))
  return {
    observed: new Map([...observed, ...kinds.map(({ name }, i): [string, Observed] => [name, asLive(stood[i] ?? [])])]),
    ledger: {
      ...ledger,
      entries: new Map([...entries, ...stood.flat()].map((entry) => [`${entry.kind}/${entry.id}`, entry])),
    },
  }
}

function asLedger(kind: Kind, before: Desired | undefined, known: ReadonlyMap<string, LedgerEntry>): LedgerEntry[] {
  const objects = before?.state === 'managed' ? before.objects : []
  return objects.map((object) => {
    const { id, fields, consent, formerly } = object
    const entry = known.get(id) ?? known.get(formerly ?? id)
    return {
      kind: kind.name,
      id,
      serverId: entry?.serverId ?? null,
      fields,
      ...(consent === undefined ? {} : { consent }),
      ...sourcesInLedger(kind, object),
      ...(object.state === undefined ? {} : { state: object.state }),
      commit: entry?.commit ?? null,
    }
  })
}

const asLive = (entries: readonly LedgerEntry[]): Observed => ({
  state: 'complete',
  objects: entries
    .filter(({ state }) => state !== 'absent')
    .map(({ id, serverId, fields }) => ({ id, serverId, fields })),
  prospects: new Map(),
  connection: null,
  requests: 0,
})

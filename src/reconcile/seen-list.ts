import { createHash, createHmac } from 'node:crypto'
import { absenceOf, takesStep } from './plan/absence.ts'
import { canonicalJson, type Key } from './digest.ts'
import type { PlanInput } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Ledger, Seen, SeenLists } from './ledger/types.ts'
import type { LiveObject } from './objects.ts'
import type { Plan, Unmanaged } from './plan/types.ts'
import type { Value } from './values.ts'

/** Hex digits by which a mark names the object; those behind them are of what it is like. */
const HALF = 32

/** Of no scope: a repository that moves, or whose history was rewritten, has looked at the same things. */
function digestOf(key: Key, value: readonly Value[]): string {
  const hash = key === null ? createHash('sha256') : createHmac('sha256', key)
  return hash
    .update(canonicalJson(['seen', 1, ...value]))
    .digest('hex')
    .slice(0, HALF)
}

/** How a seen list has a live object, without its name or a value: 32 hex digits for which it is, 32 for what it is like. */
export const markOf = (
  kind: string,
  { id, fields, seenAs }: Pick<LiveObject, 'id' | 'fields' | 'seenAs'>,
  key: Key,
): string => digestOf(key, [kind, id]) + digestOf(key, [kind, id, seenAs ?? fields])

/** What a list says of an object by its name. */
export const rowOf = (lists: SeenLists, kind: string, id: string, key: Key): Seen | undefined =>
  lists.get(kind)?.get(digestOf(key, [kind, id]))

/** The part of a mark that says which object it is. */
export const objectIn = (mark: string): string => mark.slice(0, HALF)

type Looked = 'unseen' | 'seen' | 'changed'

/** What the list of a kind says of a live object. */
function lookUp(list: ReadonlyMap<string, Seen>, mark: string): Looked {
  const row = list.get(objectIn(mark))
  return row === undefined ? 'unseen' : row.mark === mark ? 'seen' : 'changed'
}

/** Without a list there is only its date, and that only says something of kinds that were looked after then. */
function lookBack(kind: string, { createdAt }: LiveObject, { began, applied }: Ledger): Looked {
  return began !== null && applied.has(kind) && createdAt !== undefined && Date.parse(createdAt) > Date.parse(began)
    ? 'unseen'
    : 'seen'
}

/** A live object that no file names, as one that nobody did anything to. */
const plainly = (kind: string, live: LiveObject, { sealing }: Pick<PlanInput, 'sealing'>): Unmanaged => ({
  kind,
  id: live.id,
  addedByHand: false,
  ...(live.initial ? { initial: true } : {}),
  ...(live.spared ? { spared: true } : {}),
  mark: markOf(kind, live, sealing.key),
  fields: live.fields,
})

/** What the files let go of is nobody's doing as they had it; what somebody changed before is told until a person has decided. */
export function letGoOf(
  kind: string,
  live: LiveObject,
  { changed = false }: { readonly changed?: boolean },
  input: PlanInput,
): Unmanaged {
  const one = plainly(kind, live, input)
  const isLeft = input.ledger.seen.get(kind)?.get(objectIn(one.mark))?.mark === one.mark
  return changed && !live.initial && !isLeft ? { ...one, addedByHand: true, changed: true } : one
}

/** What is to be told of a live object that no file names: that somebody did it, unless it was seen so. Null where it is as on a new server. */
export function unmanagedOf(kind: Kind, live: LiveObject, input: PlanInput): Unmanaged | null {
  const one = plainly(kind.name, live, input)
  const list = input.ledger.seen.get(kind.name)
  const looked = list === undefined ? lookBack(kind.name, live, input.ledger) : lookUp(list, one.mark)
  if (live.initial && looked !== 'changed') return null
  if (looked === 'seen') return one
  if (looked === 'changed') return { ...one, addedByHand: true, changed: true }
  const restorable = takesStep(absenceOf(kind, { id: live.id, live }, input.instance))
  return { ...one, addedByHand: true, ...(restorable ? { restorable: true } : {}) }
}

/** The lists as they are after what a plan read: what nobody did by hand is in them, what is gone is not, and what was done by hand waits for a person. */
export function seenAfter(
  lists: SeenLists,
  { reads, released, unmanaged }: Pick<Plan, 'reads' | 'released' | 'unmanaged'>,
): SeenLists {
  const next = new Map([...lists].filter(([kind]) => !released.includes(kind)))
  const byKind = Map.groupBy(unmanaged, ({ kind }) => kind)
  for (const { kind, complete, by } of reads)
    // What is not there yet nobody has looked at.
    if (complete && by === undefined) next.set(kind, listAfter(lists.get(kind) ?? new Map(), byKind.get(kind) ?? []))
  return isSame(lists, next) ? lists : next
}

/** What goes into lists that begin with this plan. */
export const newlySeen = (lists: SeenLists, { reads, unmanaged }: Pick<Plan, 'reads' | 'unmanaged'>): Unmanaged[] => {
  const begun = new Set(
    reads.filter(({ kind, complete, by }) => complete && by === undefined && !lists.has(kind)).map(({ kind }) => kind),
  )
  return unmanaged.filter(({ kind, addedByHand }) => begun.has(kind) && !addedByHand)
}

function listAfter(list: ReadonlyMap<string, Seen>, live: readonly Unmanaged[]): Map<string, Seen> {
  return new Map(
    live.flatMap(({ addedByHand, mark }): [string, Seen][] => {
      const row = list.get(objectIn(mark)) ?? (addedByHand ? undefined : { mark })
      return row === undefined ? [] : [[objectIn(mark), row]]
    }),
  )
}

function isSame(one: SeenLists, other: SeenLists): boolean {
  const holds = (kind: string, list: ReadonlyMap<string, Seen>): boolean =>
    other.get(kind)?.size === list.size &&
    [...list].every(([object, { mark }]) => other.get(kind)?.get(object)?.mark === mark)
  return one.size === other.size && [...one].every(([kind, list]) => holds(kind, list))
}

/** The lists with objects that a person left as they are. */
export function withLeft(lists: SeenLists, left: readonly Unmanaged[], by: Required<Omit<Seen, 'mark'>>): SeenLists {
  const next = new Map(lists)
  for (const { kind, mark, initial } of left) {
    const list = new Map(next.get(kind))
    // What is again as on a new server is nobody's word, and needs none.
    if (initial) list.delete(objectIn(mark))
    else list.set(objectIn(mark), { mark, ...by })
    next.set(kind, list)
  }
  return next
}

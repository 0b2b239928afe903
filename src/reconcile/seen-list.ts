import { createHash, createHmac } from 'node:crypto'
import { absenceOf, takesStep } from './plan/absence.ts'
import { canonicalJson, type LedgerKey } from './digest.ts'
import type { PlanInput } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Ledger, SeenObject, SeenLists } from './ledger/types.ts'
import type { LiveObject } from './objects.ts'
import type { Plan, UnmanagedObject } from './plan/types.ts'
import type { Value } from '../instance/values.ts'

/** Hex digits of a mark that name the object; the rest is a digest of its state. */
const HALF = 32

/** A digest without scope, since a repository that moves or is rewritten has still seen the same objects. */
function digestOf(key: LedgerKey, value: readonly Value[]): string {
  const hash = key === null ? createHash('sha256') : createHmac('sha256', key)
  return hash
    .update(canonicalJson(['seen', 1, ...value]))
    .digest('hex')
    .slice(0, HALF)
}

/** The mark of a live object in a seen list, without name or value: 32 hex digits for its name, 32 for its state. */
export const markOf = (
  kind: string,
  { id, fields, seenAs }: Pick<LiveObject, 'id' | 'fields' | 'seenAs'>,
  key: LedgerKey,
): string => digestOf(key, [kind, id]) + digestOf(key, [kind, id, seenAs ?? fields])

/** The row of an object in the lists, by its name. */
export const rowOf = (lists: SeenLists, kind: string, id: string, key: LedgerKey): SeenObject | undefined =>
  lists.get(kind)?.get(digestOf(key, [kind, id]))

/** The part of a mark that names the object. */
export const objectIn = (mark: string): string => mark.slice(0, HALF)

type Looked = 'unseen' | 'seen' | 'changed'

/** Compares a live object with the list of its kind. */
function lookUp(list: ReadonlyMap<string, SeenObject>, mark: string): Looked {
  const row = list.get(objectIn(mark))
  return row === undefined ? 'unseen' : row.mark === mark ? 'seen' : 'changed'
}

/** Without a list, an object counts as unseen if it is younger than the ledger and its kind was managed. */
function lookBack(kind: string, { createdAt }: LiveObject, { began, applied }: Ledger): Looked {
  return began !== null && applied.has(kind) && createdAt !== undefined && Date.parse(createdAt) > Date.parse(began)
    ? 'unseen'
    : 'seen'
}

/** A live object that no file names, as one that nobody added by hand. */
const plainly = (kind: string, live: LiveObject, { sealing }: Pick<PlanInput, 'sealing'>): UnmanagedObject => ({
  kind,
  id: live.id,
  addedByHand: false,
  ...(live.initial ? { initial: true } : {}),
  ...(live.spared ? { spared: true } : {}),
  mark: markOf(kind, live, sealing.key),
  fields: live.fields,
})

/** An object that the files let go of. If it was changed by hand before, a person has to decide. */
export function letGoOf(
  kind: string,
  live: LiveObject,
  { changed = false }: { readonly changed?: boolean },
  input: PlanInput,
): UnmanagedObject {
  const one = plainly(kind, live, input)
  const isLeft = input.ledger.seen.get(kind)?.get(objectIn(one.mark))?.mark === one.mark
  return changed && !live.initial && !isLeft ? { ...one, addedByHand: true, changed: true } : one
}

/** What to show of a live object that no file names: added by hand, unless seen before. Null if a new server has it. */
export function unmanagedOf(kind: Kind, live: LiveObject, input: PlanInput): UnmanagedObject | null {
  const one = plainly(kind.name, live, input)
  const list = input.ledger.seen.get(kind.name)
  const looked = list === undefined ? lookBack(kind.name, live, input.ledger) : lookUp(list, one.mark)
  if (live.initial && looked !== 'changed') return null
  if (looked === 'seen') return one
  if (looked === 'changed') return { ...one, addedByHand: true, changed: true }
  const restorable = takesStep(absenceOf(kind, { id: live.id, live }, input.instance))
  return { ...one, addedByHand: true, ...(restorable ? { restorable: true } : {}) }
}

/** The lists after a plan: without what is gone and, until a person decides, without what was added by hand. */
export function seenAfter(
  lists: SeenLists,
  { reads, released, unmanaged }: Pick<Plan, 'reads' | 'released' | 'unmanaged'>,
): SeenLists {
  const next = new Map([...lists].filter(([kind]) => !released.includes(kind)))
  const byKind = Map.groupBy(unmanaged, ({ kind }) => kind)
  for (const { kind, complete, by } of reads)
    // A kind that does not exist yet was not looked at.
    if (complete && by === undefined) next.set(kind, listAfter(lists.get(kind) ?? new Map(), byKind.get(kind) ?? []))
  return isSame(lists, next) ? lists : next
}

/** What goes into the lists that begin with this plan. */
export const newlySeen = (
  lists: SeenLists,
  { reads, unmanaged }: Pick<Plan, 'reads' | 'unmanaged'>,
): UnmanagedObject[] => {
  const begun = new Set(
    reads.filter(({ kind, complete, by }) => complete && by === undefined && !lists.has(kind)).map(({ kind }) => kind),
  )
  return unmanaged.filter(({ kind, addedByHand }) => begun.has(kind) && !addedByHand)
}

function listAfter(list: ReadonlyMap<string, SeenObject>, live: readonly UnmanagedObject[]): Map<string, SeenObject> {
  return new Map(
    live.flatMap(({ addedByHand, mark }): [string, SeenObject][] => {
      const row = list.get(objectIn(mark)) ?? (addedByHand ? undefined : { mark })
      return row === undefined ? [] : [[objectIn(mark), row]]
    }),
  )
}

function isSame(one: SeenLists, other: SeenLists): boolean {
  const holds = (kind: string, list: ReadonlyMap<string, SeenObject>): boolean =>
    other.get(kind)?.size === list.size &&
    [...list].every(([object, { mark }]) => other.get(kind)?.get(object)?.mark === mark)
  return one.size === other.size && [...one].every(([kind, list]) => holds(kind, list))
}

/** Adds to the lists objects that a person left as they are. */
export function withLeft(
  lists: SeenLists,
  left: readonly UnmanagedObject[],
  by: Required<Omit<SeenObject, 'mark'>>,
): SeenLists {
  const next = new Map(lists)
  for (const { kind, mark, initial } of left) {
    const list = new Map(next.get(kind))
    // An object that is as on a new server again needs no row.
    if (initial) list.delete(objectIn(mark))
    else list.set(objectIn(mark), { mark, ...by })
    next.set(kind, list)
  }
  return next
}

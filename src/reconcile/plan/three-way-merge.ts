import type { Attempt } from '../ledger/types.ts'
import type { Action, Cause, Fields, Value } from '../values.ts'

/** What desired, live and ledger together mean for one object: the table of cases of the design, as a value. */
export type Verdict =
  | { readonly is: 'nothing' }
  /** `changed`: live is not as Herdbook left it. */
  | { readonly is: 'released'; readonly changed?: true }
  | { readonly is: 'in-sync' }
  | { readonly is: 'unmanaged' }
  | {
      readonly is: 'step'
      readonly action: Action
      readonly fields: readonly string[]
      readonly apart: readonly Apart[]
    }
  | { readonly is: 'difference'; readonly action: Action; readonly apart: readonly Apart[] }

/** Fields that differ for one reason, and are told until somebody has settled it. */
export interface Apart {
  readonly cause: Exclude<Cause, 'change'>
  readonly fields: readonly string[]
}

/** The fields of all of them. */
export const fieldsApart = (list: readonly Apart[]): readonly string[] => list.flatMap(({ fields }) => fields)

/** Of the files: the object must not be there. Of the ledger: the files said so, and it was not. */
export const ABSENT = 'absent'

export interface Sides {
  /** null where the files do not name it. */
  readonly desired: Fields | typeof ABSENT | null
  readonly live: Fields | null
  /** null where the ledger does not know it. */
  readonly ledger: Fields | typeof ABSENT | null
  /** False where the file, the key or the object is no longer managed. */
  readonly managed: boolean
  /** Writes that were about to be made and were never verified. */
  readonly attempts: readonly Pick<Attempt, 'action' | 'fields'>[]
  readonly same: (field: string, a: Value, b: Value) => boolean
  /** Fields that belong together; one that is in none of these stands by itself. */
  readonly bound?: readonly (readonly string[])[]
}

const isEmpty = (value: Value): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0) || isEmptyMap(value)
const isEmptyMap = (value: Value): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0

/** The fields on which two sides differ, among those that both have. */
function differing(a: Fields, b: Fields, same: Sides['same']): string[] {
  return Object.keys(a)
    .filter((field) => Object.hasOwn(b, field) && !same(field, a[field] ?? null, b[field] ?? null))
    .sort()
}

/**
 * The ledger's side with attempts counted in: a live value that equals one we were about to set is ours,
 * so that a revert after a half-failed apply undoes what was done, and a killed create is not a stranger's.
 */
function baseline({ live, ledger, attempts, same }: Sides): Sides['ledger'] {
  if (live === null) return attempts.some((attempt) => attempt.action === 'delete') ? null : ledger
  if (ledger === null || ledger === ABSENT) {
    const ours = attempts.findLast(
      (attempt) => attempt.action !== 'delete' && differing(attempt.fields, live, same).length === 0,
    )
    return ours ? pick(live, Object.keys(ours.fields)) : ledger
  }
  const attempted = (field: string): boolean =>
    attempts.some(
      (a) =>
        Object.hasOwn(a.fields, field) &&
        Object.hasOwn(live, field) &&
        same(field, a.fields[field] ?? null, live[field] ?? null),
    )
  const fields = new Set([...Object.keys(ledger), ...attempts.flatMap((attempt) => Object.keys(attempt.fields))])
  const result: Record<string, Value> = {}
  for (const field of fields) {
    if (attempted(field)) result[field] = live[field] ?? null
    else if (Object.hasOwn(ledger, field)) result[field] = ledger[field] ?? null
  }
  return result
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name] ?? null]),
  )
}

/** Decides the case of one object. The first row of the table that fits holds. */
export function judge(sides: Sides): Verdict {
  const { desired, live, managed, same } = sides
  const ledger = baseline(sides)
  if (!managed) return sides.ledger ? judgeReleased(live, ledger, same) : { is: 'nothing' }
  if (desired === null) return judgeAbsent(live, ledger, same)
  if (desired === ABSENT) return judgeUnwanted(live, ledger, same)
  if (live === null) return judgeMissing(desired, ledger, same)
  return judgeFields(desired, live, ledger, sides)
}

/** Whether live is not as the ledger has it. What must not be there and is again is as little as any other. */
const isChanged = (live: Fields | null, ledger: Sides['ledger'], same: Sides['same']): boolean =>
  live !== null && ledger !== null && (ledger === ABSENT || differing(ledger, live, same).length > 0)

const judgeReleased = (live: Fields | null, ledger: Sides['ledger'], same: Sides['same']): Verdict =>
  isChanged(live, ledger, same) ? { is: 'released', changed: true } : { is: 'released' }

function judgeAbsent(live: Fields | null, ledger: Sides['ledger'], same: Sides['same']): Verdict {
  if (live === null) return { is: 'in-sync' }
  if (ledger === null) return { is: 'unmanaged' }
  // The files said that it must not be there, and say nothing of it any more.
  if (ledger === ABSENT) return judgeReleased(live, ledger, same)
  const changed = differing(ledger, live, same)
  return changed.length === 0
    ? { is: 'step', action: 'delete', fields: [], apart: [] }
    : { is: 'difference', action: 'delete', apart: [{ cause: 'conflict', fields: changed }] }
}

/** The files say that it must not be there. What would go and was never ours is told with all its fields. */
function judgeUnwanted(live: Fields | null, ledger: Sides['ledger'], same: Sides['same']): Verdict {
  if (live === null) return { is: 'in-sync' }
  if (ledger !== null && ledger !== ABSENT) return judgeAbsent(live, ledger, same)
  const cause = ledger === null ? 'takeover' : 'drift'
  return { is: 'difference', action: 'delete', apart: [{ cause, fields: Object.keys(live).sort() }] }
}

function judgeMissing(desired: Fields, ledger: Sides['ledger'], same: Sides['same']): Verdict {
  const fields = Object.keys(desired).sort()
  if (ledger === null || ledger === ABSENT) return { is: 'step', action: 'create', fields, apart: [] }
  const cause =
    differing(desired, ledger, same).length === 0 && !fields.some((f) => !Object.hasOwn(ledger, f))
      ? 'drift'
      : 'conflict'
  return { is: 'difference', action: 'create', apart: [{ cause, fields }] }
}

function judgeFields(desired: Fields, live: Fields, ledger: Sides['ledger'], { same, bound = [] }: Sides): Verdict {
  const fields = differing(desired, live, same)
  if (fields.length === 0) return { is: 'in-sync' }
  if (ledger === null) return { is: 'difference', action: 'update', apart: [{ cause: 'takeover', fields }] }
  if (ledger === ABSENT) return { is: 'difference', action: 'update', apart: [{ cause: 'conflict', fields }] }
  const own = new Map(fields.map((field) => [field, causeOf(field, desired, live, ledger, same)]))
  const causes = Map.groupBy(fields, (field) => heldBack(field, own, bound))
  const apart = APART.flatMap((cause): Apart[] =>
    causes.has(cause) ? [{ cause, fields: causes.get(cause) ?? [] }] : [],
  )
  const change = causes.get('change')
  return change
    ? { is: 'step', action: 'update', fields: change, apart }
    : { is: 'difference', action: 'update', apart }
}

/** Reasons to tell instead of to act, those first that take others along. */
const APART = ['conflict', 'takeover', 'drift'] as const

/** The case of a field among those that belong together with it: a conflict or a takeover of one is that of all. */
function heldBack(field: string, causes: ReadonlyMap<string, Cause>, bound: NonNullable<Sides['bound']>): Cause {
  const among = (bound.find((group) => group.includes(field)) ?? [field]).map((other) => causes.get(other))
  return (['conflict', 'takeover'] as const).find((cause) => among.includes(cause)) ?? causes.get(field) ?? 'change'
}

/** One differing field. A field that the ledger does not know and live leaves empty overwrites nobody's word. */
function causeOf(field: string, desired: Fields, live: Fields, ledger: Fields, same: Sides['same']): Cause {
  if (!Object.hasOwn(ledger, field)) return isEmpty(live[field] ?? null) ? 'change' : 'takeover'
  const last = ledger[field] ?? null
  // Live first: an order is compared among what both sides have, so that a new rule leaves it equal to both.
  if (same(field, live[field] ?? null, last)) return 'change'
  return same(field, desired[field] ?? null, last) ? 'drift' : 'conflict'
}

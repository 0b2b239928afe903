import type { Attempt } from '../ledger/types.ts'
import type { Action, Cause } from '../values.ts'
import type { Fields, Value } from '../../instance/values.ts'

/** What desired, live and ledger together mean for one object: a row of the table of cases. */
export type Verdict =
  | { readonly is: 'nothing' }
  /** `changed`: live is not as the ledger has it. */
  | { readonly is: 'released'; readonly changed?: true }
  | { readonly is: 'in-sync' }
  | { readonly is: 'unmanaged' }
  | {
      readonly is: 'step'
      readonly action: Action
      readonly fields: readonly string[]
      readonly apart: readonly DifferingFields[]
    }
  | { readonly is: 'difference'; readonly action: Action; readonly apart: readonly DifferingFields[] }

/** Fields that differ for one reason, shown until a person decides. */
export interface DifferingFields {
  readonly cause: Exclude<Cause, 'change'>
  readonly fields: readonly string[]
}

/** The fields of all these groups. */
export const fieldsApart = (list: readonly DifferingFields[]): readonly string[] => list.flatMap(({ fields }) => fields)

/** In files: the object must not be there. In the ledger: the files said so, and it was verified. */
export const ABSENT = 'absent'

/** One object as files, live and ledger have it. */
export interface MergeInput {
  /** null if the files do not name it. */
  readonly desired: Fields | typeof ABSENT | null
  readonly live: Fields | null
  /** null if the ledger does not know it. */
  readonly ledger: Fields | typeof ABSENT | null
  /** False if the file, the key or the object is no longer managed. */
  readonly managed: boolean
  /** Writes that may have been made and were never verified. */
  readonly attempts: readonly Pick<Attempt, 'action' | 'fields'>[]
  readonly same: (field: string, a: Value, b: Value) => boolean
  /** Fields that belong together. A field in none of these groups is on its own. */
  readonly bound?: readonly (readonly string[])[]
}

const isEmpty = (value: Value): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0) || isEmptyMap(value)
const isEmptyMap = (value: Value): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0

/** The fields on which two input differ, among those that both have. */
function differing(a: Fields, b: Fields, same: MergeInput['same']): string[] {
  return Object.keys(a)
    .filter((field) => Object.hasOwn(b, field) && !same(field, a[field] ?? null, b[field] ?? null))
    .sort()
}

/**
 * The ledger's side with attempts counted in: a live value that equals an attempted one counts as Herdbook's own. So a
 * revert after a half-failed apply undoes what was done, and a killed create is no takeover.
 */
function baseline({ live, ledger, attempts, same }: MergeInput): MergeInput['ledger'] {
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

/** Decides the case of one object: the first row of the table that fits. */
export function decide(input: MergeInput): Verdict {
  const { desired, live, managed, same } = input
  const ledger = baseline(input)
  if (!managed) return input.ledger ? decideReleased(live, ledger, same) : { is: 'nothing' }
  if (desired === null) return decideAbsent(live, ledger, same)
  if (desired === ABSENT) return decideUnwanted(live, ledger, same)
  if (live === null) return decideMissing(desired, ledger, same)
  return decideFields(desired, live, ledger, input)
}

/** Whether live is not as the ledger has it. An object that the ledger calls `absent` and that is back is changed. */
const isChanged = (live: Fields | null, ledger: MergeInput['ledger'], same: MergeInput['same']): boolean =>
  live !== null && ledger !== null && (ledger === ABSENT || differing(ledger, live, same).length > 0)

const decideReleased = (live: Fields | null, ledger: MergeInput['ledger'], same: MergeInput['same']): Verdict =>
  isChanged(live, ledger, same) ? { is: 'released', changed: true } : { is: 'released' }

function decideAbsent(live: Fields | null, ledger: MergeInput['ledger'], same: MergeInput['same']): Verdict {
  if (live === null) return { is: 'in-sync' }
  if (ledger === null) return { is: 'unmanaged' }
  // The files said that it must not be there, and no longer say anything about it.
  if (ledger === ABSENT) return decideReleased(live, ledger, same)
  const changed = differing(ledger, live, same)
  return changed.length === 0
    ? { is: 'step', action: 'delete', fields: [], apart: [] }
    : { is: 'difference', action: 'delete', apart: [{ cause: 'conflict', fields: changed }] }
}

/** The files say that it must not be there. One that the ledger does not hold is shown with all its fields. */
function decideUnwanted(live: Fields | null, ledger: MergeInput['ledger'], same: MergeInput['same']): Verdict {
  if (live === null) return { is: 'in-sync' }
  if (ledger !== null && ledger !== ABSENT) return decideAbsent(live, ledger, same)
  const cause = ledger === null ? 'takeover' : 'drift'
  return { is: 'difference', action: 'delete', apart: [{ cause, fields: Object.keys(live).sort() }] }
}

function decideMissing(desired: Fields, ledger: MergeInput['ledger'], same: MergeInput['same']): Verdict {
  const fields = Object.keys(desired).sort()
  if (ledger === null || ledger === ABSENT) return { is: 'step', action: 'create', fields, apart: [] }
  const cause =
    differing(desired, ledger, same).length === 0 && !fields.some((f) => !Object.hasOwn(ledger, f))
      ? 'drift'
      : 'conflict'
  return { is: 'difference', action: 'create', apart: [{ cause, fields }] }
}

function decideFields(
  desired: Fields,
  live: Fields,
  ledger: MergeInput['ledger'],
  { same, bound = [] }: MergeInput,
): Verdict {
  const fields = differing(desired, live, same)
  if (fields.length === 0) return { is: 'in-sync' }
  if (ledger === null) return { is: 'difference', action: 'update', apart: [{ cause: 'takeover', fields }] }
  if (ledger === ABSENT) return { is: 'difference', action: 'update', apart: [{ cause: 'conflict', fields }] }
  const own = new Map(fields.map((field) => [field, causeOf(field, desired, live, ledger, same)]))
  const causes = Map.groupBy(fields, (field) => heldBack(field, own, bound))
  const apart = APART.flatMap((cause): DifferingFields[] =>
    causes.has(cause) ? [{ cause, fields: causes.get(cause) ?? [] }] : [],
  )
  const change = causes.get('change')
  return change
    ? { is: 'step', action: 'update', fields: change, apart }
    : { is: 'difference', action: 'update', apart }
}

/** The reasons to show a field instead of changing it; the first two hold back fields that belong to theirs. */
const APART = ['conflict', 'takeover', 'drift'] as const

/** The cause of a field in its group: a conflict or a takeover of one field counts for all of them. */
function heldBack(field: string, causes: ReadonlyMap<string, Cause>, bound: NonNullable<MergeInput['bound']>): Cause {
  const among = (bound.find((group) => group.includes(field)) ?? [field]).map((other) => causes.get(other))
  return (['conflict', 'takeover'] as const).find((cause) => among.includes(cause)) ?? causes.get(field) ?? 'change'
}

/** The cause of one differing field. Filling a field that is empty and not in the ledger overwrites nothing. */
function causeOf(field: string, desired: Fields, live: Fields, ledger: Fields, same: MergeInput['same']): Cause {
  if (!Object.hasOwn(ledger, field)) return isEmpty(live[field] ?? null) ? 'change' : 'takeover'
  const last = ledger[field] ?? null
  // Live first: `same` compares orders by common members only, so a new rule leaves live equal to both inputs.
  if (same(field, live[field] ?? null, last)) return 'change'
  return same(field, desired[field] ?? null, last) ? 'drift' : 'conflict'
}

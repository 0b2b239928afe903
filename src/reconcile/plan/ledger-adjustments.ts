import { sourcesInLedger } from '../claims.ts'
import { byText, equal } from '../equal.ts'
import type { PlanInput } from './input.ts'
import { holdsOne, referencesIn } from './references.ts'
import type { ComparableFields } from './unresolved.ts'
import type { Kind } from '../kind.ts'
import type { Ledger, LedgerEntry } from '../ledger/types.ts'
import type { Adjustment } from './types.ts'
import type { DesiredObject, LiveObject, Candidate } from '../objects.ts'
import type { ObjectRef } from '../values.ts'

/** One object as files, live and ledger have it, with all that its comparison needs. */
export interface ComparedObject {
  readonly kind: Kind
  readonly id: string
  readonly desired: DesiredObject | undefined
  /** What the files say of it, ready to be compared. */
  readonly files: ComparableFields
  readonly live: LiveObject | undefined
  readonly entry: LedgerEntry | undefined
  readonly attempts: Ledger['attempts']
  readonly prospect: Candidate | undefined
  readonly others: 'leave' | 'delete'
  /** The files of its kind that are managed. */
  readonly managed: ReadonlySet<string>
  /** Whether the plan changes another object. */
  readonly isChanging: (ref: ObjectRef) => boolean
  /** It was removed at once: the files do not count for it. */
  readonly removed: boolean
}

/** Takes an object out of the ledger. */
export const forget = (kind: Kind, id: string): Adjustment => ({ to: 'forget', ref: `${kind.name}/${id}` })

/** Records an object that is in sync, or forgets one that is gone on both sides. */
export function recordInSync(
  { kind, id, desired, files, live, entry }: ComparedObject,
  input: PlanInput,
): Adjustment[] {
  if (!desired) return entry ? [forget(kind, id)] : []
  const serverId = live?.serverId ?? null
  const consent = desired.consent === undefined ? {} : { consent: desired.consent }
  // A field that this version of the server does not have is not verified: after an upgrade it would look like drift.
  const fields = Object.fromEntries(
    Object.entries(files.fields).filter(([field]) => live === undefined || Object.hasOwn(live.fields, field)),
  )
  const sources = sourcesInLedger(kind, desired)
  // Objects that an unreadable field took its value of stay needed.
  const takes = takenBy(
    desired,
    Object.keys(fields).filter((field) => !files.unread?.has(field)),
    files.unread && entry?.takes,
  )
  const state = desired.state === undefined ? {} : { state: desired.state }
  const next: LedgerEntry = {
    kind: kind.name,
    id,
    serverId,
    fields,
    ...consent,
    ...sources,
    ...takes,
    ...state,
    commit: input.commit,
  }
  const unchanged =
    entry &&
    entry.id === id &&
    entry.serverId === serverId &&
    entry.consent === next.consent &&
    entry.state === next.state &&
    equal(entry.sources ?? [], next.sources ?? []) &&
    equal(entry.takes ?? [], next.takes ?? []) &&
    equal(entry.fields, next.fields)
  const renamed = entry && entry.id !== id ? [forget(kind, entry.id)] : []
  return unchanged ? [] : [...renamed, { to: 'record', entry: next }]
}

/** Records the fields that are in sync although others of their object differ. */
export function recordFields(
  { id, desired, files, live, entry }: ComparedObject,
  open: readonly string[],
): Adjustment[] {
  // An entry that says `absent` has no fields to update.
  if (!desired || !live || !entry || entry.id !== id || entry.state === 'absent') return []
  const inSync = Object.entries(files.fields).filter(
    ([field]) => Object.hasOwn(live.fields, field) && !open.includes(field) && !files.unread?.has(field),
  )
  const fields = { ...entry.fields, ...Object.fromEntries(inSync) }
  if (equal(fields, entry.fields)) return []
  // Objects that the open fields took a value of stay needed.
  const names = inSync.map(([field]) => field)
  return [{ to: 'record', entry: { ...entry, fields, ...takenBy(desired, names, entry.takes) } }]
}

/** The objects that these fields take values of. */
function takenBy(
  { fields }: DesiredObject,
  names: readonly string[],
  also: readonly ObjectRef[] = [],
): Pick<LedgerEntry, 'takes'> {
  if (also.length === 0 && !holdsOne(fields)) return {}
  const taken = names.flatMap((name) => referencesIn(fields[name] ?? null)).map(({ object }) => object)
  const takes = [...new Set([...also, ...taken])].sort(byText)
  return takes.length === 0 ? {} : { takes }
}

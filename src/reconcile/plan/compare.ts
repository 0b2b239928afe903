import type { Diagnostic } from '../../instance/diagnostic.ts'
import { ABSENT, decide, fieldsApart, type DifferingFields, type Verdict } from './three-way-merge.ts'
import { absenceOf, leftBehind, sideOf, takesStep, type Absence } from './absence.ts'
import { type LeftBehindObject } from './types.ts'
import { fateOf, filesInStep } from '../claims.ts'
import { byText, equal } from '../equal.ts'
import type { PlanInput } from './input.ts'
import { partedByInputs, winsInputs } from './restarts.ts'
import { asSecret, compareSecrets, secretChanged, type SecretField } from './secret-fields.ts'
import { forget, recordFields, recordInSync, type ComparedObject } from './ledger-adjustments.ts'
import { letGoOf, unmanagedOf } from '../seen-list.ts'
import { changeOf, sameUnlessPending } from './unresolved.ts'
import type { DraftStep } from '../kind.ts'
import type { Adjustment, KindRead, Difference, Step, UnmanagedObject, WaitingObject } from './types.ts'
import type { DesiredObject } from '../objects.ts'
import type { Fields } from '../../instance/values.ts'
import type { ObjectRef } from '../values.ts'

/** What a kind or one object adds to the plan. */
export interface PlanPart {
  readonly read: KindRead | null
  readonly drafts: readonly DraftStep[]
  readonly differences: readonly Difference[]
  readonly waiting: readonly WaitingObject[]
  readonly unmanaged: readonly UnmanagedObject[]
  /** Objects that left the files and that the server keeps. */
  readonly letGo: number
  readonly leftBehind: readonly LeftBehindObject[]
  /** Objects that the files leave alone. */
  readonly leftAlone: readonly ObjectRef[]
  readonly adjustments: readonly Adjustment[]
  readonly findings: readonly Diagnostic[]
  /** Names of secrets that this run could not compare. */
  readonly uncompared: readonly string[]
}

/** Adds nothing. */
export const EMPTY_PART: PlanPart = {
  read: null,
  drafts: [],
  differences: [],
  waiting: [],
  unmanaged: [],
  letGo: 0,
  leftBehind: [],
  leftAlone: [],
  adjustments: [],
  findings: [],
  uncompared: [],
}

/** Decides the case of one object, and what it adds to the plan. Secrets are compared by name and version. */
export function compareObject(object: ComparedObject, input: PlanInput): PlanPart {
  const { kind, id, desired, live, entry, attempts } = object
  if (live?.secrets === undefined) return compareSides(object, input)
  const held = compareSecrets({
    desired: desired?.fields ?? null,
    live: live.fields,
    ledger: entry?.fields ?? null,
    attempts,
    answers: live.secrets,
  })
  const part = compareSides(
    {
      ...object,
      live: { ...live, fields: held.live },
      ...(entry === undefined ? {} : { entry: { ...entry, fields: held.ledger ?? {} } }),
    },
    input,
  )
  const at = desired && input.instance.position(desired.source)
  const secretIn = (field: string): SecretField[] => {
    const secret = asSecret(desired?.fields[field])
    return secret === undefined ? [] : [secret]
  }
  return {
    ...part,
    uncompared: held.uncompared.flatMap(secretIn).map(({ secret }) => secret),
    findings: held.changed.flatMap((field) =>
      secretIn(field).map((secret) => secretChanged(`${kind.name}/${id}`, field, secret, at)),
    ),
  }
}

function compareSides(object: ComparedObject, input: PlanInput): PlanPart {
  const { kind, id, desired, files, live, entry } = object
  if (object.removed)
    return live
      ? { ...EMPTY_PART, drafts: [{ ...draft(object, 'delete', 'change', []), removal: true }] }
      : { ...EMPTY_PART, adjustments: entry ? [forget(kind, id)] : [] }
  const remembered = (fields: Fields): Fields => kind.remembered?.(fields, input.instance, live?.fields ?? {}) ?? fields
  const verdict = decide({
    desired: sideOf(desired && { ...desired, fields: files.fields }),
    live: live?.fields ?? null,
    ledger: entry
      ? entry.state === ABSENT
        ? ABSENT
        : remembered(entry.fields)
      : desired && live?.untouched
        ? live.fields
        : null,
    managed: desired !== undefined || (isGone(object) && takesStep(endOf(object, input)) && !live?.spared),
    attempts: object.attempts.map(({ action, fields }) => ({ action, fields: remembered(fields) })),
    same: sameUnlessPending(files, kind.same ?? ((_field, a, b) => equal(a, b))),
    // A renamed object gets all its fields or waits.
    bound: entry && desired && entry.id !== id ? [Object.keys(desired.fields)] : (kind.bound ?? []),
  })
  return partOf(verdict, object, input)
}

/** Whether all files that it came from are managed. Else it is let go, not deleted, when no file names it. */
const isGone = ({ kind, entry, managed }: ComparedObject): boolean =>
  entry === undefined || fateOf(kind, entry, { yielded: false, managed }) === 'gone'

/** The absence of this object, if the files no longer name it. */
const endOf = ({ kind, id, live }: ComparedObject, { instance }: PlanInput): Absence =>
  absenceOf(kind, { id, live: live ?? null }, instance)

function partOf(verdict: Verdict, object: ComparedObject, input: PlanInput): PlanPart {
  const { kind, id } = object
  switch (verdict.is) {
    case 'nothing':
      return unmanaged(object, input)
    case 'released':
      return {
        ...EMPTY_PART,
        letGo: object.live ? 1 : 0,
        leftBehind: object.live ? leftBehind(`${kind.name}/${id}`, endOf(object, input)) : [],
        unmanaged: object.live ? [letGoOf(kind.name, object.live, verdict, input)] : [],
        adjustments: [forget(kind, id)],
      }
    case 'in-sync':
      return { ...EMPTY_PART, adjustments: recordInSync(object, input) }
    case 'unmanaged':
      return object.others === 'delete' && !object.live?.spared
        ? { ...EMPTY_PART, drafts: [{ ...draft(object, 'delete', 'change', []), unmanaged: true }] }
        : unmanaged(object, input)
    default:
      return different(verdict, object, input)
  }
}

/** Makes a step of what changed in the files and of differences where the files' version is used; shows the rest. */
function different(
  verdict: Extract<Verdict, { is: 'step' | 'difference' }>,
  object: ComparedObject,
  input: PlanInput,
): PlanPart {
  // An object that cannot be applied yet waits; it is no difference to decide.
  const waits = verdict.is === 'difference' && object.prospect?.obstacle !== undefined && object.entry === undefined
  const { restarts, shown, others } = staleInputs(verdict, object, input)
  const { applied = [], open = [] } = Object.groupBy(others, (one) =>
    waits || usesFiles(one, verdict.action, object, input) ? 'applied' : 'open',
  )
  const own = [...(verdict.is === 'step' ? verdict.fields : []), ...restarts]
  const cause = own.length > 0 || verdict.is === 'step' ? ('change' as const) : applied[0]?.cause
  const part =
    cause === undefined ? EMPTY_PART : stepOrWait(object, verdict.action, cause, [...own, ...fieldsApart(applied)])
  return {
    ...part,
    differences: together([...open, ...shown]).map((one) => difference(object, one.cause, one.fields)),
    adjustments: recordFields(object, [...own, ...fieldsApart(verdict.apart)]),
  }
}

/** Sorts out stale inputs of a unit: a step if the plan changes what it reads, else shown as a difference. */
function staleInputs(
  { action, apart }: Extract<Verdict, { is: 'step' | 'difference' }>,
  object: ComparedObject,
  { restore }: PlanInput,
): {
  readonly restarts: readonly string[]
  readonly shown: readonly DifferingFields[]
  readonly others: readonly DifferingFields[]
} {
  const { kind, id } = object
  const nothing = { restarts: [], shown: [], others: apart }
  if (action !== 'update' || kind.restarts === undefined) return nothing
  const { inputs, others } = partedByInputs(apart, kind.restarts)
  if (inputs === null || restore.has(`${kind.name}/${id}`)) return nothing
  const reads = kind.after?.(draft(object, 'update', 'change', inputs.fields)) ?? []
  return winsInputs(reads, object.isChanging, false)
    ? { restarts: inputs.fields, shown: [], others }
    : { restarts: [], shown: [inputs], others }
}

/** Joins the groups of one cause. */
const together = (list: readonly DifferingFields[]): readonly DifferingFields[] =>
  [...Map.groupBy(list, ({ cause }) => cause)].map(([cause, alike]) => ({ cause, fields: fieldsApart(alike) }))

/** Whether a difference is settled by using the files' version. */
const usesFiles = (
  { cause, fields }: DifferingFields,
  action: Step['action'],
  object: ComparedObject,
  input: PlanInput,
): boolean =>
  input.restore.has(`${object.kind.name}/${object.id}`) ||
  // `--take-over` covers what the files describe. To delete what they only want gone, a person has to say so.
  (cause === 'takeover' && action !== 'delete' && input.takeOver) ||
  (cause === 'drift' && isCorrected(draft(object, action, cause, fields), input))

/** Whether the policy corrects this drift. What would weaken or open something is for a person to decide. */
function isCorrected(step: DraftStep, { live, policy }: PlanInput): boolean {
  if (policy.driftOf(step.kind) !== 'correct') return false
  const { weakens, opens } = live.assess(step)
  return !weakens && !opens
}

function stepOrWait(
  object: ComparedObject,
  action: Step['action'],
  cause: Step['cause'],
  fields: readonly string[],
): PlanPart {
  const obstacle = action === 'delete' ? undefined : object.prospect?.obstacle
  if (obstacle !== undefined && object.desired) {
    return {
      ...EMPTY_PART,
      waiting: [{ kind: object.kind.name, id: object.id, reason: obstacle, source: object.desired.source }],
    }
  }
  return { ...EMPTY_PART, drafts: [draft(object, action, cause, fields)] }
}

function draft(
  object: ComparedObject,
  action: Step['action'],
  cause: Step['cause'],
  fields: readonly string[],
): DraftStep {
  const { kind, id, desired, live, prospect } = object
  const changes = [...fields].sort(byText).map((field) => changeOf(field, desired?.fields, live?.fields))
  const serverId = live?.serverId ?? prospect?.serverId ?? null
  const { createdAt, madeBy } = prospect ?? {}
  return {
    kind: kind.name,
    id,
    action,
    cause,
    serverId,
    ...(serverId !== null || madeBy === undefined ? {} : { madeBy }),
    changes,
    target: action === 'delete' ? {} : (desired?.fields ?? {}),
    seen: live?.fields ?? {},
    ...(object.entry === undefined || object.entry.id === id ? {} : { formerly: object.entry.id }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...placeOf(desired),
    ...filesInStep(kind, { ...desired }, object.entry),
    ...(desired?.notBefore === undefined ? {} : { notBefore: desired.notBefore }),
    ...(desired?.consent === undefined
      ? {}
      : desired.consent === object.entry?.consent
        ? { usedConsent: desired.consent }
        : { consent: desired.consent }),
  }
}

/** Where the files say it. */
const placeOf = (desired: DesiredObject | undefined): Pick<Step, 'source' | 'alsoIn'> =>
  desired === undefined
    ? {}
    : { source: desired.source, ...(desired.alsoIn === undefined ? {} : { alsoIn: desired.alsoIn }) }

function difference(object: ComparedObject, cause: Difference['cause'], fields: readonly string[]): Difference {
  const { kind, id, desired, files, live, entry } = object
  const one: Difference = {
    kind: kind.name,
    id,
    cause,
    ...(desired?.state === undefined ? {} : { state: desired.state }),
    desired: desired === undefined || desired.state === 'absent' ? null : files.fields,
    live: live?.fields ?? null,
    ledger: entry?.fields ?? null,
    fields: [...fields].sort(byText),
    ...placeOf(desired),
  }
  return kind.waysOut === undefined ? one : { ...one, ways: kind.waysOut(one) }
}

/** Shows an object that no file names; it stays. `restore` takes away what was added by hand. */
function unmanaged(object: ComparedObject, input: PlanInput): PlanPart {
  const { kind, id, live } = object
  const one = live ? unmanagedOf(kind, live, input) : null
  if (one === null) return EMPTY_PART
  return one.restorable && input.restore.has(`${kind.name}/${id}`)
    ? { ...EMPTY_PART, drafts: [{ ...draft(object, 'delete', 'drift', []), unmanaged: true }] }
    : { ...EMPTY_PART, unmanaged: [one] }
}

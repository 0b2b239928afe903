import type { Diagnostic } from '../../instance/diagnostic.ts'
import { ABSENT, fieldsApart, judge, type Apart, type Verdict } from './three-way-merge.ts'
import { absenceOf, leftBehind, sideOf, takesStep, type Absence } from './absence.ts'
import { type LeftBehind } from './types.ts'
import { fateOf, filesInStep } from '../claims.ts'
import { byText, equal } from '../equal.ts'
import type { PlanInput } from './input.ts'
import { partedByInputs, winsInputs } from './restarts.ts'
import { asSecret, compareSecrets, secretChanged, type SecretField } from './secret-fields.ts'
import { forget, settle, settleFields, type ThreeWay } from './settle.ts'
import { letGoOf, unmanagedOf } from '../seen-list.ts'
import { changeOf, sameUnlessPending } from './unresolved.ts'
import type { Draft } from '../kind.ts'
import type { Adjustment, KindRead, Difference, Step, Unmanaged, Waiting } from './types.ts'
import type { DesiredObject } from '../objects.ts'
import type { Fields, ObjectRef } from '../values.ts'

/** What a kind, or an object of it, adds to the plan. */
export interface Part {
  readonly read: KindRead | null
  readonly drafts: readonly Draft[]
  readonly differences: readonly Difference[]
  readonly waiting: readonly Waiting[]
  readonly unmanaged: readonly Unmanaged[]
  /** Objects that the files no longer speak of, and that the server keeps. */
  readonly letGo: number
  readonly leftBehind: readonly LeftBehind[]
  /** Objects that the files leave alone. */
  readonly leftAlone: readonly ObjectRef[]
  readonly adjustments: readonly Adjustment[]
  readonly findings: readonly Diagnostic[]
  /** Names of secrets that this run could not compare. */
  readonly uncompared: readonly string[]
}

/** Adds nothing. */
export const NOTHING: Part = {
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

/** Decides the case of one object, and what it adds to the plan. Secrets take part by name and version, in the place of how they compare. */
export function compareObject(trio: ThreeWay, input: PlanInput): Part {
  const { kind, id, desired, live, entry, attempts } = trio
  if (live?.secrets === undefined) return compareSides(trio, input)
  const held = compareSecrets({
    desired: desired?.fields ?? null,
    live: live.fields,
    ledger: entry?.fields ?? null,
    attempts,
    answers: live.secrets,
  })
  const part = compareSides(
    {
      ...trio,
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

function compareSides(trio: ThreeWay, input: PlanInput): Part {
  const { kind, id, desired, files, live, entry } = trio
  if (trio.removed)
    return live
      ? { ...NOTHING, drafts: [{ ...draft(trio, 'delete', 'change', []), removal: true }] }
      : { ...NOTHING, adjustments: entry ? [forget(kind, id)] : [] }
  const remembered = (fields: Fields): Fields => kind.remembered?.(fields, input.instance, live?.fields ?? {}) ?? fields
  const verdict = judge({
    desired: sideOf(desired && { ...desired, fields: files.fields }),
    live: live?.fields ?? null,
    ledger: entry
      ? entry.state === ABSENT
        ? ABSENT
        : remembered(entry.fields)
      : desired && live?.untouched
        ? live.fields
        : null,
    managed: desired !== undefined || (isGone(trio) && takesStep(endOf(trio, input)) && !live?.spared),
    attempts: trio.attempts.map(({ action, fields }) => ({ action, fields: remembered(fields) })),
    same: sameUnlessPending(files, kind.same ?? ((_field, a, b) => equal(a, b))),
    // What gets another name gets all that goes with it, or waits.
    bound: entry && desired && entry.id !== id ? [Object.keys(desired.fields)] : (kind.bound ?? []),
  })
  return partOf(verdict, trio, input)
}

/** Whether the files that it came from are managed, all of them: what they no longer name is gone, and not only let go. */
const isGone = ({ kind, entry, managed }: ThreeWay): boolean =>
  entry === undefined || fateOf(kind, entry, { yielded: false, managed }) === 'gone'

/** What it means for this object that the files no longer name it. */
const endOf = ({ kind, id, live }: ThreeWay, { instance }: PlanInput): Absence =>
  absenceOf(kind, { id, live: live ?? null }, instance)

function partOf(verdict: Verdict, trio: ThreeWay, input: PlanInput): Part {
  const { kind, id } = trio
  switch (verdict.is) {
    case 'nothing':
      return unmanaged(trio, input)
    case 'released':
      return {
        ...NOTHING,
        letGo: trio.live ? 1 : 0,
        leftBehind: trio.live ? leftBehind(`${kind.name}/${id}`, endOf(trio, input)) : [],
        unmanaged: trio.live ? [letGoOf(kind.name, trio.live, verdict, input)] : [],
        adjustments: [forget(kind, id)],
      }
    case 'in-sync':
      return { ...NOTHING, adjustments: settle(trio, input) }
    case 'unmanaged':
      return trio.others === 'delete' && !trio.live?.spared
        ? { ...NOTHING, drafts: [{ ...draft(trio, 'delete', 'change', []), unmanaged: true }] }
        : unmanaged(trio, input)
    default:
      return different(verdict, trio, input)
  }
}

/** What changed in the files is a step, with what is to win besides; the rest of what differs is told. */
function different(verdict: Extract<Verdict, { is: 'step' | 'difference' }>, trio: ThreeWay, input: PlanInput): Part {
  // An object that can't be applied yet is told as waiting, not as a difference that somebody must settle.
  const waits = verdict.is === 'difference' && trio.prospect?.obstacle !== undefined && trio.entry === undefined
  const { restarts, told, others } = staleInputs(verdict, trio, input)
  const { won = [], open = [] } = Object.groupBy(others, (one) =>
    waits || wins(one, verdict.action, trio, input) ? 'won' : 'open',
  )
  const own = [...(verdict.is === 'step' ? verdict.fields : []), ...restarts]
  const cause = own.length > 0 || verdict.is === 'step' ? ('change' as const) : won[0]?.cause
  const part = cause === undefined ? NOTHING : stepOrWait(trio, verdict.action, cause, [...own, ...fieldsApart(won)])
  return {
    ...part,
    differences: together([...open, ...told]).map((one) => difference(trio, one.cause, one.fields)),
    adjustments: settleFields(trio, [...own, ...fieldsApart(verdict.apart)]),
  }
}

/** What a unit read, where that is stale: a step where the plan changes what it reads, told for any other reason. */
function staleInputs(
  { action, apart }: Extract<Verdict, { is: 'step' | 'difference' }>,
  trio: ThreeWay,
  { restore }: PlanInput,
): { readonly restarts: readonly string[]; readonly told: readonly Apart[]; readonly others: readonly Apart[] } {
  const { kind, id } = trio
  const nothing = { restarts: [], told: [], others: apart }
  if (action !== 'update' || kind.restarts === undefined) return nothing
  const { inputs, others } = partedByInputs(apart, kind.restarts)
  if (inputs === null || restore.has(`${kind.name}/${id}`)) return nothing
  const reads = kind.after?.(draft(trio, 'update', 'change', inputs.fields)) ?? []
  return winsInputs(reads, trio.isChanging, false)
    ? { restarts: inputs.fields, told: [], others }
    : { restarts: [], told: [inputs], others }
}

/** Those of one cause as one. */
const together = (list: readonly Apart[]): readonly Apart[] =>
  [...Map.groupBy(list, ({ cause }) => cause)].map(([cause, alike]) => ({ cause, fields: fieldsApart(alike) }))

const wins = ({ cause, fields }: Apart, action: Step['action'], trio: ThreeWay, input: PlanInput): boolean =>
  input.restore.has(`${trio.kind.name}/${trio.id}`) ||
  // Taking over is of what the files describe: what they only want gone takes somebody's word for it.
  (cause === 'takeover' && action !== 'delete' && input.takeOver) ||
  (cause === 'drift' && isCorrected(draft(trio, action, cause, fields), input))

/** A policy puts back what differs, but for what that would weaken or open: this a person decides. */
function isCorrected(step: Draft, { live, policy }: PlanInput): boolean {
  if (policy.driftOf(step.kind) !== 'correct') return false
  const { weakens, opens } = live.assess(step)
  return !weakens && !opens
}

function stepOrWait(trio: ThreeWay, action: Step['action'], cause: Step['cause'], fields: readonly string[]): Part {
  const obstacle = action === 'delete' ? undefined : trio.prospect?.obstacle
  if (obstacle !== undefined && trio.desired) {
    return {
      ...NOTHING,
      waiting: [{ kind: trio.kind.name, id: trio.id, reason: obstacle, source: trio.desired.source }],
    }
  }
  return { ...NOTHING, drafts: [draft(trio, action, cause, fields)] }
}

function draft(trio: ThreeWay, action: Step['action'], cause: Step['cause'], fields: readonly string[]): Draft {
  const { kind, id, desired, live, prospect } = trio
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
    ...(trio.entry === undefined || trio.entry.id === id ? {} : { formerly: trio.entry.id }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...placeOf(desired),
    ...filesInStep(kind, { ...desired }, trio.entry),
    ...(desired?.notBefore === undefined ? {} : { notBefore: desired.notBefore }),
    ...(desired?.consent === undefined
      ? {}
      : desired.consent === trio.entry?.consent
        ? { usedConsent: desired.consent }
        : { consent: desired.consent }),
  }
}

/** Where the files say it. */
const placeOf = (desired: DesiredObject | undefined): Pick<Step, 'source' | 'alsoIn'> =>
  desired === undefined
    ? {}
    : { source: desired.source, ...(desired.alsoIn === undefined ? {} : { alsoIn: desired.alsoIn }) }

function difference(trio: ThreeWay, cause: Difference['cause'], fields: readonly string[]): Difference {
  const { kind, id, desired, files, live, entry } = trio
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

/** What no file names is told, and stays; `restore` takes away what was added. */
function unmanaged(trio: ThreeWay, input: PlanInput): Part {
  const { kind, id, live } = trio
  const one = live ? unmanagedOf(kind, live, input) : null
  if (one === null) return NOTHING
  return one.restorable && input.restore.has(`${kind.name}/${id}`)
    ? { ...NOTHING, drafts: [{ ...draft(trio, 'delete', 'drift', []), unmanaged: true }] }
    : { ...NOTHING, unmanaged: [one] }
}

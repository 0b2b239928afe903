import { partsOf, refOf } from '../object-ref.ts'
import { firstCreates } from './first-apply.ts'
import { compareObject, EMPTY_PART, type PlanPart } from './compare.ts'
import { checkPending, pendingIntents } from '../pending-effects.ts'
import { planDigest } from '../digest.ts'
import { byText } from '../equal.ts'
import { whyUnread } from '../findings.ts'
import { guard } from './guard.ts'
import { entriesOf, type PlanInput } from './input.ts'
import { leftIn, leftInVain } from './left-alone.ts'
import { measured } from './measure.ts'
import { stillTimed } from './not-before.ts'
import { withNotices } from './notices.ts'
import { asNew, isLost, withMakers } from './not-created.ts'
import { order, othersIn } from './order.ts'
import { asVerified, changing, comparable, holdersIn, type ChangedFields, type ComparableFields } from './unresolved.ts'
import { activeRemovals, checkRemoved, removalOf } from './removed.ts'
import { forget } from './ledger-adjustments.ts'
import type { Kind, OtherObjects } from '../kind.ts'
import type { LedgerEntry } from '../ledger/types.ts'
import { MAKER_GONE, notRead } from './texts.ts'
import { unfinishedIn } from './unfinished.ts'
import type { Adjustment, Plan, Step, WaitingObject } from './types.ts'
import type { Desired, Observed } from '../objects.ts'
import type { ObjectRef } from '../values.ts'

/** Compares desired, observed and ledger, without I/O. Terminal, comment, JSON, guard and apply all use this value. */
export function plan(input: PlanInput): Plan {
  const others = othersIn(input)
  const { parts: compared, changes } = comparedAll(input, others)
  const parts = withMakers(input.kinds, compared, input.live.observed)
  const timed = stillTimed(
    order(
      input.kinds.flatMap((kind, i) => measured(kind, parts[i]?.drafts ?? [], input)),
      input,
    ),
    input.now,
  )
  const steps = withNotices(timed, input)
  const differences = parts.flatMap((part) => part.differences)
  const unfinished = unfinishedIn(input, { steps, others, changes })
  const open = new Set(unfinished.map(refOf))
  const pending = pendingIntents(input)
  const first = input.first ? firstCreates({ steps }, input) : []
  const unsealed = {
    version: 1 as const,
    environment: input.environment,
    domain: input.domain,
    commit: input.commit,
    ledger: input.ledger.head,
    reads: parts.flatMap((part) => part.read ?? []),
    unfinished,
    steps,
    drift: differences.filter((s) => s.cause === 'drift'),
    conflicts: differences.filter((s) => s.cause === 'conflict'),
    takeovers: differences.filter((s) => s.cause === 'takeover'),
    unmanaged: parts.flatMap((part) => part.unmanaged),
    waiting: parts.flatMap((part) => part.waiting),
    released: input.kinds.filter((kind) => input.desired.get(kind.name)?.state !== 'managed').map((kind) => kind.name),
    letGo: input.kinds.flatMap(({ name }, i) => (parts[i]?.letGo ? [{ kind: name, objects: parts[i].letGo }] : [])),
    leftBehind: parts.flatMap((part) => part.leftBehind),
    leftAlone: parts.flatMap((part) => part.leftAlone),
    // An object whose protocol has not ended is not verified.
    adjustments: parts.flatMap((part) => part.adjustments).filter((one) => !open.has(refOfAdjustment(one))),
    owed: pending.filter(({ repeatable }) => repeatable),
    removed: activeRemovals({ ...input, observed: input.live.observed }),
    findings: [
      ...parts.flatMap((part) => part.findings),
      ...checkPending(pending, input.kinds),
      ...checkRemoved(input),
      ...guard(steps, input),
    ],
    checks: input.live.checks,
    ...(first.length === 0 ? {} : { first }),
  }
  return { ...unsealed, digest: planDigest(unsealed, input.sealing) }
}

/** What each kind adds. Compares twice if objects take values of, or read, what the first pass changes. */
function comparedAll(
  input: PlanInput,
  others: OtherObjects,
): { readonly parts: readonly PlanPart[]; readonly changes: ChangedFields } {
  const comparedWith = (changes: ChangedFields): readonly PlanPart[] =>
    input.kinds.map((kind) => holdBack(kind, planKind(kind, input, { others, changes }), input, others))
  const none: ChangedFields = new Map()
  const parts = comparedWith(none)
  const holders = holdersIn(input.desired)
  const isStale = input.kinds.some(
    ({ restarts }, i) =>
      restarts !== undefined && parts[i]?.differences.some(({ fields }) => fields.includes(restarts)) === true,
  )
  if (holders.length === 0 && !isStale) return { parts, changes: none }
  const replaced = new Set(input.kinds.flatMap(({ name, replaces }) => (replaces ? [name] : [])))
  const drafts = parts.flatMap((part) => part.drafts)
  const changes = changing(drafts, holders, (kind) => replaced.has(kind))
  return { parts: comparedWith(changes), changes }
}

const refOfAdjustment = (one: Adjustment): ObjectRef => (one.to === 'forget' ? one.ref : refOf(one.entry))

/** What the comparison of an object needs besides that object. */
interface Around {
  readonly others: OtherObjects
  /** What changes in other objects. */
  readonly changes: ChangedFields
}

/** The plan with a part of its steps and the findings about just these. The digest stays that of the whole plan. */
export function narrow(
  { plan: whole, input }: { readonly plan: Plan; readonly input: PlanInput },
  keep: (step: Step) => boolean,
): Plan {
  const steps = whole.steps.filter(keep)
  if (steps.length === whole.steps.length) return whole
  return { ...whole, steps, findings: [...whole.findings.filter(whyUnread(whole)), ...guard(steps, input)] }
}

function planKind(kind: Kind, input: PlanInput, around: Around): PlanPart {
  const desired = input.desired.get(kind.name) ?? { state: 'unmanaged' }
  const entries = entriesOf(kind.name, input.ledger)
  if (desired.state === 'unmanaged')
    return { ...EMPTY_PART, letGo: entries.size, adjustments: [...entries.keys()].sort().map((id) => forget(kind, id)) }
  const observed = input.live.observed.get(kind.name)
  if (observed === undefined || observed.state === 'unknown') return unreadable(kind, observed)
  if (observed.state === 'complete') return compare(kind, { desired, observed, entries }, input, around)
  if (isLost(kind.name, input)) return lost(kind)
  const part = compare(kind, { desired, observed: asNew(observed), entries }, input, around)
  return { ...part, read: { kind: kind.name, complete: true, objects: 0, requests: 0, by: observed.by } }
}

/** Gone as a whole is not absent: no step. `checkLost` refuses it. */
const lost = (kind: Kind): PlanPart => ({
  ...EMPTY_PART,
  read: {
    kind: kind.name,
    complete: false,
    lost: true,
    reason: MAKER_GONE,
    objects: 0,
    requests: 0,
  },
})

/** Unknown is never absent: no step, no delete, and the ledger keeps its entries. */
function unreadable(kind: Kind, observed: Extract<Observed, { state: 'unknown' }> | undefined): PlanPart {
  const reason = observed?.reason ?? {
    code: 'not-read',
    severity: 'error' as const,
    message: notRead(kind.title.many),
  }
  return {
    ...EMPTY_PART,
    read: {
      kind: kind.name,
      complete: false,
      reason: reason.message,
      objects: observed?.objects.length ?? 0,
      requests: 0,
    },
    findings: [{ ...reason, about: kind.name }],
  }
}

/** What files, live and ledger hold of a kind. */
interface KindStates {
  readonly desired: Extract<Desired, { state: 'managed' }>
  readonly observed: Extract<Observed, { state: 'complete' }>
  readonly entries: ReadonlyMap<string, LedgerEntry>
}

function compare(
  kind: Kind,
  { desired, observed, entries }: KindStates,
  input: PlanInput,
  { others, changes }: Around,
): PlanPart {
  const live = new Map(observed.objects.map((object) => [object.id, object]))
  const wanted = new Map(desired.objects.map((object) => [object.id, object]))
  const renamed = new Map(
    desired.objects.flatMap(({ id, formerly }): [string, string][] => {
      const entry =
        formerly === undefined || wanted.has(formerly) || entries.has(id) ? undefined : entries.get(formerly)
      // An object that already has the new name may be someone else's.
      const taken = live.get(id)?.serverId ?? entry?.serverId
      return entry && taken === entry.serverId ? [[entry.id, id]] : []
    }),
  )
  const known = new Map([...entries].map(([id, entry]) => [renamed.get(id) ?? id, entry]))
  const attempts = Map.groupBy(
    input.ledger.attempts.filter((attempt) => attempt.kind === kind.name),
    (attempt) => attempt.id,
  )
  const { removed } = input.ledger
  const isRemoved = (id: string): boolean =>
    removed.length > 0 && removalOf(`${kind.name}/${id}`, removed, input.sealing) !== undefined
  const isChanging = (ref: ObjectRef): boolean => changes.has(ref)
  const filesOf = (id: string): ComparableFields => {
    const files = comparable(wanted.get(id)?.fields ?? {}, others.liveOf, changes)
    return files.pending.size > 0 && live.has(id)
      ? asVerified(files, known.get(id)?.fields ?? {}, (ref) => isUnread(ref, input, others))
      : files
  }
  const left = leftIn(kind, input)
  const aside = new Set(left.map(({ ref }) => ref))
  const all = [...new Set([...wanted.keys(), ...live.keys(), ...known.keys()])].sort(byText)
  const ids = aside.size === 0 ? all : all.filter((id) => !aside.has(`${kind.name}/${id}`))
  const parts = ids.map((id) =>
    compareObject(
      {
        kind,
        id,
        desired: isRemoved(id) ? undefined : wanted.get(id),
        isChanging,
        files: filesOf(id),
        removed: isRemoved(id),
        live: live.get(id),
        entry: known.get(id),
        attempts: attempts.get(id) ?? [],
        prospect: observed.prospects.get(id),
        others: desired.others,
        managed: desired.managed,
      },
      input,
    ),
  )
  const uncompared = [...new Set(parts.flatMap((part) => part.uncompared))].sort(byText)
  return {
    read: {
      kind: kind.name,
      complete: true,
      objects: observed.objects.filter(({ id, initial }) => initial !== true || wanted.has(id)).length,
      requests: observed.requests,
      ...(observed.connection === null ? {} : { connection: observed.connection }),
      ...(uncompared.length === 0 ? {} : { uncompared }),
    },
    drafts: parts.flatMap((part) => part.drafts),
    differences: parts.flatMap((part) => part.differences),
    waiting: parts.flatMap((part) => part.waiting),
    unmanaged: parts.flatMap((part) => part.unmanaged),
    letGo: parts.reduce((sum, part) => sum + part.letGo, 0),
    leftBehind: parts.flatMap((part) => part.leftBehind),
    leftAlone: [...aside].sort(byText),
    adjustments: parts.flatMap((part) => part.adjustments),
    findings: [...parts.flatMap((part) => part.findings), ...leftInVain(kind, input)],
    uncompared,
  }
}

/** Whether the state of an object of a managed kind is unknown. */
const isUnread = (ref: ObjectRef, { desired, live: { observed } }: PlanInput, { liveOf }: OtherObjects): boolean => {
  const [kind] = partsOf(ref)
  return (
    desired.get(kind)?.state === 'managed' &&
    (observed.get(kind)?.state ?? 'unknown') === 'unknown' &&
    liveOf(ref) === undefined
  )
}

/** Lets steps wait that the far end would refuse now. */
function holdBack(kind: Kind, part: PlanPart, input: PlanInput, others: OtherObjects): PlanPart {
  const { obstacle } = kind
  if (obstacle === undefined || part.drafts.length === 0) return part
  const connection = input.live.writes(kind.name, part.drafts.length)
  const reasons = part.drafts.map((step) =>
    step.source === undefined ? undefined : obstacle(step, connection, others),
  )
  const waiting = part.drafts.flatMap(({ id, source }, i): WaitingObject[] =>
    reasons[i] === undefined || source === undefined ? [] : [{ kind: kind.name, id, reason: reasons[i], source }],
  )
  return {
    ...part,
    drafts: part.drafts.filter((_, i) => reasons[i] === undefined),
    waiting: [...part.waiting, ...waiting],
  }
}

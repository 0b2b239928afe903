import type { Diagnostic } from '../instance/diagnostic.ts'
import { fieldsApart, judge, type Apart, type Verdict } from './cases.ts'
import { checkDebts, debtsOf } from './debts.ts'
import { planDigest } from './digest.ts'
import { byText, equal } from './equal.ts'
import { whyUnread } from './findings.ts'
import { guard } from './guard.ts'
import { entriesOf, type PlanInput } from './input.ts'
import { measured } from './measured.ts'
import { withNotices } from './notices.ts'
import { order, othersIn } from './order.ts'
import { checkRemoved, removalOf, standing } from './removed.ts'
import { letGoOf, unmanagedOf } from './seen.ts'
import type { Draft, Kind, Others } from './kind.ts'
import type { Ledger, LedgerEntry } from './ledger-types.ts'
import type {
  Adjustment,
  Change,
  Desired,
  DesiredObject,
  Fields,
  KindRead,
  LiveObject,
  Observed,
  Plan,
  Prospect,
  Standoff,
  Step,
  Unmanaged,
  Value,
  Waiting,
} from './types.ts'

/** What one kind adds to the plan. */
interface Part {
  readonly read: KindRead | null
  readonly drafts: readonly Draft[]
  readonly standoffs: readonly Standoff[]
  readonly waiting: readonly Waiting[]
  readonly unmanaged: readonly Unmanaged[]
  /** Objects that the files no longer speak of, and that the server keeps. */
  readonly letGo: number
  readonly adjustments: readonly Adjustment[]
  readonly findings: readonly Diagnostic[]
}

const NOTHING: Part = {
  read: null,
  drafts: [],
  standoffs: [],
  waiting: [],
  unmanaged: [],
  letGo: 0,
  adjustments: [],
  findings: [],
}

/** Compares desired, observed and ledger. No I/O: terminal, comment, JSON, guard and apply all consume this one value. */
export function plan(input: PlanInput): Plan {
  const others = othersIn(input)
  const parts = input.kinds.map((kind) => holdBack(kind, planKind(kind, input), input, others))
  const steps = withNotices(
    order(
      input.kinds.flatMap((kind, i) => measured(kind, parts[i]?.drafts ?? [], input)),
      input,
    ),
    input,
  )
  const standoffs = parts.flatMap((part) => part.standoffs)
  const debts = debtsOf(input)
  const unsealed = {
    version: 1 as const,
    environment: input.environment,
    domain: input.domain,
    commit: input.commit,
    ledger: input.ledger.head,
    reads: parts.flatMap((part) => part.read ?? []),
    steps,
    drift: standoffs.filter((s) => s.cause === 'drift'),
    conflicts: standoffs.filter((s) => s.cause === 'conflict'),
    takeovers: standoffs.filter((s) => s.cause === 'takeover'),
    unmanaged: parts.flatMap((part) => part.unmanaged),
    waiting: parts.flatMap((part) => part.waiting),
    released: input.kinds.filter((kind) => input.desired.get(kind.name)?.state !== 'managed').map((kind) => kind.name),
    letGo: input.kinds.flatMap(({ name }, i) => (parts[i]?.letGo ? [{ kind: name, objects: parts[i].letGo }] : [])),
    adjustments: parts.flatMap((part) => part.adjustments),
    owed: debts.filter(({ repeatable }) => repeatable),
    removed: standing(input),
    findings: [
      ...parts.flatMap((part) => part.findings),
      ...checkDebts(debts),
      ...checkRemoved(input),
      ...guard(steps, input),
    ],
  }
  return { ...unsealed, digest: planDigest(unsealed, input.sealing) }
}

/** The plan with a part of its steps, and what speaks against just these; for what is to be done of it. Its digest stays that of the whole. */
export function narrow(
  { plan: whole, input }: { readonly plan: Plan; readonly input: PlanInput },
  keep: (step: Step) => boolean,
): Plan {
  const steps = whole.steps.filter(keep)
  if (steps.length === whole.steps.length) return whole
  return { ...whole, steps, findings: [...whole.findings.filter(whyUnread(whole)), ...guard(steps, input)] }
}

function planKind(kind: Kind, input: PlanInput): Part {
  const desired = input.desired.get(kind.name) ?? { state: 'unmanaged' }
  const entries = entriesOf(kind.name, input.ledger)
  if (desired.state === 'unmanaged')
    return { ...NOTHING, letGo: entries.size, adjustments: [...entries.keys()].sort().map((id) => forget(kind, id)) }
  const observed = input.observed.get(kind.name)
  if (observed?.state !== 'complete') return unreadable(kind, observed)
  return compare(kind, desired, observed, entries, input)
}

/** Unknown is never absent: no step, no delete, and the ledger keeps what it knows. */
function unreadable(kind: Kind, observed: Exclude<Observed, { state: 'complete' }> | undefined): Part {
  const reason = observed?.reason ?? {
    code: 'not-read',
    severity: 'error' as const,
    message: `The ${kind.title.many} were not read.`,
  }
  return {
    ...NOTHING,
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

function compare(
  kind: Kind,
  desired: Extract<Desired, { state: 'managed' }>,
  observed: Extract<Observed, { state: 'complete' }>,
  entries: ReadonlyMap<string, LedgerEntry>,
  input: PlanInput,
): Part {
  const live = new Map(observed.objects.map((object) => [object.id, object]))
  const wanted = new Map(desired.objects.map((object) => [object.id, object]))
  const renamed = new Map(
    desired.objects.flatMap(({ id, formerly }): [string, string][] => {
      const entry =
        formerly === undefined || wanted.has(formerly) || entries.has(id) ? undefined : entries.get(formerly)
      // What has the new name already may be a stranger's.
      const taken = live.get(id)?.serverId ?? entry?.serverId
      return entry && taken === entry.serverId ? [[entry.id, id]] : []
    }),
  )
  const known = new Map([...entries].map(([id, entry]) => [renamed.get(id) ?? id, entry]))
  const attempts = Map.groupBy(
    input.ledger.attempts.filter((attempt) => attempt.kind === kind.name),
    (attempt) => attempt.id,
  )
  const isRemoved = (id: string): boolean =>
    removalOf(`${kind.name}/${id}`, input.ledger.removed, input.sealing) !== undefined
  const ids = [...new Set([...wanted.keys(), ...live.keys(), ...known.keys()])].sort(byText)
  const parts = ids.map((id) =>
    compareObject(
      {
        kind,
        id,
        desired: isRemoved(id) ? undefined : wanted.get(id),
        removed: isRemoved(id),
        live: live.get(id),
        entry: known.get(id),
        attempts: attempts.get(id) ?? [],
        prospect: observed.prospects.get(id),
        others: desired.others,
      },
      input,
    ),
  )
  return {
    read: {
      kind: kind.name,
      complete: true,
      objects: observed.objects.filter(({ id, initial }) => initial !== true || wanted.has(id)).length,
      requests: observed.requests,
      ...(observed.door === null ? {} : { door: observed.door }),
    },
    drafts: parts.flatMap((part) => part.drafts),
    standoffs: parts.flatMap((part) => part.standoffs),
    waiting: parts.flatMap((part) => part.waiting),
    unmanaged: parts.flatMap((part) => part.unmanaged),
    letGo: parts.reduce((sum, part) => sum + part.letGo, 0),
    adjustments: parts.flatMap((part) => part.adjustments),
    findings: [],
  }
}

interface Trio {
  readonly kind: Kind
  readonly id: string
  readonly desired: DesiredObject | undefined
  readonly live: LiveObject | undefined
  readonly entry: LedgerEntry | undefined
  readonly attempts: Ledger['attempts']
  readonly prospect: Prospect | undefined
  readonly others: 'leave' | 'delete'
  /** Somebody removed it at once: what the files say of it counts for nothing. */
  readonly removed: boolean
}

function compareObject(trio: Trio, input: PlanInput): Part {
  const { kind, id, desired, live, entry } = trio
  if (trio.removed)
    return live
      ? { ...NOTHING, drafts: [{ ...draft(trio, 'delete', 'change', []), removal: true }] }
      : { ...NOTHING, adjustments: entry ? [forget(kind, id)] : [] }
  const remembered = (fields: Fields): Fields => kind.remembered?.(fields, input.instance, live?.fields ?? {}) ?? fields
  const verdict = judge({
    desired: desired?.fields ?? null,
    live: live?.fields ?? null,
    ledger: entry ? remembered(entry.fields) : desired && live?.untouched ? live.fields : null,
    managed:
      desired !== undefined ||
      (kind.absence === 'delete' && kind.releases?.(id, input.instance) !== true && !live?.spared),
    attempts: trio.attempts.map(({ action, fields }) => ({ action, fields: remembered(fields) })),
    same: kind.same ?? ((_field, a, b) => equal(a, b)),
    // What gets another name gets all that goes with it, or waits.
    bound: entry && desired && entry.id !== id ? [Object.keys(desired.fields)] : (kind.bound ?? []),
  })
  return partOf(verdict, trio, input)
}

function partOf(verdict: Verdict, trio: Trio, input: PlanInput): Part {
  const { kind, id } = trio
  switch (verdict.is) {
    case 'nothing':
      return unmanaged(trio, input)
    case 'released':
      return {
        ...NOTHING,
        letGo: trio.live ? 1 : 0,
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
function different(verdict: Extract<Verdict, { is: 'step' | 'standoff' }>, trio: Trio, input: PlanInput): Part {
  // An object that can't be applied yet is told as waiting, not as a difference that somebody must settle.
  const waits = verdict.is === 'standoff' && trio.prospect?.obstacle !== undefined && trio.entry === undefined
  const { won = [], open = [] } = Object.groupBy(verdict.apart, ({ cause }) =>
    waits || wins(cause, trio, input) ? 'won' : 'open',
  )
  const [own, cause] = verdict.is === 'step' ? [verdict.fields, 'change' as const] : [[], won[0]?.cause]
  const part = cause === undefined ? NOTHING : stepOrWait(trio, verdict.action, cause, [...own, ...fieldsApart(won)])
  return {
    ...part,
    standoffs: open.map((one) => standoff(trio, one.cause, one.fields)),
    adjustments: settleFields(trio, [...own, ...fieldsApart(verdict.apart)]),
  }
}

const wins = (cause: Apart['cause'], { kind, id }: Trio, input: PlanInput): boolean =>
  input.restore.has(`${kind.name}/${id}`) ||
  (cause === 'takeover' && input.takeOver) ||
  (cause === 'drift' && input.policy.driftOf(kind.name) === 'correct')

function stepOrWait(trio: Trio, action: Step['action'], cause: Step['cause'], fields: readonly string[]): Part {
  const obstacle = action === 'delete' ? undefined : trio.prospect?.obstacle
  if (obstacle !== undefined && trio.desired) {
    return {
      ...NOTHING,
      waiting: [{ kind: trio.kind.name, id: trio.id, reason: obstacle, source: trio.desired.source }],
    }
  }
  return { ...NOTHING, drafts: [draft(trio, action, cause, fields)] }
}

function draft(trio: Trio, action: Step['action'], cause: Step['cause'], fields: readonly string[]): Draft {
  const { kind, id, desired, live, prospect } = trio
  const changes: Change[] = [...fields]
    .sort(byText)
    .map((field) => ({ field, before: value(live, field), after: desired?.fields[field] ?? null }))
  const createdAt = prospect?.createdAt
  return {
    kind: kind.name,
    id,
    action,
    cause,
    serverId: live?.serverId ?? prospect?.serverId ?? null,
    changes,
    target: action === 'delete' ? {} : (desired?.fields ?? {}),
    seen: live?.fields ?? {},
    ...(trio.entry === undefined || trio.entry.id === id ? {} : { formerly: trio.entry.id }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(desired?.source === undefined ? {} : { source: desired.source }),
    ...(desired?.consent === undefined
      ? {}
      : desired.consent === trio.entry?.consent
        ? { usedConsent: desired.consent }
        : { consent: desired.consent }),
  }
}

const value = (object: { readonly fields: Fields } | undefined, field: string): Value => object?.fields[field] ?? null

function standoff(trio: Trio, cause: Standoff['cause'], fields: readonly string[]): Standoff {
  const { kind, id, desired, live, entry } = trio
  return {
    kind: kind.name,
    id,
    cause,
    desired: desired?.fields ?? null,
    live: live?.fields ?? null,
    ledger: entry?.fields ?? null,
    fields: [...fields].sort(byText),
    ...(desired?.source === undefined ? {} : { source: desired.source }),
  }
}

/** What no file names is told, and stays; `restore` takes away what was added. */
function unmanaged(trio: Trio, input: PlanInput): Part {
  const { kind, id, live } = trio
  const one = live ? unmanagedOf(kind, live, input) : null
  if (one === null) return NOTHING
  return one.restorable && input.restore.has(`${kind.name}/${id}`)
    ? { ...NOTHING, drafts: [{ ...draft(trio, 'delete', 'drift', []), unmanaged: true }] }
    : { ...NOTHING, unmanaged: [one] }
}

const forget = (kind: Kind, id: string): Adjustment => ({ to: 'forget', ref: `${kind.name}/${id}` })

/** In sync: the ledger takes what the file says, or forgets what is gone on both sides. */
function settle({ kind, id, desired, live, entry }: Trio, input: PlanInput): Adjustment[] {
  if (!desired) return entry ? [forget(kind, id)] : []
  const serverId = live?.serverId ?? null
  const consent = desired.consent === undefined ? {} : { consent: desired.consent }
  // What this version of the server has no place for can't be verified: after an upgrade it would pass for drift.
  const fields = Object.fromEntries(
    Object.entries(desired.fields).filter(([field]) => live === undefined || Object.hasOwn(live.fields, field)),
  )
  const next: LedgerEntry = { kind: kind.name, id, serverId, fields, ...consent, commit: input.commit }
  const unchanged =
    entry &&
    entry.id === id &&
    entry.serverId === serverId &&
    entry.consent === next.consent &&
    equal(entry.fields, next.fields)
  const renamed = entry && entry.id !== id ? [forget(kind, entry.id)] : []
  return unchanged ? [] : [...renamed, { to: 'record', entry: next }]
}

/** Fields that are in sync enter the ledger also while others of their object differ. */
function settleFields({ id, desired, live, entry }: Trio, open: readonly string[]): Adjustment[] {
  if (!desired || !live || !entry || entry.id !== id) return []
  const settled = Object.entries(desired.fields).filter(
    ([field]) => Object.hasOwn(live.fields, field) && !open.includes(field),
  )
  const fields = { ...entry.fields, ...Object.fromEntries(settled) }
  return equal(fields, entry.fields) ? [] : [{ to: 'record', entry: { ...entry, fields } }]
}

/** What the server would refuse as things stand waits. */
function holdBack(kind: Kind, part: Part, input: PlanInput, others: Others): Part {
  const { obstacle } = kind
  if (obstacle === undefined || part.drafts.length === 0) return part
  const door = input.doorOf(kind, part.drafts.length)
  const reasons = part.drafts.map((step) => (step.source === undefined ? undefined : obstacle(step, door, others)))
  const waiting = part.drafts.flatMap(({ id, source }, i): Waiting[] =>
    reasons[i] === undefined || source === undefined ? [] : [{ kind: kind.name, id, reason: reasons[i], source }],
  )
  return {
    ...part,
    drafts: part.drafts.filter((_, i) => reasons[i] === undefined),
    waiting: [...part.waiting, ...waiting],
  }
}

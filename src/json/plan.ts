import type { LedgerEntry } from '../reconcile/ledger/types.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import type { Adjustment, Impact, KindRead, Plan, Difference, Step, UnmanagedObject } from '../reconcile/plan/types.ts'
import type { Fields } from '../instance/values.ts'

/** Milliseconds by activity. */
export type Timings = { readonly [what: string]: number }

/** A plan's JSON form, by `schema/plan.schema.json`: keys in snake_case, append-only. */
export function planForm(plan: Plan, timings: Timings = {}) {
  return {
    version: plan.version,
    environment: plan.environment,
    domain: plan.domain,
    commit: plan.commit,
    ledger: plan.ledger,
    digest: plan.digest,
    summary: summaryOf(plan),
    reads: plan.reads.map(readForm),
    unfinished: plan.unfinished,
    steps: plan.steps.map(stepForm),
    drift: plan.drift.map(differenceForm),
    conflicts: plan.conflicts.map(differenceForm),
    takeovers: plan.takeovers.map(differenceForm),
    unmanaged: plan.unmanaged.map(unmanagedForm),
    waiting: plan.waiting,
    released: plan.released,
    let_go: plan.letGo,
    left_behind: plan.leftBehind,
    left_alone: plan.leftAlone,
    adjustments: plan.adjustments.map(adjustmentForm),
    owed: plan.owed,
    removed: plan.removed,
    findings: plan.findings,
    checks: plan.checks,
    ...(plan.first === undefined ? {} : { first: plan.first }),
    timings,
  }
}

export type PlanForm = ReturnType<typeof planForm>

/** A plan as text: for `--json`, and for `--out`, from which `parsePlan` reads the same plan. */
export function planJson(plan: Plan, timings: Timings = {}): string {
  return JSON.stringify(planForm(plan, timings), null, 2)
}

/** An apply's report as text: its plan's form and the outcome of each step. */
export function applyJson(report: ApplyReport, timings: Timings = {}): string {
  const form = {
    ...planForm(report.plan, timings),
    findings: [...report.plan.findings, ...report.findings],
    done: report.done.map(stepForm),
    failed: report.failed.map(({ step, reason }) => ({ step: stepForm(step), reason })),
    skipped: report.skipped.map(({ step, ...why }) => ({ ...why, step: stepForm(step) })),
    not_reached: report.notReached.map(stepForm),
    paid: report.paid,
    ended: report.ended,
    left_unfinished: report.unfinished,
    looked: report.looked.map(unmanagedForm),
    remaining: report.remaining,
  }
  return JSON.stringify(form, null, 2)
}

function summaryOf(plan: Plan) {
  const of = (action: Step['action']): number => plan.steps.filter((step) => step.action === action).length
  return {
    create: of('create'),
    update: of('update'),
    delete: of('delete'),
    drift: plan.drift.length,
    conflict: plan.conflicts.length,
    takeover: plan.takeovers.length,
    unmanaged: plan.unmanaged.length,
    waiting: plan.waiting.length,
  }
}

/** The kind's own counts beside what every impact has. */
const impactForm = ({ text, weight, details }: Impact): Fields => ({ ...details, text, weight })

/** An impact of version 0.1 counts follow relations, and has no words. */
export function impactOf({ text, weight, ...details }: Fields): Impact {
  const counted = [details['follows'], details['followers']].map((one) => (typeof one === 'number' ? one : 0))
  return {
    text: typeof text === 'string' ? text : '',
    weight: typeof weight === 'number' ? weight : counted.reduce((sum, one) => sum + one, 0),
    details,
  }
}

/** `door` is what version 0.1 calls the connection. */
const readForm = ({ connection, ...read }: KindRead) => ({
  ...read,
  ...(connection === undefined ? {} : { connection, door: connection }),
})

export const readOf = ({ door, connection = door, ...read }: ReturnType<typeof readForm>): KindRead => ({
  ...read,
  ...(connection === undefined ? {} : { connection }),
})

function stepForm({ connection, serverId, madeBy, createdAt, usedConsent, alsoIn, notBefore, impact, ...step }: Step) {
  return {
    ...step,
    connection,
    door: connection,
    ...(impact === undefined ? {} : { impact: impactForm(impact) }),
    server_id: serverId,
    ...(madeBy === undefined ? {} : { made_by: madeBy }),
    ...(createdAt === undefined ? {} : { created_at: createdAt }),
    ...(usedConsent === undefined ? {} : { used_consent: usedConsent }),
    ...(alsoIn === undefined ? {} : { also_in: alsoIn }),
    ...(notBefore === undefined ? {} : { not_before: notBefore }),
  }
}

type StepForm = ReturnType<typeof stepForm>

/** Version 0.1 saved no `connection`. */
type SavedStep = Omit<StepForm, 'connection'> & Partial<Pick<StepForm, 'connection'>>

export function stepOf({
  server_id,
  made_by,
  created_at,
  used_consent,
  also_in,
  not_before,
  impact,
  door,
  connection = door,
  ...step
}: SavedStep): Step {
  return {
    ...step,
    connection,
    ...(impact === undefined ? {} : { impact: impactOf(impact) }),
    serverId: server_id,
    ...(made_by === undefined ? {} : { madeBy: made_by }),
    ...(created_at === undefined ? {} : { createdAt: created_at }),
    ...(used_consent === undefined ? {} : { usedConsent: used_consent }),
    ...(also_in === undefined ? {} : { alsoIn: also_in }),
    ...(not_before === undefined ? {} : { notBefore: not_before }),
  }
}

const differenceForm = ({ alsoIn, ...one }: Difference) => ({
  ...one,
  ...(alsoIn === undefined ? {} : { also_in: alsoIn }),
})

export const differenceOf = ({ also_in, ...one }: ReturnType<typeof differenceForm>): Difference => ({
  ...one,
  ...(also_in === undefined ? {} : { alsoIn: also_in }),
})

const unmanagedForm = ({ addedByHand, ...one }: UnmanagedObject) => ({ ...one, added_by_hand: addedByHand })

export const unmanagedOf = ({ added_by_hand, ...one }: ReturnType<typeof unmanagedForm>): UnmanagedObject => ({
  ...one,
  addedByHand: added_by_hand,
})

function entryForm({ serverId, ...entry }: LedgerEntry) {
  return { ...entry, server_id: serverId }
}

const adjustmentForm = (one: Adjustment) => (one.to === 'forget' ? one : { ...one, entry: entryForm(one.entry) })

export function adjustmentOf(one: ReturnType<typeof adjustmentForm>): Adjustment {
  if (one.to === 'forget') return one
  const { server_id, ...entry } = one.entry
  return { ...one, entry: { ...entry, serverId: server_id } }
}

import { batches, type Batch } from '../plan/batches.ts'
import { refOf } from '../object-ref.ts'
import { heldByChecks } from './needed-checks.ts'
import { equal } from '../equal.ts'
import { refusals } from '../exit.ts'
import { makerOf } from '../plan/not-created.ts'
import { narrow } from '../plan/plan.ts'
import { needsIn, takesIn } from '../plan/needs.ts'
import {
  isStopped,
  leave,
  NO_CONNECTION,
  readAnew,
  record,
  skip,
  type ApplyDeps,
  type StepProgress,
} from './progress.ts'
import { heldBack } from '../protocols.ts'
import { referencesOf } from './resolve-references.ts'
import { compareSecrets } from '../plan/secret-fields.ts'
import { reasonOf } from './sessions.ts'
import type { Kind } from '../kind.ts'
import type { PlanWithInput } from '../reconciler.ts'
import type { SkippedStep } from '../report.ts'
import type { Fields } from '../../instance/values.ts'
import type { ObjectRef } from '../values.ts'
import type { LiveObject } from '../objects.ts'
import type { Step } from '../plan/types.ts'
import { MAKER_MISSING, needsUndone, SERVER_CHANGED } from './texts.ts'

/** Sends a batch, based on live as it is now. */
export type SendBatch = (batch: Batch, deps: ApplyDeps) => Promise<void>

/** Splits batches: those that may go out now, and those that wait for something that a step makes first. */
export function apart(
  todo: readonly Batch[],
  { live }: Pick<ApplyDeps, 'live'>,
  { needs }: Pick<StepProgress, 'needs'>,
): { readonly now: readonly Batch[]; readonly later: readonly Batch[] } {
  const late = new Set<Step>()
  // Batches are in order: a needed step comes before the steps that need it.
  const { now = [], later = [] } = Object.groupBy(todo, ({ kind, steps }) => {
    const waits = steps.some((step) => needs(step).some((needed) => late.has(needed)))
    if (!waits && makerOf(kind.name, live.observed) === undefined) return 'now'
    for (const step of steps) late.add(step)
    return 'later'
  })
  return { now, later }
}

/**
 * Goes on with the batches that wait for something to be made, in rounds: when it exists, live is read and planned
 * again. A step goes out only if it is what was approved and live is absent or like new. Every other step waits.
 */
export async function goOn(
  later: readonly Batch[],
  progress: StepProgress,
  deps: ApplyDeps,
  send: SendBatch,
): Promise<void> {
  const maker = (batch: Batch): ObjectRef | undefined => makerOf(batch.kind.name, deps.live.observed)
  let open = later
  while (open.length > 0 && !isStopped(deps)) {
    const done = new Set(progress.done.map(refOf))
    const due = dueAmong(open, progress, (batch) => done.has(maker(batch) ?? '') || maker(batch) === undefined)
    if (due.length === 0) break
    open = open.filter((batch) => !due.includes(batch))
    await round(due, progress, deps, send)
  }
  for (const batch of open) {
    const lacking = maker(batch)
    if (isStopped(deps)) leave(batch.steps, progress)
    else if (lacking === undefined) await send(batch, deps)
    else for (const step of batch.steps) hold(step, needsUndone(lacking), progress)
  }
}

/** The batches that can be done now: all that they need is done or among them. */
function dueAmong(
  open: readonly Batch[],
  progress: StepProgress,
  isThere: (batch: Batch) => boolean,
): readonly Batch[] {
  const waiting = new Set<Step>()
  return open.filter((batch) => {
    const isDue = isThere(batch) && !batch.steps.some((step) => progress.needs(step).some((one) => waiting.has(one)))
    if (!isDue) for (const step of batch.steps) waiting.add(step)
    return isDue
  })
}

const hold = (step: Step, reason: string, progress: StepProgress): void =>
  skip({ step, why: 'blocked', reason }, progress)

async function round(due: readonly Batch[], progress: StepProgress, deps: ApplyDeps, send: SendBatch): Promise<void> {
  // A first apply stays one for the whole run.
  const again = await deps
    .replan({ ...progress.ledger, head: deps.ledger.head })
    .catch((error: unknown) => reasonOf(error))
  if (!('plan' in again)) {
    for (const batch of due) for (const step of batch.steps) hold(step, again.message, progress)
    return
  }
  readAnew(progress, again.input.live)
  const seen = new Map(again.plan.steps.map((step) => [refOf(step), step]))
  const unchecked = heldByChecks(again.plan.steps, deps.kinds, again.plan.checks)
  const approved = due.flatMap(({ steps }) => steps)
  const owned = heldBack(again.plan.unfinished, approved, deps.kinds)
  const goes = new Map<Step, Step>()
  for (const batch of due)
    for (const step of batch.steps) {
      const found = fateOf(step, { kind: batch.kind, found: seen.get(refOf(step)), again })
      const fate = checked(found, owned.get(refOf(step)), unchecked.get(refOf(step)))
      if (fate.is === 'waits') skip({ step, why: fate.why, reason: fate.reason }, progress)
      else if (fate.is === 'goes') goes.set(fate.step, step)
      else record({ state: 'done', step, serverId: fate.serverId }, batch.kind, progress, deps)
    }
  const against = refusals(narrow(again, (step) => goes.has(step)))
  const next = { ...deps, live: again.input.live }
  const needs = needsIn(again.plan.steps, deps.kinds, takesIn(progress.ledger))
  for (const [step, planned] of goes) stand(step, planned, progress)
  for (const batch of batches(
    deps.kinds,
    again.plan.steps.filter((step) => goes.has(step)),
    needs,
  )) {
    if (against.length === 0) await send(batch, next)
    else for (const step of batch.steps) hold(step, against.map(({ message }) => message).join(' '), progress)
  }
}

/** Lets a newly planned step stand for the approved one. Without references it keeps that one's note. */
function stand(step: Step, planned: Step, { standsFor, written }: StepProgress): void {
  standsFor.set(step, planned)
  if (written.has(planned) && referencesOf(step).length === 0) written.set(step, step)
}

type Fate =
  | { readonly is: 'goes'; readonly step: Step }
  /** Made as the files have it. */
  | { readonly is: 'done'; readonly serverId: string | null }
  | ({ readonly is: 'waits' } & Held)

/** Why a step does not go out. */
type Held = Omit<SkippedStep, 'step'>

/** Holds a step back if an unfinished protocol owns it, a check of it is not green, or no connection writes it. */
function checked(fate: Fate, owned: Held | undefined, unchecked: Held | undefined): Fate {
  const why = owned ?? (fate.is !== 'goes' ? undefined : fate.step.connection === null ? NO_CONNECTION : unchecked)
  return why === undefined ? fate : { is: 'waits', ...why }
}

/** What a later plan says of an approved step. */
interface FoundStep {
  readonly kind: Kind
  readonly found: Step | undefined
  readonly again: PlanWithInput
}

/** Decides about an approved step, now that what it is part of exists. */
function fateOf(step: Step, { kind, found, again: { plan, input } }: FoundStep): Fate {
  const now = input.live.observed.get(step.kind)
  if (now?.state !== 'complete')
    return {
      is: 'waits',
      why: 'blocked',
      reason: now?.state === 'unknown' ? now.reason.message : MAKER_MISSING,
    }
  if (found !== undefined) {
    const isApproved = found.action === step.action && equal(afterOf(found), afterOf(step))
    return isApproved && equal(found.seen, step.seen) ? { is: 'goes', step: found } : MOVED
  }
  const differing = [...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting].map(refOf)
  const live = now.objects.find(({ id }) => id === step.id)
  return differing.includes(refOf(step)) || !isMade(step, live, kind)
    ? MOVED
    : { is: 'done', serverId: live?.serverId ?? null }
}

/** Whether live is already what a step makes of it. */
function isMade(step: Step, live: LiveObject | undefined, { same }: Kind): boolean {
  if (step.action === 'delete' || live === undefined) return step.action === 'delete' && live === undefined
  const fields = comparable(live, step)
  return step.changes.every(
    ({ field, after }) => same?.(field, fields[field] ?? null, after) ?? equal(fields[field] ?? null, after),
  )
}

/** Live with secrets by name and version. The ledger's versions prove nothing here. */
const comparable = ({ fields, secrets }: LiveObject, step: Step): Fields =>
  secrets === undefined
    ? fields
    : compareSecrets({ desired: afterOf(step), live: fields, ledger: null, attempts: [], answers: secrets }).live

const MOVED: Fate = { is: 'waits', why: 'blocked', reason: SERVER_CHANGED }

const afterOf = ({ changes }: Step): Fields => Object.fromEntries(changes.map(({ field, after }) => [field, after]))

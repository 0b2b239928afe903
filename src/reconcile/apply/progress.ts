import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import { unmet, unmetInWords, type UnmetNeed } from '../plan/graph.ts'
import { after, liveStateOf, worsened } from '../plan/guard.ts'
import type { Proofs } from '../plan/input.ts'
import type { Kind, Lease, StepOutcome, LiveState } from '../kind.ts'
import type { Intent, Ledger } from '../ledger/types.ts'
import { needsIn, takesIn, type Needs } from '../plan/needs.ts'
import type { WriteAheadRecord } from './write-ahead.ts'
import type { ProviderLive, WriteSession } from '../provider.ts'
import type { PlanWithInput } from '../reconciler.ts'
import { afterMakers } from '../plan/not-created.ts'
import type { Protocol, Plan, Step } from '../plan/types.ts'
import { goesOut, restartsIn } from '../plan/restarts.ts'
import { unplannedIn } from './unplanned-objects.ts'
import type { SkippedStep } from '../report.ts'
import type { ObjectRef } from '../values.ts'
import { needsUndone, NO_CONNECTION as NO_CONNECTION_TEXT, notRestarted } from './texts.ts'

export interface ApplyDeps {
  readonly kinds: readonly Kind[]
  readonly ledger: Ledger
  /** Writes the ledger and answers it as it is now. */
  readonly save: (ledger: Ledger, subject: string) => Promise<Ledger>
  /** Opens the way in for writing of a provider. */
  readonly open: (provider: string) => Promise<WriteSession>
  /** Reads live anew and plans with this ledger. */
  readonly replan: (ledger: Ledger) => Promise<PlanWithInput>
  /** What proved which far ends were read. */
  readonly proofs: Proofs
  /** Reads again whether something speaks against going on. `ledger`: as this run wrote it last. */
  readonly again: (ledger: Ledger) => Promise<readonly Diagnostic[]>
  /** Live as the plan saw it. */
  readonly live: Pick<ProviderLive, 'observed' | 'invariants' | 'guard'>
  /** Steps that may not go out in this run. */
  readonly withheld: ReadonlyMap<ObjectRef, Omit<SkippedStep, 'step'>>
  readonly now: () => Date
  /** The nonce of the lock's holder. */
  readonly nonce: string
  /** False once the lock is lost: nothing more is written. */
  readonly holds: () => boolean
  readonly signal: AbortSignal
  readonly told: (outcome: StepOutcome) => void
}

/** Why the steps that need a step which was not done wait: blocked, or not due yet. */
type Blocking = Extract<SkippedStep['why'], 'blocked' | 'not-yet'>

/** What has become of the plan's steps so far. */
export interface StepProgress {
  readonly done: Step[]
  readonly failed: { step: Step; reason: Diagnostic }[]
  readonly skipped: SkippedStep[]
  readonly notReached: Step[]
  readonly paid: Intent[]
  /** Protocols of earlier runs that were brought to an end. */
  readonly ended: Protocol[]
  readonly findings: Diagnostic[]
  readonly serverIds: Map<ObjectRef, string>
  /** What the steps need of each other. */
  readonly needs: Needs
  /** The restarts, and the steps that cause each. */
  readonly restarts: ReadonlyMap<Step, readonly Step[]>
  /** Needs of steps that no step of the plan fulfils. */
  readonly unmet: ReadonlyMap<Step, UnmetNeed>
  /** Steps that were not done, and why the steps that need them wait. */
  readonly blocking: Map<Step, Blocking>
  /** Steps that certainly wrote nothing. */
  readonly untouched: Set<Step>
  /** Live as it was read last. */
  live: LiveState
  /** The same with the steps that are done. */
  world: LiveState
  /** Where references get their values: live as it was read last. */
  values: LiveState
  /** Objects that were written since then. */
  readonly unseen: Set<ObjectRef>
  /** Steps whose values are known, as they are sent. */
  readonly written: Map<Step, Step>
  /** Steps of the plan as they were planned again after a protocol ended: the same change to live as it is now. */
  readonly anew: Map<Step, Step>
  /** From a step that was planned again during the run to the plan's step that it stands for. */
  readonly standsFor: Map<Step, Step>
  /** What was written down before it was sent. */
  readonly notes: WriteAheadRecord[]
  /** The ledger that holds these notes. */
  ledger: Ledger
}

/** The progress of a run that has done nothing yet. */
export function begun(plan: Plan, { live, kinds, ledger }: ApplyDeps): StepProgress {
  const world = liveStateOf(live.observed)
  const linking = afterMakers(kinds, live.observed)
  return {
    done: [],
    failed: [],
    skipped: [],
    notReached: [],
    paid: [],
    ended: [],
    findings: [],
    serverIds: new Map(),
    needs: needsIn(plan.steps, linking, takesIn(ledger)),
    restarts: restartsIn(plan.steps, kinds),
    unmet: new Map(unmet(plan.steps, linking, unplannedIn(plan, world)).map((one) => [one.step, one])),
    blocking: new Map(),
    untouched: new Set(),
    live: world,
    world,
    values: world,
    unseen: new Set(),
    written: new Map(),
    anew: new Map(),
    standsFor: new Map(),
    notes: [],
    ledger,
  }
}

/** Whether nothing more may be written: someone stopped the run, or it lost the lock. */
export const isStopped = ({ signal, holds }: ApplyDeps): boolean => signal.aborted || !holds()

/** Takes over live that was read again during the run: from now on steps are judged and written by it. */
export function readAnew(progress: StepProgress, { observed }: Pick<ProviderLive, 'observed'>): void {
  progress.live = progress.world = progress.values = liveStateOf(observed)
  progress.unseen.clear()
}

/** The step of the plan that a step stands for: itself unless it was planned again during the run. */
export const plannedAs = (step: Step, { standsFor }: StepProgress): Step => standsFor.get(step) ?? step

/** Records steps that the run did not reach. */
export function leave(steps: readonly Step[], progress: StepProgress): void {
  for (const step of steps.map((one) => plannedAs(one, progress))) {
    progress.notReached.push(step)
    progress.untouched.add(step)
  }
}

/** The lock of a run, as far ends see it. */
export const leaseOf = (deps: ApplyDeps): Lease => ({ nonce: deps.nonce, holds: () => !isStopped(deps) })

/** Whether a step may go out now. One that may not is skipped. */
export function admit(one: Step, progress: StepProgress, deps: ApplyDeps): boolean {
  const step = plannedAs(one, progress)
  const why = whyNot(step, progress, deps)
  if (why !== null) skip({ step, ...why }, progress)
  return why === null
}

/** Why a step may not go out now: what it needs was not done, or an invariant would get worse. */
export function whyNot(
  step: Step,
  progress: StepProgress,
  { live: { invariants } }: ApplyDeps,
): Omit<SkippedStep, 'step'> | null {
  const lacking = progress.unmet.get(step)
  if (lacking !== undefined) return { why: 'blocked', reason: unmetInWords(lacking) }
  const undone = blockerOf(step, progress)
  if (undone !== null) return undone
  const worse = worsened(step, progress.world, invariants)
  return worse.length > 0 ? { why: 'blocked', reason: worse.map(({ what }) => what).join(' ') } : null
}

/** Names a needed step that was not done. A restart needs only one of its causes to be done. */
function blockerOf(step: Step, progress: StepProgress): Omit<SkippedStep, 'step'> | null {
  const { needs, blocking, restarts, done } = progress
  const causes = restarts.get(step) ?? []
  if (causes.length > 0 && !goesOut(causes, new Set(done.map(refOf)))) return idle(causes, progress)
  for (const needed of needs(step)) {
    const why = causes.includes(needed) ? undefined : blocking.get(needed)
    if (why !== undefined) return { why, reason: needsUndone(refOf(needed)) }
  }
  return null
}

/** Why a restart is not done: nothing that the unit reads was changed. */
function idle(causes: readonly Step[], { blocking }: StepProgress): Omit<SkippedStep, 'step'> {
  const why = causes.every((cause) => blocking.get(cause) === 'not-yet') ? 'not-yet' : 'blocked'
  return { why, reason: notRestarted(causes.map(refOf).join(', ')) }
}

/** Why a step without a connection does not go out. */
export const NO_CONNECTION: Omit<SkippedStep, 'step'> = { why: 'no-door', reason: NO_CONNECTION_TEXT }

/** Skips a step, which stops the steps that need it. */
export function skip({ why, ...skipped }: SkippedStep, progress: StepProgress): void {
  const step = plannedAs(skipped.step, progress)
  progress.skipped.push({ ...skipped, why, step })
  progress.untouched.add(step)
  progress.blocking.set(step, why === 'not-yet' ? 'not-yet' : 'blocked')
}

/** Records the outcome of a step, and what it means for the others. */
export function record(
  one: StepOutcome,
  kind: Kind,
  progress: StepProgress,
  { live: { invariants } }: ApplyDeps,
): void {
  const outcome = { ...one, step: plannedAs(one.step, progress) }
  if (outcome.state !== 'done') {
    if (outcome.state === 'refused') progress.untouched.add(outcome.step)
    progress.failed.push({ step: outcome.step, reason: outcome.reason })
    progress.blocking.set(outcome.step, 'blocked')
    return
  }
  progress.done.push(outcome.step)
  progress.unseen.add(refOf(outcome.step))
  if (invariants.some((invariant) => invariant.kinds.includes(kind.name)))
    progress.world = after(progress.world, progress.written.get(outcome.step) ?? outcome.step)
  if (outcome.serverId !== null) progress.serverIds.set(refOf(outcome.step), outcome.serverId)
}

import type { Diagnostic } from '../instance/diagnostic.ts'
import { refOf } from './batches.ts'
import { after, worldOf, worsened } from './guard.ts'
import type { Proofs } from './identity.ts'
import type { Kind, Outcome, World } from './kind.ts'
import type { Intent, Ledger } from './ledger-types.ts'
import type { Live, WriteSession } from './provider.ts'
import type { Planned } from './reconciler.ts'
import type { ObjectRef, Skipped, Step } from './types.ts'

export interface ApplyDeps {
  readonly kinds: readonly Kind[]
  readonly ledger: Ledger
  /** Writes the ledger and answers it as it is now. */
  readonly save: (ledger: Ledger, subject: string) => Promise<Ledger>
  /** Opens the way in for writing of a provider. */
  readonly open: (provider: string) => Promise<WriteSession>
  /** Reads live anew and plans with this ledger. */
  readonly replan: (ledger: Ledger) => Promise<Planned>
  /** What proved which far ends were read. */
  readonly proofs: Proofs
  /** Live as the plan saw it. */
  readonly live: Pick<Live, 'observed' | 'invariants' | 'guard'>
  /** Steps that may not go out in this run. */
  readonly withheld: ReadonlyMap<ObjectRef, Omit<Skipped, 'step'>>
  readonly now: () => Date
  /** False once the lock is lost: nothing more is written. */
  readonly holds: () => boolean
  readonly signal: AbortSignal
  readonly told: (outcome: Outcome) => void
}

/** A step that was not done; what waits for it is blocked, or is not due before it. */
interface Blocker {
  readonly ref: ObjectRef
  readonly why: 'blocked' | 'not-yet'
}

/** What has become of the plan's steps so far. */
export interface Progress {
  readonly done: Step[]
  readonly failed: { step: Step; reason: Diagnostic }[]
  readonly skipped: Skipped[]
  readonly notReached: Step[]
  readonly paid: Intent[]
  readonly findings: Diagnostic[]
  readonly serverIds: Map<ObjectRef, string>
  /** Objects that wait for something that was not done, and for what. */
  readonly blocked: Map<ObjectRef, Blocker>
  /** Steps of which nothing was written for certain. */
  readonly untouched: Set<Step>
  /** Live as it was read last, and as the steps that are done leave it. */
  live: World
  world: World
}

/** The progress of a run that has done nothing yet. */
export function begun({ live }: ApplyDeps): Progress {
  const world = worldOf(live.observed)
  return {
    done: [],
    failed: [],
    skipped: [],
    notReached: [],
    paid: [],
    findings: [],
    serverIds: new Map(),
    blocked: new Map(),
    untouched: new Set(),
    live: world,
    world,
  }
}

/** Whether nothing more may be written: somebody stopped the run, or it lost the lock. */
export const isStopped = ({ signal, holds }: ApplyDeps): boolean => signal.aborted || !holds()

/** Whether a step may go out now. One that may not is skipped. */
export function admit(step: Step, kind: Kind, progress: Progress, deps: ApplyDeps): boolean {
  const why = whyNot(step, kind, progress, deps)
  if (why !== null) skip({ step, ...why }, kind, progress)
  return why === null
}

/** Why a step may not go out now: what it needs was not done, or an invariant would get worse. */
export function whyNot(
  step: Step,
  kind: Kind,
  progress: Progress,
  { live: { invariants } }: ApplyDeps,
): Omit<Skipped, 'step'> | null {
  const needed = blockerOf(step, kind, progress)
  if (needed !== undefined) return { why: needed.why, reason: `It needs ${needed.ref}, which was not done.` }
  const worse = worsened(step, progress.world, invariants)
  return worse.length > 0 ? { why: 'blocked', reason: worse.map(({ what }) => what).join(' ') } : null
}

/** What a step needs and was not done. One that only lowers takes nothing along, and may be what the others need. */
function blockerOf(step: Step, kind: Kind, { blocked }: Progress): Blocker | undefined {
  const needed = (kind.after?.(step) ?? []).find((ref) => blocked.get(ref)?.ref === ref)
  return (
    (step.weakens ? undefined : blocked.get(refOf(step))) ?? (needed === undefined ? undefined : blocked.get(needed))
  )
}

/** A step that does not go out, and what waits for it. */
export function skip(skipped: Skipped, kind: Kind, progress: Progress): void {
  progress.skipped.push(skipped)
  progress.untouched.add(skipped.step)
  block(skipped.step, skipped.why === 'not-yet' ? 'not-yet' : 'blocked', kind, progress)
}

/** What was not done stops what waits for it, not the rest. */
function block(step: Step, why: Blocker['why'], kind: Kind, progress: Progress): void {
  for (const ref of [refOf(step), ...(kind.before?.(step) ?? [])]) progress.blocked.set(ref, { ref: refOf(step), why })
}

/** What came of a step, and what that means for the others. */
export function record(outcome: Outcome, kind: Kind, progress: Progress, { live: { invariants } }: ApplyDeps): void {
  if (outcome.state !== 'done') {
    if (outcome.state === 'refused') progress.untouched.add(outcome.step)
    progress.failed.push({ step: outcome.step, reason: outcome.reason })
    block(outcome.step, 'blocked', kind, progress)
    return
  }
  progress.done.push(outcome.step)
  if (invariants.some((invariant) => invariant.kinds.includes(kind.name)))
    progress.world = after(progress.world, outcome.step)
  if (outcome.serverId !== null) progress.serverIds.set(refOf(outcome.step), outcome.serverId)
}

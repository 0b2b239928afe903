import { batches, type Batch } from '../plan/batches.ts'
import { refOf } from '../object-ref.ts'
import { certainConnections } from './certain-connections.ts'
import { withoutFinished } from '../pending-effects.ts'
import { askingAgain, type MaySend } from './may-go-on.ts'
import { apart, goOn } from './plan-again.ts'
import { objectIn } from '../plan/guard.ts'
import { withNotes } from './write-ahead.ts'
import {
  admit,
  begun,
  isStopped,
  leave,
  leaseOf,
  NO_CONNECTION,
  plannedAs,
  record,
  skip,
  whyNot,
  type ApplyDeps,
  type StepProgress,
} from './progress.ts'
import { knownNow, noteDown, resolved } from './resolve-references.ts'
import { endUnfinished } from './resume-protocols.ts'
import { finishPending, openSessions, reasonOf, type Sessions } from './sessions.ts'
import { finish } from './verify.ts'
import type { StepOutcome, WriteContext } from '../kind.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan, Step } from '../plan/types.ts'

/**
 * Carries out a plan: writes attempts and intents down first, sends the steps in order, then reads live again. Only
 * what was verified enters the ledger. Every step ends in one of four lists.
 */
export async function apply(plan: Plan, deps: ApplyDeps): Promise<ApplyReport> {
  const progress = begun(plan, deps)
  const sessions = openSessions(deps)
  try {
    await carry(plan, sessions, progress, deps)
  } finally {
    await sessions.close()
  }
  return finish(plan, progress.ledger, progress, deps)
}

async function carry(plan: Plan, sessions: Sessions, progress: StepProgress, begins: ApplyDeps): Promise<void> {
  const mayGo = askingAgain(progress, begins)
  const { waiting, live } = await endUnfinished(plan, sessions, progress, begins, mayGo)
  const deps = { ...begins, live }
  const ended = new Set(progress.done)
  const open = plan.steps.filter((step) => !ended.has(step))
  for (const step of open) holdBack(step, new Map([...waiting, ...deps.withheld]), progress)
  const held = new Set(progress.skipped.map(({ step }) => step))
  const writable = open.filter((step) => !held.has(step))
  const todo = batches(deps.kinds, writable, progress.needs)
  // An approval that came for a cut-off protocol counts from the next plan on: the ledger has to hold it.
  if (writable.length + plan.owed.length + plan.unfinished.length > 0) {
    await noteDown(knownNow(writable, plan, progress), plan, progress, deps)
    await run(todo, plan, sessions, progress, deps, mayGo)
    // What this run did not write may be written by someone else, and is theirs then.
    const { attempts, intents } = withNotes(
      deps.ledger,
      progress.notes.filter(({ step }) => !progress.untouched.has(plannedAs(step, progress))),
    )
    progress.ledger = { ...progress.ledger, attempts, intents: withoutFinished(intents, progress) }
  }
}

/** Skips steps that may not go out. One without a connection could never be done, so it stops no other step. */
function holdBack(step: Step, withheld: ApplyDeps['withheld'], progress: StepProgress): void {
  if (step.connection === null) {
    progress.skipped.push({ step, ...NO_CONNECTION })
    return
  }
  const held = withheld.get(refOf(step))
  if (held) skip({ step, ...held }, progress)
}

/** Finishes pending work of earlier runs, then sends the batches. A provider opens when it is certainly needed. */
async function run(
  todo: readonly Batch[],
  plan: Plan,
  sessions: Sessions,
  progress: StepProgress,
  deps: ApplyDeps,
  mayGo: MaySend,
): Promise<void> {
  const { now, later } = apart(todo, deps, progress)
  const send = (batch: Batch, next: ApplyDeps): Promise<void> =>
    runBatch({ ...batch, plan, mayGo }, sessions, progress, next)
  const certain = certainConnections(now, progress.needs, (step) => whyNot(step, progress, deps) === null)
  for (const [provider, connections] of isStopped(deps) ? [] : certain)
    (await sessions.of(provider)).expect(connections)
  await finishPending(plan.owed, sessions, progress, deps, mayGo)
  for (const batch of now) {
    if (isStopped(deps)) leave(batch.steps, progress)
    else await send(batch, deps)
  }
  await goOn(later, progress, deps, send)
}

/** A batch of a plan, and whether it may still go out. */
interface Sending extends Batch {
  readonly plan: Plan
  readonly mayGo: MaySend
}

async function runBatch(batch: Sending, sessions: Sessions, progress: StepProgress, deps: ApplyDeps): Promise<void> {
  const admitted = batch.steps.filter((step) => admit(step, progress, deps))
  const unanswered = new Set(admitted)
  const context: WriteContext = {
    connection: batch.connection,
    guard: deps.live.guard(batch.steps),
    lease: leaseOf(deps),
    serverId: (ref) => progress.serverIds.get(ref) ?? objectIn(progress.live, ref)?.serverId ?? null,
  }
  const tell = (outcome: StepOutcome): void => {
    unanswered.delete(outcome.step)
    record(outcome, batch.kind, progress, deps)
    deps.told({ ...outcome, step: plannedAs(outcome.step, progress) })
  }
  let isOpen = false
  if (admitted.length === 0) return
  if (!(await batch.mayGo(batch.kind.provider, admitted))) return leave(admitted, progress)
  try {
    const sent = await resolved(admitted, batch.plan, progress, deps)
    const planned = new Map(sent.map(({ step, written }) => [written, step]))
    // Reading and writing down took time.
    if (isStopped(deps)) return leave([...planned.values()], progress)
    if (sent.length === 0) return
    const session = await sessions.of(batch.kind.provider)
    isOpen = true
    for await (const outcome of session.write(batch.kind.name, [...planned.keys()], context))
      tell({ ...outcome, step: planned.get(outcome.step) ?? outcome.step })
  } catch (error) {
    // Nothing was sent if the session did not open.
    const state = isOpen ? 'failed' : 'refused'
    for (const step of unanswered)
      if (!progress.untouched.has(plannedAs(step, progress))) tell({ state, step, reason: reasonOf(error) })
  }
}

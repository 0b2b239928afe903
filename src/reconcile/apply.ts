import { batches, refOf, type Batch } from './batches.ts'
import { certainConnections } from './certain.ts'
import { unpaid } from './debts.ts'
import { apart, goOn } from './later.ts'
import { noted, notesOf } from './notes.ts'
import { admit, begun, isStopped, record, skip, whyNot, type ApplyDeps, type Progress } from './progress.ts'
import { openSessions, pay, reasonOf, type Sessions } from './sessions.ts'
import { finish } from './verify.ts'
import type { Outcome, World, WriteContext } from './kind.ts'
import type { Intent, Ledger } from './ledger-types.ts'
import type { ApplyReport, ObjectRef, Plan, Step } from './types.ts'

/**
 * Carries out a plan: attempts and intents are written down first, then the steps go out in order, then live is
 * read again and only what was verified enters the ledger. Every step ends in one of four lists.
 */
export async function apply(plan: Plan, deps: ApplyDeps): Promise<ApplyReport> {
  const progress = begun(deps)
  for (const step of plan.steps) holdBack(step, progress, deps)
  const held = new Set(progress.skipped.map(({ step }) => step))
  const writable = plan.steps.filter((step) => !held.has(step))
  const todo = batches(deps.kinds, writable)
  let ledger = deps.ledger
  if (writable.length > 0 || plan.owed.length > 0) {
    const notes = notesOf(todo, plan.commit)
    ledger = await deps.save({ ...ledger, ...noted(deps.ledger, notes) }, 'Attempt')
    await run({ todo, owed: plan.owed, ledger }, progress, deps)
    // What was not written by us may be written by somebody else, and is theirs then.
    const { attempts, intents } = noted(
      deps.ledger,
      notes.filter(({ step }) => !progress.untouched.has(step)),
    )
    ledger = { ...ledger, attempts, intents: unpaid(intents, progress) }
  }
  return finish(plan, ledger, progress, deps)
}

/** What has no door is skipped and stops nothing, since it never could be done; what may not go out yet stops what waits for it. */
function holdBack(step: Step, progress: Progress, { kinds, withheld }: ApplyDeps): void {
  if (step.door === null) {
    progress.skipped.push({ step, why: 'no-door', reason: 'No door that is configured can write it.' })
    return
  }
  const held = withheld.get(refOf(step))
  const kind = kinds.find(({ name }) => name === step.kind)
  if (held && kind) skip({ step, ...held }, kind, progress)
}

/** What a run is to do, and the ledger that says so. */
interface Work {
  readonly todo: readonly Batch[]
  readonly owed: readonly Intent[]
  readonly ledger: Ledger
}

/** Pays what earlier runs still owe, and sends the batches. A provider is opened when something certainly goes through it. */
async function run({ todo, owed, ledger }: Work, progress: Progress, deps: ApplyDeps): Promise<void> {
  const sessions = openSessions(deps)
  const { now, later } = apart(todo, deps)
  try {
    const certain = certainConnections(now, (step, kind) => whyNot(step, kind, progress, deps) === null)
    for (const [provider, connections] of isStopped(deps) ? [] : certain)
      (await sessions.of(provider)).expect(connections)
    await pay(owed, sessions, progress, deps)
    for (const batch of now) {
      if (isStopped(deps)) {
        progress.notReached.push(...batch.steps)
        for (const step of batch.steps) progress.untouched.add(step)
      } else await runBatch(batch, sessions, progress, deps)
    }
    await goOn(later, ledger, progress, deps, (batch, next, plannedAs) =>
      runBatch(batch, sessions, progress, next, plannedAs),
    )
  } finally {
    await sessions.close()
  }
}

/** Sends what of a batch may go out now. `plannedAs`: the step of the plan that a step stands for; itself unless it was planned anew. */
async function runBatch(
  batch: Batch,
  sessions: Sessions,
  progress: Progress,
  deps: ApplyDeps,
  plannedAs: (step: Step) => Step = (step) => step,
): Promise<void> {
  const ready = batch.steps.filter((step) => admit(plannedAs(step), batch.kind, progress, deps))
  const unanswered = new Set(ready)
  const context: WriteContext = {
    door: batch.door,
    guard: deps.live.guard(batch.steps),
    serverId: (ref) => progress.serverIds.get(ref) ?? liveId(progress.live, ref),
  }
  const tell = (outcome: Outcome): void => {
    unanswered.delete(outcome.step)
    const planned = { ...outcome, step: plannedAs(outcome.step) }
    record(planned, batch.kind, progress, deps)
    deps.told(planned)
  }
  let isOpen = false
  if (ready.length === 0) return
  try {
    const session = await sessions.of(batch.kind.provider)
    isOpen = true
    for await (const outcome of session.write(batch.kind.name, ready, context)) tell(outcome)
  } catch (error) {
    // Nothing goes out through what did not open.
    const state = isOpen ? 'failed' : 'refused'
    for (const step of unanswered) tell({ state, step, reason: reasonOf(error) })
  }
}

function liveId(world: World, ref: ObjectRef): string | null {
  const slash = ref.indexOf('/')
  return world.get(ref.slice(0, slash))?.get(ref.slice(slash + 1))?.serverId ?? null
}

import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import { heldByChecks } from './needed-checks.ts'
import { refusals } from '../exit.ts'
import { makerOf } from '../plan/not-created.ts'
import { narrow } from '../plan/plan.ts'
import { isStopped, leaseOf, readAnew, record, type ApplyDeps, type StepProgress } from './progress.ts'
import type { MaySend } from './may-go-on.ts'
import { heldBack } from '../protocols.ts'
import { type Protocol } from '../plan/types.ts'
import type { ProtocolResult } from '../provider.ts'
import type { PlanWithInput } from '../reconciler.ts'
import { reasonOf, type Sessions } from './sessions.ts'
import type { SkippedStep } from '../report.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan, Step } from '../plan/types.ts'
import { CHANGED_BY_EARLIER_RUN, notEnded as notEndedText, unreadable } from './texts.ts'

/** Steps that do not go out, and why. */
type Held = ReadonlyMap<ObjectRef, Omit<SkippedStep, 'step'>>

/** What the run goes on with after earlier work has ended: the steps that wait, and live as it is now. */
interface GoesOn extends Pick<ApplyDeps, 'live'> {
  readonly waiting: Held
}

/**
 * Ends the protocols that earlier runs left cut off, and undoes those that the files no longer ask for. Then steps wait
 * that touch a protocol which is still cut off, that are no longer as the plan saw them, or that are now refused. A
 * protocol whose own step is held back is not continued.
 */
export async function endUnfinished(
  plan: Plan,
  sessions: Sessions,
  progress: StepProgress,
  deps: ApplyDeps,
  mayGo: MaySend,
): Promise<GoesOn> {
  const { live } = deps
  for (const one of plan.unfinished) await end(one, plan, sessions, progress, deps, mayGo)
  return progress.ended.length === 0
    ? { live, waiting: heldBack(plan.unfinished, plan.steps, deps.kinds) }
    : lookAgain(plan, progress, deps)
}

async function end(
  one: Protocol,
  plan: Plan,
  sessions: Sessions,
  progress: StepProgress,
  deps: ApplyDeps,
  mayGo: MaySend,
): Promise<void> {
  const kind = deps.kinds.find(({ name }) => name === one.kind)
  const own = one.course === 'on' ? plan.steps.find((step) => step.digest === one.digest) : undefined
  const isHeld = own !== undefined && deps.withheld.has(refOf(own))
  if (one.course === 'waits' || isHeld || kind === undefined || isStopped(deps)) return
  // The gates are asked before each protocol, as before an irreversible step.
  if (!(await mayGo(kind.provider, [{ hazard: 'irreversible' }]))) return
  const { course, ...unfinished } = one
  const lease = leaseOf(deps)
  const ended: ProtocolResult = await sessions
    .of(kind.provider)
    .then((session) => session.resume(unfinished, course, lease))
    .catch((error: unknown) => ({ state: 'failed', reason: reasonOf(error) }))
  if (ended.state === 'cut') return
  if (ended.state !== 'done') return void progress.findings.push(notEnded(one, ended.reason))
  progress.ended.push(one)
  if (own) record({ state: 'done', step: own, serverId: own.serverId }, kind, progress, deps)
}

const notEnded = (one: Protocol, { message, hint }: Diagnostic): Diagnostic => ({
  code: 'still-unfinished',
  severity: 'error',
  about: refOf(one),
  ...notEndedText({ ref: refOf(one), goesOn: one.course === 'on', reason: message, hint }),
})

/** Plans again, since the protocols changed live. Only steps that the plan showed and that still hold go out. */
async function lookAgain(plan: Plan, progress: StepProgress, deps: ApplyDeps): Promise<GoesOn> {
  const open = plan.steps.filter((step) => !progress.done.includes(step))
  try {
    const again = await deps.replan(progress.ledger)
    const { live } = again.input
    readAnew(progress, live)
    const same = new Map(again.plan.steps.map((step) => [step.digest, step]))
    for (const step of open) progress.anew.set(step, same.get(step.digest) ?? step)
    const moved = open.filter(({ digest }) => !same.has(digest))
    // Checks of something that does not exist yet are made when it does.
    const there = open.filter(({ kind }) => makerOf(kind, live.observed) === undefined)
    const waiting = new Map([
      ...heldByChecks(there, deps.kinds, again.plan.checks),
      ...held(moved, CHANGED_BY_EARLIER_RUN),
      ...heldBack(again.plan.unfinished, open, deps.kinds),
    ])
    const goes = open.filter((step) => !waiting.has(refOf(step)) && !deps.withheld.has(refOf(step)))
    return { live, waiting: new Map([...waiting, ...refused(goes, again)]) }
  } catch (error) {
    return { live: deps.live, waiting: held(open, unreadable(reasonOf(error).message)) }
  }
}

/** Holds all of these steps back if something speaks against them together. */
function refused(steps: readonly Step[], again: PlanWithInput): Held {
  const kept = new Set(steps.map(({ digest }) => digest))
  const against = refusals(narrow(again, ({ digest }) => kept.has(digest)))
  return against.length === 0 ? new Map() : held(steps, against.map(({ message }) => message).join(' '))
}

const held = (steps: readonly Step[], reason: string): Held =>
  new Map(steps.map((step) => [refOf(step), { why: 'blocked', reason }]))

import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import { heldByChecks } from './needed-checks.ts'
import { refusals } from '../exit.ts'
import { makerOf } from '../plan/not-created.ts'
import { narrow } from '../plan/plan.ts'
import { isStopped, leaseOf, readAnew, record, type ApplyDeps, type Progress } from './progress.ts'
import type { MayGo } from './may-go-on.ts'
import { heldBack } from '../protocols.ts'
import { type Protocol } from '../plan/types.ts'
import type { Ended } from '../provider.ts'
import type { Planned } from '../reconciler.ts'
import { reasonOf, type Sessions } from './sessions.ts'
import type { Skipped } from '../report.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan, Step } from '../plan/types.ts'

/** Steps that do not go out, and why. */
type Held = ReadonlyMap<ObjectRef, Omit<Skipped, 'step'>>

/** What goes on once earlier work has ended: which steps of the plan wait, and what is live by now. */
interface GoesOn extends Pick<ApplyDeps, 'live'> {
  readonly waiting: Held
}

/**
 * Brings to an end what earlier runs left cut off, and takes back what the files no longer say. The steps wait that are on
 * what is still cut off, that are no longer as the plan saw them, or that something speaks against since it has ended. What
 * is held back itself is not gone on with.
 */
export async function endUnfinished(
  plan: Plan,
  sessions: Sessions,
  progress: Progress,
  deps: ApplyDeps,
  mayGo: MayGo,
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
  progress: Progress,
  deps: ApplyDeps,
  mayGo: MayGo,
): Promise<void> {
  const kind = deps.kinds.find(({ name }) => name === one.kind)
  const own = one.course === 'on' ? plan.steps.find((step) => step.digest === one.digest) : undefined
  const isHeld = own !== undefined && deps.withheld.has(refOf(own))
  if (one.course === 'waits' || isHeld || kind === undefined || isStopped(deps)) return
  // Each is asked for anew, as what can't be undone is.
  if (!(await mayGo(kind.provider, [{ hazard: 'irreversible' }]))) return
  const { course, ...unfinished } = one
  const lease = leaseOf(deps)
  const ended: Ended = await sessions
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
  message: `${refOf(one)} could not be ${one.course === 'on' ? 'finished' : 'taken back'}: ${message}`,
  hint: hint ?? 'Run apply again.',
})

/** What has ended changed live: what goes out is what the plan showed, is to be done still, and has nothing against it by now. */
async function lookAgain(plan: Plan, progress: Progress, deps: ApplyDeps): Promise<GoesOn> {
  const open = plan.steps.filter((step) => !progress.done.includes(step))
  try {
    const again = await deps.replan(progress.ledger)
    const { live } = again.input
    readAnew(progress, live)
    const same = new Map(again.plan.steps.map((step) => [step.digest, step]))
    for (const step of open) progress.anew.set(step, same.get(step.digest) ?? step)
    const moved = open.filter(({ digest }) => !same.has(digest))
    // For what is not there yet, checks are made once it is.
    const there = open.filter(({ kind }) => makerOf(kind, live.observed) === undefined)
    const waiting = new Map([
      ...heldByChecks(there, deps.kinds, again.plan.checks),
      ...held(moved, MOVED),
      ...heldBack(again.plan.unfinished, open, deps.kinds),
    ])
    const goes = open.filter((step) => !waiting.has(refOf(step)) && !deps.withheld.has(refOf(step)))
    return { live, waiting: new Map([...waiting, ...refused(goes, again)]) }
  } catch (error) {
    const reason = `The server could not be read again: ${reasonOf(error).message}`
    return { live: deps.live, waiting: held(open, reason) }
  }
}

/** All of these steps, where something speaks against them together. */
function refused(steps: readonly Step[], again: Planned): Held {
  const kept = new Set(steps.map(({ digest }) => digest))
  const against = refusals(narrow(again, ({ digest }) => kept.has(digest)))
  return against.length === 0 ? new Map() : held(steps, against.map(({ message }) => message).join(' '))
}

const MOVED = 'It is no longer what the plan showed, since an earlier run was finished first. The next plan shows it.'

const held = (steps: readonly Step[], reason: string): Held =>
  new Map(steps.map((step) => [refOf(step), { why: 'blocked', reason }]))

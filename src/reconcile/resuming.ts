import type { Diagnostic } from '../instance/diagnostic.ts'
import { refOf } from './batches.ts'
import { worldOf } from './guard.ts'
import { isStopped, leaseOf, record, type ApplyDeps, type Progress } from './progress.ts'
import type { MayGo } from './going-on.ts'
import { heldBack, type Protocol } from './protocols.ts'
import type { Ended } from './provider.ts'
import { reasonOf, type Sessions } from './sessions.ts'
import type { Skipped } from './report.ts'
import type { ObjectRef, Plan, Step } from './types.ts'

/** Steps that do not go out, and why. */
type Held = ReadonlyMap<ObjectRef, Omit<Skipped, 'step'>>

/**
 * Brings to an end what earlier runs left cut off, and takes back what the files no longer say. Answers which steps of the
 * plan wait: those on what is still cut off, and those that are no longer as the plan saw them once something has ended.
 */
export async function endUnfinished(
  plan: Plan,
  sessions: Sessions,
  progress: Progress,
  deps: ApplyDeps,
  mayGo: MayGo,
): Promise<Held> {
  if (plan.unfinished.length === 0) return new Map()
  for (const one of plan.unfinished) await end(one, plan, sessions, progress, deps, mayGo)
  return progress.ended.length === 0
    ? heldBack(plan.unfinished, plan.steps, deps.kinds)
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
  if (one.course === 'waits' || kind === undefined || isStopped(deps)) return
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
  const own = course === 'on' ? plan.steps.find((step) => step.digest === one.digest) : undefined
  if (own) record({ state: 'done', step: own, serverId: own.serverId }, kind, progress, deps)
}

const notEnded = (one: Protocol, { message, hint }: Diagnostic): Diagnostic => ({
  code: 'still-unfinished',
  severity: 'error',
  about: refOf(one),
  message: `${refOf(one)} could not be ${one.course === 'on' ? 'finished' : 'taken back'}: ${message}`,
  hint: hint ?? 'Run apply again.',
})

/** What has ended changed live: what goes out is what the plan showed, and is to be done still. */
async function lookAgain(plan: Plan, progress: Progress, deps: ApplyDeps): Promise<Held> {
  const open = plan.steps.filter((step) => !progress.done.includes(step))
  try {
    const { plan: now, input } = await deps.replan(progress.ledger)
    progress.live = progress.world = progress.values = worldOf(input.live.observed)
    progress.unseen.clear()
    const same = new Map(now.steps.map((step) => [step.digest, step]))
    for (const step of open) progress.anew.set(step, same.get(step.digest) ?? step)
    const moved = open.filter(({ digest }) => !same.has(digest))
    return new Map([...held(moved, MOVED), ...heldBack(now.unfinished, open, deps.kinds)])
  } catch (error) {
    return held(open, `The server could not be read again: ${reasonOf(error).message}`)
  }
}

const MOVED = 'It is no longer what the plan showed, since an earlier run was finished first. The next plan shows it.'

const held = (steps: readonly Step[], reason: string): Held =>
  new Map(steps.map((step) => [refOf(step), { why: 'blocked', reason }]))

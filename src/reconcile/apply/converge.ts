import { current, formsIn, isRecent } from '../approvals.ts'
import { heldByChecks } from './needed-checks.ts'
import { beginnings } from '../plan/first-apply.ts'
import { carryOut, type CarryOutDeps, type FarEnds } from './carry-out.ts'
import { makerOf } from '../plan/not-created.ts'
import type { PlanWithInput, PlanOptions } from '../reconciler.ts'
import { pass, passAgain, type GateInput } from './gates.ts'
import { elsewhere, released } from '../identity.ts'
import { whyStop } from './may-go-on.ts'
import { withoutLapsed } from './lapsed.ts'
import { unused } from '../approval-marks.ts'
import { allWithheld, outgoing, withApprovals, withheldOf, type ApprovalRules, type WithheldSteps } from './outgoing.ts'
import { seenAfter } from '../seen-list.ts'
import type { Sealing } from '../digest.ts'
import type { LedgerStore } from '../ledger/store.ts'
import type { Ledger, MergeApproval } from '../ledger/types.ts'
import type { Head, Repository } from '../repository.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan, Step } from '../plan/types.ts'
import { FORGET_APPROVALS, newFarEnd, takenIn } from './texts.ts'

/** One run: Git, the ledger, and what digests are made for and with. */
export interface ApplyRun {
  /** Names this run in the ledger. */
  readonly run: string
  /** null outside Git, as head and store. */
  readonly repository: Repository | null
  readonly head: Head | null
  readonly sealing: Sealing
  readonly store: LedgerStore | null
  readonly ledger: Ledger
}

/** The lock of an environment, as one run sees it. */
export interface Lock {
  /** Throws (exit 7) if another run has it. */
  readonly take: () => Promise<void>
  /** False as soon as another run may have it: then nothing more may be written. */
  readonly holds: () => boolean
  /** The holder's nonce, by which far ends know who writes. */
  readonly nonce: () => string
  /** Lets it go. */
  readonly release: () => Promise<void>
}

/** What an apply needs besides its run. */
export interface ConvergeDeps
  extends
    Pick<CarryOutDeps, 'now' | 'signal' | 'applying'>,
    Pick<GateInput['part'], 'first' | 'conceal' | 'watch' | 'checkAge' | 'confirm'> {
  /** The history was rewritten on purpose. */
  readonly rewritten: boolean
  /** Why a provider's far end is a new one; undefined if that is not intended. */
  readonly newHost?: string | undefined
  /** Only exactly this plan may be applied. */
  readonly saved: Plan | null
  readonly lock: Lock
  /** Opens the far ends for the time of some work. */
  readonly connected: (work: (far: FarEnds) => Promise<ConvergeResult>) => Promise<ConvergeResult>
  /** The pull requests that were merged since the last apply and that this ledger does not hold. */
  readonly mergesOf: (ledger: Ledger) => Promise<readonly MergeApproval[]>
  /** The options that people and the merges of this ledger ask for. */
  readonly planOptionsWith: (ledger: Ledger) => PlanOptions
  readonly approving: ApprovalRules
  /** Shows that live is read. */
  readonly reading: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Shows the plan before anything is asked about it. */
  readonly show: (plan: Plan) => void | Promise<void>
}

/** The result of a run: there was nothing to do, or something was applied. */
export type ConvergeResult =
  | { readonly state: 'settled'; readonly plan: Plan }
  | { readonly state: 'applied'; readonly report: ApplyReport }

/**
 * Makes the server what the files say: takes in merges, reads and plans, passes the gates, applies what may go out and
 * verifies it, all under the lock. Throws what the first refusing gate says.
 */
export async function converge(run: ApplyRun, deps: ConvergeDeps): Promise<ConvergeResult> {
  const { lock, rewritten } = deps
  await pass('run', aboutRun(run, deps))
  try {
    const found = run.store ? await run.store.load(rewritten) : run.ledger
    // Pointers into a history that is gone would stop every apply.
    const ledger = rewritten ? { ...found, applied: new Map<string, string>(), taken: null } : found
    await passAgain('run', aboutRun({ ...run, ledger }, deps))
    return await deps.connected(async (far) => {
      const known = await takeIn({ ...run, ledger }, await deps.mergesOf(ledger), deps.now())
      return planAndApply({ ...run, ledger: known }, deps, far)
    })
  } finally {
    await lock.release()
  }
}

const aboutRun = ({ repository, head, ledger }: ApplyRun, { rewritten, lock }: ConvergeDeps): GateInput['run'] => ({
  repository,
  commit: head?.commit ?? null,
  ledger,
  rewritten,
  takeLock: lock.take,
})

async function planAndApply(known: ApplyRun, deps: ConvergeDeps, far: FarEnds): Promise<ConvergeResult> {
  const { sealing, store } = known
  const { approving, saved, first, conceal, watch, checkAge, confirm } = deps
  // A saved plan was made without this option, and is applied as it was shown.
  const planOptions = { ...deps.planOptionsWith(known.ledger), first: first !== undefined && saved === null }
  const { run, planned } = await planOf(known, deps, (ledger) => deps.reading(() => far.plan(ledger, planOptions)))
  const { plan } = planned
  await deps.show(plan)
  await pass('plan', { plan, saved, ledger: run.ledger, sealing })
  const lasting = await forgetLapsed(run, plan)
  if (isSettled({ ...run, ledger: lasting }, plan, deps)) return { state: 'settled', plan }
  const ledger = withApprovals(lasting, plan, sealing, approving)
  const withheld: WithheldSteps = new Map([
    ...allWithheld(planned, withheldOf(planned, ledger.approvals, sealing, approving), deps.now()),
    ...heldByChecks(certain(planned), planned.input.kinds, plan.checks),
  ])
  const begins = store === null ? [] : begunBy({ ...planned, ledger })
  const part = outgoing(planned, withheld)
  await pass('part', { plan, part, begins, first, conceal, watch, checkAge, confirm })
  const underWay = { run: aboutRun(run, deps), plan: { plan, saved, sealing }, store }
  const noticed = await far.notice(ledger, plan, withheld)
  const report = await carryOut(
    { ...noticed, planned, planOptions, first: ledger.head === null || begins.length > 0 ? first : undefined },
    {
      ...deps,
      run: run.run,
      sealing,
      store,
      far,
      holds: deps.lock.holds,
      nonce: deps.lock.nonce(),
      again: (now) => whyStop(underWay, now),
    },
  )
  return { state: 'applied', report }
}

/** The first applies that a plan is. */
function begunBy({ plan, input, ledger }: PlanWithInput & { readonly ledger: Ledger }): GateInput['part']['begins'] {
  if (ledger.head === null) return plan.steps.length === 0 ? [] : [{ provider: null, steps: plan.steps.length }]
  return beginnings(plan, { ...input, ledger }).map(({ provider, steps }) => ({ provider, steps: steps.length }))
}

/** Steps whose checks can be made now. The others' checks are made when their object's maker exists. */
const certain = ({ plan, input }: PlanWithInput): Step[] =>
  plan.steps.filter(({ kind }) => makerOf(kind, input.live.observed) === undefined)

/** Plans. If a far end was replaced on purpose, the ledger first forgets what it held of the old one. */
async function planOf(
  run: ApplyRun,
  deps: ConvergeDeps,
  planWith: (ledger: Ledger) => Promise<PlanWithInput>,
): Promise<{ readonly run: ApplyRun; readonly planned: PlanWithInput }> {
  const planned = await planWith(run.ledger)
  const ledger = await letGoOf(run, planned, deps)
  return ledger === run.ledger ? { run, planned } : { run: { ...run, ledger }, planned: await planWith(ledger) }
}

/** The ledger without what it held of far ends that were replaced on purpose. */
async function letGoOf(
  { ledger, store, run }: ApplyRun,
  { plan, input }: PlanWithInput,
  { newHost }: ConvergeDeps,
): Promise<Ledger> {
  const names = newHost === undefined ? [] : elsewhere(input.proofs, ledger)
  if (!store || newHost === undefined || names.length === 0) return ledger
  return store.save(released(ledger, names, input), newFarEnd({ providers: names.join(', '), why: newHost }), {
    run,
    source: plan.commit,
    approvedBy: [],
  })
}

/** Takes merges into the ledger when they are first seen: later edits of pull request or reviews change nothing. */
async function takeIn(
  { ledger, store, head, run }: ApplyRun,
  fresh: readonly MergeApproval[],
  now: Date,
): Promise<Ledger> {
  const forms = formsIn(ledger, now)
  const known = new Set(ledger.merges.map(({ pullRequest }) => pullRequest))
  const added = unused(
    fresh.filter((merge) => !known.has(merge.pullRequest)),
    ledger.approvals,
  )
  const merges = [...ledger.merges, ...added].filter((merge) => isRecent(merge, now) && forms.has(merge.marks.form))
  const next = { ...ledger, merges, approvals: current(ledger.approvals, now, forms) }
  // The first apply begins the ledger, and nothing before it.
  if (added.length === 0 || !store || ledger.head === null) return next
  return store.save(next, takenIn(added.map(({ pullRequest }) => pullRequest)), {
    run,
    source: head?.commit ?? null,
    approvedBy: [...new Set(added.map((merge) => merge.by))],
  })
}

/** The ledger without approvals that no change needs any more. */
async function forgetLapsed({ ledger, store, sealing, run }: ApplyRun, plan: Plan): Promise<Ledger> {
  const lasting = store && ledger.head !== null ? withoutLapsed(ledger, plan, sealing) : null
  if (!store || lasting === null) return ledger
  return store.save({ ...ledger, ...lasting }, FORGET_APPROVALS, {
    run,
    source: plan.commit,
    approvedBy: [],
  })
}

/** Whether there is nothing to do: no step, nothing to write into the ledger, and a ledger that has begun. */
function isSettled({ store, ledger }: ApplyRun, plan: Plan, { first, rewritten }: ConvergeDeps): boolean {
  // A first apply begins the ledger even if it has nothing to write into it.
  const begun = !store || ledger.head !== null
  // But not while only takeovers are left: a later first apply must say why it takes them over.
  const disputed = !begun && first === undefined && plan.steps.length === 0 && plan.takeovers.length > 0
  // The first look at objects in no file is written down, so that later ones count as added by hand.
  const looked = !store || seenAfter(ledger.seen, plan) === ledger.seen
  return (
    disputed ||
    (begun &&
      looked &&
      // A rewritten history that was accepted has to be written down for the next apply.
      !rewritten &&
      [plan.unfinished, plan.steps, plan.adjustments, ledger.intents, ledger.attempts, ledger.notices].every(
        (list) => list.length === 0,
      ))
  )
}

import { HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { spend } from '../approvals.ts'
import { refInLedger, refOf } from '../object-ref.ts'
import { lostOutcomes, stillPending } from '../pending-effects.ts'
import { equal } from '../equal.ts'
import { verifiedAfter } from '../identity.ts'
import { type Proofs } from '../plan/input.ts'
import { adjust } from '../ledger/ledger.ts'
import { isLapsed, unused } from '../approval-marks.ts'
import { isVerified, openFields } from './open-fields.ts'
import { isStopped, type ApplyDeps, type StepProgress } from './progress.ts'
import { remainders, unverified } from './remaining.ts'
import { newlySeen, seenAfter } from '../seen-list.ts'
import { reasonOf } from './sessions.ts'
import { weakeningsAfter } from '../plan/weakenings.ts'
import type { PlanWithInput } from '../reconciler.ts'
import type { Ledger } from '../ledger/types.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan, Step } from '../plan/types.ts'
import { ledgerUnwritten, lockLost } from './texts.ts'

/** Reads again what was touched. Only what is there as intended enters the ledger. */
export async function finish(
  plan: Plan,
  ledger: Ledger,
  progress: StepProgress,
  deps: ApplyDeps,
): Promise<ApplyReport> {
  const { done, failed, skipped, notReached, paid, ended } = progress
  const touched = done.length + failed.length + ended.length > 0
  const again = isStopped(deps) || !touched ? null : await lookAgain(ledger, progress, deps)
  const seen = isStopped(deps) ? null : touched ? (again?.plan ?? null) : plan
  const proofs = again?.input.proofs ?? deps.proofs
  if (seen) progress.findings.push(...lostOutcomes(plan))
  const writeDown = seen ? writeVerified({ plan, seen, proofs }, ledger, progress, deps) : writeUnverified(ledger, deps)
  await writeDown.catch((error: unknown) => progress.findings.push(...unwritten(error)))
  const remaining = seen === null ? done.map(unverified) : touched ? remainders(done, seen) : []
  const findings: Diagnostic[] = deps.holds()
    ? progress.findings
    : [...progress.findings, { code: 'lock-lost', severity: 'error', ...lockLost }]
  return {
    plan,
    done,
    failed,
    skipped,
    notReached,
    paid,
    ended,
    unfinished: (seen ?? plan).unfinished.filter((one) => seen !== null || !ended.includes(one)),
    looked: seen ? newlySeen(ledger.seen, seen) : [],
    remaining,
    findings,
  }
}

/** Reads and plans again; null if that fails, which leaves the done steps unverified. */
async function lookAgain(
  ledger: Ledger,
  { findings }: StepProgress,
  { replan }: ApplyDeps,
): Promise<PlanWithInput | null> {
  try {
    return await replan(ledger)
  } catch (error) {
    findings.push(...(error instanceof HerdbookError ? error.diagnostics : [reasonOf(error)]))
    return null
  }
}

/** Writes the ledger of a run that verified nothing, if it changed. */
async function writeUnverified(ledger: Ledger, deps: ApplyDeps): Promise<void> {
  if (ledger !== deps.ledger && deps.holds()) await deps.save(ledger, 'Stop')
}

/** What a run planned, and what it saw afterwards. */
interface Looked {
  readonly plan: Plan
  readonly seen: Plan
  readonly proofs: Proofs
}

/** Writes into the ledger what a run verified. */
async function writeVerified(
  { plan, seen, proofs }: Looked,
  ledger: Ledger,
  progress: StepProgress,
  deps: ApplyDeps,
): Promise<void> {
  const open = openFields(seen, refInLedger)
  const adjusted = adjust(ledger, seen.adjustments)
  const unread = new Set(seen.reads.filter((read) => !read.complete).map((read) => read.kind))
  const left = new Set(seen.leftAlone)
  const cut = new Set(seen.unfinished.map(refOf))
  const { lasting = [], over = [] } = Object.groupBy(ledger.attempts, (attempt) =>
    unread.has(attempt.kind) ||
    left.has(refOf(attempt)) ||
    cut.has(refOf(attempt)) ||
    (open.has(refOf(attempt)) && !isVerified(attempt, adjusted.entries))
      ? 'lasting'
      : 'over',
  )
  // An intent that nothing holds open and that is not pending now never counts again.
  const intents = stillPending(
    ledger.intents,
    plan,
    seen,
    (intent) => unread.has(intent.kind) || left.has(refOf(intent)) || cut.has(refOf(intent)) || open.has(refOf(intent)),
  )
  // While a change waits for an approval, the next run looks at the same merges again.
  const isWaiting = progress.skipped.some(({ why, step }) => why === 'not-approved' && step.cause === 'change')
  const approvals = spend(
    ledger.approvals,
    progress.done.map((step) => step.digest),
    over.map(refOf),
  )
  const next: Ledger = {
    ...adjusted,
    taken: isWaiting ? ledger.taken : (plan.commit ?? ledger.taken),
    applied: pointersAfter(ledger.applied, plan),
    // A lapsed merge stays while something waits: else the next run would take it in again.
    merges: isWaiting
      ? ledger.merges.filter((merge) => isLapsed(merge) || unused([merge], approvals).length > 0)
      : unused(ledger.merges, approvals),
    removed: seen.removed,
    // Not worth a commit by itself.
    providers: verifiedAfter(ledger, proofs, deps.kinds, deps.now()),
    seen: seenAfter(ledger.seen, seen),
    weakenings: weakeningsAfter(ledger.weakenings, progress, deps.now()),
    attempts: lasting,
    intents,
    approvals,
    // If such a step comes again, it is announced again.
    notices: ledger.notices.filter(({ ref }) => !progress.done.some((step) => refOf(step) === ref)),
  }
  const same =
    seen.adjustments.length === 0 &&
    ledger === deps.ledger &&
    next.seen === ledger.seen &&
    next.taken === ledger.taken &&
    equal([...next.applied], [...ledger.applied]) &&
    next.removed.length === ledger.removed.length &&
    over.length === 0 &&
    intents.length === ledger.intents.length
  if (!same) await deps.save(next, subjectOf(progress.done))
}

/** Moves the pointers of the kinds that were read. A kind that does not exist yet keeps its own. */
function pointersAfter(applied: Ledger['applied'], { commit, reads }: Plan): Ledger['applied'] {
  if (commit === null) return applied
  return new Map([
    ...applied,
    ...reads.flatMap(({ kind, complete, by }): [string, string][] =>
      complete && by === undefined ? [[kind, commit]] : [],
    ),
  ])
}

/** Findings for a ledger that could not be written: the report still says what was done. */
function unwritten(error: unknown): Diagnostic[] {
  if (!(error instanceof HerdbookError)) throw error
  return [...error.diagnostics, { code: 'ledger-unwritten', severity: 'error', ...ledgerUnwritten }]
}

function subjectOf(done: readonly Step[]): string {
  const [first] = done
  if (first === undefined || done.length > 1) return `Apply ${done.length} steps`
  return first.unmanaged ? 'Apply a step' : `Apply ${refOf(first)}`
}

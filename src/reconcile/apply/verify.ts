import { HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { spend } from '../approvals.ts'
import { refInLedger, refOf } from '../object-ref.ts'
import { lostIn, stillOwed } from '../pending-effects.ts'
import { equal } from '../equal.ts'
import { verifiedAfter } from '../identity.ts'
import { type Proofs } from '../plan/input.ts'
import { adjust } from '../ledger/ledger.ts'
import { isLapsed, unused } from '../approval-marks.ts'
import { isVerified, openFields } from './open-fields.ts'
import { isStopped, type ApplyDeps, type Progress } from './progress.ts'
import { remainders, unverified } from './remaining.ts'
import { newlySeen, seenAfter } from '../seen-list.ts'
import { reasonOf } from './sessions.ts'
import { weakeningsAfter } from '../plan/weakenings.ts'
import type { Planned } from '../reconciler.ts'
import type { Ledger } from '../ledger/types.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan, Step } from '../plan/types.ts'

/** Reads again what was touched; only what is there as meant enters the ledger. */
export async function finish(plan: Plan, ledger: Ledger, progress: Progress, deps: ApplyDeps): Promise<ApplyReport> {
  const { done, failed, skipped, notReached, paid, ended } = progress
  const touched = done.length + failed.length + ended.length > 0
  const again = isStopped(deps) || !touched ? null : await lookAgain(ledger, progress, deps)
  const seen = isStopped(deps) ? null : touched ? (again?.plan ?? null) : plan
  const proofs = again?.input.proofs ?? deps.proofs
  if (seen) progress.findings.push(...lostIn(plan))
  const writeDown = seen ? settle({ plan, seen, proofs }, ledger, progress, deps) : leave(ledger, deps)
  await writeDown.catch((error: unknown) => progress.findings.push(...unwritten(error)))
  const remaining = seen === null ? done.map(unverified) : touched ? remainders(done, seen) : []
  const findings: Diagnostic[] = deps.holds()
    ? progress.findings
    : [
        ...progress.findings,
        {
          code: 'lock-lost',
          severity: 'error',
          message: 'The lock was lost during the run; nothing was written after that.',
          hint: 'herdbook apply: it finishes the rest.',
        },
      ]
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

/** Live as it is now; null where it can't be read, which leaves what was done unverified. */
async function lookAgain(ledger: Ledger, { findings }: Progress, { replan }: ApplyDeps): Promise<Planned | null> {
  try {
    return await replan(ledger)
  } catch (error) {
    findings.push(...(error instanceof HerdbookError ? error.diagnostics : [reasonOf(error)]))
    return null
  }
}

/** Nothing was verified: what was never written, or is not owed any more, is taken back. */
async function leave(ledger: Ledger, deps: ApplyDeps): Promise<void> {
  if (ledger !== deps.ledger && deps.holds()) await deps.save(ledger, 'Stop')
}

/** What a run planned, and what it saw afterwards. */
interface Looked {
  readonly plan: Plan
  readonly seen: Plan
  readonly proofs: Proofs
}

async function settle(
  { plan, seen, proofs }: Looked,
  ledger: Ledger,
  progress: Progress,
  deps: ApplyDeps,
): Promise<void> {
  const open = openFields(seen, refInLedger)
  const settled = adjust(ledger, seen.adjustments)
  const unread = new Set(seen.reads.filter((read) => !read.complete).map((read) => read.kind))
  const left = new Set(seen.leftAlone)
  const cut = new Set(seen.unfinished.map(refOf))
  const { lasting = [], over = [] } = Object.groupBy(ledger.attempts, (attempt) =>
    unread.has(attempt.kind) ||
    left.has(refOf(attempt)) ||
    cut.has(refOf(attempt)) ||
    (open.has(refOf(attempt)) && !isVerified(attempt, settled.entries))
      ? 'lasting'
      : 'over',
  )
  // What neither waits for a step nor is owed as things are now will never be.
  const intents = stillOwed(
    ledger.intents,
    plan,
    seen,
    (intent) => unread.has(intent.kind) || left.has(refOf(intent)) || cut.has(refOf(intent)) || open.has(refOf(intent)),
  )
  // A change that waits for an approval is looked for again among all that was merged since; what was only to be put back is told as drift.
  const isWaiting = progress.skipped.some(({ why, step }) => why === 'not-approved' && step.cause === 'change')
  const approvals = spend(
    ledger.approvals,
    progress.done.map((step) => step.digest),
    over.map(refOf),
  )
  const next: Ledger = {
    ...settled,
    taken: isWaiting ? ledger.taken : (plan.commit ?? ledger.taken),
    applied: pointersAfter(ledger.applied, plan),
    // One that has lapsed is still in view while something waits, and would be taken in anew.
    merges: isWaiting
      ? ledger.merges.filter((merge) => isLapsed(merge) || unused([merge], approvals).length > 0)
      : unused(ledger.merges, approvals),
    removed: seen.removed,
    // Alone it is worth no commit.
    providers: verifiedAfter(ledger, proofs, deps.kinds, deps.now()),
    seen: seenAfter(ledger.seen, seen),
    weakenings: weakeningsAfter(ledger.weakenings, progress, deps.now()),
    attempts: lasting,
    intents,
    approvals,
    // Done again one day, it is announced again.
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

/** The pointer of a kind moves with each run that read it. Where nothing was there yet, nothing was applied. */
function pointersAfter(applied: Ledger['applied'], { commit, reads }: Plan): Ledger['applied'] {
  if (commit === null) return applied
  return new Map([
    ...applied,
    ...reads.flatMap(({ kind, complete, by }): [string, string][] =>
      complete && by === undefined ? [[kind, commit]] : [],
    ),
  ])
}

/** What was done is live, whatever became of the ledger: the report still says so. */
function unwritten(error: unknown): Diagnostic[] {
  if (!(error instanceof HerdbookError)) throw error
  const message = 'What was done could not be written into the ledger.'
  return [
    ...error.diagnostics,
    {
      code: 'ledger-unwritten',
      severity: 'error',
      message,
      hint: 'Run apply again: it reads what is live, and writes it down.',
    },
  ]
}

function subjectOf(done: readonly Step[]): string {
  const [first] = done
  if (first === undefined || done.length > 1) return `Apply ${done.length} steps`
  return first.unmanaged ? 'Apply a step' : `Apply ${refOf(first)}`
}

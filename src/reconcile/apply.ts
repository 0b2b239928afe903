import { HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { batches, refInLedger, refOf, type Batch } from './batches.ts'
import { isConsoleCertain } from './certain.ts'
import { inWords, lostIn, stillOwed, unpaid } from './debts.ts'
import type { Writer } from './doors.ts'
import { after, worsened } from './guard.ts'
import { equal } from './equal.ts'
import { adjust } from './ledger.ts'
import { isLapsed, unused } from './marks.ts'
import { noted, notesOf } from './notes.ts'
import { newlySeen, seenAfter } from './seen.ts'
import { isVerified, openFields } from './open.ts'
import { remainders, unverified } from './remaining.ts'
import { weakeningsAfter } from './weakenings.ts'
import { spend } from './approvals.ts'
import type { Invariant, InvariantFacts, Kind, Outcome, World } from './kind.ts'
import type { Intent, Ledger } from './ledger-types.ts'
import type { ApplyReport, ObjectRef, Plan, Skipped, Step, Value } from './types.ts'

export interface ApplyDeps {
  readonly kinds: readonly Kind[]
  readonly ledger: Ledger
  /** Writes the ledger and answers it as it is now. */
  readonly save: (ledger: Ledger, subject: string) => Promise<Ledger>
  readonly openWriter: () => Promise<Writer>
  /** Reads live anew and plans with this ledger. */
  readonly replan: (ledger: Ledger) => Promise<Plan>
  readonly invariants: readonly Invariant[]
  readonly facts: InvariantFacts
  readonly world: World
  /** Facts that a door checks again inside its transaction, for these steps. */
  readonly guard: (steps: readonly Step[]) => { readonly [name: string]: Value }
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
interface Progress {
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
  world: World
}

/**
 * Carries out a plan: attempts and intents are written down first, then the steps go out in order, then live is
 * read again and only what was verified enters the ledger. Every step ends in one of four lists.
 */
export async function apply(plan: Plan, deps: ApplyDeps): Promise<ApplyReport> {
  const progress: Progress = {
    done: [],
    failed: [],
    skipped: [],
    notReached: [],
    paid: [],
    findings: [],
    serverIds: new Map(),
    blocked: new Map(),
    untouched: new Set(),
    world: deps.world,
  }
  for (const step of plan.steps) holdBack(step, progress, deps)
  const held = new Set(progress.skipped.map(({ step }) => step))
  const writable = plan.steps.filter((step) => !held.has(step))
  const todo = batches(deps.kinds, writable)
  let ledger = deps.ledger
  if (writable.length > 0 || plan.owed.length > 0) {
    const notes = notesOf(todo, plan.commit)
    ledger = await deps.save({ ...ledger, ...noted(deps.ledger, notes) }, 'Attempt')
    await run(todo, plan.owed, progress, deps)
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

/** Opens the writer, pays what earlier runs still owe, sends the batches. */
async function run(
  todo: readonly Batch[],
  owed: readonly Intent[],
  progress: Progress,
  deps: ApplyDeps,
): Promise<void> {
  const writer = await deps.openWriter()
  try {
    if (!isStopped(deps) && isConsoleCertain(todo, (step, kind) => whyNot(step, kind, progress, deps) === null))
      writer.expectConsole()
    await pay(owed, writer, progress, deps)
    for (const batch of todo) {
      if (isStopped(deps)) {
        progress.notReached.push(...batch.steps)
        for (const step of batch.steps) progress.untouched.add(step)
      } else await runBatch(batch, writer, progress, deps)
    }
  } finally {
    await writer.close()
  }
}

const isStopped = ({ signal, holds }: ApplyDeps): boolean => signal.aborted || !holds()

async function pay(
  owed: readonly Intent[],
  writer: Writer,
  { paid, findings }: Progress,
  deps: ApplyDeps,
): Promise<void> {
  if (owed.length === 0 || isStopped(deps)) return
  const result = await writer.settle(owed)
  if (result.state === 'done') paid.push(...owed)
  else findings.push(owing(owed, result.state === 'failed' ? result.reason : { message: 'live has changed' }))
}

const owing = (owed: readonly Intent[], { message, hint }: Pick<Diagnostic, 'message' | 'hint'>): Diagnostic => ({
  code: 'still-owed',
  severity: 'error',
  message: `What a run that was broken off still owes (${inWords(owed)}) could not be finished: ${message}`,
  hint: hint ?? 'Run apply again.',
})

async function runBatch(batch: Batch, writer: Writer, progress: Progress, deps: ApplyDeps): Promise<void> {
  const ready = batch.steps.filter((step) => admit(step, batch.kind, progress, deps))
  const unanswered = new Set(ready)
  const context = {
    writer,
    door: batch.door,
    guard: deps.guard(batch.steps),
    serverId: (ref: ObjectRef) => progress.serverIds.get(ref) ?? liveId(deps.world, ref),
  }
  try {
    for await (const outcome of ready.length > 0 ? batch.kind.apply(ready, context) : []) {
      unanswered.delete(outcome.step)
      record(outcome, batch.kind, progress, deps)
      deps.told(outcome)
    }
  } catch (error) {
    const reason = reasonOf(error)
    for (const step of unanswered) {
      const outcome = { state: 'failed', step, reason } as const
      record(outcome, batch.kind, progress, deps)
      deps.told(outcome)
    }
  }
}

function liveId(world: World, ref: ObjectRef): string | null {
  const slash = ref.indexOf('/')
  return world.get(ref.slice(0, slash))?.get(ref.slice(slash + 1))?.serverId ?? null
}

/** Whether a step may go out now. One that may not is skipped. */
function admit(step: Step, kind: Kind, progress: Progress, deps: ApplyDeps): boolean {
  const why = whyNot(step, kind, progress, deps)
  if (why !== null) skip({ step, ...why }, kind, progress)
  return why === null
}

/** Why a step may not go out now: what it needs was not done, or an invariant would get worse. */
function whyNot(
  step: Step,
  kind: Kind,
  progress: Progress,
  { invariants, facts }: ApplyDeps,
): Omit<Skipped, 'step'> | null {
  const needed = blockerOf(step, kind, progress)
  if (needed !== undefined) return { why: needed.why, reason: `It needs ${needed.ref}, which was not done.` }
  const worse = worsened(step, progress.world, invariants, facts)
  return worse.length > 0 ? { why: 'blocked', reason: worse.map(({ what }) => what).join(' ') } : null
}

/** What a step needs and was not done. One that only lowers takes nothing along, and may be what the others need. */
function blockerOf(step: Step, kind: Kind, { blocked }: Progress): Blocker | undefined {
  const needed = (kind.after?.(step) ?? []).find((ref) => blocked.get(ref)?.ref === ref)
  return (
    (step.weakens ? undefined : blocked.get(refOf(step))) ?? (needed === undefined ? undefined : blocked.get(needed))
  )
}

function skip(skipped: Skipped, kind: Kind, progress: Progress): void {
  progress.skipped.push(skipped)
  progress.untouched.add(skipped.step)
  block(skipped.step, skipped.why === 'not-yet' ? 'not-yet' : 'blocked', kind, progress)
}

/** What was not done stops what waits for it, not the rest. */
function block(step: Step, why: Blocker['why'], kind: Kind, progress: Progress): void {
  for (const ref of [refOf(step), ...(kind.before?.(step) ?? [])]) progress.blocked.set(ref, { ref: refOf(step), why })
}

function record(outcome: Outcome, kind: Kind, progress: Progress, { invariants }: ApplyDeps): void {
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

function reasonOf(error: unknown): Diagnostic {
  const first = error instanceof HerdbookError ? error.diagnostics[0] : undefined
  if (first) return first
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'door-broke',
    severity: 'error',
    message: `The door broke: ${message}`,
    hint: 'Run apply again: it reads first what became of this.',
  }
}

/** Reads again what was touched; only what is there as meant enters the ledger. */
async function finish(plan: Plan, ledger: Ledger, progress: Progress, deps: ApplyDeps): Promise<ApplyReport> {
  const { done, failed, skipped, notReached, paid } = progress
  const touched = done.length + failed.length > 0
  const seen = isStopped(deps) ? null : touched ? await lookAgain(ledger, progress, deps) : plan
  if (seen) progress.findings.push(...lostIn(plan))
  const writeDown = seen ? settle(plan, seen, ledger, progress, deps) : leave(ledger, deps)
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
    looked: seen ? newlySeen(ledger.seen, seen) : [],
    remaining,
    findings,
  }
}

/** Live as it is now; null where it can't be read, which leaves what was done unverified. */
async function lookAgain(ledger: Ledger, { findings }: Progress, { replan }: ApplyDeps): Promise<Plan | null> {
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

async function settle(plan: Plan, seen: Plan, ledger: Ledger, progress: Progress, deps: ApplyDeps): Promise<void> {
  const open = openFields(seen, refInLedger)
  const settled = adjust(ledger, seen.adjustments)
  const unread = new Set(seen.reads.filter((read) => !read.complete).map((read) => read.kind))
  const { lasting = [], over = [] } = Object.groupBy(ledger.attempts, (attempt) =>
    unread.has(attempt.kind) || (open.has(refOf(attempt)) && !isVerified(attempt, settled.entries))
      ? 'lasting'
      : 'over',
  )
  // What neither waits for a step nor is owed as things are now will never be.
  const intents = stillOwed(ledger.intents, plan, seen, (intent) => unread.has(intent.kind) || open.has(refOf(intent)))
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

/** The pointer of a kind moves with each run that read it. */
function pointersAfter(applied: Ledger['applied'], { commit, reads }: Plan): Ledger['applied'] {
  if (commit === null) return applied
  return new Map([
    ...applied,
    ...reads.flatMap(({ kind, complete }): [string, string][] => (complete ? [[kind, commit]] : [])),
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

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { byApproval, oldestFirst, type Chosen } from '../approvals/oldest-first.ts'
import { isEnough, takesOwner } from '../approvals/owned.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { KINDS } from '../providers/index.ts'
import { apply } from '../reconcile/apply.ts'
import { approvers, current, formsIn, isRecent, missing } from '../reconcile/approvals.ts'
import { refOf } from '../reconcile/batches.ts'
import { planDigest1 } from '../reconcile/digest.ts'
import { exitOfApply, exitOfPlan, refusals } from '../reconcile/exit.ts'
import { checkHead } from '../reconcile/head.ts'
import { withoutLapsed } from '../reconcile/lapsed.ts'
import { approvalsBy, unused } from '../reconcile/marks.ts'
import { narrow } from '../reconcile/plan.ts'
import type { Provider, WriteSession } from '../reconcile/provider.ts'
import { seenAfter } from '../reconcile/seen.ts'
import type { Ledger, Merge } from '../reconcile/ledger-types.ts'
import type { ApplyReport, ObjectRef, Plan, Skipped, Step } from '../reconcile/types.ts'
import { conceal, concealReport, refShown } from '../render/conceal.ts'
import { applyJson } from '../render/json.ts'
import { parsePlan } from '../render/saved.ts'
import { renderApply } from '../render/apply.ts'
import { renderPlan } from '../render/terminal.ts'
import { count } from '../render/text.ts'
import { announceDone, giveNotice, type Noticed } from './announce.ts'
import { confirm } from './confirm.ts'
import { say, screenOf, shownTo, tell, type Io } from './io.ts'
import { locked } from './locked.ts'
import { collect, commandLine, sourceOf, wishesOf } from './options.ts'
import type { Planned, Wishes } from '../reconcile/reconciler.ts'
import { planNow, wishesWith } from './planning.ts'
import { connectTo, type Connected } from './providers.ts'
import { OWNERS_LINE } from './owners.ts'
import { withProgress } from './progress.ts'
import type { Clone } from './place.ts'
import { openCommitted, type Session } from './session.ts'
import { refuseStale, wishesIn } from './saved.ts'
import { refuseYoung } from './young.ts'

export interface Options {
  readonly instance?: string
  readonly yes?: true
  readonly wait?: true
  readonly first?: string
  readonly historyRewritten?: true
  readonly takeOver?: true
  readonly restore?: readonly string[]
  readonly json?: true
  readonly verbose?: true
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('[plan]', 'a plan that `herdbook plan --out` saved: exactly this is applied, or nothing')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--yes', 'do not ask')
    .option('--wait', 'wait for a run that holds the lock')
    .option('--first <why>', 'the server has no ledger yet, and this is meant to change it')
    .option('--history-rewritten', 'the branch was rewritten since the last apply, on purpose')
    .option('--restore <kind/id>', "use the files' version of this object, once; may be given again", collect)
    .option('--take-over', "use the files' version of everything that the ledger does not know")
    .option('--json', 'print what was done as JSON')
    .option('--verbose', 'list every change, however many')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook apply\n  herdbook plan --out plan.json && herdbook apply plan.json\n  herdbook apply --yes --wait',
    )
    .action(async (file, options) => {
      const saved = file === undefined ? null : parsePlan(await readPlan(io, file))
      await run(io, options, saved)
    })

async function readPlan(io: Io, file: string): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    return fail(EXIT.invalid, 'no-plan', `The saved plan ${file} can't be read.`, {
      hint: 'Save one: herdbook plan --out plan.json',
      cause,
    })
  }
}

/** The pull requests that were merged since the last apply and that the ledger does not hold, where a forge tells. */
export type MergesOf = (session: Session) => Promise<readonly Merge[]>

const noMerges: MergesOf = () => Promise.resolve([])

/** Plans, asks, applies, verifies. Answers what came of it; where there was nothing to do, a report of nothing. */
export async function run(
  io: Io,
  options: Options,
  saved: Plan | null,
  mergesOf: MergesOf = noMerges,
  clone?: Clone,
): Promise<ApplyReport> {
  const moved = options.historyRewritten === true
  const session = await openCommitted(io, clone ?? options.instance, moved)
  tell(io, session.warnings, await sourceOf(session))
  await refuseHead(session, session.ledger, options)
  const wishes = saved ? wishesIn(saved) : wishesOf(options)
  return locked(
    session,
    options.wait ?? false,
    async ({ ledger: found, holds }) => {
      // Pointers into a history that is gone would hold up every apply.
      const ledger = moved ? { ...found, applied: new Map<string, string>(), taken: null } : found
      // Until it was our turn somebody may have applied, or merged: a commit that is taken back by now is not applied.
      await refuseHead(session, ledger, options)
      const connected = connectTo(session.config, io, 'apply')
      try {
        const known = await takeIn({ ...session, ledger }, await mergesOf({ ...session, ledger }))
        return await applyUnderLock(known, {
          io,
          options,
          saved,
          wishes: wishesWith(wishes, known),
          connected,
          holds,
        })
      } finally {
        await connected.close()
      }
    },
    moved,
  )
}

/** The ledger takes what was merged in whole, when it is first seen: what becomes of pull request, comment or reviews later changes nothing. */
async function takeIn(session: Session, fresh: readonly Merge[]): Promise<Session> {
  const { ledger, store, io } = session
  const [now, forms] = [io.now(), formsIn(ledger, io.now())]
  const known = new Set(ledger.merges.map(({ pullRequest }) => pullRequest))
  const added = unused(
    fresh.filter((merge) => !known.has(merge.pullRequest)),
    ledger.approvals,
  )
  const merges = [...ledger.merges, ...added].filter((merge) => isRecent(merge, now) && forms.has(merge.marks.form))
  const next = { ...ledger, merges, approvals: current(ledger.approvals, now, forms) }
  // The first apply begins the ledger, and nothing before it.
  if (added.length === 0 || !store || ledger.head === null) return { ...session, ledger: next }
  const by = {
    run: session.run,
    source: session.head?.commit ?? null,
    approvedBy: [...new Set(added.map((merge) => merge.by))],
  }
  return {
    ...session,
    ledger: await store.save(next, `Take in ${added.map(({ pullRequest }) => `#${pullRequest}`).join(', ')}`, by),
  }
}

/** Refuses a HEAD that is not the newest, and one that has moved since its files were read. */
async function refuseHead({ repository, head }: Session, ledger: Ledger, { historyRewritten }: Options): Promise<void> {
  if (!repository || (await checkHead(repository, ledger, { rewritten: historyRewritten === true })) === head?.commit)
    return
  fail(EXIT.stale, 'head-moved', 'HEAD moved while this run read its files.', { hint: 'Run it again.' })
}

/** What an apply goes by, beside its plan. */
export interface Run {
  readonly io: Io
  readonly options: Options
  readonly saved: Plan | null
  readonly wishes: Wishes
  readonly connected: Connected
  readonly holds: () => boolean
}

async function applyUnderLock(opened: Session, run: Run): Promise<ApplyReport> {
  const { io, options, saved, wishes, connected } = run
  const planned = await withProgress(io, 'Reading the live server', () => planNow(opened, connected.providers, wishes))
  const { plan } = planned
  if (saved && !isSame(saved, plan, opened)) refuseStale(saved, plan)
  if (!saved && !options.json)
    say(
      io,
      renderPlan(plan, {
        ...screenOf(io.stdout),
        kinds: KINDS,
        show: shownTo(io),
        applying: true,
        verbose: options.verbose ?? false,
        again: commandLine('plan', options),
        sourceOf: await sourceOf(opened),
      }),
    )
  const exit = exitOfPlan(plan)
  // What somebody did by hand is told, and no failure of an apply.
  io.exit = exit === EXIT.drift ? EXIT.ok : exit
  refusePaused(opened, plan)
  const session = await forgetLapsed(opened, plan)
  if (isSettled(session, plan, options))
    return saved || options.json ? tellReport(run, nothingOf(plan)) : nothingOf(plan)
  const approved = withApprovals(session, plan)
  const withheld = held(approved, planned, withholding(approved, planned), io)
  // What the files say goes to a public server as it stands.
  io.secrets.abortOnSecret(JSON.stringify(plan.steps))
  refuseFirst(session, plan, options.first)
  // An approval on a forge is for the account's own id: there somebody has looked.
  if (options.yes && !session.config.forge) await refuseYoung(session, plan)
  const isAsked = plan.steps.length - withheld.size + plan.owed.length > 0 && !options.yes && !saved
  const unsaid = isAsked ? await confirm(io, plan) : null
  if (unsaid !== null)
    fail(EXIT.refused, 'not-confirmed', 'Nothing was applied.', {
      hint: `${unsaid}. Or save the plan and apply it: ${commandLine('plan', options, '--out', 'plan.json')}`,
    })
  const noticed = await giveNotice(approved, plan, withheld, connected.doors)
  return carryOut(noticed, planned, run)
}

/** Whether nothing is to be done: no step, nothing to write down, and a ledger that has begun. */
function isSettled({ store, ledger }: Session, plan: Plan, { first, historyRewritten }: Options): boolean {
  // A first apply begins the ledger, even where there is nothing to write into it.
  const begun = !store || ledger.head !== null
  // … but not while something is still in dispute: whoever takes it over later must say why.
  const disputed = !begun && first === undefined && plan.steps.length === 0 && plan.takeovers.length > 0
  // A history that is taken as it was rewritten has to be written down: the next apply goes by it.
  // What is in no file is looked at once, so that what comes later is told.
  const looked = !store || seenAfter(ledger.seen, plan) === ledger.seen
  return (
    disputed ||
    (begun &&
      looked &&
      historyRewritten !== true &&
      [plan.steps, plan.adjustments, ledger.intents, ledger.attempts, ledger.notices].every(
        (list) => list.length === 0,
      ))
  )
}

const nothingOf = (plan: Plan): ApplyReport => ({
  plan,
  done: [],
  failed: [],
  skipped: [],
  notReached: [],
  paid: [],
  looked: [],
  remaining: [],
  findings: [],
})

/** Whether a saved plan is what would be done now. One that version 1 saved is known by the digest that version 1 gave it, until the ledger is of version 2. */
function isSame(saved: Plan, plan: Plan, { ledger, sealing }: Session): boolean {
  return saved.digest === plan.digest || (ledger.form !== 2 && saved.digest === planDigest1(plan, sealing))
}

/** The ledger with what the merged pull requests approve. */
function withApprovals(session: Session, plan: Plan): Session {
  const { ledger, sealing } = session
  return {
    ...session,
    ledger: {
      ...ledger,
      approvals: [...ledger.approvals, ...approvalsBy(ledger.merges, plan.steps, ledger.approvals, sealing, isEnough)],
    },
  }
}

/** The ledger without what was approved and nothing calls for any more. */
async function forgetLapsed(session: Session, plan: Plan): Promise<Session> {
  const { ledger, store, sealing, run } = session
  const lasting = store && ledger.head !== null ? withoutLapsed(ledger, plan, sealing) : null
  if (!store || lasting === null) return session
  return {
    ...session,
    ledger: await store.save({ ...ledger, ...lasting }, 'Forget approvals of what was taken back', {
      run,
      source: plan.commit,
      approvedBy: [],
    }),
  }
}

type Withheld = Map<ObjectRef, Omit<Skipped, 'step'>>

/**
 * What may not go out: besides what nobody approved, on a forge, whole merges that do not fit beside older ones. Where
 * nothing would be left of it, and wherever no forge approves, a gate refuses all.
 */
function held(session: Session, planned: Planned, withheld: Withheld, io: Io): Withheld {
  const shown = (plan: Plan): Plan => conceal(plan, shownTo(io))
  const open = planned.plan.steps.filter((step) => !withheld.has(refOf(step)))
  const against = (steps: readonly Step[]) => {
    const kept = new Set(steps)
    return refusals(narrow(planned, (step) => kept.has(step)))
  }
  const chosen: Chosen =
    session.config.forge && against([]).length === 0
      ? oldestFirst(byApproval(open, session.ledger.approvals, session.sealing), against)
      : { sent: open, held: new Map() }
  if (chosen.held.size === open.length || chosen.held.size === 0) {
    refuseGuarded(shown(narrow(planned, (step) => !withheld.has(refOf(step)))))
    return withheld
  }
  return new Map([
    ...withheld,
    ...[...chosen.held].map(([step, errors]): [ObjectRef, Omit<Skipped, 'step'>] => [
      refOf(step),
      { why: 'refused', reason: [...new Set(errors.map(({ message }) => message))].join(' ') },
    ]),
  ])
}

/** The steps that may not go out: where a forge approves, those that nobody approved. What a policy corrects by itself is approved by the policy. */
function withholding(session: Session, { plan, input }: Planned): Withheld {
  if (!session.config.forge) return new Map()
  const byPolicy = (step: Step): boolean =>
    step.cause === 'drift' &&
    step.hazard === 'reversible' &&
    input.policy.driftOf(step.kind) === 'correct' &&
    !input.restore.has(refOf(step))
  const open = missing(plan.steps, session.ledger.approvals, session.sealing).filter(
    (step) => !byPolicy(step) && step.removal !== true,
  )
  return new Map(open.map((step) => [refOf(step), { why: 'not-approved', reason: reasonOf(step, session) }]))
}

/** Why a step has no approval that counts. */
function reasonOf(step: Step, { instance }: Session): string {
  if (!takesOwner(refOf(step))) return 'Nobody approved this step as it is now.'
  const named = (instance.documents['policy.yaml']?.owners ?? []).length > 0
  return named
    ? 'This takes the approval of an owner, and none approved it as it is now.'
    : `This takes the approval of an owner, and policy.yaml names none. Add to it: ${OWNERS_LINE}`
}

function tellReport({ io, options, saved }: Run, report: ApplyReport): ApplyReport {
  say(
    io,
    options.json
      ? applyJson(concealReport(report, shownTo(io)))
      : renderApply(report, {
          ...screenOf(io.stdout),
          kinds: KINDS,
          show: shownTo(io),
          verbose: options.verbose ?? false,
          planShown: saved === null,
        }),
  )
  return report
}

/** Applies a plan, whole or in part, and tells what came of it. */
export async function carryOut(
  { session, withheld, findings }: Noticed,
  { plan, input }: Planned,
  run: Run,
): Promise<ApplyReport> {
  const { io, wishes, connected, holds } = run
  const by = {
    run: session.run,
    source: plan.commit,
    approvedBy: approvers(plan.steps, session.ledger.approvals, session.sealing),
  }
  // Why a first apply was meant to change the server stays in the ledger's history.
  const firstWhy =
    session.ledger.head === null && run.options.first !== undefined ? ` (first: ${run.options.first})` : ''
  const applied = await withProgress(
    io,
    `Applying ${count(plan.steps.length - withheld.size, 'step', 'steps')}`,
    (told) =>
      apply(plan, {
        kinds: KINDS,
        ledger: session.ledger,
        save: (ledger, subject) =>
          session.store ? session.store.save(ledger, `${subject}${firstWhy}`, by) : Promise.resolve(ledger),
        open: (name) => openIn(connected.providers, name),
        replan: async (ledger: Ledger) => (await planNow(session, connected.providers, wishes, ledger)).plan,
        live: input.live,
        withheld,
        holds,
        now: io.now,
        signal: io.signal,
        told: ({ step, state }) => told(`${state === 'done' ? 'done' : 'failed'}: ${refShown(step, shownTo(io))}`),
      }),
  )
  const report = {
    ...applied,
    findings: [...findings, ...applied.findings, ...(await announceDone(session, applied, connected.doors))],
  }
  io.exit = exitOfApply(report)
  return tellReport(run, report)
}

/** The way in for writing of a provider. */
function openIn(providers: readonly Provider[], name: string): Promise<WriteSession> {
  const provider = providers.find((one) => one.name === name)
  if (!provider) throw new Error(`There is no provider ${name} here.`)
  return provider.open()
}

/** While a pause is on, a run says what it would do, and does nothing. */
function refusePaused({ ledger: { paused } }: Session, plan: Plan): void {
  if (paused === null || plan.steps.length + plan.owed.length === 0) return
  fail(
    EXIT.refused,
    'paused',
    `Paused by ${paused.by} since ${paused.at.slice(0, 16).replace('T', ' ')} UTC: ${paused.why}`,
    { hint: 'Nothing is applied until somebody types: herdbook resume' },
  )
}

function refuseGuarded(plan: Plan): void {
  const reasons = refusals(plan)
  if (reasons.length > 0) throw new HerdbookError(EXIT.refused, reasons)
}

/** The first apply to a server changes nothing by accident: adopt first, or say why not. */
function refuseFirst({ store, ledger }: Session, plan: Plan, why: string | undefined): void {
  if (!store || ledger.head !== null || plan.steps.length === 0 || why !== undefined) return
  fail(EXIT.refused, 'first-apply', `This server has no ledger yet, and the plan has ${plan.steps.length} steps.`, {
    hint: 'Take over what is live first: herdbook adopt. If the steps are meant: herdbook apply --first "why", or on GitHub the button begin',
  })
}

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { byApproval, oldestFirst } from '../approvals/oldest-first.ts'
import { isEnough, takesOwner } from '../approvals/owned.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { KINDS } from '../providers/index.ts'
import { converge, type Converged } from '../reconcile/apply/converge.ts'
import { exitOfApply, exitOfPlan } from '../reconcile/exit.ts'
import type { Merge } from '../reconcile/ledger/types.ts'
import type { Approving } from '../reconcile/apply/outgoing.ts'
import { nothingDone, type ApplyReport } from '../reconcile/report.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { redact, redactReport } from '../redaction/redact.ts'
import { applyJson } from '../json/plan.ts'
import { parsePlan } from '../json/saved-plan.ts'
import { renderApply } from '../terminal/applied.ts'
import { renderPlan } from '../terminal/plan.ts'
import { confirm } from '../command-line/confirm.ts'
import { showSteps, withFarEnds } from './apply/far-ends.ts'
import { say, screenOf, shownTo, tell, type Io } from '../session/io.ts'
import { applyLock } from '../session/with-lock.ts'
import { collect, commandLine, sourceOf, planOptionsOf } from '../session/options.ts'
import { wishesWith } from '../session/planning.ts'
import { OWNERS_LINE } from '../approvals/owners.ts'
import { withProgress } from '../session/progress.ts'
import { openCommitted, type Session } from '../session/session.ts'
import type { Clone } from '../session/instance-folder.ts'
import { planOptionsIn } from './apply/saved-options.ts'
import { refuseYoung } from '../approvals/account-age.ts'

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
  const rewritten = options.historyRewritten === true
  const session = await openCommitted(io, clone ?? options.instance, rewritten)
  tell(io, session.warnings, await sourceOf(session))
  const wishes = saved ? planOptionsIn(saved) : planOptionsOf(options)
  const isAsked = !options.yes && !saved
  return reportOf(
    await converge(session, {
      rewritten,
      saved,
      first: options.first,
      lock: applyLock(session, options.wait ?? false),
      connected: (work) =>
        withFarEnds(session, async (far) => tellConverged(io, options, saved !== null, await work(far))),
      mergesOf: (ledger) => mergesOf({ ...session, ledger }),
      wishesWith: (ledger) => wishesWith(wishes, { ...session, ledger }),
      approving: approvingOf(session),
      reading: (work) => withProgress(io, 'Reading the live server', work),
      show: (plan) => showPlan(session, options, saved !== null, plan),
      conceal: (plan) => redact(plan, shownTo(io)),
      watch: io.secrets.abortOnSecret,
      // An approval on a forge is for the account's own id: there somebody has looked.
      checkAge: options.yes && !session.config.forge ? (plan) => refuseYoung(session, plan) : null,
      confirm: isAsked ? (plan) => askFor(io, options, plan) : null,
      applying: showSteps(io),
      now: io.now,
      signal: io.signal,
    }),
  )
}

/** Shows the plan, unless somebody saw it when they saved it, or a program reads along. */
async function showPlan(session: Session, options: Options, isSaved: boolean, plan: Plan): Promise<void> {
  const { io } = session
  if (!isSaved && !options.json)
    say(
      io,
      renderPlan(plan, {
        ...screenOf(io.stdout),
        kinds: KINDS,
        show: shownTo(io),
        applying: true,
        verbose: options.verbose ?? false,
        again: commandLine('plan', options),
        sourceOf: await sourceOf(session),
      }),
    )
  const exit = exitOfPlan(plan)
  // What somebody did by hand is told, as is what is red, and no failure of an apply.
  io.exit = exit === EXIT.drift || exit === EXIT.red ? EXIT.ok : exit
}

async function askFor(io: Io, options: Options, plan: Plan): Promise<{ readonly hint: string } | null> {
  const unsaid = await confirm(io, plan)
  if (unsaid === null) return null
  return { hint: `${unsaid}. Or save the plan and apply it: ${commandLine('plan', options, '--out', 'plan.json')}` }
}

/** On a forge each step needs an approval, and whole merges go out, the oldest first. */
function approvingOf({ config, instance, sealing }: Session): Approving {
  if (!config.forge) return { isEnough, required: null }
  const owners = instance.documents['policy.yaml']?.owners ?? []
  return {
    isEnough,
    required: {
      reasonFor: (step) => reasonOf(step, owners.length > 0),
      hold: (open, approvals, against) => oldestFirst(byApproval(open, approvals, sealing), against).held,
    },
  }
}

/** Why a step has no approval that counts. */
function reasonOf(step: Step, ownersAreNamed: boolean): string {
  if (!takesOwner(step)) return 'Nobody approved this step as it is now.'
  return ownersAreNamed
    ? 'This takes the approval of an owner, and none approved it as it is now.'
    : `This takes the approval of an owner, and policy.yaml names none. Add to it: ${OWNERS_LINE}`
}

/** Tells what came of it: of nothing only where no plan was shown that says so. */
function tellConverged(io: Io, options: Options, isSaved: boolean, converged: Converged): Converged {
  if (converged.state === 'applied') io.exit = exitOfApply(converged.report)
  if (converged.state === 'applied' || isSaved || options.json) tellReport(io, options, isSaved, reportOf(converged))
  return converged
}

/** Prints a report as the options ask. */
export function tellReport(io: Io, options: Options, isSaved: boolean, report: ApplyReport): void {
  say(
    io,
    options.json
      ? applyJson(redactReport(report, shownTo(io)))
      : renderApply(report, {
          ...screenOf(io.stdout),
          kinds: KINDS,
          show: shownTo(io),
          verbose: options.verbose ?? false,
          planShown: !isSaved,
        }),
  )
}

/** The report of a run; of nothing, where nothing was to be done. */
const reportOf = (converged: Converged): ApplyReport =>
  converged.state === 'applied' ? converged.report : nothingDone(converged.plan)

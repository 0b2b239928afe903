import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { byApproval, oldestFirst } from '../approvals/oldest-first.ts'
import { isEnough, takesOwner } from '../approvals/files-of-step.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { KINDS } from '../providers/kinds.ts'
import { converge, type ConvergeResult } from '../reconcile/apply/converge.ts'
import { exitOfApply, exitOfPlan } from '../reconcile/exit.ts'
import type { MergeApproval } from '../reconcile/ledger/types.ts'
import type { ApprovalRules } from '../reconcile/apply/outgoing.ts'
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
import { planOptionsWith } from '../session/planning.ts'
import { withProgress } from '../session/progress.ts'
import { openCommitted, type Session } from '../session/session.ts'
import type { RepositoryClone } from '../session/instance-folder.ts'
import { planOptionsIn } from './apply/saved-options.ts'
import { refuseYoung } from '../approvals/account-age.ts'
import { HELP, NO_OWNER_APPROVED, NO_OWNER_NAMED, NOT_APPROVED, notConfirmed, planUnreadable } from './apply/texts.ts'
import { INSTANCE_OPTION, READING_SERVER, RESTORE_OPTION, WAIT_OPTION } from '../session/option-texts.ts'

export interface ApplyVerbOptions {
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
    .argument('[plan]', HELP.plan)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--yes', HELP.yes)
    .option('--wait', WAIT_OPTION)
    .option('--first <why>', HELP.first)
    .option('--history-rewritten', HELP.historyRewritten)
    .option('--restore <kind/id>', RESTORE_OPTION, collect)
    .option('--take-over', HELP.takeOver)
    .option('--json', HELP.json)
    .option('--verbose', HELP.verbose)
    .addHelpText('after', HELP.examples)
    .action(async (file, options) => {
      const saved = file === undefined ? null : parsePlan(await readPlan(io, file))
      await run(io, options, saved)
    })

async function readPlan(io: Io, file: string): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    const { message, hint } = planUnreadable(file)
    return fail(EXIT.invalid, 'no-plan', message, { hint, cause })
  }
}

/** Asks a forge for the pull requests that were merged since the last apply and are not in the ledger. */
export type FindMerges = (session: Session) => Promise<readonly MergeApproval[]>

const noMerges: FindMerges = () => Promise.resolve([])

/** Plans, asks, applies and verifies. Answers the report; an empty one if there was nothing to do. */
export async function run(
  io: Io,
  options: ApplyVerbOptions,
  saved: Plan | null,
  mergesOf: FindMerges = noMerges,
  clone?: RepositoryClone,
): Promise<ApplyReport> {
  const rewritten = options.historyRewritten === true
  const session = await openCommitted(io, clone ?? options.instance, rewritten)
  tell(io, session.warnings, await sourceOf(session))
  const planOptions = saved ? planOptionsIn(saved) : planOptionsOf(options)
  const isAsked = !options.yes && !saved
  return reportOf(
    await converge(session, {
      rewritten,
      saved,
      first: options.first,
      lock: applyLock(session, options.wait ?? false),
      connected: (work) =>
        withFarEnds(session, async (far) => printResult(io, options, saved !== null, await work(far))),
      mergesOf: (ledger) => mergesOf({ ...session, ledger }),
      planOptionsWith: (ledger) => planOptionsWith(planOptions, { ...session, ledger }),
      approving: approvingOf(session),
      reading: (work) => withProgress(io, READING_SERVER, work),
      show: (plan) => showPlan(session, options, saved !== null, plan),
      conceal: (plan) => redact(plan, shownTo(io)),
      watch: io.secrets.abortOnSecret,
      // On a forge, an approval names the account by its id, so its age needs no check.
      checkAge: options.yes && !session.config.forge ? (plan) => refuseYoung(session, plan) : null,
      confirm: isAsked ? (plan) => askFor(io, options, plan) : null,
      applying: showSteps(io),
      now: io.now,
      signal: io.signal,
    }),
  )
}

/** Shows the plan, unless it is a saved one or a program reads the output. */
async function showPlan(session: Session, options: ApplyVerbOptions, isSaved: boolean, plan: Plan): Promise<void> {
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
  // Drift and red checks are reported, but they don't make an apply fail.
  io.exit = exit === EXIT.drift || exit === EXIT.red ? EXIT.ok : exit
}

async function askFor(io: Io, options: ApplyVerbOptions, plan: Plan): Promise<{ readonly hint: string } | null> {
  const howToConfirm = await confirm(io, plan)
  if (howToConfirm === null) return null
  return notConfirmed(howToConfirm, commandLine('plan', options, '--out', 'plan.json'))
}

/** On a forge each step needs an approval, and merges are applied whole, the oldest first. */
function approvingOf({ config, instance, sealing }: Session): ApprovalRules {
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
  if (!takesOwner(step)) return NOT_APPROVED
  return ownersAreNamed ? NO_OWNER_APPROVED : NO_OWNER_NAMED
}

/** Prints the result; an empty one only if no plan was shown that says so. */
function printResult(io: Io, options: ApplyVerbOptions, isSaved: boolean, converged: ConvergeResult): ConvergeResult {
  if (converged.state === 'applied') io.exit = exitOfApply(converged.report)
  if (converged.state === 'applied' || isSaved || options.json) tellReport(io, options, isSaved, reportOf(converged))
  return converged
}

/** Prints a report as the options ask. */
export function tellReport(io: Io, options: ApplyVerbOptions, isSaved: boolean, report: ApplyReport): void {
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

/** The report of a run; an empty one if there was nothing to do. */
const reportOf = (converged: ConvergeResult): ApplyReport =>
  converged.state === 'applied' ? converged.report : nothingDone(converged.plan)

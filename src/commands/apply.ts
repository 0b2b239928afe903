import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { openDoors, type Doors } from '../clients/doors.ts'
import { openReader } from '../clients/reader.ts'
import { openWriter } from '../clients/writer.ts'
import { EXIT, fail, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { INVARIANTS } from '../kinds/invariants.ts'
import { KINDS } from '../kinds/index.ts'
import { apply } from '../reconcile/apply.ts'
import { approvers, missing } from '../reconcile/approvals.ts'
import type { Reader } from '../reconcile/doors.ts'
import { exitOfApply, exitOfPlan, refusals } from '../reconcile/exit.ts'
import { worldOf } from '../reconcile/guard.ts'
import { checkHead } from '../reconcile/head.ts'
import type { ApplyReport, Ledger, Plan } from '../reconcile/types.ts'
import { concealReport } from '../render/conceal.ts'
import { applyJson } from '../render/json.ts'
import { parsePlan } from '../render/saved.ts'
import { renderApply } from '../render/apply.ts'
import { renderPlan } from '../render/terminal.ts'
import { count } from '../render/text.ts'
import { confirm } from './confirm.ts'
import { say, screenOf, shownTo, tell, toldWaits, type Io } from './io.ts'
import { needsConsole } from './foresee.ts'
import { locked } from './locked.ts'
import { collect, sourceOf, wishesOf } from './options.ts'
import { planNow, type Planned, type Wishes } from './planning.ts'
import { withProgress } from './progress.ts'
import { openSession, type Session } from './session.ts'
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
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('[plan]', 'a plan that `herdbook plan --out` saved: exactly this is applied, or nothing')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--yes', 'do not ask')
    .option('--wait', 'wait for a run that holds the lock')
    .option('--first <why>', 'the server has no ledger yet, and this is meant to change it')
    .option('--history-rewritten', 'the branch was rewritten since the last apply, on purpose')
    .option('--restore <kind/id>', 'let the files win for this object, once; may be given again', collect)
    .option('--take-over', 'let the files win for everything that the ledger does not know')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', '\nExamples:\n  herdbook apply\n  herdbook plan --out plan.json && herdbook apply plan.json\n  herdbook apply --yes --wait')
    .action(async (file, options) => {
      const saved = file === undefined ? null : parsePlan(await readPlan(io, file))
      await run(io, options, saved)
    })

async function readPlan(io: Io, file: string): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    return fail(EXIT.invalid, 'no-plan', `The saved plan ${file} can't be read.`, { hint: 'Save one: herdbook plan --out plan.json', cause })
  }
}

/** Plans, asks, applies, verifies. */
export async function run(io: Io, options: Options, saved: Plan | null): Promise<void> {
  const session = await openSession(io, options.instance, { committed: true })
  tell(io, session.warnings, await sourceOf(session))
  await refuseHead(session, session.ledger, options)
  const wishes = saved ? wishesIn(saved) : wishesOf(options)
  await locked(session, options.wait ?? false, async ({ ledger, holds }) => {
    // Somebody applied before it was our turn, perhaps a newer commit.
    if (ledger.head !== session.ledger.head) await refuseHead(session, ledger, options)
    const doors = openDoors(session.config, io.secrets, { verb: 'apply', onWait: toldWaits(io) })
    try {
      const reader = await openReader(session.config, io.secrets, { doors })
      if (needsConsole(session, ledger)) void doors.console().catch(() => undefined)
      await applyUnderLock({ ...session, ledger }, { io, options, saved, wishes, reader, doors, holds })
    } finally {
      await doors.close()
    }
  })
}

/** Refuses a HEAD that is not the newest, and one that has moved since its files were read. */
async function refuseHead({ repository, head }: Session, ledger: Ledger, { historyRewritten }: Options): Promise<void> {
  if (!repository || (await checkHead(repository, ledger, { rewritten: historyRewritten === true })) === head?.commit) return
  fail(EXIT.stale, 'head-moved', 'HEAD moved while this run read its files.', { hint: 'Run it again.' })
}

interface Run {
  readonly io: Io
  readonly options: Options
  readonly saved: Plan | null
  readonly wishes: Wishes
  readonly reader: Reader
  readonly doors: Doors
  readonly holds: () => boolean
}

async function applyUnderLock(session: Session, run: Run): Promise<void> {
  const { io, options, saved, wishes, reader } = run
  const planned = await withProgress(io, 'Reading the live server', () => planNow(session, reader, wishes))
  const { plan } = planned
  if (saved && saved.digest !== plan.digest) refuseStale(saved, plan)
  const { intents, attempts } = session.ledger
  // A first apply begins the ledger, even where there is nothing to write into it.
  const begun = !session.store || session.ledger.head !== null
  // … but not while something is still in dispute: whoever takes it over later must say why.
  const disputed = !begun && options.first === undefined && plan.steps.length === 0 && plan.takeovers.length > 0
  const settled = disputed || (begun && [plan.steps, plan.adjustments, intents, attempts].every((list) => list.length === 0))
  if (!saved && !options.json) say(io, renderPlan(plan, { ...screenOf(io.stdout), kinds: KINDS, show: shownTo(io), applying: true, sourceOf: await sourceOf(session) }))
  io.exit = exitOfPlan(plan)
  if (settled) return saved || options.json ? tellReport(run, { plan, done: [], failed: [], skipped: [], notReached: [], remaining: [], findings: [] }) : undefined
  refuseGuarded(plan)
  refuseFirst(session, plan, options.first)
  if (options.yes) await refuseYoung(session, plan)
  refuseUnapproved(session, plan)
  if (plan.steps.length > 0 && !options.yes && !saved && !(await confirm(io, plan))) {
    fail(EXIT.refused, 'not-confirmed', 'Nothing was applied.', { hint: 'Say yes, give --yes, or save the plan and apply it: herdbook plan --out plan.json' })
  }
  await carryOut(session, planned, run)
}

function tellReport({ io, options }: Run, report: ApplyReport): void {
  say(io, options.json ? applyJson(concealReport(report, shownTo(io))) : renderApply(report, { ...screenOf(io.stdout), kinds: KINDS, show: shownTo(io) }))
}

async function carryOut(session: Session, { plan, input }: Planned, run: Run): Promise<void> {
  const { io, wishes, reader, doors, holds } = run
  const by = { run: session.run, source: plan.commit, approvedBy: approvers(session.ledger.approvals, plan.steps.map((step) => step.digest)) }
  // Why a first apply was meant to change the server stays in the ledger's history.
  const firstWhy = session.ledger.head === null && run.options.first !== undefined ? ` (first: ${run.options.first})` : ''
  const report = await withProgress(io, `Applying ${count(plan.steps.length, 'step', 'steps')}`, (told) =>
    apply(plan, {
      kinds: KINDS,
      ledger: session.ledger,
      save: (ledger, subject) => (session.store ? session.store.save(ledger, `${subject}${firstWhy}`, by) : Promise.resolve(ledger)),
      openWriter: () => openWriter(session.config, io.secrets, { doors }),
      replan: async (ledger: Ledger) => (await planNow(session, reader, wishes, ledger)).plan,
      invariants: INVARIANTS,
      facts: input.facts,
      world: worldOf(input.observed),
      guard: { minimum_owners: input.policy.minimumOwners },
      holds,
      signal: io.signal,
      told: ({ step, state }) => told(`${state === 'done' ? 'done' : 'failed'}: ${step.kind}/${step.id}`),
    }),
  )
  tellReport(run, report)
  io.exit = exitOfApply(report)
}

function refuseGuarded(plan: Plan): void {
  const reasons = refusals(plan)
  if (reasons.length > 0) throw new HerdbookError(EXIT.refused, reasons)
}

/** The first apply to a server changes nothing by accident: adopt first, or say why not. */
function refuseFirst({ store, ledger }: Session, plan: Plan, why: string | undefined): void {
  if (!store || ledger.head !== null || plan.steps.length === 0 || why !== undefined) return
  fail(EXIT.refused, 'first-apply', `This server has no ledger yet, and the plan has ${plan.steps.length} steps.`, {
    hint: 'Take over what is live first: herdbook adopt. If the steps are meant: herdbook apply --first "why"',
  })
}

function refuseUnapproved({ config, ledger }: Session, plan: Plan): void {
  if (!config.forge) return
  const open = missing(plan.steps, ledger.approvals)
  if (open.length === 0) return
  const list: Diagnostic[] = open.map((step) => ({ code: 'not-approved', severity: 'error', message: `${step.kind}/${step.id}: nobody approved this step.` }))
  throw new HerdbookError(EXIT.stale, [...list.slice(0, 20), { code: 'not-approved', severity: 'error', message: `${open.length} steps are not approved.`, hint: 'Merge the pull request that proposes them, or: herdbook approve "why"' }])
}

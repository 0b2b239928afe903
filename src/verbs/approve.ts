import type { Command } from '@commander-js/extra-typings'
import { KINDS } from '../providers/kinds.ts'
import { refOf } from '../reconcile/object-ref.ts'
import { approve, missing } from '../reconcile/approvals.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { EXIT, fail, type ExitCode } from '../instance/diagnostic.ts'
import { renderPlan } from '../terminal/plan.ts'
import { confirm } from '../command-line/confirm.ts'
import { say, screenOf, shownTo, tell, type Io } from '../session/io.ts'
import { withLock } from '../session/with-lock.ts'
import { actorOf } from './pause.ts'
import { collect, commandLine, parseRef, sourceOf, planOptionsOf } from '../session/options.ts'
import { planNow } from '../session/planning.ts'
import { openSession, type Session } from '../session/session.ts'
import { connectTo } from '../session/connect.ts'
import {
  anotherPlan,
  approved,
  approveSubject,
  HELP,
  NO_REPOSITORY,
  notADigest,
  notConfirmed,
  nothingToApprove,
  ownChange,
} from './approve/texts.ts'
import { INSTANCE_OPTION, RESTORE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<why>', HELP.why)
    .argument('[kind/id...]', HELP.refs)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--yes', HELP.yes)
    .option('--plan <digest>', HELP.plan)
    .option('--restore <kind/id>', RESTORE_OPTION, collect)
    .addHelpText('after', HELP.examples)
    .action((why, refs, options) => run(io, why, refs, options))

export interface ApproveOptions {
  readonly instance?: string
  readonly yes?: true
  readonly plan?: string
  readonly restore?: readonly string[]
}

/** Picks the steps that the person who approves may not approve. */
export type FindOwnChanges = (session: Session, steps: readonly Step[]) => Promise<readonly ObjectRef[]>

/** Shows the plan, asks, and approves its steps that have no approval yet. */
export async function run(
  io: Io,
  why: string,
  refs: readonly string[],
  options: ApproveOptions,
  ownChanges: FindOwnChanges = () => Promise.resolve([]),
): Promise<void> {
  const only = new Set(refs.map((text) => parseRef(text).ref))
  const session = await openSession(io, options.instance)
  if (!session.store) refuse(EXIT.invalid, 'no-git', NO_REPOSITORY)
  tell(io, session.warnings, await sourceOf(session))
  await withLock(session, false, ({ ledger }) =>
    approveUnderLock({ ...session, ledger }, { why, only, options, ownChanges }),
  )
}

/** What to approve, and why. */
interface ApprovalRequest {
  readonly why: string
  readonly only: ReadonlySet<ObjectRef>
  readonly options: ApproveOptions
  readonly ownChanges: FindOwnChanges
}

async function approveUnderLock(session: Session, { why, only, options, ownChanges }: ApprovalRequest): Promise<void> {
  const { io, ledger, sealing } = session
  const connected = connectTo(session.config, io, 'plan')
  try {
    const { plan } = await planNow(session, connected.providers, planOptionsOf(options))
    const open = missing(
      plan.steps.filter((step) => only.size === 0 || only.has(refOf(step))),
      ledger.approvals,
      sealing,
    )
    say(
      io,
      renderPlan(plan, {
        ...screenOf(io.stdout),
        kinds: KINDS,
        show: shownTo(io),
        again: commandLine('plan', options),
        applying: true,
        sourceOf: await sourceOf(session),
      }),
    )
    if (options.plan !== undefined) refuseAnother(plan, options.plan)
    io.exit = exitOfPlan(plan)
    if (open.length === 0) return say(io, nothingToApprove([...only]))
    const own = await ownChanges(session, open)
    if (own.length > 0) refuse(EXIT.refused, 'own-change', ownChange(own.length))
    const howToConfirm = options.yes ? null : await confirm(io, plan)
    if (howToConfirm !== null) refuse(EXIT.refused, 'not-confirmed', notConfirmed(howToConfirm))
    const by = actorOf(io)
    const approvals = approve(ledger.approvals, open, { by, at: io.now().toISOString(), source: why })
    await session.store?.save({ ...ledger, approvals }, approveSubject(open.length), {
      run: session.run,
      source: plan.commit,
      approvedBy: [by],
    })
    say(io, approved(open.length))
    io.exit = EXIT.ok
  } finally {
    await connected.close()
  }
}

/** Refuses any plan but the one that a person saw and named by its digest. */
function refuseAnother({ digest }: Plan, seen: string): void {
  if (!/^[0-9a-f]{16,64}$/.test(seen)) refuse(EXIT.invalid, 'no-digest', notADigest(seen))
  if (!digest.startsWith(seen)) refuse(EXIT.stale, 'another-plan', anotherPlan(digest))
}

const refuse = (exit: ExitCode, code: string, text: { readonly message: string; readonly hint: string }): never =>
  fail(exit, code, text.message, { hint: text.hint })

import type { Command } from '@commander-js/extra-typings'
import { KINDS } from '../providers/index.ts'
import { refOf } from '../reconcile/object-ref.ts'
import { approve, missing } from '../reconcile/approvals.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { count } from '../words/text.ts'
import { renderPlan } from '../terminal/plan.ts'
import { confirm } from '../command-line/confirm.ts'
import { say, screenOf, shownTo, tell, type Io } from '../session/io.ts'
import { withLock } from '../session/with-lock.ts'
import { actorOf } from './pause.ts'
import { collect, commandLine, parseRef, sourceOf, planOptionsOf } from '../session/options.ts'
import { planNow } from '../session/planning.ts'
import { openSession, type Session } from '../session/session.ts'
import { connectTo } from '../session/connect.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<why>', 'the reason, for the ledger')
    .argument('[kind/id...]', 'only these objects (default: all)')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--yes', 'do not ask')
    .option('--plan <digest>', 'only while the plan is this one: what a comment or a summary shows of its digest')
    .option('--restore <kind/id>', "use the files' version of this object, once; may be given again", collect)
    .addHelpText(
      'after',
      '\nExample:\n  herdbook approve "agreed in the moderators\' meeting of 2026-11-23"\n\nApproves the steps of the plan as it is now; `herdbook apply` then does them, each once.',
    )
    .action((why, refs, options) => run(io, why, refs, options))

export interface Options {
  readonly instance?: string
  readonly yes?: true
  readonly plan?: string
  readonly restore?: readonly string[]
}

/** Of steps that are to be approved those that whoever asks may not approve. */
export type OwnChanges = (session: Session, steps: readonly Step[]) => Promise<readonly ObjectRef[]>

/** Approves what is not approved yet, once somebody has looked at it. */
export async function run(
  io: Io,
  why: string,
  refs: readonly string[],
  options: Options,
  ownChanges: OwnChanges = () => Promise.resolve([]),
): Promise<void> {
  const only = new Set(refs.map((text) => parseRef(text).ref))
  const session = await openSession(io, options.instance)
  if (!session.store)
    fail(EXIT.invalid, 'no-git', 'This folder is not in a Git repository: approvals have no place.', {
      hint: 'git init',
    })
  tell(io, session.warnings, await sourceOf(session))
  await withLock(session, false, ({ ledger }) =>
    approveUnderLock({ ...session, ledger }, { why, only, options, ownChanges }),
  )
}

interface Asked {
  readonly why: string
  readonly only: ReadonlySet<ObjectRef>
  readonly options: Options
  readonly ownChanges: OwnChanges
}

async function approveUnderLock(session: Session, { why, only, options, ownChanges }: Asked): Promise<void> {
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
    if (open.length === 0)
      return say(
        io,
        only.size === 0
          ? 'There is nothing to approve.'
          : `The plan has nothing to approve for ${[...only].join(', ')}.`,
      )
    const own = await ownChanges(session, open)
    if (own.length > 0) {
      fail(
        EXIT.refused,
        'own-change',
        `Nobody approves what they asked for, wrote or pushed: ${own.length} of these ${own.length === 1 ? 'is' : 'are'} yours. Nothing was approved.`,
        { hint: 'Ask another owner, or approve the others by name.' },
      )
    }
    const unsaid = options.yes ? null : await confirm(io, plan)
    if (unsaid !== null) fail(EXIT.refused, 'not-confirmed', 'Nothing was approved.', { hint: `${unsaid}.` })
    const by = actorOf(io)
    const approvals = approve(ledger.approvals, open, { by, at: io.now().toISOString(), source: why })
    await session.store?.save({ ...ledger, approvals }, `Approve ${count(open.length, 'step', 'steps')}`, {
      run: session.run,
      source: plan.commit,
      approvedBy: [by],
    })
    say(io, `Approved ${count(open.length, 'step', 'steps')}. Apply them: herdbook apply`)
    io.exit = EXIT.ok
  } finally {
    await connected.close()
  }
}

/** Whoever approves a plan by its digest has looked at that one, and at no other. */
function refuseAnother({ digest }: Plan, looked: string): void {
  if (!/^[0-9a-f]{16,64}$/.test(looked))
    fail(EXIT.invalid, 'no-digest', `"${looked}" is no digest of a plan.`, {
      hint: 'Write its first 16 digits or more.',
    })
  if (!digest.startsWith(looked))
    fail(EXIT.stale, 'another-plan', 'The plan is another one by now, so nothing was approved.', {
      hint: `Look at it anew: it is ${digest.slice(0, 16)}.`,
    })
}

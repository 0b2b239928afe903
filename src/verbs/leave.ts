import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail, HerdbookError, type ExitCode } from '../instance/diagnostic.ts'
import { KINDS } from '../providers/kinds.ts'
import { partsOf, refOf } from '../reconcile/object-ref.ts'
import { whyUnread } from '../reconcile/findings.ts'
import { withLeft } from '../reconcile/seen-list.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Plan, UnmanagedObject } from '../reconcile/plan/types.ts'
import { counted, likeness } from '../words/added-by-hand.ts'
import { readable } from '../redaction/idn.ts'
import { inline } from '../redaction/neutralise.ts'
import { prose, say, tell, type Io } from '../session/io.ts'
import { withLock } from '../session/with-lock.ts'
import { numbered } from '../reconcile/numbered.ts'
import { parseRef, sourceOf } from '../session/options.ts'
import { actorOf } from './pause.ts'
import { NO_PLAN_OPTIONS } from '../reconcile/reconciler.ts'
import { planNow } from '../session/planning.ts'
import { commitOf, openSession, type Session } from '../session/session.ts'
import { connectTo } from '../session/connect.ts'
import {
  changedSince,
  HELP,
  leaveSubject,
  leftOnServer,
  NO_REPOSITORY,
  noneByHand,
  notAsShown,
  notByHand,
  NOTHING_APPLIED,
  notManaged,
} from './leave/texts.ts'
import { INSTANCE_OPTION, WAIT_OPTION } from '../session/option-texts.ts'

export interface LeaveOptions {
  readonly instance?: string
  readonly wait?: true
  /** The marks that a person saw: an object with another mark is not left. */
  readonly marks?: ReadonlyMap<ObjectRef, string>
  /** Whether a person saw the object as it is now. */
  readonly wasShown?: (one: UnmanagedObject, session: Session) => boolean
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('<kind/id>', HELP.what)
    .argument('<why>', HELP.why)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--wait', WAIT_OPTION)
    .addHelpText('after', HELP.examples)
    .action(async (what, why, options) => {
      const left = await leave(io, [what], why, options)
      const names = left.map(
        ({ ref, shown }) => `  ${inline(readable(ref))}${shown === null ? '' : `: ${inline(shown)}`}`,
      )
      const objects = left.map(({ one }) => one)
      prose(io, leftOnServer(counted(objects, KINDS)))
      if (names.length <= MAX_NAMES) say(io, names.join('\n'))
    })

const MAX_NAMES = 20

/** An object that was left on the server. */
interface LeftObject {
  readonly ref: ObjectRef
  readonly one: UnmanagedObject
  /** What it is like, for people. */
  readonly shown: string | null
}

/**
 * Puts objects that were added or changed by hand on the seen list.
 * Throws (exit 5) for older objects, (exit 6) if an object is not as a person saw it, (exit 10) if it can't be read.
 */
export async function leave(
  io: Io,
  what: readonly string[],
  why: string,
  options: LeaveOptions = {},
): Promise<readonly LeftObject[]> {
  const session = await openSession(io, options.instance)
  tell(io, session.warnings, await sourceOf(session))
  const { store } = session
  if (!store) return refuse(EXIT.invalid, 'no-git', NO_REPOSITORY)
  if (session.ledger.head === null) return refuse(EXIT.refused, 'nothing-applied', NOTHING_APPLIED)
  return withLock(session, options.wait ?? false, async ({ ledger }) => {
    const plan = await planOf({ ...session, ledger })
    const chosen = what.flatMap((text) => chosenBy(text, plan))
    refuseChanged(chosen, options.marks)
    refuseUnshown(chosen.filter((one) => options.wasShown?.(one, session) === false))
    const by = { by: actorOf(io), at: io.now().toISOString(), why: why.replace(/\s+/g, ' ').trim() }
    // The commit message has no names, since everybody who reads the repository sees it.
    await store.save(
      { ...ledger, seen: withLeft(ledger.seen, chosen, by) },
      leaveSubject(counted(chosen, KINDS), by.why),
      { run: session.run, source: commitOf(session), approvedBy: [by.by] },
    )
    return chosen.map((one) => ({ ref: refOf(one), one, shown: likeness(one) }))
  })
}

async function planOf(session: Session): Promise<Plan> {
  const connected = connectTo(session.config, session.io, 'plan')
  try {
    return (await planNow(session, connected.providers, NO_PLAN_OPTIONS, session.ledger)).plan
  } finally {
    await connected.close()
  }
}

/** The objects added by hand that a person named by kind or by name. */
function chosenBy(text: string, plan: Plan): UnmanagedObject[] {
  const added = plan.unmanaged.filter(({ addedByHand }) => addedByHand)
  const kind = KINDS.find(({ name }) => name === text)
  const ref = kind ? text : refAmong(text, added)
  const name = kind?.name ?? partsOf(ref)[0]
  const unread = plan.findings.filter((one) => whyUnread(plan)(one) && one.about === name)
  if (unread.length > 0) throw new HerdbookError(EXIT.unreadable, unread)
  const chosen = added.filter((one) => (kind ? one.kind === kind.name : refOf(one) === ref))
  if (chosen.length > 0) return chosen
  if (plan.released.includes(name)) return refuse(EXIT.refused, 'not-managed', notManaged(name))
  return refuse(EXIT.refused, 'not-by-hand', kind ? noneByHand(kind.title.one) : notByHand(ref))
}

const refuse = (exit: ExitCode, code: string, text: { readonly message: string; readonly hint: string }): never =>
  fail(exit, code, text.message, { hint: text.hint })

/** The object that a person named, by its number if it has no name. */
function refAmong(text: string, added: readonly UnmanagedObject[]): ObjectRef {
  const { kind, id } = parseRef(text)
  return `${kind.name}/${numbered(id, (one) => added.some((there) => there.kind === kind.name && there.id === one))}`
}

function refuseChanged(chosen: readonly UnmanagedObject[], marks: LeaveOptions['marks']): void {
  const changed = chosen.filter((one) => marks !== undefined && marks.get(refOf(one)) !== one.mark)
  if (changed.length > 0) refuse(EXIT.stale, 'moved', changedSince(changed.map(refOf)))
}

function refuseUnshown(unshown: readonly UnmanagedObject[]): void {
  if (unshown.length > 0) refuse(EXIT.stale, 'not-as-shown', notAsShown(unshown.map(refOf)))
}

import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { KINDS } from '../providers/index.ts'
import { refOf } from '../reconcile/object-ref.ts'
import { whyUnread } from '../reconcile/findings.ts'
import { withLeft } from '../reconcile/seen-list.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Plan, Unmanaged } from '../reconcile/plan/types.ts'
import { counted, likeness } from '../words/added-by-hand.ts'
import { readable } from '../redaction/idn.ts'
import { inline } from '../redaction/neutralise.ts'
import { prose, say, tell, type Io } from '../session/io.ts'
import { withLock } from '../session/with-lock.ts'
import { numbered } from '../reconcile/numbered.ts'
import { parseRef, sourceOf } from '../session/options.ts'
import { actorOf } from './pause.ts'
import { NO_WISHES } from '../reconcile/reconciler.ts'
import { planNow } from '../session/planning.ts'
import { commitOf, openSession, type Session } from '../session/session.ts'
import { connectTo } from '../session/connect.ts'

export interface LeaveOptions {
  readonly instance?: string
  readonly wait?: true
  /** The marks that somebody saw: what is different by now is not left. */
  readonly marks?: ReadonlyMap<ObjectRef, string>
  /** Whether somebody saw it as it is now. */
  readonly wasShown?: (one: Unmanaged, session: Session) => boolean
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('<kind/id>', 'what was added or changed by hand and is in no file, or all of a kind')
    .argument('<why>', 'the reason, which the ledger keeps')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--wait', 'wait for a run that holds the lock')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook leave domain-block/raid.example "agreed in the meeting"\n  herdbook leave setting "tried out until Friday"\n\nNothing changes on the server or in the files. You see it again when it changes again.\nTo write it into the files: herdbook adopt KIND/ID. To take it away: herdbook restore KIND/ID',
    )
    .action(async (what, why, options) => {
      const left = await leave(io, [what], why, options)
      const names = left.map(
        ({ ref, shown }) => `  ${inline(readable(ref))}${shown === null ? '' : `: ${inline(shown)}`}`,
      )
      prose(
        io,
        `Left on the server, in no file: ${counted(
          left.map(({ one }) => one),
          KINDS,
        )}. You are told again when it changes.`,
      )
      if (names.length <= NAMED) say(io, names.join('\n'))
    })

const NAMED = 20

interface Left {
  readonly ref: ObjectRef
  readonly one: Unmanaged
  /** What it is like, for people. */
  readonly shown: string | null
}

/** Takes what was added or changed by hand into the seen list. Throws (exit 5) for anything older, (exit 6) for what is not as somebody saw it, (exit 10) where it can't be read. */
export async function leave(
  io: Io,
  what: readonly string[],
  why: string,
  options: LeaveOptions = {},
): Promise<readonly Left[]> {
  const session = await openSession(io, options.instance)
  tell(io, session.warnings, await sourceOf(session))
  const { store } = session
  if (!store)
    return fail(EXIT.invalid, 'no-git', 'This folder is not in a Git repository: there is no list to keep.', {
      hint: 'git init',
    })
  if (session.ledger.head === null)
    return fail(
      EXIT.refused,
      'nothing-applied',
      'Nothing was ever applied here, so nothing counts as added by hand yet.',
      { hint: 'The first apply begins the ledger: herdbook apply' },
    )
  return withLock(session, options.wait ?? false, async ({ ledger }) => {
    const plan = await planOf({ ...session, ledger })
    const chosen = what.flatMap((text) => chosenBy(text, plan))
    refuseMoved(chosen, options.marks)
    refuseUnshown(chosen.filter((one) => options.wasShown?.(one, session) === false))
    const by = { by: actorOf(io), at: io.now().toISOString(), why: why.replace(/\s+/g, ' ').trim() }
    // The names are nobody's business who reads the repository.
    await store.save(
      { ...ledger, seen: withLeft(ledger.seen, chosen, by) },
      `Leave ${counted(chosen, KINDS)}: ${by.why}`,
      { run: session.run, source: commitOf(session), approvedBy: [by.by] },
    )
    return chosen.map((one) => ({ ref: refOf(one), one, shown: likeness(one) }))
  })
}

async function planOf(session: Session): Promise<Plan> {
  const connected = connectTo(session.config, session.io, 'plan')
  try {
    return (await planNow(session, connected.providers, NO_WISHES, session.ledger)).plan
  } finally {
    await connected.close()
  }
}

function chosenBy(text: string, plan: Plan): Unmanaged[] {
  const added = plan.unmanaged.filter(({ addedByHand }) => addedByHand)
  const kind = KINDS.find(({ name }) => name === text)
  const ref = kind ? text : refAmong(text, added)
  const name = kind?.name ?? ref.slice(0, ref.indexOf('/'))
  const unread = plan.findings.filter((one) => whyUnread(plan)(one) && one.about === name)
  if (unread.length > 0) throw new HerdbookError(EXIT.unreadable, unread)
  const chosen = added.filter((one) => (kind ? one.kind === kind.name : refOf(one) === ref))
  if (chosen.length > 0) return chosen
  if (plan.released.includes(name))
    return fail(
      EXIT.refused,
      'not-managed',
      `The files manage nothing of the kind ${name}, so nothing of it counts as added by hand.`,
      { hint: `To have it looked after: herdbook adopt ${name}` },
    )
  const what = kind
    ? `No ${kind.title.one} outside the files was added or changed by hand`
    : `${ref} was not added or changed by hand, or somebody has decided about it already`
  return fail(EXIT.refused, 'not-by-hand', `${what}, so there is nothing to leave.`, {
    hint: 'What was: herdbook drift',
  })
}

/** An object that a person named, by its number where it has no name. */
function refAmong(text: string, added: readonly Unmanaged[]): ObjectRef {
  const { kind, id } = parseRef(text)
  return `${kind.name}/${numbered(id, (one) => added.some((there) => there.kind === kind.name && there.id === one))}`
}

function refuseMoved(chosen: readonly Unmanaged[], marks: LeaveOptions['marks']): void {
  const moved = chosen.filter((one) => marks !== undefined && marks.get(refOf(one)) !== one.mark)
  if (moved.length > 0)
    fail(
      EXIT.stale,
      'moved',
      `${moved.map(refOf).join(', ')} changed since somebody looked at it, so nothing was left.`,
      { hint: 'Look at it anew: herdbook drift' },
    )
}

function refuseUnshown(unshown: readonly Unmanaged[]): void {
  if (unshown.length > 0)
    fail(
      EXIT.stale,
      'not-as-shown',
      `The text of this issue says something else of ${unshown.map(refOf).join(', ')} than what is on the server, so nothing was left.`,
      { hint: 'Somebody edited it: look at what it says now, and tick the box again' },
    )
}

import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Pause } from '../reconcile/ledger/types.ts'
import { prose, say, type Io } from '../session/io.ts'
import { withLock } from '../session/with-lock.ts'
import { commitOf, openSession, type Session } from '../session/session.ts'
import { HELP, NO_GIT, NOTHING_APPLIED, paused, pauseSubject, RESUME, RESUME_SUBJECT } from './pause/texts.ts'
import { INSTANCE_OPTION, WAIT_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<why>', HELP.why)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--wait', WAIT_OPTION)
    .addHelpText('after', HELP.after)
    .action(async (why, options) => {
      const session = await openSession(io, options.instance)
      await setPause(session, options.wait ?? false, {
        by: actorOf(io),
        at: io.now().toISOString(),
        why: why.replace(/\s+/g, ' ').trim(),
      })
      prose(io, paused(session.config.domain))
      say(io, RESUME)
    })

/** The person who runs this, for the ledger. */
export const actorOf = ({ env }: Io): string => env['GITHUB_ACTOR'] ?? env['USER'] ?? 'somebody'

/** Writes a pause into the ledger, or removes it. Answers the earlier one. */
export async function setPause(session: Session, wait: boolean, pause: Pause | null): Promise<Pause | null> {
  const { store } = session
  if (!store) return fail(EXIT.invalid, 'no-git', NO_GIT)
  if (session.ledger.head === null) return fail(EXIT.refused, 'nothing-applied', NOTHING_APPLIED)
  return withLock(session, wait, async ({ ledger }) => {
    const by = actorOf(session.io)
    const next = pause && mergePauses(ledger.paused, pause)
    if (ledger.paused !== null || next !== null)
      await store.save({ ...ledger, paused: next }, pause ? pauseSubject(pause.why) : RESUME_SUBJECT, {
        run: session.run,
        source: commitOf(session),
        approvedBy: [by],
      })
    return ledger.paused
  })
}

/** A second person's pause keeps the first one's name, time and reason. */
function mergePauses(before: Pause | null, pause: Pause): Pause {
  if (before === null || before.by === pause.by) return pause
  if (before.by.split(', ').includes(pause.by)) return before
  return { by: `${before.by}, ${pause.by}`, at: before.at, why: `${before.why}; ${pause.why}` }
}

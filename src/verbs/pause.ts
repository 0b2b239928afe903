import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Pause } from '../reconcile/ledger/types.ts'
import { prose, say, type Io } from '../session/io.ts'
import { withLock } from '../session/with-lock.ts'
import { commitOf, openSession, type Session } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<why>', 'the reason, for whoever wonders why nothing is applied')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--wait', 'wait for a run that holds the lock')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook pause "the database is being moved"\n\nUntil `herdbook resume`, every apply reports what it would do and does nothing.',
    )
    .action(async (why, options) => {
      const session = await openSession(io, options.instance)
      await setPause(session, options.wait ?? false, {
        by: actorOf(io),
        at: io.now().toISOString(),
        why: why.replace(/\s+/g, ' ').trim(),
      })
      prose(io, `Paused: nothing is applied to ${session.config.domain} until somebody types:`)
      say(io, '  herdbook resume')
    })

/** Who runs this, for the ledger. */
export const actorOf = ({ env }: Io): string => env['GITHUB_ACTOR'] ?? env['USER'] ?? 'somebody'

/** Writes a pause into the ledger, or takes it out. Answers the one that was there. */
export async function setPause(session: Session, wait: boolean, paused: Pause | null): Promise<Pause | null> {
  const { store } = session
  if (!store)
    return fail(EXIT.invalid, 'no-git', 'This folder is not in a Git repository: a pause has no place.', {
      hint: 'git init',
    })
  if (session.ledger.head === null)
    return fail(EXIT.refused, 'nothing-applied', 'Nothing was ever applied here, so there is nothing to pause.', {
      hint: 'The first apply begins the ledger: herdbook apply',
    })
  return withLock(session, wait, async ({ ledger }) => {
    const by = actorOf(session.io)
    const next = paused && both(ledger.paused, paused)
    if (ledger.paused !== null || next !== null)
      await store.save({ ...ledger, paused: next }, paused ? `Pause: ${paused.why}` : 'Resume', {
        run: session.run,
        source: commitOf(session),
        approvedBy: [by],
      })
    return ledger.paused
  })
}

/** Whoever pauses what somebody else has paused ends nothing of it: it is the other's still. */
function both(before: Pause | null, paused: Pause): Pause {
  if (before === null || before.by === paused.by) return paused
  if (before.by.split(', ').includes(paused.by)) return before
  return { by: `${before.by}, ${paused.by}`, at: before.at, why: `${before.why}; ${paused.why}` }
}

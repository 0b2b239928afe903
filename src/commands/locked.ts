import { EXIT, fail } from '../instance/diagnostic.ts'
import { formsIn } from '../reconcile/approvals.ts'
import { describeHolder } from '../reconcile/holder.ts'
import { acquire } from '../reconcile/lock.ts'
import type { Ledger } from '../reconcile/ledger-types.ts'
import { note, tell } from './io.ts'
import { commitOf, type Session } from './session.ts'

/** What a run has while it holds the lock. */
export interface Holding {
  /** The ledger as it is now that nobody else writes it. */
  readonly ledger: Ledger
  readonly holds: () => boolean
}

/** Runs under the lock of the environment, and gives it back whatever happens. Outside Git there is nothing to lock. `moved`: the history was rewritten, and that is meant. */
export async function locked<Result>(
  session: Session,
  wait: boolean,
  work: (holding: Holding) => Promise<Result>,
  moved = false,
): Promise<Result> {
  const { io, repository, store } = session
  if (!repository || !store) return work({ ledger: session.ledger, holds: () => true })
  const held = await acquire(repository, {
    sealing: session.sealing,
    forms: formsIn(session.ledger, io.now()),
    run: session.run,
    commit: commitOf(session),
    wait,
    signal: io.signal,
    onWait: (holder) => note(io, `Waiting for the lock: ${describeHolder(holder)}`),
  })
  try {
    if (io.signal.aborted) fail(EXIT.refused, 'stopped', 'Stopped before anything was done.')
    return await work({ ledger: await store.load(moved), holds: held.ok })
  } finally {
    const warning = await held.release()
    if (warning) tell(io, [warning])
  }
}

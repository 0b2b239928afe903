import { EXIT, fail } from '../instance/diagnostic.ts'
import { formsIn } from '../reconcile/approvals.ts'
import type { Lock } from '../reconcile/apply/converge.ts'
import { describeHolder, thisHolder } from '../reconcile/lock/holder.ts'
import { acquire, type Held } from '../reconcile/lock/lock.ts'
import type { Ledger } from '../reconcile/ledger/types.ts'
import { note, tell } from './io.ts'
import { commitOf, type Session } from './session.ts'

/** What a run has while it holds the lock. */
export interface Holding {
  /** The ledger as it is now that nobody else writes it. */
  readonly ledger: Ledger
  readonly holds: () => boolean
  /** Of the lock's holder. */
  readonly nonce: string
}

/** Runs under the lock of the environment, and gives it back whatever happens. */
export async function withLock<Result>(
  session: Session,
  wait: boolean,
  work: (holding: Holding) => Promise<Result>,
): Promise<Result> {
  const lock = applyLock(session, wait)
  await lock.take()
  try {
    return await work({
      ledger: (await session.store?.load()) ?? session.ledger,
      holds: lock.holds,
      nonce: lock.nonce(),
    })
  } finally {
    await lock.release()
  }
}

/** The lock of the environment, for one run. Outside Git there is nothing to lock. */
export function applyLock(session: Session, wait: boolean): Lock {
  const { io, repository, store } = session
  // Far ends tell writers apart also where there is no lock to hold.
  const alone = thisHolder(session.run, commitOf(session))
  if (!repository || !store)
    return {
      take: () => Promise.resolve(),
      holds: () => true,
      nonce: () => alone.nonce,
      release: () => Promise.resolve(),
    }
  let held: Held | null = null
  const release = async (): Promise<void> => {
    const warning = await held?.release()
    if (warning) tell(io, [warning])
  }
  return {
    take: async () => {
      held = await acquire(repository, {
        sealing: session.sealing,
        forms: formsIn(session.ledger, io.now()),
        run: session.run,
        commit: commitOf(session),
        wait,
        signal: io.signal,
        onWait: (holder) => note(io, `Waiting for the lock: ${describeHolder(holder)}`),
      })
      if (!io.signal.aborted) return
      await release()
      fail(EXIT.refused, 'stopped', 'Stopped before anything was done.')
    },
    holds: () => held?.ok() ?? false,
    nonce: () => (held?.holder ?? alone).nonce,
    release,
  }
}

import { EXIT, fail } from '../instance/diagnostic.ts'
import { formsIn } from '../reconcile/approvals.ts'
import type { Lock } from '../reconcile/apply/converge.ts'
import { describeHolder, thisHolder } from '../reconcile/lock/holder.ts'
import { acquire, type HeldLock } from '../reconcile/lock/lock.ts'
import type { Ledger } from '../reconcile/ledger/types.ts'
import { note, tell } from './io.ts'
import { commitOf, type Session } from './session.ts'
import { STOPPED_EARLY, waitingForLock } from './texts.ts'

/** What a run has while it holds the lock. */
export interface LockedLedger {
  /** The ledger under the lock, which no other run can change now. */
  readonly ledger: Ledger
  readonly holds: () => boolean
  /** The nonce of the lock's holder. */
  readonly nonce: string
}

/** Runs work under the lock of the environment, and lets the lock go even after an error. */
export async function withLock<Result>(
  session: Session,
  wait: boolean,
  work: (holding: LockedLedger) => Promise<Result>,
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
  // A far end tells writers apart by the nonce, even outside Git.
  const alone = thisHolder(session.run, commitOf(session))
  if (!repository || !store)
    return {
      take: () => Promise.resolve(),
      holds: () => true,
      nonce: () => alone.nonce,
      release: () => Promise.resolve(),
    }
  let held: HeldLock | null = null
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
        onWait: (holder) => note(io, waitingForLock(describeHolder(holder))),
      })
      if (!io.signal.aborted) return
      await release()
      fail(EXIT.refused, 'stopped', STOPPED_EARLY)
    },
    holds: () => held?.isHeld() ?? false,
    nonce: () => (held?.holder ?? alone).nonce,
    release,
  }
}

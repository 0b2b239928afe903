import type { Value } from '../instance/values.ts'
import type { Database, DatabaseSession } from './database.ts'

/** Work that Mastodon's models and pages hand to Sidekiq. */
export interface QueuedJob {
  /** The worker's name in Mastodon; the kind lists it under `jobs`. */
  readonly worker: string
  /** The arguments, once for each time that it is enqueued. */
  readonly calls: readonly (readonly Value[])[]
  /** What all of them come to; absent if they change no row. */
  readonly run?: (session: DatabaseSession) => Promise<void>
}

/** One job as it was enqueued. */
export interface Enqueued {
  readonly worker: string
  readonly args: readonly Value[]
}

/** Sidekiq, which here does everything at once. */
export interface Queue {
  readonly enqueue: (job: QueuedJob) => Promise<void>
  /** All that was enqueued since the start, in order. */
  readonly enqueued: () => readonly Enqueued[]
}

/** A queue for the workers that the kinds list. */
export function startQueue(database: Database, workers: readonly string[]): Queue {
  const past: Enqueued[] = []
  return {
    enqueue: async ({ worker, calls, run }) => {
      if (!workers.includes(worker)) throw new TypeError(`uninitialized constant ${worker}`)
      past.push(...calls.map((args) => ({ worker, args })))
      if (run !== undefined) await database.transaction(run)
    },
    enqueued: () => [...past],
  }
}

import type { Transport } from '../../../http/transport.ts'
import type { Masto } from './masto-library.ts'

/** Mastodon's REST API with one token. */
export interface Rest {
  readonly origin: string
  /** What to do if the server does not know the token. */
  readonly renewal: string
  readonly masto: Masto
  readonly withRetry: Transport['withRetry']
  /** Sends one GET; the keys of the answer stay as they are. */
  readonly get: (path: string) => Promise<{ readonly body: unknown; readonly link: string; readonly length: number }>
  /** How many requests were sent so far. */
  readonly requests: () => number
  readonly now: Transport['now']
  readonly close: () => Promise<void>
}

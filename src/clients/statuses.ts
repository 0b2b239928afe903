import type { Rest } from './mastodon.ts'
import { HttpFailure } from './transport.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'

/** A post in the name of the account that the token is of. */
export interface Post {
  readonly text: string
  readonly visibility: 'unlisted' | 'public' | 'private'
  /** The server makes one post of all that come with the same key. */
  readonly key: string
}

/** The scope that posting needs. */
export const POSTING = 'write:statuses'

/** Posts; mentions nobody, whatever the text says. Throws (exit 10) with the reason where the server takes it not. */
export async function post(rest: Rest, { text, visibility, key }: Post): Promise<void> {
  try {
    await rest.patiently(async () => rest.client.v1.statuses.create({ status: text, visibility, allowedMentions: [] }, { requestInit: { headers: { 'Idempotency-Key': key } } }), true)
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const hint = error.status === 401 || error.status === 403 ? `Its token needs the scope ${POSTING}: herdbook token check` : 'The next run tries again.'
    fail(EXIT.unreadable, 'not-posted', `${rest.origin} took no post: ${error.message}`, { hint, cause: error })
  }
}

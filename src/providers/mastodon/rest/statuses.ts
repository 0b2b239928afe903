import { EXIT, fail } from '../../../instance/diagnostic.ts'
import type { Rest } from './types.ts'
import { isRecord } from '../../../instance/get-own.ts'
import { HttpFailure } from '../../../http/transport.ts'
import { NEXT_RUN_TRIES_AGAIN, notPosted, postingScopes } from './texts.ts'

/** A post of the token's account. */
export interface Post {
  readonly text: string
  readonly visibility: 'unlisted' | 'public' | 'private'
  /** Posts with the same key within an hour are one post. */
  readonly key: string
}

/** The scopes that posting needs: the second to look for the post if no answer came. */
export const POSTING: readonly string[] = ['write:statuses', 'read:statuses']

const ATTEMPTS = 3

/** Posts once; no name in the text becomes a mention. Throws (exit 10) if the server does not accept it. */
export async function post(rest: Rest, { text, visibility, key }: Post): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rest.withRetry(() => rest.masto.post({ status: text, visibility, allowedMentions: [] }, key), false)
      return
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      const uncertain = error.status === null || error.status >= 500
      // From 4.6 on, Mastodon answers 500 to a key that it knows, instead of the post.
      if (uncertain && (await isThere(rest, text))) return
      if (!uncertain || attempt === ATTEMPTS) refuse(rest, error)
    }
  }
}

function refuse({ origin }: Rest, error: HttpFailure): never {
  const hint = error.status === 401 || error.status === 403 ? postingScopes(POSTING) : NEXT_RUN_TRIES_AGAIN
  fail(EXIT.unreadable, 'not-posted', notPosted({ origin, why: error.message }), { hint, cause: error })
}

/** Whether the text is among the newest posts of the account. */
async function isThere(rest: Rest, text: string): Promise<boolean> {
  try {
    const { body: account } = await rest.get('/api/v1/accounts/verify_credentials')
    const { body: posts } = await rest.get(`/api/v1/accounts/${idOf(account)}/statuses?limit=10&exclude_reblogs=true`)
    for (const one of Array.isArray(posts) ? posts : []) {
      const { body: source } = await rest.get(`/api/v1/statuses/${idOf(one)}/source`)
      if (isRecord(source) && source.text === text) return true
    }
    return false
  } catch (error) {
    if (error instanceof HttpFailure) return false
    throw error
  }
}

const idOf = (row: unknown): string =>
  isRecord(row) && typeof row.id === 'string' && /^\d+$/.test(row.id) ? row.id : '0'

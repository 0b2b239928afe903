import { GitHubFailure } from './api.ts'
import { unless } from './errors.ts'

/** What could be seen of a setting. That a token may not see something says nothing about it. */
export type Seen<T> = { readonly seen: true; readonly value: T } | { readonly seen: false; readonly why: string }

/** Looks, and keeps why GitHub would not show it. */
export async function looking<T>(look: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { seen: true, value: await look() }
  } catch (error) {
    if (error instanceof GitHubFailure) return { seen: false, why: error.message }
    throw error
  }
}

/** null where GitHub says with those words that there is no such thing; a mere "Not Found" may be meant for the token. */
export const unless404 = <T>(text: string, look: () => Promise<T>): Promise<T | null> =>
  unless<T | null>(404, text, null, look)

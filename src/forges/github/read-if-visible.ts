import { GitHubFailure } from './api.ts'
import { unless } from './errors.ts'

/** A setting, if the token may see it. If it may not, the setting is unknown, not absent. */
export type VisibleSetting<T> =
  | { readonly seen: true; readonly value: T }
  | { readonly seen: false; readonly why: string }

/** Reads a setting. If GitHub does not show it, returns the reason. */
export async function readIfVisible<T>(look: () => Promise<T>): Promise<VisibleSetting<T>> {
  try {
    return { seen: true, value: await look() }
  } catch (error) {
    if (error instanceof GitHubFailure) return { seen: false, why: error.message }
    throw error
  }
}

/** Reads a setting; null if GitHub answers 404 with that text. A mere "Not Found" may also be about the token. */
export const unless404 = <T>(text: string, look: () => Promise<T>): Promise<T | null> =>
  unless<T | null>(404, text, null, look)

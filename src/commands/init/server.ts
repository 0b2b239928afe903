import { bounded } from '../../clients/bounded.ts'
import { inline } from '../../render/text.ts'

/** What a server tells everybody about itself. */
export interface Found {
  readonly version: string
  readonly title: string
  /** Where its web interface is, which may be another name than the domain. */
  readonly url: string
}

/** Somebody who begins should not wait for a server that does not answer. */
const PATIENCE_MS = 4_000
const MOST_BYTES = 1024 * 1024

/** Asks the server of a domain who it is; null where it does not answer, or answers for another domain. */
export async function askServer(domain: string, url = `https://${domain}`): Promise<Found | null> {
  try {
    const answer = await fetch(new URL('/api/v2/instance', url), { signal: AbortSignal.timeout(PATIENCE_MS), headers: { accept: 'application/json' } })
    return answer.ok ? foundIn(domain, JSON.parse(await bounded(answer, MOST_BYTES)), new URL(answer.url).origin) : null
  } catch {
    return null
  }
}

/** What is in the answer, made safe to print. */
export function foundIn(domain: string, body: unknown, url: string): Found | null {
  if (typeof body !== 'object' || body === null) return null
  const { domain: own, version, title } = body as { readonly [key: string]: unknown }
  if (own !== domain || typeof version !== 'string' || typeof title !== 'string') return null
  return { version: inline(version).slice(0, 40), title: inline(title).slice(0, 80) || domain, url }
}

import * as texts from './texts.ts'
import { bounded } from '../../http/read-limited.ts'
import { networkErrorOf } from '../../http/network-errors.ts'
import { inline } from '../../redaction/neutralise.ts'

/** What a server tells everybody about itself. */
export interface ServerInfo {
  readonly version: string
  readonly title: string
  /** Where its web interface is, which may be another name than the domain. */
  readonly url: string
}

/** Why a server said nothing of use. */
export interface ServerFailure {
  readonly why: string
}

/** Somebody who begins should not wait for a server that does not answer. */
const PATIENCE_MS = 4_000
const MOST_BYTES = 1024 * 1024

/** Asks the server of a domain who it is, or says why it did not tell. */
export async function askServer(
  domain: string,
  url = `https://${domain}`,
  patience = PATIENCE_MS,
): Promise<ServerInfo | ServerFailure> {
  try {
    const answer = await fetch(new URL('/api/v2/instance', url), {
      signal: AbortSignal.timeout(patience),
      headers: { accept: 'application/json' },
    })
    if (!answer.ok) {
      await answer.body?.cancel()
      return { why: texts.answers(answer.status) }
    }
    return foundIn(domain, JSON.parse(await bounded(answer, MOST_BYTES)), new URL(answer.url).origin)
  } catch (error) {
    if (error instanceof SyntaxError) return { why: texts.NO_JSON }
    return {
      why:
        error instanceof Error && error.name === 'TimeoutError'
          ? texts.noAnswer(patience / 1000)
          : inline(networkErrorOf(error)),
    }
  }
}

/** What is in the answer, made safe to print. */
export function foundIn(domain: string, body: unknown, url: string): ServerInfo | ServerFailure {
  if (typeof body !== 'object' || body === null) return { why: texts.ODD_SHAPE }
  const { domain: own, version, title } = body as { readonly [key: string]: unknown }
  if (typeof own !== 'string' || typeof version !== 'string' || typeof title !== 'string')
    return { why: texts.ODD_SHAPE }
  if (own !== domain) return { why: texts.anotherName(url, inline(own).slice(0, 80)) }
  return { version: inline(version).slice(0, 40), title: inline(title).slice(0, 80) || domain, url }
}

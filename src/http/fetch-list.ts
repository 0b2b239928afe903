import { EXIT, fail } from '../instance/diagnostic.ts'
import { isLoopback } from '../instance/loopback.ts'
import { MAX_BYTES } from '../instance/source.ts'
import { networkErrorOf } from './network-errors.ts'
import {
  badStatus,
  CHECK_LIST_ADDRESS,
  HAS_PASSWORD,
  listUnreadable,
  NOT_AN_ADDRESS,
  PLAIN_HTTP,
  REDIRECTS_HERE,
  REDIRECTS_NOWHERE,
  SAVE_THE_LIST,
  tooLarge,
  tooManyRedirects,
  tooSlow,
  USE_HTTPS,
} from './texts.ts'

const TIMEOUT_MS = 30_000
const MAX_REDIRECTS = 5

/** Whether a list's name is the address of one. */
export const isAddress = (text: string): boolean => /^https?:\/\//i.test(text)

/** Reads a list from the web, with limits for size, time and redirects. Throws (exit 9) if it cannot. */
export async function fetchList(url: string, signal: AbortSignal, timeout = TIMEOUT_MS): Promise<Buffer> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  try {
    return await follow(parsed(url, url), until, MAX_REDIRECTS)
  } catch (error) {
    if (until.aborted && !signal.aborted) return unread(url, tooSlow(timeout / 1000))
    if (error instanceof TypeError) return unread(url, networkErrorOf(error))
    throw error
  }
}

async function follow(url: URL, signal: AbortSignal, redirects: number): Promise<Buffer> {
  const answer = await fetch(url, {
    redirect: 'manual',
    signal,
    headers: { accept: 'text/csv, application/json, text/plain, */*;q=0.5' },
  })
  const to = answer.headers.get('location')
  if (answer.status >= 300 && answer.status < 400 && to !== null) {
    await answer.body?.cancel()
    if (redirects === 0) return unread(url.href, tooManyRedirects(MAX_REDIRECTS))
    const next = URL.canParse(to, url.href) ? new URL(to, url) : unread(url.href, REDIRECTS_NOWHERE)
    // An answer from the web must not lead to a service of this machine.
    if (isLoopback(next.hostname) && !isLoopback(url.hostname)) return unread(url.href, REDIRECTS_HERE)
    return follow(parsed(next.href, url.href), signal, redirects - 1)
  }
  if (!answer.ok) {
    await answer.body?.cancel()
    return unread(url.href, badStatus({ status: answer.status, text: answer.statusText }))
  }
  return body(url, answer)
}

async function body(url: URL, answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) return unread(url.href, tooLarge(MAX_BYTES))
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Parses an address. Refuses one over plain HTTP, and one that holds a password. */
function parsed(text: string, asked: string): URL {
  if (!URL.canParse(text)) return unread(asked, NOT_AN_ADDRESS)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return unread(url.hostname, HAS_PASSWORD, SAVE_THE_LIST)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return unread(text, PLAIN_HTTP, USE_HTTPS)
  return url
}

const unread = (url: string, why: string, hint = CHECK_LIST_ADDRESS): never =>
  fail(EXIT.invalid, 'list-unreadable', listUnreadable({ url, why }), { hint })

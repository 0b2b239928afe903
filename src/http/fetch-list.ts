import { EXIT, fail } from '../instance/diagnostic.ts'
import { isLoopback } from '../instance/loopback.ts'
import { MAX_BYTES } from '../instance/source.ts'
import { networkErrorOf } from './network-errors.ts'

const PATIENCE_MS = 30_000
const MOST_HOPS = 5

/** Whether a list's name is the address of one. */
export const isAddress = (text: string): boolean => /^https?:\/\//i.test(text)

/** Reads a list from the web, within bounds of size, time and redirects. Throws (exit 9) where it can't be had. */
export async function fetchList(url: string, signal: AbortSignal, patience = PATIENCE_MS): Promise<Buffer> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(patience)])
  try {
    return await follow(checked(url, url), until, MOST_HOPS)
  } catch (error) {
    if (until.aborted && !signal.aborted) return unread(url, `it did not come within ${patience / 1000} seconds`)
    if (error instanceof TypeError) return unread(url, networkErrorOf(error))
    throw error
  }
}

async function follow(url: URL, signal: AbortSignal, hops: number): Promise<Buffer> {
  const answer = await fetch(url, {
    redirect: 'manual',
    signal,
    headers: { accept: 'text/csv, application/json, text/plain, */*;q=0.5' },
  })
  const to = answer.headers.get('location')
  if (answer.status >= 300 && answer.status < 400 && to !== null) {
    await answer.body?.cancel()
    if (hops === 0) return unread(url.href, `it redirects more than ${MOST_HOPS} times`)
    const next = URL.canParse(to, url.href) ? new URL(to, url) : unread(url.href, 'it redirects to what is no address')
    // What is out on the web must not send us to a service of this machine.
    if (isLoopback(next.hostname) && !isLoopback(url.hostname)) return unread(url.href, 'it redirects to this machine')
    return follow(checked(next.href, url.href), signal, hops - 1)
  }
  if (!answer.ok) {
    await answer.body?.cancel()
    return unread(
      url.href,
      `the server answers ${answer.status}${answer.statusText === '' ? '' : ` ${answer.statusText}`}`,
    )
  }
  return body(url, answer)
}

async function body(url: URL, answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) return unread(url.href, `it is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** An address that nobody on the way can change the answer of, and that holds no password. */
function checked(text: string, asked: string): URL {
  if (!URL.canParse(text)) return unread(asked, 'it is no web address')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    return unread(
      url.hostname,
      'the address has a name or password in it, and would stand in the files',
      'Save the list into a file, and name that: --from list.csv',
    )
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return unread(text, 'over plain HTTP anybody on the way could change the list', 'Use the address with https.')
  return url
}

const unread = (
  url: string,
  why: string,
  hint = 'Open the address in a browser: is it that of the list itself?',
): never => fail(EXIT.invalid, 'list-unreadable', `${url} can't be read: ${why}.`, { hint })

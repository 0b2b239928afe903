import { setTimeout as sleep } from 'node:timers/promises'
import type { Octokit } from '@octokit/core'
import { networkErrorOf } from '../../http/network-errors.ts'
import { refuseClear } from '../../http/require-tls.ts'
import { isRecord } from '../../instance/get-own.ts'
import type { OnWait } from '../../http/transport.ts'
import * as texts from './texts.ts'

/** GitHub's REST API with one token: never faster than GitHub allows, and no write that happens twice. */
export interface GitHubApi {
  readonly request: Octokit['request']
  /** How many more requests the last answer allows before the limit resets; null if it does not say. */
  readonly remaining: () => number | null
  /** Reads a list page by page, a hundred items each, to its end or until `enough`. */
  readonly all: <T>(
    page: (at: { readonly per_page: number; readonly page: number }) => Promise<Page<T>>,
    enough?: (items: readonly T[]) => boolean,
  ) => Promise<T[]>
  /** Reads a list that GitHub pages by cursor, to its end or until `enough`. */
  readonly allAfter: <T>(
    page: (at: { readonly per_page: number; readonly after?: string }) => Promise<Page<T>>,
    enough?: (items: readonly T[]) => boolean,
  ) => Promise<T[]>
  /**
   * Sends a write that must not happen twice. If it is unclear whether it happened, `find` looks for what it created,
   * from a moment before it was sent (ISO 8601 UTC, by GitHub's clock).
   */
  readonly once: <T>(write: () => Promise<T>, find: (since: string) => Promise<T | undefined>) => Promise<T>
}

interface Page<T> {
  readonly data: readonly T[]
  readonly headers: { readonly link?: string }
}

/** A request that failed. Without a status it is unclear whether GitHub acted. */
export class GitHubFailure extends Error {
  readonly status: number | null
  /** What GitHub said. */
  readonly text: string
  /** The permissions that the token needs, as in GitHub's header: `issues=write; pull_requests=write`. */
  readonly accepted: string | null
  /** When the limit resets, if the limit is the reason. */
  readonly until: Date | null

  constructor(
    status: number | null,
    text: string,
    rest: { readonly accepted?: string | null; readonly until?: Date | null; readonly cause?: unknown } = {},
  ) {
    super(status === null ? text : `${status} ${text}`, { cause: rest.cause })
    this.name = 'GitHubFailure'
    this.status = status
    this.text = text
    this.accepted = rest.accepted ?? null
    this.until = rest.until ?? null
  }
}

const TIMEOUT = 60_000
/** A limit that resets later than this is reported instead of waited for: a waiting job costs minutes. */
const MAX_WAIT = 16 * 60_000
const ATTEMPTS = 5
const TEMPORARY = [500, 502, 503, 504]
/** The wait that GitHub asks for if it names no time. */
const DEFAULT_WAIT = 60_000
/** POSTs that create something each time; all other requests may be repeated. */
const CREATES = /\/(issues|pulls|comments|dispatches)$/
/** The waits before each search for what a lost request created: GitHub's lists may lag behind. */
const SEARCH_DELAYS = [500, 1000, 2000]
/** How much earlier than the request that search begins. */
const OVERLAP = 60_000

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly data: unknown
}
type Headers = { readonly [name: string]: string | number | undefined }

/** Opens the API at that address, such as https://api.github.com. */
export async function openGitHubApi(options: {
  readonly api: string
  readonly token: string
  readonly onWait?: OnWait | undefined
}): Promise<GitHubApi> {
  refuseClear(options.api, texts.TOKEN, 'GITHUB_API_URL')
  const { Octokit } = await import('@octokit/core')
  const octokit = new Octokit({
    baseUrl: options.api.replace(/(?<!\/)\/+$/, ''),
    auth: options.token,
    userAgent: 'herdbook',
    request: { log: SILENT, fetch: await fetchThroughProxy() },
  })
  /** When the next request may be sent, and how far GitHub's clock is ahead, in milliseconds. */
  const pace = { from: 0, skew: 0, remaining: Number.NaN }
  const pause = async (until: Date, reason: string): Promise<void> => {
    const ms = Math.max(0, until.getTime() - Date.now())
    if (ms >= 1000) options.onWait?.({ seconds: Math.ceil(ms / 1000), reason })
    await sleep(ms)
  }
  octokit.hook.wrap('request', async (request, given) => {
    const headers = { ...given.headers, 'x-github-api-version': VERSION }
    const send = async (): Promise<Awaited<ReturnType<typeof request>>> => {
      if (pace.from > Date.now()) throw new GitHubFailure(429, texts.LIMITED, { until: new Date(pace.from) })
      const answer = await request({
        ...given,
        headers,
        request: { ...given.request, signal: AbortSignal.timeout(TIMEOUT) },
      })
      const { remaining, reset, skew } = limitsOf(answer.headers, Date.now())
      Object.assign(pace, { from: remaining === 0 ? reset : 0, skew, remaining })
      checkWhole(answer)
      return answer
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send()
      } catch (error) {
        const failure = failureOf(error)
        const again = nextTry(failure, attempt, given.method !== 'POST' || !CREATES.test(given.url))
        if (again === null) throw failure
        await pause(again, failure.until ? texts.LIMITED : texts.NO_CONNECTION)
      }
    }
  })
  return {
    request: octokit.request,
    remaining: () => (Number.isNaN(pace.remaining) ? null : pace.remaining),
    all: readPages,
    allAfter: readPagesByCursor,
    once: (write, find) => sendOnce(write, find, () => Date.now() + pace.skew),
  }
}

const readPages: GitHubApi['all'] = async (page, enough = () => false) => {
  const items = []
  for (let at = 1; ; at += 1) {
    const { data, headers } = await page({ per_page: 100, page: at })
    items.push(...listIn(data))
    // behind some proxies the links name another host; the token must go only to this one
    if (!/rel="next"/.test(headers.link ?? '') || enough(items)) return items
  }
}

const readPagesByCursor: GitHubApi['allAfter'] = async (page, enough = () => false) => {
  const items = []
  for (let after: string | null = null; ;) {
    const { data, headers } = await page({ per_page: 100, ...(after === null ? {} : { after }) })
    items.push(...listIn(data))
    after = cursorIn(headers.link ?? '')
    if (after === null || enough(items)) return items
  }
}

/** Sends a write; if it is unclear whether it happened, looks for what it created before it is sent again. */
async function sendOnce<T>(
  write: () => Promise<T>,
  find: (since: string) => Promise<T | undefined>,
  now: () => number,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const since = new Date(now() - OVERLAP).toISOString().replace(/\.\d+Z$/, 'Z')
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof GitHubFailure) || !isUnclear(error)) throw error
      for (const pause of SEARCH_DELAYS) {
        await sleep(pause)
        const found = await find(since)
        if (found !== undefined) return found
      }
      if (attempt >= ATTEMPTS) throw error
    }
  }
}

function listIn<T>(data: readonly T[]): readonly T[] {
  if (!Array.isArray(data)) throw new GitHubFailure(null, texts.NO_LIST)
  return data
}

/** The cursor of the next page, without its address; null on the last page. */
export function cursorIn(link: string): string | null {
  const next = /<([^<>]*)>;\s*rel="next"/.exec(link)?.[1]
  if (next === undefined) return null
  const after = new URL(next, 'https://api.github.com').searchParams.get('after')
  if (after === null) throw new GitHubFailure(null, texts.NO_NEXT_PART)
  return after
}

const VERSION = '2022-11-28'
const noop = (): void => {}
const SILENT = { debug: noop, info: noop, warn: noop, error: noop }

/** Node's own fetch, through the proxy that the environment names. */
async function fetchThroughProxy(): Promise<typeof fetch> {
  if (!process.env.HTTPS_PROXY && !process.env.https_proxy) return fetch
  const { EnvHttpProxyAgent } = await import('undici')
  // Node's types know the dispatcher of another release of undici only
  const through: object = { dispatcher: new EnvHttpProxyAgent() }
  return (input, init) => fetch(input, { ...init, ...through })
}

/** Octokit reads an answer that was cut off as an empty text. */
function checkWhole({ status, data }: Answer): void {
  if (status !== 204 && (typeof data !== 'object' || data === null)) throw new GitHubFailure(null, texts.CUT_OFF)
}

interface Limits {
  readonly remaining: number
  /** By the clock of this machine, in milliseconds since the epoch. */
  readonly reset: number
  /** How far GitHub's clock is ahead of this machine's. */
  readonly skew: number
}

/** Reads the limits by GitHub's clock: the Date of the answer shows how far ours is off. */
export function limitsOf(headers: Headers, now: number): Limits {
  const date = Date.parse(String(headers.date))
  const skew = Number.isNaN(date) ? 0 : date - now
  const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN)
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000
  // one second more: GitHub gives whole seconds
  return {
    remaining: Number.isFinite(reset) ? remaining : Number.NaN,
    reset: reset - skew + 1000,
    skew: Math.abs(skew) < 2000 ? 0 : skew,
  }
}

/** When to try again, or null. A request that the limit refused was never done, so any may be repeated. */
function nextTry(failure: GitHubFailure, attempt: number, repeatable: boolean): Date | null {
  if (attempt >= ATTEMPTS) return null
  if (failure.until) return failure.until.getTime() - Date.now() > MAX_WAIT ? null : failure.until
  return repeatable && isUnclear(failure) ? new Date(Date.now() + 100 * 2 ** attempt) : null
}

/** Whether GitHub may have acted without a full answer. */
const isUnclear = ({ status }: GitHubFailure): boolean => status === null || TEMPORARY.includes(status)

/** Turns any error of a request into a failure. */
function failureOf(error: unknown): GitHubFailure {
  if (error instanceof GitHubFailure) return error
  const response = isRecord(error) && isAnswer(error.response) ? error.response : null
  if (!response) return new GitHubFailure(null, texts.noAnswer(networkErrorOf(error)), { cause: error })
  const { status, headers, data } = response
  const text = textOf(data)
  const accepted = headers['x-accepted-github-permissions']
  const until = status === 403 || status === 429 ? untilOf(headers, text) : null
  return new GitHubFailure(status, text, {
    accepted: accepted === undefined ? null : String(accepted),
    until,
    cause: error,
  })
}

const isAnswer = (value: unknown): value is Answer =>
  isRecord(value) && typeof value.status === 'number' && isRecord(value.headers)

/** When a limit resets: after the seconds in the answer, else at its reset time, else after a minute. */
function untilOf(headers: Headers, text: string): Date | null {
  const now = Date.now()
  const after = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(after)) return new Date(now + after * 1000)
  const { remaining, reset } = limitsOf(headers, now)
  if (remaining === 0) return new Date(Math.max(reset, now + 1000))
  return /rate limit/i.test(text) ? new Date(now + DEFAULT_WAIT) : null
}

const MAX_TEXT = 300

function textOf(data: unknown): string {
  if (!isRecord(data)) return String(data).slice(0, MAX_TEXT)
  const errors: readonly unknown[] = Array.isArray(data.errors) ? data.errors : []
  const messageOf = (one: unknown): string =>
    isRecord(one) && typeof one.message === 'string' ? one.message : JSON.stringify(one)
  return [String(data.message), ...errors.map(messageOf)].join(': ').slice(0, MAX_TEXT)
}

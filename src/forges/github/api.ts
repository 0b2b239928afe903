import { setTimeout as sleep } from 'node:timers/promises'
import type { Octokit } from '@octokit/core'
import { networkErrorOf } from '../../http/network-errors.ts'
import { refuseClear } from '../../http/require-tls.ts'
import { isRecord } from '../../instance/get-own.ts'
import type { OnWait } from '../../http/transport.ts'

/** GitHub's REST API with one token: no faster than it allows, and nothing sent twice that could be done twice. */
export interface GitHubApi {
  readonly request: Octokit['request']
  /** How many more requests the last answer allows before the limit ends; null where it does not say. */
  readonly remaining: () => number | null
  /** All of a list, a hundred at a time, or until there is enough of it. */
  readonly all: <T>(
    page: (at: { readonly per_page: number; readonly page: number }) => Promise<Page<T>>,
    enough?: (items: readonly T[]) => boolean,
  ) => Promise<T[]>
  /** All of a list that GitHub gives by cursors, or until there is enough of it. */
  readonly allAfter: <T>(
    page: (at: { readonly per_page: number; readonly after?: string }) => Promise<Page<T>>,
    enough?: (items: readonly T[]) => boolean,
  ) => Promise<T[]>
  /** Sends a write that must not happen twice. Where nobody knows whether it happened, `done` looks for what it would have made, since a moment before it was sent (ISO 8601 UTC, by GitHub's clock). */
  readonly once: <T>(write: () => Promise<T>, done: (since: string) => Promise<T | undefined>) => Promise<T>
}

interface Page<T> {
  readonly data: readonly T[]
  readonly headers: { readonly link?: string }
}

/** A request that did not end well. Without a status nobody knows whether GitHub acted. */
export class GitHubFailure extends Error {
  readonly status: number | null
  /** What GitHub said. */
  readonly text: string
  /** What the token would have needed, as GitHub's header has it: `issues=write; pull_requests=write`. */
  readonly accepted: string | null
  /** When the limit ends, where that is the reason. */
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
/** Limits that end later than this are told instead of waited for: a waiting job costs its minutes. */
const LONGEST_WAIT = 16 * 60_000
const ATTEMPTS = 5
const PASSING = [500, 502, 503, 504]
/** What GitHub asks for where it names no time. */
const A_MINUTE = 60_000
/** POSTs that make something new each time; all other requests may be sent again. */
const MAKES_ANEW = /\/(issues|pulls|comments|dispatches)$/
/** How long to look for what a lost answer was about: GitHub's lists may be behind. */
const LOOKS = [500, 1000, 2000]
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
  refuseClear(options.api, 'the token for the forge', 'GITHUB_API_URL')
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
      if (pace.from > Date.now()) throw new GitHubFailure(429, LIMITED, { until: new Date(pace.from) })
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
        const again = nextTry(failure, attempt, given.method !== 'POST' || !MAKES_ANEW.test(given.url))
        if (again === null) throw failure
        await pause(again, failure.until ? LIMITED : 'GitHub could not be reached')
      }
    }
  })
  return {
    request: octokit.request,
    remaining: () => (Number.isNaN(pace.remaining) ? null : pace.remaining),
    all: async (page, enough = () => false) => {
      const items = []
      for (let at = 1; ; at += 1) {
        const { data, headers } = await page({ per_page: 100, page: at })
        items.push(...listIn(data))
        // the links name another host behind some proxies, and the token goes to this one only
        if (!/rel="next"/.test(headers.link ?? '') || enough(items)) return items
      }
    },
    allAfter: async (page, enough = () => false) => {
      const items = []
      for (let after: string | null = null; ;) {
        const { data, headers } = await page({ per_page: 100, ...(after === null ? {} : { after }) })
        items.push(...listIn(data))
        after = cursorIn(headers.link ?? '')
        if (after === null || enough(items)) return items
      }
    },
    once: async (write, done) => {
      for (let attempt = 1; ; attempt += 1) {
        const since = new Date(Date.now() + pace.skew - OVERLAP).toISOString().replace(/\.\d+Z$/, 'Z')
        try {
          return await write()
        } catch (error) {
          if (!(error instanceof GitHubFailure) || !isUnclear(error)) throw error
          for (const pause of LOOKS) {
            await sleep(pause)
            const found = await done(since)
            if (found !== undefined) return found
          }
          if (attempt >= ATTEMPTS) throw error
        }
      }
    },
  }
}

function listIn<T>(data: readonly T[]): readonly T[] {
  if (!Array.isArray(data)) throw new GitHubFailure(null, 'GitHub answered no list')
  return data
}

/** The cursor of the next page, without the address that it stands in; null where there is none. */
export function cursorIn(link: string): string | null {
  const next = /<([^<>]*)>;\s*rel="next"/.exec(link)?.[1]
  if (next === undefined) return null
  const after = new URL(next, 'https://api.github.com').searchParams.get('after')
  if (after === null) throw new GitHubFailure(null, 'GitHub answered a part of a list, and not how it goes on')
  return after
}

const LIMITED = 'GitHub takes no more requests until then'
const VERSION = '2022-11-28'
const nothing = (): void => {}
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** Node's own fetch, by way of the proxy that the environment names. */
async function fetchThroughProxy(): Promise<typeof fetch> {
  if (!process.env.HTTPS_PROXY && !process.env.https_proxy) return fetch
  const { EnvHttpProxyAgent } = await import('undici')
  // Node's types know the dispatcher of another release of undici only
  const through: object = { dispatcher: new EnvHttpProxyAgent() }
  return (input, init) => fetch(input, { ...init, ...through })
}

/** Octokit takes an answer that was cut off for an empty text. */
function checkWhole({ status, data }: Answer): void {
  if (status !== 204 && (typeof data !== 'object' || data === null))
    throw new GitHubFailure(null, 'the answer was cut off')
}

interface Limits {
  readonly remaining: number
  /** By the clock of this machine, in milliseconds since the epoch. */
  readonly reset: number
  /** How far GitHub's clock is ahead of this machine's. */
  readonly skew: number
}

/** GitHub's own clock counts: the Date of the answer says how far ours is off. */
export function limitsOf(headers: Headers, now: number): Limits {
  const date = Date.parse(String(headers.date))
  const skew = Number.isNaN(date) ? 0 : date - now
  const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN)
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000
  // a second more, since the time is told in whole ones
  return {
    remaining: Number.isFinite(reset) ? remaining : Number.NaN,
    reset: reset - skew + 1000,
    skew: Math.abs(skew) < 2000 ? 0 : skew,
  }
}

/** When to try again, or null. What the limit turned away was not acted on, whatever it was. */
function nextTry(failure: GitHubFailure, attempt: number, repeatable: boolean): Date | null {
  if (attempt >= ATTEMPTS) return null
  if (failure.until) return failure.until.getTime() - Date.now() > LONGEST_WAIT ? null : failure.until
  return repeatable && isUnclear(failure) ? new Date(Date.now() + 100 * 2 ** attempt) : null
}

/** GitHub may have acted or not. */
const isUnclear = ({ status }: GitHubFailure): boolean => status === null || PASSING.includes(status)

/** What went wrong, in one shape. */
function failureOf(error: unknown): GitHubFailure {
  if (error instanceof GitHubFailure) return error
  const response = isRecord(error) && isAnswer(error.response) ? error.response : null
  if (!response) return new GitHubFailure(null, `no answer: ${networkErrorOf(error)}`, { cause: error })
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

/** When a limit ends: the seconds to wait, else the end of the hour, else a minute. */
function untilOf(headers: Headers, text: string): Date | null {
  const now = Date.now()
  const after = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(after)) return new Date(now + after * 1000)
  const { remaining, reset } = limitsOf(headers, now)
  if (remaining === 0) return new Date(Math.max(reset, now + 1000))
  return /rate limit/i.test(text) ? new Date(now + A_MINUTE) : null
}

const SHOWN = 300

function textOf(data: unknown): string {
  if (!isRecord(data)) return String(data).slice(0, SHOWN)
  const errors: readonly unknown[] = Array.isArray(data.errors) ? data.errors : []
  const said = (one: unknown): string =>
    isRecord(one) && typeof one.message === 'string' ? one.message : JSON.stringify(one)
  return [String(data.message), ...errors.map(said)].join(': ').slice(0, SHOWN)
}

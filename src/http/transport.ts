import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, DecoratorHandler, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { HerdbookError } from '../instance/diagnostic.ts'
import { MAX_ANSWER_BYTES } from './read-limited.ts'
import { networkErrorOf } from './network-errors.ts'
import { fence } from './read-only.ts'
import { ANSWER_TOO_LONG, NO_MORE_REQUESTS, noAnswer, NOT_REACHED, notJson, redirectNotFollowed } from './texts.ts'

/** How many characters of a server's error are kept. */
const MAX_ERROR_TEXT = 1000

/** A request that failed. Without a status it is unknown whether the server acted. */
export class HttpFailure extends Error {
  readonly status: number | null
  readonly text: string
  /** The other fields of a JSON answer beside its error. */
  readonly details: { readonly [key: string]: unknown }

  constructor(
    status: number | null,
    error: string,
    options: { readonly details?: { readonly [key: string]: unknown }; readonly cause?: unknown } = {},
  ) {
    const text = error.slice(0, MAX_ERROR_TEXT)
    super(
      status === null ? text : `${status} ${text}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'HttpFailure'
    this.status = status
    this.text = text
    this.details = options.details ?? {}
  }
}

/** Called before every wait of a second or more. */
export type OnWait = (wait: { readonly seconds: number; readonly reason: string }) => void

/** Sends all requests to one server: only reads if it is fenced, and no faster than the server allows. */
export interface Transport {
  /** Options for fetch. Node's types know only the dispatcher of another release of undici. */
  readonly init: object
  /** How many requests were sent so far. */
  readonly requests: () => number
  /** The server's time in milliseconds, by its last answer; this machine's before the first. */
  readonly now: () => number
  /** Sends, waits if the server says so, and repeats what is safe to repeat. */
  readonly withRetry: <T>(send: () => Promise<T>, repeatable: boolean) => Promise<T>
  readonly close: () => Promise<void>
}

/** The longest window of Mastodon's limits is 15 minutes. */
const MAX_WAIT_MS = 16 * 60_000
const ATTEMPTS = 5
const TEMPORARY_STATUSES = [502, 503, 504]
/** How many characters of an answer that is not JSON are shown. */
const MAX_EXCERPT = 300

interface Pace {
  remaining: number
  /** By the clock of this machine. */
  reset: number
}

/**
 * Says by how many milliseconds the server's clock is ahead, by the Date of an answer.
 * Null if it has none, or comes from a cache.
 */
export function aheadBy(headers: Headers, now: number): number | null {
  const date = Date.parse(String(headers.date))
  return Number.isNaN(date) || headers.age !== undefined ? null : date - now
}

/** Reads the server's limit from an answer. The reset is by the server's clock, so it is converted. */
export function paceOf(headers: Headers, now: number): Pace | null {
  const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN)
  const reset = Date.parse(String(headers['x-ratelimit-reset']))
  if (!Number.isFinite(remaining) || Number.isNaN(reset)) return null
  return { remaining, reset: reset - (aheadBy(headers, now) ?? 0) }
}

/** Opens a transport. With `reading` it is fenced. */
export function openTransport(options: { readonly reading: boolean; readonly onWait?: OnWait | undefined }): Transport {
  const pace: Pace = { remaining: Number.POSITIVE_INFINITY, reset: 0 }
  let ahead = 0
  const readHeaders = (headers: Headers): void => {
    Object.assign(pace, paceOf(headers, Date.now()) ?? {})
    ahead = aheadBy(headers, Date.now()) ?? ahead
  }
  let requests = 0
  const agent = process.env.HTTPS_PROXY || process.env.https_proxy ? new EnvHttpProxyAgent() : new Agent()
  const answers: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (request, handler) => {
    requests += 1
    return dispatch(request, jsonOnly(handler, readHeaders, isPlain(request.headers)))
  }
  const pause = async (until: number, reason: string): Promise<void> => {
    const wait = Math.max(0, until - Date.now())
    if (wait >= 1000) options.onWait?.({ seconds: Math.ceil(wait / 1000), reason })
    await sleep(wait)
  }

  return {
    init: { dispatcher: options.reading ? agent.compose(answers, fence()) : agent.compose(answers) },
    now: () => Date.now() + ahead,
    requests: () => requests,
    close: () => agent.close(),
    withRetry: async (send, repeatable) => {
      for (let attempt = 1; ; attempt += 1) {
        if (pace.remaining <= 0 && pace.reset > Date.now()) await pause(pace.reset, NO_MORE_REQUESTS)
        try {
          return await send()
        } catch (error) {
          const failure = failureOf(error)
          const until = nextTry(failure, attempt, repeatable, pace)
          if (until === null) throw failure
          await pause(until, failure instanceof HttpFailure ? failure.message : NOT_REACHED)
        }
      }
    },
  }
}

/** Says when to try again, or null. The server does nothing for a request that it refuses by its limit. */
function nextTry(failure: Error, attempt: number, repeatable: boolean, pace: Pace): number | null {
  if (!(failure instanceof HttpFailure) || attempt >= ATTEMPTS) return null
  if (failure.status === 429) {
    const until = Math.max(pace.reset, Date.now() + 1000) + Math.random() * 500
    return until - Date.now() > MAX_WAIT_MS ? null : until
  }
  const temporary = failure.status === null || TEMPORARY_STATUSES.includes(failure.status)
  return repeatable && temporary ? Date.now() + 100 * 2 ** attempt : null
}

/** Finds the failure inside an error: fetch, undici and clients wrap it. */
function failureOf(error: unknown): Error {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof HttpFailure || cause instanceof HerdbookError) return cause
  }
  return new HttpFailure(null, noAnswer(networkErrorOf(error)), { cause: error })
}

type Headers = { readonly [name: string]: string | string[] | undefined }

/** Whether a request asked for an answer that is not compressed. */
const isPlain = (headers: unknown): boolean =>
  typeof headers === 'object' &&
  headers !== null &&
  Object.entries(PLAIN).every(([name, value]) => (headers as Headers)[name] === value)

/** For requests whose answer is not measured while it is read: a small compressed one may unpack to any length. */
export const PLAIN = { 'accept-encoding': 'identity' }

/** Turns an answer that is not JSON, or is too long, into a failure with status and text. Also reads the limits. */
function jsonOnly(
  handler: Dispatcher.DispatchHandler,
  readHeaders: (headers: Headers) => void,
  plain: boolean,
): Dispatcher.DispatchHandler {
  // fetch passes a handler of the older form; this makes it one of the newer
  const inner: Dispatcher.DispatchHandler = new DecoratorHandler(handler)
  let [status, bytes] = [0, 0]
  let foreign: Buffer[] | null = null
  const refusal = (): HttpFailure => {
    const text = Buffer.concat(foreign ?? [])
      .toString('utf8')
      .trim()
      .replaceAll(/\s+/g, ' ')
      .slice(0, MAX_EXCERPT)
    return new HttpFailure(status, notJson(text))
  }
  return {
    onRequestStart: (controller, context) => inner.onRequestStart?.(controller, context),
    onResponseError: (controller, error) => inner.onResponseError?.(controller, error),
    onResponseStart: (controller, code, headers, message) => {
      readHeaders(headers)
      status = code
      const redirect = code >= 300 && code < 400
      const asAsked = !plain || headers['content-encoding'] === undefined
      if (/\bjson\b/.test(String(headers['content-type'])) && !redirect && asAsked)
        inner.onResponseStart?.(controller, code, headers, message)
      else foreign = redirect ? [Buffer.from(redirectNotFollowed(String(headers.location)))] : []
    },
    onResponseData: (controller, chunk) => {
      bytes += chunk.length
      if (foreign) foreign.push(chunk)
      else inner.onResponseData?.(controller, chunk)
      // The rest is never read.
      if (foreign ? bytes > MAX_EXCERPT_BYTES : bytes > MAX_ANSWER_BYTES)
        controller.abort(foreign ? refusal() : new HttpFailure(status, ANSWER_TOO_LONG))
    },
    onResponseEnd: (controller, trailers) => {
      if (!foreign) return inner.onResponseEnd?.(controller, trailers)
      inner.onResponseError?.(controller, refusal())
    },
  }
}

/** How much of an answer that is not JSON is read. */
const MAX_EXCERPT_BYTES = 64 * 1024

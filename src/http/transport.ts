import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, DecoratorHandler, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { HerdbookError } from '../instance/diagnostic.ts'
import { MOST_BYTES } from './read-limited.ts'
import { networkErrorOf } from './network-errors.ts'
import { fence } from './read-only.ts'

/** Nobody reads on in what a server says of its failure. */
const SAID = 1000

/** A request that did not end well. Without a status nobody knows whether the server acted. */
export class HttpFailure extends Error {
  readonly status: number | null
  readonly text: string
  /** The other fields of a JSON answer beside its error. */
  readonly details: { readonly [key: string]: unknown }

  constructor(
    status: number | null,
    said: string,
    options: { readonly details?: { readonly [key: string]: unknown }; readonly cause?: unknown } = {},
  ) {
    const text = said.slice(0, SAID)
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

/** Told before every wait of a second or more. */
export type OnWait = (wait: { readonly seconds: number; readonly reason: string }) => void

/** The way that all requests to one server take: fenced where only reads may pass, and no faster than the server allows. */
export interface Transport {
  /** What fetch is given beside the rest; Node's types know the dispatcher of another release of undici only. */
  readonly init: object
  /** How many requests were sent so far. */
  readonly requests: () => number
  /** The server's time in milliseconds, as its last answer gave it; ours before the first. */
  readonly now: () => number
  /** Sends, waits where the server says so, and repeats what is safe to repeat. */
  readonly withRetry: <T>(send: () => Promise<T>, repeatable: boolean) => Promise<T>
  readonly close: () => Promise<void>
}

/** The longest window of Mastodon's limits is 15 minutes. */
const LONGEST_WAIT = 16 * 60_000
const ATTEMPTS = 5
const PASSING = [502, 503, 504]
const SHOWN = 300

interface Pace {
  remaining: number
  /** By the clock of this machine. */
  reset: number
}

/** How far the server's clock is ahead of ours, in milliseconds, by the Date of an answer; null where it has none, or lay in a cache. */
export function aheadBy(headers: Headers, now: number): number | null {
  const date = Date.parse(String(headers.date))
  return Number.isNaN(date) || headers.age !== undefined ? null : date - now
}

/** Mastodon's own clock counts. */
export function paceOf(headers: Headers, now: number): Pace | null {
  const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN)
  const reset = Date.parse(String(headers['x-ratelimit-reset']))
  if (!Number.isFinite(remaining) || Number.isNaN(reset)) return null
  return { remaining, reset: reset - (aheadBy(headers, now) ?? 0) }
}

/** Opens a transport. `reading` puts up the fence. */
export function openTransport(options: { readonly reading: boolean; readonly onWait?: OnWait | undefined }): Transport {
  const pace: Pace = { remaining: Number.POSITIVE_INFINITY, reset: 0 }
  let ahead = 0
  const seen = (headers: Headers): void => {
    Object.assign(pace, paceOf(headers, Date.now()) ?? {})
    ahead = aheadBy(headers, Date.now()) ?? ahead
  }
  let requests = 0
  const agent = process.env.HTTPS_PROXY || process.env.https_proxy ? new EnvHttpProxyAgent() : new Agent()
  const answers: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (request, handler) => {
    requests += 1
    return dispatch(request, jsonOnly(handler, seen, isPlain(request.headers)))
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
        if (pace.remaining <= 0 && pace.reset > Date.now())
          await pause(pace.reset, 'the server takes no more requests until then')
        try {
          return await send()
        } catch (error) {
          const failure = failureOf(error)
          const until = nextTry(failure, attempt, repeatable, pace)
          if (until === null) throw failure
          await pause(until, failure instanceof HttpFailure ? failure.message : 'the server could not be reached')
        }
      }
    },
  }
}

/** When to try again, or null. A request that was turned away by the limit was not acted on, whatever it was. */
function nextTry(failure: Error, attempt: number, repeatable: boolean, pace: Pace): number | null {
  if (!(failure instanceof HttpFailure) || attempt >= ATTEMPTS) return null
  if (failure.status === 429) {
    const until = Math.max(pace.reset, Date.now() + 1000) + Math.random() * 500
    return until - Date.now() > LONGEST_WAIT ? null : until
  }
  const passing = failure.status === null || PASSING.includes(failure.status)
  return repeatable && passing ? Date.now() + 100 * 2 ** attempt : null
}

/** Finds the failure inside an error: fetch, undici and clients wrap it. */
function failureOf(error: unknown): Error {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof HttpFailure || cause instanceof HerdbookError) return cause
  }
  return new HttpFailure(null, `no answer: ${networkErrorOf(error)}`, { cause: error })
}

type Headers = { readonly [name: string]: string | string[] | undefined }

/** Whether a request asked for an answer that is not compressed. */
const isPlain = (headers: unknown): boolean =>
  typeof headers === 'object' &&
  headers !== null &&
  Object.entries(PLAIN).every(([name, value]) => (headers as Headers)[name] === value)

/** For whoever reads an answer without counting: compressed, a small one may be of any length. */
export const PLAIN = { 'accept-encoding': 'identity' }

/** Makes a failure with status and text of every answer that is no JSON, or too long, and reads the limits. */
function jsonOnly(
  handler: Dispatcher.DispatchHandler,
  seen: (headers: Headers) => void,
  plain: boolean,
): Dispatcher.DispatchHandler {
  // fetch hands over a handler of the older form; this makes it one of the newer
  const inner: Dispatcher.DispatchHandler = new DecoratorHandler(handler)
  let [status, bytes] = [0, 0]
  let foreign: Buffer[] | null = null
  const refusal = (): HttpFailure => {
    const text = Buffer.concat(foreign ?? [])
      .toString('utf8')
      .trim()
      .replaceAll(/\s+/g, ' ')
      .slice(0, SHOWN)
    return new HttpFailure(status, `an answer that is no JSON: ${JSON.stringify(text)}`)
  }
  return {
    onRequestStart: (controller, context) => inner.onRequestStart?.(controller, context),
    onResponseError: (controller, error) => inner.onResponseError?.(controller, error),
    onResponseStart: (controller, code, headers, message) => {
      seen(headers)
      status = code
      const redirect = code >= 300 && code < 400
      const asAsked = !plain || headers['content-encoding'] === undefined
      if (/\bjson\b/.test(String(headers['content-type'])) && !redirect && asAsked)
        inner.onResponseStart?.(controller, code, headers, message)
      else foreign = redirect ? [Buffer.from(`a redirect to ${String(headers.location)}, which is not followed; `)] : []
    },
    onResponseData: (controller, chunk) => {
      bytes += chunk.length
      if (foreign) foreign.push(chunk)
      else inner.onResponseData?.(controller, chunk)
      // Nobody waits for the end of what is not read.
      if (foreign ? bytes > MOST_FOREIGN : bytes > MOST_BYTES)
        controller.abort(foreign ? refusal() : new HttpFailure(status, TOO_LONG))
    },
    onResponseEnd: (controller, trailers) => {
      if (!foreign) return inner.onResponseEnd?.(controller, trailers)
      inner.onResponseError?.(controller, refusal())
    },
  }
}

/** Of what is no JSON, the beginning is told. */
const MOST_FOREIGN = 64 * 1024
export const TOO_LONG = 'an answer that is longer than anybody should have to read'

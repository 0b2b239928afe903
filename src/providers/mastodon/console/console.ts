import { isRecord } from '../../../instance/get-own.ts'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { type Diagnostic, EXIT, HerdbookError } from '../../../instance/diagnostic.ts'
import type { ReadRequest, Write, WriteResult } from '../tables.ts'
import type { Intent } from '../../../reconcile/ledger/types.ts'
import type { Fields } from '../../../instance/values.ts'
import { stderrTail, endlessLine, type Machine, unreachable } from '../../../ssh/executor.ts'
import { consoleProgram, readerScript } from '../scripts.ts'
import { readSnapshot, type ReaderAnswer } from '../database/rows.ts'
import { ENTITLE_ACTOR, RAISE_ACTOR } from '../texts.ts'
import { CHECK_CONSOLE, consoleEnded, ENDLESS_LINE, NOT_JSON, oddAnswer, whilePlanning } from './texts.ts'

/** The acting account. */
export interface ConsoleActor {
  readonly id: string
  readonly username: string
  readonly role: string
  readonly position: number
  readonly permissions: readonly string[]
  readonly functional: boolean
}

/** What the console says about its server. */
export interface Hello {
  readonly version: string
  readonly domain: string
  /** Null if the acting account is not on the server, or none was named. */
  readonly actor: ConsoleActor | null
  readonly permissions: readonly string[]
  readonly settings: readonly string[]
  readonly role_columns: readonly string[]
}

/** The request of `token create`. */
export interface TokenRequest {
  readonly username: string
  readonly application: string
  readonly role: { readonly name: string; readonly position: number; readonly permissions: readonly string[] }
  readonly scopes: readonly string[]
}

/** An object whose worker may never have been queued. It is owed only while the row is as it was set. */
export type Owed = Pick<Intent, 'kind' | 'id' | 'action' | 'fields'>

/** Mastodon's console, open for a whole run. It answers requests in order. */
export interface Console {
  readonly hello: Hello
  readonly read: (request: ReadRequest) => Promise<ReaderAnswer>
  readonly write: (writes: readonly Write[]) => Promise<readonly WriteResult[]>
  /** Queues the workers of the objects that are as they were set. */
  readonly finishOwed: (owed: readonly Owed[]) => Promise<void>
  readonly createToken: (
    request: TokenRequest,
  ) => Promise<{ readonly token: string; readonly username: string; readonly role: string }>
  readonly destroyToken: (token: string) => Promise<boolean>
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** How many characters of a refusal are kept. */
const MAX_REFUSAL = 1000

/** A refusal by the console itself: the request did nothing. */
export class ConsoleError extends HerdbookError {
  readonly code: string
  constructor(code: string, why: string) {
    super(EXIT.refused, [{ code, severity: 'error', message: why.slice(0, MAX_REFUSAL) }])
    this.name = 'ConsoleError'
    this.code = code
  }
}

/**
 * Starts Mastodon's console with a shell line and waits for its hello: 6 to 25 seconds on a real server.
 * With `reading` it sends no write.
 */
export async function openConsole(
  machine: Machine,
  line: string,
  actor: string | null,
  reading = false,
): Promise<Console> {
  const running = await machine.start(line)
  const mark = randomBytes(16).toString('hex')
  const waiting = new Map<number, Waiting>()
  let last = 0
  let ended: Error | null = null

  const settleAnswer = (text: string): void => {
    const answer: unknown = JSON.parse(text)
    const one = isRecord(answer) && typeof answer.id === 'number' ? waiting.get(answer.id) : undefined
    if (!isRecord(answer) || typeof answer.id !== 'number' || !one) return
    waiting.delete(answer.id)
    if (answer.ok === true) one.resolve(answer.result)
    else one.reject(refusal(answer.error))
  }
  const lines = createInterface({ input: running.stdout, crlfDelay: Infinity })
  lines.on('line', (text) => {
    const prefix = `HERDBOOK-${mark} `
    if (!text.startsWith(prefix)) return
    try {
      settleAnswer(text.slice(prefix.length))
    } catch (cause) {
      stop(unreachable('console-garbled', NOT_JSON, undefined, cause))
    }
  })
  const stop = (error: Error): void => {
    ended ??= error
    for (const one of waiting.values()) one.reject(ended)
    waiting.clear()
  }
  endlessLine(running, () => stop(unreachable('console-garbled', ENDLESS_LINE)))
  const drained = new Promise<void>((resolve) => lines.once('close', resolve))
  void running.ended.then(async (code) => {
    await drained
    stop(unreachable('console-ended', consoleEnded(stderrTail({ code, stderr: running.stderr() })), CHECK_CONSOLE))
  })

  const ask = (op: string, body: { readonly [key: string]: unknown } = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended)
      // The console's program refuses it too.
      if (reading && op !== 'hello' && op !== 'read')
        return reject(new ConsoleError('write-while-planning', whilePlanning(op)))
      last += 1
      waiting.set(last, { resolve, reject })
      running.stdin.write(`${JSON.stringify({ id: last, op, ...body })}\n`)
    })

  const program = consoleProgram()
  running.stdin.write(`${Buffer.byteLength(program)}\n${program}`)
  const hello = helloOf(await ask('hello', { mark, actor, reading, reader: readerScript() }))
  return {
    hello,
    read: async (request) => {
      const { tables, accounts, acting, measure } = request
      return readSnapshot(await ask('read', { request: { tables, accounts, acting, measure } }), request, 'console')
    },
    write: async (writes) => {
      try {
        return resultsOf(await ask('write', { writes }), writes.length)
      } catch (error) {
        if (!(error instanceof ConsoleError) || !REFUSED_WHOLE.has(error.code)) throw error
        const reason: Diagnostic = { code: error.code, severity: 'error', message: error.message }
        return writes.map(() => ({ state: 'refused', reason }))
      }
    },
    finishOwed: async (owed) => void (await ask('settle', { owed })),
    createToken: async (request) => {
      const made = await ask('token_create', { ...request })
      if (!isRecord(made) || typeof made.token !== 'string') throw odd('token_create')
      return { token: made.token, username: String(made.username), role: String(made.role) }
    },
    destroyToken: async (token) => {
      const answer = await ask('token_destroy', { token })
      return isRecord(answer) && answer.destroyed === true
    },
    close: async () => {
      running.stdin.end(`${JSON.stringify({ op: 'quit' })}\n`)
      await running.ended
    },
  }
}

/** A code must have the form of Herdbook's codes. */
const codeIn = (code: unknown): string =>
  typeof code === 'string' && /^[a-z0-9_-]{1,60}$/.test(code) ? code : 'console-refused'

function refusal(error: unknown): Error {
  if (!isRecord(error)) return odd('error')
  return new ConsoleError(codeIn(error.code), String(error.message))
}

const odd = (op: string): Error => unreachable('console-odd', oddAnswer(op))

const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

function helloOf(answer: unknown): Hello {
  if (!isRecord(answer) || typeof answer.version !== 'string' || typeof answer.domain !== 'string') throw odd('hello')
  const { version, domain, actor } = answer
  const known = {
    permissions: words(answer.permissions),
    settings: words(answer.settings),
    role_columns: words(answer.role_columns),
  }
  if (!isRecord(actor)) return { version, domain, actor: null, ...known }
  return {
    version,
    domain,
    actor: {
      id: String(actor.id),
      username: String(actor.username),
      role: String(actor.role),
      position: Number(actor.position),
      permissions: words(actor.permissions),
      functional: actor.functional === true,
    },
    ...known,
  }
}

function resultsOf(answer: unknown, length: number): WriteResult[] {
  if (!Array.isArray(answer) || answer.length !== length) throw odd('write')
  return answer.map(resultOf)
}

/** Refusals of a whole request before any of it is written. */
const REFUSED_WHOLE: ReadonlySet<string> = new Set(['no-actor', 'unmeasured'])

/** What to do about a refusal whose text does not say it. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['actor-too-low', RAISE_ACTOR],
  ['outranked', RAISE_ACTOR],
  ['actor-lacks', ENTITLE_ACTOR],
])

function resultOf(result: unknown): WriteResult {
  if (!isRecord(result)) throw odd('write')
  if (result.state === 'done') {
    const serverId = typeof result.serverId === 'string' ? result.serverId : null
    return isFields(result.live) ? { state: 'done', serverId, live: result.live } : { state: 'done', serverId }
  }
  if (result.state === 'changed') return { state: 'changed', live: isFields(result.live) ? result.live : null }
  if (result.state === 'refused' && isRecord(result.reason)) {
    const code = codeIn(result.reason.code)
    const hint = HINTS.get(code)
    const reason: Diagnostic = {
      code,
      severity: 'error',
      message: String(result.reason.message).slice(0, MAX_REFUSAL),
      ...(hint === undefined ? {} : { hint }),
    }
    return { state: 'refused', reason }
  }
  throw odd('write')
}

const isFields = (value: unknown): value is Fields => isRecord(value)

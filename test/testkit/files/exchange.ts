import { createInterface } from 'node:readline'
import { stderrTail, endlessLine, type RunningCommand, unreachable } from '../../../src/ssh/executor.ts'
import { isRecord } from '../../../src/instance/get-own.ts'

/** What the far end said to a request: its result, or why it did nothing, or that it does not know. */
export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string }

/** Requests and answers, a JSON line each, with a program that stays open for a run. */
export interface Exchange {
  /**
   * Rejects where no answer came, or none that can be read: then nobody knows whether the far end acted, and nothing
   * more is sent.
   */
  readonly ask: (verb: string, asks: object) => Promise<Answer>
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** In characters: many times what all facts of a machine come to. */
const MOST_ANSWER = 16 * 1024 * 1024
/** Nobody reads on in why something was refused. */
const SAID = 1000

/** Speaks with a program that was started. */
export function exchangeWith(running: RunningCommand): Exchange {
  const waiting = new Map<number, Waiting>()
  let last = 0
  let ended: Error | null = null

  const stop = (error: Error): void => {
    ended ??= error
    for (const one of waiting.values()) one.reject(ended)
    waiting.clear()
  }
  const garbled = (what: string): void => {
    stop(unreachable('files-garbled', `the far end of files gave ${what}`))
    running.kill()
  }
  const lines = createInterface({ input: running.stdout, crlfDelay: Infinity })
  lines.on('line', (line) => {
    const said = answerIn(line)
    const one = said && waiting.get(said.id)
    if (!one) return garbled('an answer that nobody can read')
    waiting.delete(said.id)
    one.resolve(said.answer)
  })
  endlessLine(running, () => garbled('an answer without an end'), MOST_ANSWER)
  const drained = new Promise<void>((resolve) => lines.once('close', resolve))
  void running.ended.then(async (code) => {
    await drained
    stop(unreachable('files-ended', `the far end of files ${stderrTail({ code, stderr: running.stderr() })}`))
  })

  return {
    ask: (verb, asks) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended)
        last += 1
        waiting.set(last, { resolve, reject })
        running.stdin.write(`${JSON.stringify({ id: last, verb, asks })}\n`)
      }),
    close: async () => {
      running.stdin.end()
      await running.ended
    },
  }
}

function answerIn(line: string): { readonly id: number; readonly answer: Answer } | null {
  const said = parsed(line)
  if (!isRecord(said) || typeof said['id'] !== 'number') return null
  const { id, ok, result, error } = said
  if (ok === true) return { id, answer: { ok, result } }
  if (ok !== false || !isRecord(error) || typeof error['code'] !== 'string') return null
  const code = /^[a-z-]{1,60}$/.test(error['code']) ? error['code'] : 'failed'
  return { id, answer: { ok, code, message: String(error['message']).slice(0, SAID) } }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

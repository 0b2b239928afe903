import { join } from 'node:path'
import { EXIT, fail, type Diagnostic } from '../../../src/instance/diagnostic.ts'
import { type Machine, unreachable } from '../../../src/ssh/executor.ts'
import { counterIn, endedIn, helloIn, type LiveFiles, liveIn, unitIn, verdictsIn, writtenIn } from './answers.ts'
import { type Answer, exchangeWith } from './exchange.ts'
import type { Compared, FactsRequest, Hello, Verdict, Writes } from './wire.ts'

/** The way in for reading. It has no verb that writes, and its far end refuses them. */
export interface FilesReader {
  readonly hello: Hello
  readonly facts: (request: FactsRequest) => Promise<LiveFiles>
  /** Whether files, or what units read of them, hold these values; in their order. */
  readonly same: (values: readonly Compared[]) => Promise<readonly Verdict[]>
  readonly close: () => Promise<void>
}

/** The way in for reading and writing. Nothing is written before the lock is held. */
export interface FilesWriter extends FilesReader {
  /**
   * Takes the far end's lock for the run of that nonce. Throws where it is not given: with exit 7 where another run
   * took it since this way was opened.
   */
  readonly lock: (nonce: string) => Promise<FilesLock>
}

/** `refused`: nothing was done, for certain. `failed`: nobody knows. */
export interface NotDone {
  readonly state: 'refused' | 'failed'
  readonly reason: Diagnostic
}

/**
 * The verbs that write, for as long as no other run takes the lock. They reject where the far end can't be heard any
 * more.
 */
export type FilesLock = { readonly counter: number } & {
  readonly [Verb in keyof Writes]: (asks: Writes[Verb]['asks']) => Promise<Writes[Verb]['answers'] | NotDone>
}

/** Where the files are on the machine, and what reads and writes them there. */
export interface FilesPlace {
  readonly root: string
  readonly node: string
  readonly program: string
}

/** The program of this source tree, as the machine that runs the tests has it. */
export const placeHere = (root: string): FilesPlace => ({
  root,
  node: process.execPath,
  program: join(import.meta.dirname, 'far/main.ts'),
})

/** Opens the way in for reading. Refuses a far end that would write. */
export async function openReader(machine: Machine, place: FilesPlace): Promise<FilesReader> {
  const { close, facts, hello, same } = await openFiles(machine, place, ['--reading'])
  if (hello.reading) return { close, facts, hello, same }
  await close()
  throw unreachable('files-unfenced', 'the far end of files does not refuse to write')
}

/** Opens the way in for reading and writing. */
export async function openWriter(machine: Machine, place: FilesPlace): Promise<FilesWriter> {
  return openFiles(machine, place, [])
}

async function openFiles(machine: Machine, place: FilesPlace, flags: readonly string[]): Promise<FilesWriter> {
  const words = [place.node, place.program, ...flags, '--', place.root]
  const { ask, close } = exchangeWith(await machine.start(`exec ${words.map(quote).join(' ')}`))
  /** Closes on what can't be understood: nobody knows what the next answer would be worth. */
  const understood = async <Result>(read: () => Result): Promise<Result> => {
    try {
      return read()
    } catch (error) {
      await close()
      throw error
    }
  }
  const read = async <Result>(verb: string, asks: object, check: (answer: unknown) => Result): Promise<Result> => {
    const answer = await ask(verb, asks)
    if (!answer.ok) throw unreachable(answer.code, `the far end of files refuses ${verb}: ${answer.message}`)
    return understood(() => check(answer.result))
  }
  const hello = await read('hello', {}, helloIn).catch(async (error: unknown) => {
    await close()
    throw error
  })

  const lock = async (nonce: string): Promise<FilesLock> => {
    const taken = await ask('lock', { nonce, after: hello.counter })
    if (!taken.ok)
      return fail(
        taken.code === 'older-holder' ? EXIT.locked : EXIT.unreadable,
        taken.code,
        `the far end of files does not give its lock: ${taken.message}`,
      )
    const counter = await understood(() => counterIn(taken.result))
    const verb =
      <Verb extends keyof Writes, Result>(name: Verb, check: (answer: unknown) => Result) =>
      async (asks: Writes[Verb]['asks']): Promise<Result | NotDone> => {
        const answer = await ask(name, { ...asks, holder: { nonce, counter } })
        return answer.ok ? understood(() => check(answer.result)) : notDone(answer)
      }
    return {
      counter,
      write: verb('write', writtenIn),
      remove: verb('remove', writtenIn),
      restart: verb('restart', unitIn),
      stage: verb('stage', writtenIn),
      switch: verb('switch', writtenIn),
      prove: verb('prove', writtenIn),
      end: verb('end', endedIn),
      back: verb('back', endedIn),
    }
  }
  return {
    hello,
    facts: (request) => read('facts', request, (answer) => liveIn(answer, request)),
    same: (values) => read('same', { values }, (answer) => verdictsIn(answer, values)),
    lock,
    close,
  }
}

const notDone = ({ code, message }: Extract<Answer, { readonly ok: false }>): NotDone => ({
  state: code === 'failed' ? 'failed' : 'refused',
  reason: { code, severity: 'error', message },
})

/** As a shell takes it: one word, whatever is in it. */
const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

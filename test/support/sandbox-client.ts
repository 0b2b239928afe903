import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { WebInterface } from '../../src/sandbox/web-interface.ts'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.ts'
import type { Answer, Ask } from './sandbox-process.ts'

/** A sandbox in another process. */
export interface SandboxClient extends Pick<
  Sandbox,
  'url' | 'version' | 'domain' | 'tokens' | 'directory' | 'console' | 'database' | 'close'
> {
  readonly query: (sql: string, params?: readonly unknown[]) => Promise<readonly object[]>
  /** A person at the web interface. */
  readonly handOf: (who: string) => WebInterface
  readonly newWindow: () => Promise<unknown>
  readonly breakConsole: (at: Parameters<Sandbox['breakConsole']>[0]) => Promise<unknown>
}

/** Starts a sandbox in a process of its own. */
export async function forkSandbox(options: SandboxOptions = {}): Promise<SandboxClient> {
  const child = fork(join(import.meta.dirname, 'sandbox-process.ts'), [JSON.stringify(options)], {
    serialization: 'advanced',
    execArgv: [],
  })
  const stillborn = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the sandbox ended with ${code}`)))
  const [facts] = (await Promise.race([once(child, 'message'), stillborn])) as [
    Omit<SandboxClient, 'query' | 'handOf' | 'newWindow' | 'breakConsole' | 'close'>,
  ]
  stillborn.catch(() => {})
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer))
  let last = 0
  const ask = (what: Ask): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1
      const id = last
      waiting.set(id, (answer) => {
        waiting.delete(id)
        if ('error' in answer) reject(new Error(answer.error))
        else resolve(answer.result)
      })
      child.send({ ...what, id })
    })
  return {
    ...facts,
    query: async (sql, params = []) => {
      const rows = await ask({ op: 'query', sql, params })
      return Array.isArray(rows) ? rows : []
    },
    // Every verb of the hand is one question; nobody asks it for anything else.
    handOf: (who) =>
      new Proxy({} as WebInterface, {
        get:
          (_, verb) =>
          (...args: unknown[]) =>
            ask({ op: 'hand', who, verb: verb as keyof WebInterface, args }),
      }),
    newWindow: () => ask({ op: 'newWindow' }),
    breakConsole: (at) => ask({ op: 'breakConsole', at }),
    close: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

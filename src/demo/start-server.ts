import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT, fail } from '../instance/diagnostic.ts'

/** What the embedded Mastodon says after it has started. */
export interface DemoServerFacts {
  readonly url: string
  readonly version: string
  readonly domain: string
  readonly directory: string
  readonly database: string
  /** The token of an owner. */
  readonly token: string
}

/** What a person does at the web interface. */
export type WebAction =
  | { readonly does: 'block'; readonly domain: string; readonly comment: string }
  | { readonly does: 'lift'; readonly domain: string }

export interface DemoServer extends DemoServerFacts {
  /** Lets @second do something at the web interface. */
  readonly hand: (deed: WebAction) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts the embedded Mastodon in a process of its own, with its checkout in `directory`. */
export async function startLive(directory: string): Promise<DemoServer> {
  const program = fileURLToPath(new URL(`./server${extname(import.meta.filename)}`, import.meta.url))
  const child = fork(program, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const gone = once(child, 'exit')
  const answer = async (): Promise<unknown> => {
    const ended = gone.then(() => fail(EXIT.defect, 'demo-stuck', 'The embedded Mastodon ended.'))
    const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[]
    return message
  }
  const facts = (await answer()) as DemoServerFacts
  return {
    ...facts,
    hand: async (deed) => {
      const answered = answer()
      child.send(deed)
      await answered
    },
    close: async () => {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

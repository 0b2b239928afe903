// Serves a sandbox in a process of its own, and does what its parent asks for: a test that starts other programs must
// stay small,
// since each of them begins as a copy of it.
import { handOf, type WebInterface } from '../../src/sandbox/web-interface.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'

/** What the parent may ask for. */
export type Ask =
  | { readonly op: 'query'; readonly sql: string; readonly params: readonly unknown[] }
  | { readonly op: 'hand'; readonly who: string; readonly verb: keyof WebInterface; readonly args: readonly unknown[] }
  | { readonly op: 'newWindow' }
  | { readonly op: 'breakConsole'; readonly at: Parameters<Sandbox['breakConsole']>[0] }

export type Answer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string }

const sandbox = await startSandbox(JSON.parse(process.argv[2] ?? '{}'))

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.op) {
    case 'query':
      return sandbox.query(ask.sql, ask.params)
    case 'hand':
      return Reflect.apply(handOf(sandbox, ask.who)[ask.verb], undefined, ask.args)
    case 'newWindow':
      return sandbox.newWindow()
    case 'breakConsole':
      return sandbox.breakConsole(ask.at)
  }
}

process.on('message', ({ id, ...ask }: Ask & { readonly id: number }) => {
  answer(ask).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
process.on('disconnect', () => void sandbox.close().then(() => process.exit()))
const { url, version, domain, tokens, directory, console, database } = sandbox
process.send?.({ url, version, domain, tokens, directory, console, database })

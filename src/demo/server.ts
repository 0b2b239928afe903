import { handOf } from '../sandbox/web-interface.ts'
import { startSandbox } from '../sandbox/index.ts'
import { bringToLife } from './life.ts'
import type { WebAction, DemoServerFacts } from './start-server.ts'

// The embedded Mastodon of the demo, in a process of its own: in the process of its PostgreSQL, Git would take five
// times as long to start.
// Ctrl-C is for the demo. The demo disconnects when it is over.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)

const sandbox = await startSandbox({ directory: process.argv[2] ?? '' })
await bringToLife(sandbox)
const hand = handOf(sandbox, 'second')

async function carryOut(deed: WebAction): Promise<void> {
  await (deed.does === 'block'
    ? hand.blockDomain(deed.domain, { severity: 'suspend', public_comment: deed.comment })
    : hand.liftBlock(deed.domain))
  process.send?.({ done: deed.does })
}

process.on('message', (deed: WebAction) => void carryOut(deed))
process.on('disconnect', () => void sandbox.close().then(() => process.exit()))
const facts: DemoServerFacts = {
  url: sandbox.url,
  version: sandbox.version,
  domain: sandbox.domain,
  directory: sandbox.directory,
  database: sandbox.database,
  token: sandbox.tokens.burn,
}
process.send?.(facts)

// Serves a farm in a process of its own, with a pull request that waits to be planned: what is timed shares no
// processor's time with it.
import { farm, LEDGER_KEY } from '../support/github-instance.ts'

/** What the process tells its parent, once. */
export interface Waiting {
  readonly remote: string
  readonly repository: string
  readonly url: string
  readonly token: string
  readonly secrets: { readonly [name: string]: string }
  readonly payload: unknown
}

/**
 * What came in since the last time it was asked for: requests to the API, and when (milliseconds of the clock) the last
 * comment was there.
 */
export interface Traffic {
  readonly requests: readonly string[]
  readonly commented: number
}

const traffic = { requests: [] as string[], commented: 0 }
const herd = await farm({
  onExchange: ({ method, path }) => {
    traffic.requests.push(`${method} ${path}`)
    if (method !== 'GET' && /\/comments/.test(path)) traffic.commented = Date.now()
  },
})
const { hub, sandbox } = herd
const blocks = 'instance/domain-blocks.yaml'
await hub.act.push({
  by: 'mo',
  branch: 'topic',
  files: {
    [blocks]:
      `${herd.file(blocks)}\n  - domain: one.example\n` +
      '    severity: limit\n  - domain: two.example\n    severity: none\n',
  },
})
await hub.act.openPull({ by: 'mo', branch: 'topic', title: 'Topic' })
const payload = herd.events.at(-1)?.payload

process.on('message', () => {
  process.send?.({ ...traffic })
  Object.assign(traffic, { requests: [], commented: 0 })
  // Every run may ask the server as often as a first one.
  void sandbox.newWindow()
})
process.on('disconnect', () => void herd[Symbol.asyncDispose]().then(() => process.exit()))
const waiting: Waiting = {
  remote: hub.git,
  repository: hub.repository,
  url: hub.url,
  token: hub.workflowToken({ contents: 'read', pull_requests: 'write', statuses: 'write' }),
  secrets: { HERDBOOK_READ_TOKEN: sandbox.tokens.plan, HERDBOOK_LEDGER_KEY: LEDGER_KEY },
  payload,
}
process.send?.(waiting)

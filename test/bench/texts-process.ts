// Serves a farm in a process of its own, and puts texts on its server as it is told.
import { farm, LEDGER_KEY } from '../support/github-instance.ts'
import { nasty, type Nasty } from '../support/nasty.ts'

/** What to run jobs with: once, when all is there. */
export interface Ready {
  readonly desk: string
  readonly env: { readonly [name: string]: string }
  /** What a job goes by, as GitHub would send it. */
  readonly events: { readonly drift: unknown; readonly plan: unknown }
}

/** A text for the server: a setting, a rule's hint, both comments of a block. */
export interface Wish {
  readonly kind: Nasty
  readonly length: number
}

const herd = await farm()
const { hub, sandbox } = herd
const blocks = 'instance/domain-blocks.yaml'
const SETTINGS = 'settings:\n  custom_css: "a { color: red }"\n'
const RULES = 'rules:\n  - key: be-kind\n    text: Be kind.\n'
await hub.act.push({
  by: 'ann',
  branch: 'main',
  files: { 'instance/settings.yaml': SETTINGS, 'instance/rules.yaml': RULES },
})
const desk = herd.desk()
await herd.herdbook(['approve', 'to begin with', '--yes'])
await herd.herdbook(['apply', '--yes'])
await hub.act.push({
  by: 'mo',
  branch: 'topic',
  files: { [blocks]: `${herd.file(blocks)}\n  - domain: one.example\n    severity: none\n` },
})
await hub.act.openPull({ by: 'mo', branch: 'topic', title: 'Topic' })
const plan = herd.events.at(-1)?.payload
await hub.act.schedule('47 2 * * *')
const drift = herd.events.at(-1)?.payload
const hand = sandbox.handOf('owner')

process.on('message', ({ kind, length }: Wish) => {
  const text = nasty(kind, length).toWellFormed()
  void (async () => {
    await hand.changeSetting('custom_css', text)
    await hand.changeRule('Be kind.', { text: 'Be kind.', hint: text })
    await hand.changeBlock('kept.example', { severity: 'noop', public_comment: text, private_comment: text })
    await sandbox.newWindow()
    process.send?.('done')
  })()
})
process.on('disconnect', () => void herd[Symbol.asyncDispose]().then(() => process.exit()))
const ready: Ready = {
  desk,
  env: {
    GITHUB_REPOSITORY: hub.repository,
    GITHUB_API_URL: hub.url,
    GITHUB_TOKEN: hub.workflowToken({ contents: 'write', issues: 'write', pull_requests: 'write', statuses: 'write' }),
    HERDBOOK_READ_TOKEN: sandbox.tokens.plan,
    HERDBOOK_LEDGER_KEY: LEDGER_KEY,
  },
  events: { drift, plan },
}
process.send?.(ready)

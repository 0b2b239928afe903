import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { InstanceFile } from '../../src/instance/documents.ts'
import { git } from './git.ts'
import type { HintCase } from './hints.ts'
import { doorsOf, must, setConfig, type Herd, type HerdOptions, type Pasture } from './sandbox.ts'

const APPLY = ['apply', '--yes'] as const
const bare: HerdOptions = { begin: 'none' }
const blocks = (...names: string[]): { readonly 'domain-blocks.yaml': string } => ({
  'domain-blocks.yaml': `domain_blocks:\n${names.map((name) => `  - domain: ${name}\n    severity: limit\n`).join('')}`,
})

/** These kinds are live and in the ledger. */
const begun =
  (...kinds: string[]) =>
  async (herd: Herd): Promise<void> => {
    await must(herd, ['adopt', ...kinds])
    herd.write({}, 'Adopt')
    await must(herd, APPLY)
  }

/** A block of ours that somebody changes by hand. */
const drifted =
  (domain: string) =>
  async (herd: Herd): Promise<void> => {
    await begun('domain-block')(herd)
    await must(herd, ['block', domain, '--severity', 'limit'])
    herd.write({}, 'Block')
    await must(herd, APPLY)
    await herd.sandbox.query("update domain_blocks set public_comment = 'by hand' where domain = $1", [domain])
  }

/** A role whose name is two words, changed by hand. */
async function renamedColour(herd: Herd): Promise<void> {
  await herd.sandbox.query("delete from user_roles where name = 'Night Watch'")
  await herd.sandbox.query(
    "insert into user_roles (name, color, position, permissions, highlighted, created_at, updated_at) values ('Night Watch', '', 3, 0, true, now(), now())",
  )
  await begun('role')(herd)
  await herd.sandbox.query("update user_roles set color = '#123456' where name = 'Night Watch'")
}

const configure =
  (config: (herd: Herd) => Partial<InstanceFile>) =>
  (herd: Herd): void => {
    setConfig(herd, config(herd))
    git(herd.dir, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'Configure')
  }

/** The token in a file: one that the server knows, or not. */
const inFile = (token: (herd: Herd) => string | null) =>
  configure((herd) => {
    const file = join(herd.dir, '.git/stored')
    const text = token(herd)
    if (text !== null) writeFileSync(file, `${herd.sandbox.url} ${text}\n`)
    const { database: _, ...doors } = doorsOf(herd.sandbox)
    return { mastodon: { ...doors, api: { url: herd.sandbox.url, token: { file } } } }
  })

const nameless = (_: Herd, { sandbox }: Pasture): unknown => sandbox.query('comment on role herdbook_reader is null')

/** What cases before it left on the server. */
async function putBack({ sandbox }: Pasture): Promise<void> {
  await sandbox.query("comment on role herdbook_reader is 'herd.example'")
  await sandbox.query("update user_roles set name = 'Moderator' where name = 'Guides'")
  await sandbox.query("delete from domain_blocks where domain like 'hand%' or domain like 'odd%'")
}

const CASES: readonly HintCase[] = [
  {
    of: ['providers/mastodon/rest/token.ts: herdbook token rotate'],
    herd: bare,
    state: inFile(() => 'nobody-knows-this'),
    types: ['token', 'check'],
    exit: 10,
    says: /knows no such token → .*make a new one: (herdbook token rotate)/,
  },
  {
    of: ['providers/mastodon/rest/token.ts: herdbook token rotate'],
    herd: bare,
    state: (herd) => {
      inFile(() => 'nobody-knows-this')(herd)
      herd.write(blocks('hint.example'))
    },
    types: ['plan'],
    exit: 10,
    says: /the server knows no such token .*make a new one: (herdbook token rotate)/,
  },
  {
    of: ['providers/mastodon/rest/token.ts: herdbook token rotate'],
    herd: bare,
    types: ['token', 'check'],
    exit: 10,
    run: ({ sandbox }) => ({ env: { HB_TOKEN: `${sandbox.url} nobody-knows-this` } }),
    says: /knows no such token → .*make a new one: (herdbook token rotate --store-with 'COMMAND')/,
    fill: { COMMAND: 'cat > .git/stored' },
    shows: /The new token works and is stored/,
  },
  {
    of: ['commands/token.ts: herdbook token rotate'],
    herd: bare,
    state: inFile(({ sandbox }) => sandbox.tokens.burn),
    types: ['token', 'create'],
    exit: 5,
    says: /error token-there .*→ To replace what it holds: (herdbook token rotate)/,
    shows: /The new token works and is stored/,
  },
  {
    of: ['commands/token.ts: herdbook token check'],
    herd: bare,
    state: inFile(() => null),
    types: ['token', 'create'],
    exit: 0,
    says: /has a token for .*Check it: (herdbook token check)/,
    shows: /has permission manage_blocks/,
  },
  {
    of: ['commands/status.ts: herdbook token check'],
    herd: bare,
    state: inFile(() => 'nobody-knows-this'),
    types: ['status'],
    exit: 10,
    says: /See which it knows: (herdbook token check)/,
    ends: [10],
    shows: /knows no such token/,
  },
  {
    of: ['commands/status.ts: herdbook status'],
    herd: bare,
    types: ['status'],
    exit: 0,
    says: /not tried: (herdbook status --console)/,
    shows: /Console Mastodon/,
  },
  {
    of: ['providers/mastodon/rest/statuses.ts: herdbook token check'],
    herd: bare,
    state: async (herd) => {
      await begun('domain-block')(herd)
      herd.write({ 'policy.yaml': 'announce:\n  visibility: unlisted\n' })
      await must(herd, ['block', 'told.example', '--severity', 'limit'])
      herd.write({}, 'Block')
    },
    types: APPLY,
    exit: 0,
    says: /Its token needs the scopes .*?: (herdbook token check)/,
    ends: [10],
    shows: /lacks scope write:statuses/,
  },
  {
    of: ['providers/mastodon/database/database.ts: herdbook reader install'],
    herd: bare,
    state: nameless,
    types: ['adopt'],
    exit: 10,
    says: /error nameless-database .*made again: (herdbook reader install)/,
    fill: { install: 'install --yes' },
  },
  {
    of: ['providers/mastodon/database/database.ts: herdbook reader install'],
    herd: bare,
    state: (_, { sandbox }) => sandbox.query('revoke select on rules from herdbook_reader'),
    types: ['adopt'],
    exit: 10,
    says: /permission denied .*made again: (herdbook reader install)/,
    fill: { install: 'install --yes' },
  },
  {
    of: ['providers/mastodon/database/install.ts: herdbook reader install'],
    herd: bare,
    state: configure(({ sandbox }) => ({
      mastodon: { ...doorsOf(sandbox), database: { over: 'local', native: { psql: '/nowhere/psql' } } },
    })),
    types: ['reader', 'install', '--yes'],
    exit: 10,
    says: /error install-failed .*`(herdbook reader install --print)`/,
    shows: /create role herdbook_reader/i,
  },
  {
    of: ['commands/odd.ts: herdbook adopt'],
    herd: bare,
    state: (herd) => herd.hand.blockDomain('odd.example', { severity: 'silence', public_comment: 'loud\u0007' }),
    types: ['adopt'],
    exit: 0,
    says: /Change it in Mastodon, then: (herdbook adopt domain-block\/odd\.example)/,
    first: ({ sandbox }) =>
      sandbox.query("update domain_blocks set public_comment = 'loud' where domain = 'odd.example'"),
  },
  {
    of: ['commands/unblock.ts: herdbook adopt'],
    herd: bare,
    state: (herd) => herd.hand.blockDomain('hand.example', { severity: 'silence' }),
    types: ['unblock', 'hand.example'],
    exit: 9,
    says: /error no-such-object .*→ If Mastodon has one: (herdbook adopt domain-block\/hand\.example)/,
    shows: /1 object taken over/,
  },
  {
    of: ['providers/mastodon/kinds/community/moderator.ts: herdbook adopt'],
    herd: bare,
    state: async (herd) => {
      await begun('moderator')(herd)
      await herd.sandbox.query("update user_roles set name = 'Guides' where name = 'Moderator'")
      herd.edit('moderators.yaml', (text) => `${text}  - account: alice\n    role: Moderator\n`)
    },
    types: ['plan'],
    exit: 5,
    says: /error no-such-role .*renamed there: (herdbook adopt moderator\/alice)/,
    shows: /taken over/,
  },
  {
    of: ['reconcile/behind.ts: git ls-remote'],
    herd: { begin: 'none', remote: true },
    state: async (herd) => {
      await begun('domain-block')(herd)
      await herd.hand.blockDomain('hand2.example', { severity: 'silence' })
    },
    types: ['plan'],
    exit: 3,
    run: { now: new Date(Date.now() + 3_600_000) },
    fill: { REMOTE: 'origin' },
    says: /warning ledger-behind .*→ Compare: (git ls-remote REMOTE \S+),/,
    shows: /refs\/herdbook\/production\/ledger/,
  },
  {
    of: ['reconcile/restores.ts: herdbook plan'],
    herd: bare,
    types: ['plan', '--restore', 'domain-block/nope.example'],
    exit: 5,
    says: /error not-managed .*→ Look at its name: (herdbook plan)/,
    shows: /Nothing is managed yet/,
  },
  {
    of: ['commands/apply.ts: herdbook plan', 'render/terminal.ts: herdbook apply'],
    herd: bare,
    state: pending('new1.example'),
    types: ['apply'],
    exit: 5,
    says: /error not-confirmed .*apply it: (herdbook plan --out plan\.json)/,
    ends: [2],
    shows: /Next: herdbook apply/,
  },
  {
    of: ['commands/apply.ts: herdbook adopt'],
    herd: bare,
    state: (herd) => herd.write(blocks('new2.example')),
    types: APPLY,
    exit: 5,
    says: /error first-apply .*→ Take over what is live first: (herdbook adopt)\./,
    shows: /taken over/,
  },
  {
    of: ['commands/apply.ts: herdbook apply'],
    herd: bare,
    state: (herd) => herd.write(blocks('new3.example')),
    types: APPLY,
    exit: 5,
    says: /error first-apply .*If the steps are meant: (herdbook apply --first "why"),/,
    ends: [5],
    shows: /not-confirmed/,
  },
  {
    of: ['commands/approve.ts: herdbook apply'],
    herd: bare,
    state: pending('new4.example'),
    types: ['approve', 'why', '--yes'],
    exit: 0,
    says: /Apply them: (herdbook apply)/,
    ends: [5],
    shows: /not-confirmed/,
  },
  {
    of: ['commands/saved.ts: herdbook plan'],
    herd: bare,
    state: async (herd) => {
      writeFileSync(join(herd.dir, '.git/info/exclude'), 'plan.json\n')
      await pending('new5.example')(herd)
      await must(herd, ['plan', '--out', 'plan.json'], 2)
      await must(herd, ['block', 'new6.example', '--severity', 'limit'])
      herd.write({}, 'Another')
    },
    types: ['apply', 'plan.json'],
    exit: 6,
    says: /error stale-plan .*→ Plan again: (herdbook plan --out plan\.json)/,
    ends: [2],
  },
  {
    of: ['providers/mastodon/kinds/invariants.ts: herdbook token check'],
    herd: bare,
    state: async (herd) => {
      await begun('moderator')(herd)
      setConfig(herd, {
        mastodon: { ...doorsOf(herd.sandbox), api: { url: 'http://127.0.0.1:9', token: { env: 'HB_TOKEN' } } },
      })
      await must(herd, ['demote', 'mod'])
    },
    types: ['plan'],
    exit: 5,
    says: /See why it could not be looked up: (herdbook token check)\./,
    ends: [10],
    shows: /127\.0\.0\.1:9/,
  },
  {
    of: ['render/terminal.ts: herdbook adopt'],
    herd: bare,
    types: ['plan'],
    exit: 0,
    says: /Next: (herdbook adopt) writes what is live/,
  },
  {
    of: ['render/terminal.ts: herdbook adopt'],
    herd: bare,
    state: renamedColour,
    types: ['drift'],
    exit: 3,
    says: /(herdbook adopt \S+ ?\S*) keeps the server's version/,
  },
  {
    of: ['render/terminal.ts: herdbook restore'],
    herd: bare,
    state: renamedColour,
    types: ['drift'],
    exit: 3,
    says: /(herdbook restore \S+ ?\S*) uses the files' version/,
    ends: [5],
    shows: /role\/Night Watch.*not-confirmed|Night Watch.*not-confirmed/,
  },
  {
    of: ['render/terminal.ts: herdbook plan'],
    herd: bare,
    state: pending('new7.example'),
    types: ['drift'],
    exit: 0,
    says: /of the files is not live yet: (herdbook plan)/,
    ends: [2],
    shows: /new7\.example/,
  },
  {
    of: ['render/terminal.ts: herdbook plan'],
    herd: bare,
    state: refused,
    types: ['plan'],
    exit: 5,
    says: /Next: (herdbook plan) again, once that is settled/,
    ends: [5],
    shows: /Refused/,
  },
  {
    of: ['render/terminal.ts: herdbook apply'],
    herd: bare,
    state: async (herd) => {
      await begun('domain-block', 'rule')(herd)
      git(herd.dir, 'rm', '--quiet', 'instance/rules.yaml')
      herd.write({}, 'Let go')
    },
    types: ['plan'],
    exit: 2,
    says: /Next: (herdbook apply) takes that out of the ledger/,
  },
  {
    of: ['render/apply.ts: herdbook drift'],
    herd: bare,
    state: async (herd) => {
      await drifted('drifted.example')(herd)
      await must(herd, ['block', 'new8.example', '--severity', 'limit'])
      herd.write({}, 'Block')
    },
    types: APPLY,
    exit: 0,
    says: /Next: (herdbook drift) shows what differs still/,
    ends: [3],
    shows: /drifted\.example/,
  },
  {
    of: ['render/apply.ts: herdbook approve'],
    herd: { begin: 'none', config: { forge: { github: 'herd/instance' }, ledger_key: { env: 'HB_KEY' } } },
    state: pending('new9.example'),
    types: APPLY,
    exit: 6,
    says: /Next: (herdbook approve "why")/,
    ends: [5],
    shows: /not-confirmed/,
  },
  {
    of: ['render/apply.ts: herdbook plan'],
    herd: bare,
    state: async (herd) => {
      await begun('rule')(herd)
      withRule('be-calm')(herd)
      const { api = expect.fail(), database = expect.fail() } = doorsOf(herd.sandbox)
      configure(() => ({ mastodon: { api, database } }))(herd)
    },
    types: APPLY,
    exit: 2,
    says: /Next: (herdbook plan) shows what is left/,
    ends: [2],
    shows: /be-calm/,
  },
  {
    of: ['commands/github/event.ts: herdbook plan', 'commands/github/event.ts: herdbook apply'],
    herd: bare,
    types: ['github', 'plan'],
    exit: 9,
    says: /error no-event .*Elsewhere: (herdbook plan), then (herdbook apply)/,
    shows: /Nothing is managed yet/,
  },
  {
    of: ['render/apply.ts: herdbook plan', 'render/apply.ts: herdbook apply'],
    herd: bare,
    state: broken,
    types: APPLY,
    exit: 8,
    says: /Next: (herdbook plan) shows what is left; (herdbook apply) tries it again/,
    ends: [2, 5],
    shows: /be-brief/,
  },
]

/** A change of the files that waits for an apply. */
function pending(domain: string) {
  return async (herd: Herd): Promise<void> => {
    await begun('domain-block')(herd)
    await must(herd, ['block', domain, '--severity', 'limit'])
    herd.write({}, `Block ${domain}`)
  }
}

/** More than the budget lets through. */
async function refused(herd: Herd): Promise<void> {
  await begun('domain-block')(herd)
  await must(herd, ['block', ...Array.from({ length: 26 }, (_, i) => `many${i}.example`), '--severity', 'limit'])
  herd.write({}, 'Many')
}

/** A rule more in the files. */
const withRule =
  (key: string) =>
  (herd: Herd): void => {
    const text = herd
      .read('rules.yaml')
      .replace(/^emptied_on_purpose:.*\n/m, '')
      .replace('rules: []', 'rules:')
    herd.write({ 'rules.yaml': `${text}  - key: ${key}\n    text: Please ${key.replace('-', ' ')}.\n` })
  }

/** A console that is gone when the first write needs it. */
async function broken(herd: Herd): Promise<void> {
  await begun('rule')(herd)
  withRule('be-brief')(herd)
  configure(({ sandbox }) => ({
    mastodon: { ...doorsOf(sandbox), console: { over: 'local', native: { directory: '/nowhere' } } },
  }))(herd)
}

/** What a plan, an apply and the doors say. */
export const LIVE: readonly HintCase[] = CASES.map((one) => ({ ...one, before: putBack }))

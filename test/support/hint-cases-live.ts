import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HintCase } from './hints.ts'
import { connectionsOf, must, setConfig } from './sandbox.ts'
import { APPLY, bare, blocks, begun, putBack, pending } from './hint-states-live.ts'
import { CONNECTIONS } from './hint-cases-connections.ts'
import { RENDERED } from './hint-cases-rendered.ts'
import { regexOf } from './regex-of.ts'

const CASES: readonly HintCase[] = [
  ...CONNECTIONS,
  {
    of: ['verbs/adopt/texts.ts: herdbook adopt'],
    herd: bare,
    state: (herd) => herd.hand.blockDomain('odd.example', { severity: 'silence', public_comment: 'loud\u0007' }),
    types: ['adopt'],
    exit: 0,
    says: /Change this text in Mastodon, then: (herdbook adopt domain-block\/odd\.example)/,
    first: ({ sandbox }) =>
      sandbox.query("update domain_blocks set public_comment = 'loud' where domain = 'odd.example'"),
  },
  {
    of: ['verbs/unblock/texts.ts: herdbook adopt'],
    herd: bare,
    state: (herd) => herd.hand.blockDomain('hand.example', { severity: 'silence' }),
    types: ['unblock', 'hand.example'],
    exit: 9,
    says: regexOf(
      /error no-such-object .*/,
      /→ If Mastodon has this block, write it into the files first: (herdbook adopt domain-block\/hand\.example)/,
    ),
    shows: /1 object adopted/,
  },
  {
    of: ['providers/mastodon/kinds/moderator/texts.ts: herdbook adopt'],
    herd: bare,
    state: async (herd) => {
      await begun('moderator')(herd)
      await herd.sandbox.query("update user_roles set name = 'Guides' where name = 'Moderator'")
      herd.edit('moderators.yaml', (text) => `${text}  - account: alice\n    role: Moderator\n`)
    },
    types: ['plan'],
    exit: 5,
    says: /error no-such-role .*someone renamed the role on the server: (herdbook adopt moderator\/alice)/,
    shows: /adopted/,
  },
  {
    of: ['providers/mastodon/texts.ts: herdbook status'],
    herd: { begin: 'none', remote: true },
    state: async (herd) => {
      await begun('domain-block')(herd)
      await herd.hand.blockDomain('hand2.example', { severity: 'silence' })
    },
    types: ['plan'],
    exit: 3,
    run: { now: new Date(Date.now() + 3_600_000) },
    says: regexOf(/warning ledger-behind .*/, /→ See when the ledger was written: (herdbook status)\. /),
    shows: /Ledger +\d+ objects?, applied \w+, written /,
  },
  {
    of: ['reconcile/plan/texts.ts: herdbook plan'],
    herd: bare,
    types: ['plan', '--restore', 'domain-block/nope.example'],
    exit: 5,
    says: /error not-managed .*→ Look up the name in the plan: (herdbook plan)/,
    shows: /Nothing is managed yet/,
  },
  {
    of: ['verbs/apply/texts.ts: herdbook plan', 'terminal/plan.ts: herdbook apply'],
    herd: bare,
    state: pending('new1.example'),
    types: ['apply'],
    exit: 5,
    says: /error not-confirmed .*apply it: (herdbook plan --out plan\.json)/,
    ends: [2],
    shows: /Next: herdbook apply/,
  },
  {
    of: ['reconcile/apply/texts.ts: herdbook adopt'],
    herd: bare,
    state: (herd) => herd.write(blocks('new2.example')),
    types: APPLY,
    exit: 5,
    says: /error first-apply .*→ Write the server's state into the files first: (herdbook adopt)\./,
    shows: /adopted/,
  },
  {
    of: ['reconcile/apply/texts.ts: herdbook apply'],
    herd: bare,
    state: (herd) => herd.write(blocks('new3.example')),
    types: APPLY,
    exit: 5,
    says: /error first-apply .*If you want these steps: (herdbook apply --first "why"),/,
    ends: [5],
    shows: /not-confirmed/,
  },
  {
    of: ['verbs/approve/texts.ts: herdbook apply'],
    herd: bare,
    state: pending('new4.example'),
    types: ['approve', 'why', '--yes'],
    exit: 0,
    says: /Apply them: (herdbook apply)/,
    ends: [5],
    shows: /not-confirmed/,
  },
  {
    of: ['reconcile/apply/texts.ts: herdbook plan'],
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
    of: ['providers/mastodon/kinds/moderator/texts.ts: herdbook token check'],
    herd: bare,
    state: async (herd) => {
      await begun('moderator')(herd)
      setConfig(herd, {
        mastodon: { ...connectionsOf(herd.sandbox), api: { url: 'http://127.0.0.1:9', token: { env: 'HB_TOKEN' } } },
      })
      await must(herd, ['demote', 'mod'])
    },
    types: ['plan'],
    exit: 5,
    says: /See why Herdbook could not look up the account of the token: (herdbook token check)\./,
    ends: [10],
    shows: /127\.0\.0\.1:9/,
  },
  ...RENDERED,
]

/** What a plan, an apply and the connections say. */
export const LIVE: readonly HintCase[] = CASES.map((one) => ({ ...one, before: putBack }))

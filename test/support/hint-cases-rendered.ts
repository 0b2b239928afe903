import { expect } from 'vitest'
import { git } from './git.ts'
import type { HintCase } from './hints.ts'
import { connectionsOf, must } from './sandbox.ts'
import {
  APPLY,
  bare,
  begun,
  drifted,
  renamedColour,
  configure,
  pending,
  refused,
  withRule,
  broken,
} from './hint-states-live.ts'

/** What a plan and an apply end with. */
export const RENDERED: readonly HintCase[] = [
  {
    of: ['terminal/plan.ts: herdbook adopt'],
    herd: bare,
    types: ['plan'],
    exit: 0,
    says: /Next: (herdbook adopt) copies the server's state into the files/,
  },
  {
    of: ['words/ways-out.ts: herdbook adopt'],
    herd: bare,
    state: renamedColour,
    types: ['drift'],
    exit: 3,
    says: /(herdbook adopt \S+ ?\S*) keeps the server's version/,
  },
  {
    of: ['words/ways-out.ts: herdbook restore'],
    herd: bare,
    state: renamedColour,
    types: ['drift'],
    exit: 3,
    says: /(herdbook restore \S+ ?\S*) uses the files' version/,
    ends: [5],
    shows: /role\/Night Watch.*not-confirmed|Night Watch.*not-confirmed/,
  },
  {
    of: ['terminal/plan.ts: herdbook plan'],
    herd: bare,
    state: pending('new7.example'),
    types: ['drift'],
    exit: 0,
    says: /of the files is not applied yet\. To see it: (herdbook plan)/,
    ends: [2],
    shows: /new7\.example/,
  },
  {
    of: ['terminal/plan.ts: herdbook plan'],
    herd: bare,
    state: refused,
    types: ['plan'],
    exit: 5,
    says: /Next: (herdbook plan) plans again, when you have fixed the errors/,
    ends: [5],
    shows: /Refused/,
  },
  {
    of: ['terminal/plan.ts: herdbook apply'],
    herd: bare,
    state: async (herd) => {
      await begun('domain-block', 'rule')(herd)
      git(herd.dir, 'rm', '--quiet', 'instance/rules.yaml')
      herd.write({}, 'Let go')
    },
    types: ['plan'],
    exit: 2,
    says: /Next: (herdbook apply) removes these from the ledger/,
  },
  {
    of: ['terminal/applied.ts: herdbook drift'],
    herd: bare,
    state: async (herd) => {
      await drifted('drifted.example')(herd)
      await must(herd, ['block', 'new8.example', '--severity', 'limit'])
      herd.write({}, 'Block')
    },
    types: APPLY,
    exit: 0,
    says: /Next: (herdbook drift) shows what still differs/,
    ends: [3],
    shows: /drifted\.example/,
  },
  {
    of: ['terminal/applied.ts: herdbook approve'],
    herd: { begin: 'none', config: { forge: { github: 'herd/instance' }, ledger_key: { env: 'HB_KEY' } } },
    state: pending('new9.example'),
    types: APPLY,
    exit: 6,
    says: /Next: (herdbook approve "why")/,
    ends: [5],
    shows: /not-confirmed/,
  },
  {
    of: ['terminal/applied.ts: herdbook plan'],
    herd: bare,
    state: async (herd) => {
      await begun('rule')(herd)
      withRule('be-calm')(herd)
      const { api = expect.fail(), database = expect.fail() } = connectionsOf(herd.sandbox)
      configure(() => ({ mastodon: { api, database } }))(herd)
    },
    types: APPLY,
    exit: 2,
    says: /Next: (herdbook plan) shows what is left/,
    ends: [2],
    shows: /be-calm/,
  },
  {
    of: ['forges/github/texts.ts: herdbook plan', 'forges/github/texts.ts: herdbook apply'],
    herd: bare,
    types: ['github', 'plan'],
    exit: 9,
    says: /error no-event .*Elsewhere: (herdbook plan), then (herdbook apply)/,
    shows: /Nothing is managed yet/,
  },
  {
    of: ['terminal/applied.ts: herdbook plan', 'terminal/applied.ts: herdbook apply'],
    herd: bare,
    state: broken,
    types: APPLY,
    exit: 8,
    says: /Next: (herdbook plan) shows what is left; (herdbook apply) tries again/,
    ends: [2, 5],
    shows: /be-brief/,
  },
]

import { git } from './git.ts'
import type { HintCase } from './hints.ts'
import { must } from './sandbox.ts'
import {
  APPLY,
  bare,
  signed,
  unsigned,
  held,
  adopted,
  begun,
  paused,
  keyed,
  backAgain,
  shut,
  open,
  otherKey,
} from './hint-states-ledger.ts'
import { REMOVED } from './hint-cases-removed.ts'

const CASES: readonly HintCase[] = [
  {
    of: ['reconcile/lock/texts.ts: herdbook unlock'],
    herd: bare,
    state: held,
    types: ['unlock', '00000000'],
    exit: 5,
    says: /error lock-other .*→ If you are sure that this is the lock to remove: (herdbook unlock \w+)/,
  },
  {
    of: ['reconcile/lock/texts.ts: herdbook unlock'],
    herd: bare,
    state: held,
    types: APPLY,
    exit: 7,
    says: /error locked .*sure that it has ended: (herdbook unlock \w+)/,
  },
  {
    of: ['reconcile/lock/texts.ts: herdbook unlock'],
    herd: unsigned,
    state: ({ dir }) => git(dir, 'update-ref', 'refs/herdbook/production/lock', 'HEAD'),
    types: APPLY,
    exit: 7,
    says: /error lock-forged .*is going on, remove this lock: (herdbook unlock \w+)/,
  },
  {
    of: ['reconcile/lock/texts.ts: herdbook unlock'],
    herd: { begin: 'none', remote: true },
    state: shut,
    first: open,
    types: APPLY,
    exit: 0,
    says: /warning lock-left .*Or remove the lock now: (herdbook unlock \w+)/,
  },
  {
    of: ['verbs/unlock/texts.ts: herdbook unlock'],
    herd: bare,
    state: held,
    types: ['unlock'],
    exit: 7,
    says: /error locked .*has stopped, remove its lock: (herdbook unlock \w+)/,
  },
  {
    of: ['verbs/unlock/texts.ts: herdbook ledger sign'],
    herd: signed,
    types: ['unlock', '--new-key', 'why'],
    exit: 0,
    says: /→ Next time, type: (herdbook ledger sign "why")/,
    shows: /The ledger is correct/,
  },
  {
    of: ['reconcile/ledger/texts.ts: herdbook apply'],
    herd: unsigned,
    state: adopted,
    types: ['ledger', 'sign', 'why'],
    exit: 5,
    says: /error no-ledger-yet .*→ The first apply creates the ledger: (herdbook apply)/,
  },
  {
    of: ['reconcile/ledger/texts.ts: herdbook ledger sign'],
    herd: bare,
    state: begun,
    types: ['plan'],
    exit: 0,
    says: /warning ledger-unsigned .*then: (herdbook ledger sign "why")/,
    first: keyed,
    ends: [5],
    shows: /The digest of what would be signed is \w{16}\..*--confirm/,
  },
  {
    of: ['reconcile/ledger/texts.ts: herdbook ledger sign'],
    herd: bare,
    state: async (herd) => {
      await begun(herd)
      keyed(herd)
    },
    types: ['plan'],
    exit: 5,
    says: /error ledger-not-signed .*an owner types: (herdbook ledger sign "why"),/,
    ends: [5],
    shows: /The digest of what would be signed is \w{16}\..*--confirm/,
  },
  {
    of: ['verbs/ledger/texts.ts: herdbook ledger sign'],
    herd: bare,
    state: async (herd) => {
      await begun(herd)
      keyed(herd)
    },
    types: ['ledger', 'sign', 'why'],
    exit: 5,
    says: /error not-confirmed .*→ Read the lines above. If you agree: (herdbook ledger sign "why" --confirm \w+),/,
  },
  {
    of: ['verbs/ledger/texts.ts: herdbook adopt'],
    herd: signed,
    state: (herd) => otherKey(herd),
    types: async (herd) => {
      const { out } = await must(herd, ['ledger', 'sign', 'why'], 5)
      return ['ledger', 'sign', 'why', '--confirm', /--confirm (\w{16})/.exec(out)?.[1] ?? '']
    },
    exit: 0,
    says: /Signed: 0 objects\. Next, keep the server's version: (herdbook adopt)/,
  },
  {
    of: ['verbs/pause/texts.ts: herdbook apply'],
    herd: bare,
    state: adopted,
    types: ['pause', 'why'],
    exit: 5,
    says: /error nothing-applied .*→ The first apply creates the ledger: (herdbook apply)/,
  },
  {
    of: ['verbs/pause/texts.ts: herdbook resume'],
    herd: bare,
    state: begun,
    types: ['pause', 'why'],
    exit: 0,
    says: /until you type: (herdbook resume)/,
    shows: /Resumed\./,
  },
  {
    of: ['reconcile/apply/texts.ts: herdbook resume'],
    herd: bare,
    state: async (herd) => {
      await paused(herd)
      await must(herd, ['block', 'hint.example', '--severity', 'limit'])
      herd.write({}, 'Block')
    },
    types: APPLY,
    exit: 5,
    says: /error paused .*To end the pause: (herdbook resume)/,
  },
  {
    of: ['verbs/resume/texts.ts: herdbook apply'],
    herd: bare,
    state: paused,
    types: ['resume'],
    exit: 0,
    says: /To apply what was merged during the pause: (herdbook apply)/,
  },
  {
    of: ['verbs/status/texts.ts: herdbook resume'],
    herd: bare,
    state: paused,
    types: ['status'],
    exit: 0,
    says: /To end the pause: (herdbook resume)/,
  },
  ...REMOVED,
]

/** The ledger, the lock, and who was removed. */
export const LEDGER: readonly HintCase[] = CASES.map((one) => ({ ...one, before: backAgain }))

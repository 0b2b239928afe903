import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { HintCase } from './hints.ts'
import { must, type Herd, type HerdOptions, type Pasture } from './sandbox.ts'
import { regexOf } from './regex-of.ts'

const bare: HerdOptions = { begin: 'none' }

/** Blocks as they are live and in the ledger. */
async function begun(herd: Herd): Promise<void> {
  await must(herd, ['adopt', 'domain-block'])
  herd.write({}, 'Adopt')
  await must(herd, ['apply', '--yes'])
}

const added =
  (domain: string) =>
  async (herd: Herd): Promise<void> => {
    await begun(herd)
    await herd.hand.blockDomain(domain, { severity: 'silence' })
  }

/** A setting that no file names, changed by hand. */
async function changed(herd: Herd): Promise<void> {
  herd.write({ 'settings.yaml': 'settings:\n  site_title: Herd\n' })
  await must(herd, ['apply', '--yes', '--first', 'a title', '--take-over'])
  await herd.hand.changeSetting('site_short_description', 'By hand')
}

/** What cases before it left on the server. */
const putBack = ({ sandbox }: Pasture): unknown =>
  sandbox.query("delete from domain_blocks where domain like 'by-hand%'")

/** What was added or changed by hand and no file names. */
export const BY_HAND: readonly HintCase[] = [
  {
    of: ['verbs/leave/texts.ts: git init'],
    herd: bare,
    state: ({ dir }) => rmSync(join(dir, '.git'), { recursive: true }),
    types: ['leave', 'domain-block/x.example', 'as it is'],
    exit: 9,
    says: /error no-git .*→ Make the folder a Git repository: (git init)/,
  },
  {
    of: ['verbs/leave/texts.ts: herdbook apply'],
    herd: bare,
    types: ['leave', 'domain-block/x.example', 'as it is'],
    exit: 5,
    says: /The first apply begins the ledger: (herdbook apply)/,
  },
  {
    of: ['verbs/leave/texts.ts: herdbook adopt'],
    herd: bare,
    state: begun,
    types: ['leave', 'role', 'as it is'],
    exit: 5,
    says: /To manage it: (herdbook adopt role)/,
  },
  {
    of: ['verbs/leave/texts.ts: herdbook drift'],
    herd: bare,
    state: begun,
    types: ['leave', 'domain-block/nowhere.example', 'as it is'],
    exit: 5,
    says: /So there is nothing to leave\. → To see what was added or changed by hand: (herdbook drift)/,
    shows: /In sync|Nothing was changed by hand|Not managed here/,
  },
  {
    of: ['terminal/added-by-hand.ts: herdbook adopt'],
    herd: bare,
    before: putBack,
    state: added('by-hand-1.example'),
    types: ['drift'],
    exit: 3,
    says: /(herdbook adopt \S+) copies it into the files/,
  },
  {
    of: ['terminal/added-by-hand.ts: herdbook restore'],
    herd: bare,
    before: putBack,
    state: added('by-hand-2.example'),
    types: ['drift'],
    exit: 3,
    says: /(herdbook restore \S+) removes it from the server/,
    ends: [5],
    shows: /Lifts the block of by-hand-2\.example .*Herdbook has no terminal on which it can ask you/,
  },
  {
    of: ['terminal/added-by-hand.ts: herdbook leave'],
    herd: bare,
    before: putBack,
    state: added('by-hand-3.example'),
    types: ['drift'],
    exit: 3,
    says: /(herdbook leave \S+ "why") keeps it on the server and in no file/,
  },
  {
    of: ['reconcile/plan/texts.ts: herdbook adopt'],
    herd: bare,
    before: putBack,
    state: async (herd) => {
      await herd.hand.blockDomain('by-hand-4.example', { severity: 'silence' })
      herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - { domain: first.example, severity: none }\n' })
      await must(herd, ['apply', '--yes', '--first', 'one block'])
    },
    types: ['restore', 'domain-block/by-hand-4.example', '--yes'],
    exit: 5,
    says: regexOf(
      /It was on the server when Herdbook first looked, or someone decided to leave it there.*/,
      / first write it into the files: (herdbook adopt domain-block\/by-hand-4\.example)\./,
    ),
  },
  {
    of: ['verbs/adopt/texts.ts: herdbook adopt'],
    herd: bare,
    types: ['adopt', 'moderator'],
    exit: 0,
    says: /To write the account into moderators\.yaml: (herdbook adopt moderator\/owner)/,
  },
  {
    of: ['reconcile/plan/texts.ts: herdbook leave'],
    herd: bare,
    state: changed,
    types: ['restore', 'setting/site_short_description', '--yes'],
    exit: 5,
    says: /To leave it on the server and in no file: (herdbook leave setting\/site_short_description "why")/,
  },
]

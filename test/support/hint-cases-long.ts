import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HintCase } from './hints.ts'
import { must, type Herd, type HerdOptions } from './sandbox.ts'
import { regexOf } from './regex-of.ts'

const bare: HerdOptions = { begin: 'none' }
const ODD = "delete from domain_blocks where domain like 'bell%'"

/** More blocks than a terminal is told one by one, with leave to make them. */
async function many(herd: Herd): Promise<void> {
  await must(herd, ['adopt', 'domain-block'])
  herd.write({}, 'Adopt')
  await must(herd, ['apply', '--yes'])
  const list = Array.from({ length: 210 }, (_, i) => `long-${i}.example,silence\n`).join('')
  writeFileSync(join(herd.dir, 'list.csv'), `#domain,#severity\n${list}`)
  await must(herd, ['block', '--from', 'list.csv'])
  herd.write({ 'policy.yaml': 'raises:\n  - { kind: domain-block, create: 250, until: 2031-01-01, reason: a list }\n' })
}

/** What was told in short, and what of a whole kind can not be taken over. */
export const LONG: readonly HintCase[] = [
  {
    of: ['terminal/plan.ts: herdbook plan'],
    herd: bare,
    state: many,
    types: ['plan'],
    exit: 2,
    says: /This list is shortened\. To see all: (herdbook plan --verbose)/,
    ends: [2],
    shows: /Limits long-0\.example .*Limits long-209\.example/,
  },
  {
    of: ['terminal/applied.ts: herdbook why'],
    herd: bare,
    state: many,
    types: ['apply', '--yes'],
    exit: 0,
    says: /For one object: (herdbook why KIND\/ID)/,
    fill: { 'KIND/ID': 'domain-block/long-7.example' },
    shows: /Applied by/,
  },
  {
    of: ['verbs/adopt/texts.ts: herdbook adopt'],
    herd: bare,
    before: ({ sandbox }) =>
      sandbox.query(
        `insert into domain_blocks (domain, severity, public_comment, created_at, updated_at)
         select 'bell' || n || '.example', 0, 'loud' || chr(7), now(), now() from generate_series(1, 25) as n`,
      ),
    types: ['adopt', 'domain-block'],
    exit: 0,
    says: regexOf(
      /5 more objects were not adopted for reasons like these\. /,
      /Solve the problems above first\. To see the others: (herdbook adopt)/,
    ),
    first: (_, { sandbox }) =>
      sandbox.query("update domain_blocks set public_comment = 'loud' where domain like 'bell%'"),
  },
  {
    of: ['verbs/adopt/texts.ts: herdbook drift'],
    before: ({ sandbox }) => sandbox.query(ODD),
    types: ['adopt', 'rule/4711'],
    exit: 9,
    says: regexOf(
      /rule\/4711 is neither on the server nor in the files\. /,
      /→ To see the names of all objects: (herdbook drift --verbose)/,
    ),
    shows: /In sync|Nothing was changed by hand|On the server, in no file/,
  },
]

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { git, put } from './git.ts'
import type { HintCase } from './hints.ts'
import written from '../unit/golden/615b2b0/init.json' with { type: 'json' }
import type { Herd, HerdOptions } from './sandbox.ts'
import { regexOf } from './regex-of.ts'

const bare: HerdOptions = { begin: 'none' }
const DOMAIN = { DOMAIN: 'herd.invalid' }

const file =
  (name: string, text: string) =>
  ({ dir }: Herd): void =>
    put(dir, { [`instance/${name}`]: text })
const without =
  (path: string) =>
  ({ dir }: Herd): void =>
    rmSync(join(dir, path), { recursive: true })

/** What is wrong with files, and how a repository begins. */
export const FILES: readonly HintCase[] = [
  {
    of: ['session/texts.ts: herdbook init'],
    herd: bare,
    state: without('instance'),
    types: ['validate'],
    exit: 9,
    fill: DOMAIN,
    says: /error no-instance .*Or start a new instance: (herdbook init DOMAIN)/,
  },
  {
    of: ['session/texts.ts: herdbook init'],
    herd: bare,
    state: without('instance/instance.yaml'),
    types: ['plan', '--instance', 'instance'],
    exit: 9,
    fill: DOMAIN,
    says: /error no-instance .*→ To write it: (herdbook init DOMAIN)/,
  },
  {
    of: ['instance/texts.ts: herdbook init'],
    herd: bare,
    state: without('instance/instance.yaml'),
    types: ['validate', '--instance', 'instance'],
    exit: 0,
    fill: DOMAIN,
    says: /warning no-instance-yaml .*let Herdbook write it: (herdbook init DOMAIN)/,
  },
  {
    of: ['verbs/init/texts.ts: herdbook init'],
    herd: bare,
    types: ['init', 'no domain'],
    exit: 9,
    says: /error not-a-domain .*→ For example: (herdbook init herd\.example)/,
    shows: /Written:/,
  },
  {
    of: ['verbs/init/texts.ts: herdbook init'],
    herd: bare,
    types: ['init', 'herd.invalid'],
    exit: 0,
    fill: { 'OWNER/NAME': 'herd/instance' },
    says: /To use pull requests on GitHub: (herdbook init herd\.invalid --github OWNER\/NAME)/,
    shows: /repos\/herd\/instance/,
  },
  {
    of: ['verbs/init/texts.ts: herdbook init'],
    herd: bare,
    types: ['init'],
    exit: 9,
    says: /error no-domain .*→ For example: (herdbook init herd\.example)/,
    shows: /Written:/,
  },
  {
    of: ['verbs/init/texts.ts: herdbook init'],
    herd: bare,
    state: without('instance'),
    types: ['init', '--update'],
    exit: 9,
    says: /error not-begun .*→ For example: (herdbook init herd\.example)/,
    shows: /Written:/,
  },
  {
    of: ['verbs/init/texts.ts: herdbook init'],
    herd: bare,
    types: ['init', '--update', '--owners', '@alice'],
    exit: 9,
    says: /error no-effect .*→ Leave out \S+: (herdbook init --update)/,
    shows: /Not written again, since you removed them/,
  },
  {
    of: ['verbs/init/texts.ts: herdbook init', 'verbs/init/texts.ts: git diff'],
    herd: bare,
    state: ({ dir }) =>
      put(dir, {
        '.github/workflows/herdbook-apply.yml': `uses: herd/book/.github/actions/herdbook@${'0'.repeat(40)}\n`,
        'schema/policy.schema.json': written['schema/policy.schema.json'],
      }),
    types: ['init', '--update'],
    exit: 0,
    fill: { 'OWNER/NAME@COMMIT': `herd/book@${'c'.repeat(40)}` },
    says: regexOf(
      /look at `(git diff)`.*The workflows were left out.*/,
      /Name one: (herdbook init --update --action OWNER\/NAME@COMMIT)/,
    ),
    shows: /Not changed, since you edited it/,
  },
  {
    of: ['verbs/fmt/texts.ts: herdbook fmt'],
    herd: bare,
    state: file('rules.yaml', 'rules:\n    -   key: be-kind\n        text: Be kind.\n'),
    types: ['fmt', '--check'],
    exit: 9,
    says: /Not tidy: .*Run: (herdbook fmt)/,
  },
  {
    of: ['instance/rules/texts.ts: herdbook fmt'],
    herd: bare,
    state: file(
      'domain-blocks.yaml',
      `domain_blocks:\n${'  - domain: twice.example\n    severity: limit\n'.repeat(2)}`,
    ),
    types: ['validate'],
    exit: 0,
    says: /warning repeated .*Remove the second one: (herdbook fmt)/,
  },
  {
    of: ['instance/edit/texts.ts: herdbook validate'],
    herd: bare,
    state: file('rules.yaml', 'rules: [\n'),
    types: ['fmt'],
    exit: 9,
    says: /error yaml-syntax .*→ Run: (herdbook validate)/,
    ends: [9],
    shows: /rules\.yaml:/,
  },
  {
    of: ['verbs/block/texts.ts: herdbook block'],
    herd: bare,
    types: ['block'],
    exit: 9,
    says: /error no-domain .*→ For example: (herdbook block spam\.example --severity suspend)/,
    shows: /propose it/,
  },
  {
    of: ['verbs/plan/texts.ts: herdbook plan'],
    herd: bare,
    types: ['plan', '--base', 'main'],
    exit: 9,
    says: /error base-and-head .*→ For example: (herdbook plan --base main --head HEAD)/,
    shows: /No changes|Nothing|In sync/,
  },
  {
    of: ['verbs/plan/texts.ts: herdbook plan'],
    herd: bare,
    types: ['plan', '--base', 'main', '--head', 'HEAD', '--out', 'plan.json'],
    exit: 9,
    says: /error not-to-apply .*→ Merge the branch, then: (herdbook plan --out plan\.json)/,
    shows: /Nothing is managed yet/,
  },
  {
    of: ['verbs/apply/texts.ts: herdbook plan'],
    herd: bare,
    types: ['apply', 'nowhere.json'],
    exit: 9,
    says: /error no-plan .*→ Save one: (herdbook plan --out plan\.json)/,
    shows: /Nothing is managed yet/,
  },
  {
    of: ['json/texts.ts: herdbook plan'],
    herd: bare,
    state: ({ dir }) => {
      writeFileSync(join(dir, '.git/info/exclude'), 'plan.json\n')
      writeFileSync(join(dir, 'plan.json'), '{}\n')
      git(dir, 'status')
    },
    types: ['apply', 'plan.json'],
    exit: 9,
    fill: { FILE: 'plan.json' },
    says: /To save a new plan: (herdbook plan --out FILE)/,
  },
]

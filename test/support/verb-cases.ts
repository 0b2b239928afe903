import { Command } from '@commander-js/extra-typings'
import { processIo } from '../../src/session/io.ts'
import { VERBS } from '../../src/verbs/index.ts'

/** A command line of a verb, and a saved plan or a stored token that it needs first. */
interface Case {
  readonly args: readonly string[]
  readonly first?: readonly string[]
  /** It is asked to write private comments into the files. */
  readonly reveals?: true
}

const REF = 'domain-block/spam.example'
const args = (...all: string[]): Case => ({ args: all })

/** Command lines of every verb and of every option; what a verb that is added here lacks, the types and a test tell. */
export const CASES: { readonly [verb in keyof typeof VERBS]: readonly Case[] } = {
  init: [
    args('herd.invalid'),
    args('--update'),
    args(
      'herd.invalid',
      '--dir',
      'other',
      '--github',
      'herd/instance',
      '--owners',
      '@alice,@bob',
      '--moderators',
      '@herd/moderators',
      '--action',
      `herd/herdbook@${'a'.repeat(40)}`,
    ),
  ],
  validate: [args(), args('--json'), args('--mastodon', '4.4.22')],
  fmt: [args('--check'), args()],
  plan: [
    args(),
    args('--json'),
    args('--markdown'),
    args('--verbose'),
    args('--out', 'plan.json'),
    args('--take-over'),
    args('--restore', REF),
    args('--base', 'HEAD~1', '--head', 'HEAD'),
  ],
  apply: [
    args('--yes'),
    args('--yes', '--json'),
    args('--yes', '--wait', '--history-rewritten', '--first', 'a new server'),
    args('--yes', '--take-over'),
    args('--yes', '--verbose'),
    args('--yes', '--restore', REF),
    { args: ['plan.json'], first: ['plan', '--out', 'plan.json'] },
  ],
  approve: [
    args('agreed', '--yes'),
    args('agreed', '--yes', '--restore', REF),
    args('agreed', '--yes', '--plan', '0123456789abcdef'),
    args('agreed', '--yes', REF),
  ],
  drift: [args(), args('--json'), args('--verbose')],
  adopt: [
    args(),
    args(REF),
    { args: ['--private-comments'], reveals: true },
    { args: ['--ip-blocks'], reveals: true },
    args('--moderators'),
  ],
  restore: [args(REF, '--yes'), args(REF, '--yes', '--json', '--wait'), args(REF, '--yes', '--verbose')],
  leave: [args(REF, 'agreed'), args('setting', 'agreed', '--wait')],
  why: [args(REF), args('--json', 'rule/be-kind')],
  block: [
    args(
      'new.example',
      '--severity',
      'suspend',
      '--reject-media',
      '--reject-reports',
      '--obfuscate',
      '--public-comment',
      'Spam',
      '--private-comment',
      'known',
      '--reported-in',
      'https://herd.example/1',
      '--until',
      '2031-01-01',
    ),
    args('--from', 'list.csv', '--severity', 'limit', '--at-most', 'limit'),
  ],
  unblock: [args('spam.example', '--emptied', 'all lifted')],
  promote: [args('alice', 'Moderator', '--until', '2031-01-01')],
  demote: [
    args('moderator', '--emptied', 'all gone'),
    args('moderator', '--now', 'taken over', '--print'),
    args('moderator', '--now', 'taken over', '--yes'),
    args('moderator', '--let-go', 'a mistake'),
  ],
  status: [args(), args('--console'), args('--json')],
  token: [
    args('check'),
    args('create', '--store-with', 'tee stored >&2'),
    args('create', '--read', '--store-with', 'cat > stored; exit 1'),
    args('rotate', '--store-with', 'tee stored >&2'),
    args('rotate', '--read', '--store-with', 'cat > stored'),
  ],
  reader: [args('install'), args('install', '--print', '--key', 'reader.pub'), args('install', '--yes')],
  pause: [args('agreed'), args('agreed', '--wait')],
  resume: [args('--wait'), args()],
  unlock: [args(), args('0123456789ab'), args('--new-key', 'the key is new')],
  ledger: [args('sign', 'the key is new'), args('sign', 'the key is new', '--confirm', '0123456789abcdef')],
  doctor: [args(), args('--json')],
  comment: [args('12', 'list.csv'), args('12', 'list.csv', '--as', 'alice')],
  // What they say on a forge is searched where there is one.
  github: ['check', 'plan', 'replan', 'apply', 'issue-form', 'drift', 'checkboxes', 'dispatch'].map((job) => args(job)),
  demo: [],
  sandbox: [],
}

/** Every verb with its own verbs, such as `token create`, and the options that each has. */
export async function verbsWithOptions(): Promise<
  readonly { readonly verb: string; readonly sub: string | null; readonly options: readonly string[] }[]
> {
  const io = processIo()
  const all = await Promise.all(
    Object.entries(VERBS).map(async ([verb, [, load]]) => {
      const command = new Command(verb)
      const { verb: build } = await load()
      build(command, io)
      const options = (one: Pick<Command, 'options'>): string[] => one.options.map(({ long }) => long ?? '')
      return command.commands.length === 0
        ? [{ verb, sub: null, options: options(command) }]
        : command.commands.map((one) => ({ verb, sub: one.name(), options: options(one) }))
    }),
  )
  return all.flat()
}

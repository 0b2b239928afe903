import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERBS } from '../../src/verbs/index.ts'
import type { Ran, RunOptions } from './cli.ts'
import { literalsOf } from './literals.ts'
import { fakePrograms } from './programs.ts'
import { pasture, type Herd, type HerdOptions, type Pasture } from './sandbox.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Commands as our texts name them. */
const COMMAND = new RegExp(
  `(?<![\\w-])(herdbook (?:${Object.keys(VERBS).join('|')})(?: ` +
    '(?:install|create|rotate|check|sign))?(?!\\w)|git [a-z][\\w-]*|gh [a-z]+|openssl [a-z]+|ssh-keygen)',
  'g',
)
/** Helps show examples, which test/unit/docs.test.ts looks after. */
const HELP = /(?:addHelpText\(\s*'after',|description\(|\.option\([^\n]*|argument\([^\n]*|common\([^()]*|\bHELP =)\s*$/
/** A help that stands in a file of texts. */
const HELP_TEXTS = /^export const \w*HELP = \{\n[^]*?^\}/gm
const OTHERS = /\.gen\.|^sandbox\/|^demo\/|^verbs\/(?:demo|sandbox)(?:\.ts|\/)|^instance\/generate\.ts/

/**
 * Every command that a text of ours names for people to type, by file: "reconcile/lock/lock.ts: herdbook unlock", as
 * often as it stands there.
 */
export function namedCommands(): readonly string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !OTHERS.test(name),
  )
  return files.flatMap((name) =>
    literalsOf(readFileSync(join(ROOT, 'src', name), 'utf8').replaceAll(HELP_TEXTS, ''))
      .filter(({ before }) => !HELP.test(before))
      .flatMap(({ text }) => [...text.matchAll(COMMAND)].map(([, command]) => `${name}: ${command}`)),
  )
}

/** A hint in a state that produces it, and what comes of typing what it says. */
export interface HintCase {
  /** What it types, as `namedCommands` has it. */
  readonly of: readonly string[]
  readonly herd?: HerdOptions
  /** Puts back on the server what cases before it left there. */
  readonly before?: (field: Pasture) => unknown
  readonly state?: (herd: Herd, field: Pasture) => unknown
  /** The verb that says it, and how that ends. */
  readonly types: readonly string[] | ((herd: Herd) => Promise<readonly string[]>)
  readonly exit: number
  readonly run?: RunOptions | ((herd: Herd) => RunOptions)
  /** It runs in a process of its own: what is asked for is in the environment. */
  readonly alone?: true
  /** Each group is a command as it is printed, in one line. */
  readonly says: RegExp
  /** Words that stand for something, and what a person would write there. */
  readonly fill?: { readonly [word: string]: string }
  /** What its other words ask for first. */
  readonly first?: (herd: Herd, field: Pasture) => unknown
  /** How the commands end; 0 where it is not given. */
  readonly ends?: readonly number[]
  /** What the last command shows. Without it, it mends: the verb says the hint no more. */
  readonly shows?: RegExp
}

/** In one line, however it was folded. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** What a person has on the PATH: Herdbook, and leave to become another user. */
export const { directory: PROGRAMS } = fakePrograms({
  herdbook: `exec '${process.execPath}' '${join(ROOT, 'src/cli.ts')}' "$@"`,
  sudo: 'while [ "$1" != -- ]; do [ "$1" = -u ] && shift; shift; done; shift; exec "$@"',
})

/** The words of a line as a shell takes them; null where it takes more than words. */
function wordsOf(line: string): readonly string[] | null {
  const words = [...line.matchAll(/'([^']*)'|"([^"$`\\]*)"|([\w@%+=:,./#-]+)/g)]
  return words.map(([all]) => all).join(' ') === line
    ? words.map(([, single, double, bare]) => single ?? double ?? bare ?? '')
    : null
}

/** Types a line at a shell, as the person does who reads it. A verb by itself needs none. */
export const typedBy = (herd: Herd, command: string, run: RunOptions = {}): Promise<Ran> => {
  const [program, ...args] = wordsOf(command) ?? []
  if (program === 'herdbook') return herd.run(args, run)
  const PATH = [PROGRAMS, dirname(process.execPath), process.env['PATH']].join(delimiter)
  return herd.start([], {
    ...run,
    env: { PATH, GIT_EDITOR: 'sed -i 1iChange', ...run.env },
    under: ['bash', '-ec', command],
  }).ran
}

const sandboxed = (run: HintCase['run'], herd: Herd): RunOptions =>
  typeof run === 'function' ? run(herd) : (run ?? {})

async function follow(
  { herd: options, before, state, types, exit, run, alone, says, fill = {}, first, ends = [], shows }: HintCase,
  field: Pasture,
): Promise<void> {
  await before?.(field)
  const herd = await field.herd(options)
  await state?.(herd, field)
  const args = typeof types === 'function' ? await types(herd) : types
  const where = sandboxed(run, herd)
  const say = (): Promise<Ran> => (alone ? herd.start(args, where).ran : herd.run(args, where))
  const said = await say()
  const found = says.exec(flat(said.out))
  if (said.code !== exit || found === null)
    expect.fail(`${args.join(' ')} ended with ${said.code}, not ${exit}, and should say ${String(says)}:\n${said.out}`)
  await first?.(herd, field)
  let last = ''
  for (const [index, printed] of found.slice(1).entries()) {
    const command = Object.entries(fill).reduce((text, [word, value]) => text.replaceAll(word, value), printed)
    const ran = await typedBy(herd, command, where)
    if (ran.code !== (ends[index] ?? 0)) expect.fail(`${command} ended with ${ran.code}:\n${ran.out}`)
    last = ran.out
  }
  if (shows) expect(flat(last)).toMatch(shows)
  else expect(flat((await say()).out)).not.toMatch(says)
}

/** Runs cases on a sandbox of their own. */
export function followHints(title: string, cases: readonly HintCase[]): void {
  let field: Pasture
  const { PATH } = process.env
  beforeAll(async () => {
    process.env['PATH'] = `${PROGRAMS}${delimiter}${PATH ?? ''}`
    field = await pasture()
  })
  afterAll(() => field[Symbol.asyncDispose]())
  describe(title, () => {
    it.each(cases.map((one) => [`${one.of.join(', ')} · ${String(one.says)}`, one] as const))('%s', (_, one) =>
      follow(one, field),
    )
  })
}

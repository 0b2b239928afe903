import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SandboxClient } from '../support/sandbox-client.ts'
import { scratch } from '../support/git.ts'
import { fakePrograms } from '../support/programs.ts'
import { pasture, type Pasture } from '../support/sandbox.ts'
import { sshServer, type SshServer } from '../support/ssh-server.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** A block of code of the pages, under its nearest heading. */
interface Block {
  readonly under: string
  readonly language: string
  readonly text: string
}

const page = (name: string): string => readFileSync(join(ROOT, '.github/docs', name), 'utf8')
const BLOCKS = ['setup.md', 'every-day.md'].flatMap((name) => blocksOf(page(name)))

function blocksOf(markdown: string): readonly Block[] {
  let under = ''
  return [...markdown.matchAll(/^#+ (.*)$|^```(\w*)\n([^]*?)^```$/gm)].flatMap(
    ([, heading, language = '', text = '']) => {
      if (heading === undefined) return [{ under, language, text }]
      under = heading
      return []
    },
  )
}

/** The blocks under a heading; a heading that is gone is a failure. */
function under(heading: string): readonly Block[] {
  const found = BLOCKS.filter((block) => block.under === heading)
  return found.length > 0 ? found : expect.fail(`no page has code under "${heading}"`)
}

/** What the pages say of a command's exit, where they say anything but 0. */
const EXITS: readonly (readonly [command: RegExp, under: string, code: number])[] = [
  [/^herdbook plan$/, 'Change something', 2],
]

/** Whoever begins: an empty folder, a home with Git's name in it, and a terminal. */
interface Newcomer {
  readonly home: string
  /** Puts what this machine has in place of what the pages show. */
  readonly mine: (text: string) => string
  readonly env: Readonly<Record<string, string>>
  /** What every shell begins with: where the person is, and what was exported. */
  readonly shell: string[]
  readonly cwd: () => string
}

// Whoever installs may become PostgreSQL's superuser and Mastodon's user.
const { directory: programs } = fakePrograms({
  herdbook: `exec '${process.execPath}' '${join(ROOT, 'src/cli.ts')}' "$@"`,
  sudo: 'while [ "$1" != -- ]; do [ "$1" = -u ] && shift; shift; done; shift; exec "$@"',
})

let field: Pasture
beforeAll(async () => {
  field = await pasture()
})
afterAll(() => field[Symbol.asyncDispose]())

function newcomer(home: string, { url, directory, tokens }: SandboxClient, ssh: SshServer | null): Newcomer {
  mkdirSync(join(home, '.ssh'))
  writeFileSync(join(home, '.gitconfig'), '[user]\n  name = Alice\n  email = alice@herd.example\n')
  if (ssh !== null) writeFileSync(join(home, '.ssh/herdbook'), ssh.key)
  const facts: readonly (readonly [string, string])[] = [
    ['https://herd.example', url],
    ['TOKEN"', `${tokens.apply}"`],
    ['/home/you', home],
    ['/home/mastodon/live', directory],
    ['acting_account: alice', 'acting_account: owner'],
    ['host: herd.example', `host: 127.0.0.1\n  port: ${ssh?.port}`],
    ['SHA256:…', ssh?.fingerprint ?? ''],
  ]
  const shell: string[] = []
  const cwd = (): string => join(home, ...shell.flatMap((line) => /^cd (.*)$/.exec(line)?.[1] ?? []))
  const PATH = [programs, join(directory, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter)
  return {
    home,
    shell,
    cwd,
    mine: (text) => facts.reduce((all, [shown, real]) => all.replaceAll(shown, real), text),
    env: { PATH, HOME: home, LANG: 'C.UTF-8', TERM: 'dumb' },
  }
}

/**
 * Types one command at a terminal, and answers what it asks. Fails with all that was said where it does not exit as the
 * pages say.
 */
async function type(person: Newcomer, command: string, code: number, answer = ''): Promise<string> {
  const script = [`cd '${person.home}'`, ...person.shell, command].join('\n')
  const child = spawn('script', ['--quiet', '--return', '--command', `bash -ec ${quoted(script)}`, '/dev/null'], {
    env: person.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
    if (/\[y\/N\] $|to apply: $/.test(said))
      child.stdin.write(`${/Type the domain/.test(said) ? 'herd.example' : answer}\n`)
  })
  const [exit] = (await once(child, 'close')) as [number]
  if (exit !== code) expect.fail(`${command} ended with ${exit}, not ${code}:\n${said}`)
  return said
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Types all commands of a block. Answers what the last one said. */
async function follow(person: Newcomer, { under: heading, text }: Block): Promise<string> {
  let said = ''
  for (const line of person.mine(text).trim().split('\n')) {
    const code = EXITS.find(([command, where]) => where === heading && command.test(line))?.[2] ?? 0
    if (/^(cd|export) /.test(line)) person.shell.push(line)
    else said = await type(person, line, code, 'y')
  }
  return said
}

/** Follows what the pages have under a heading: commands are typed, and YAML is written into instance.yaml. */
async function followAll(
  person: Newcomer,
  heading: string,
  write: (text: string, yaml: string) => string,
): Promise<string> {
  let said = ''
  for (const block of under(heading)) {
    if (block.language === 'yaml') edit(person, (text) => write(text, person.mine(block.text)))
    else said = await follow(person, block)
  }
  return said
}

const edit = ({ cwd }: Newcomer, change: (text: string) => string): void => {
  const file = join(cwd(), 'instance/instance.yaml')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** "in place of `mastodon:` and everything after it" */
const inPlace = (text: string, yaml: string): string => text.replace(/^mastodon:[^]*/m, () => yaml)
/** "Add this under `mastodon:`" */
const added = (text: string, yaml: string): string => text.replace(/^mastodon:\n/m, (line) => line + yaml)
/** On the machine itself: `over: local`, without `ssh:`. */
const local = (text: string): string => text.replaceAll('over: ssh', 'over: local').replace(/^ssh:\n(?: .*\n)+/m, '')

/** The rest of the day, which is the same for all; and a remote at its end. */
async function live(person: Newcomer, domain: string): Promise<void> {
  await followAll(person, '4. Look', inPlace)
  await followAll(person, '5. Copy the server into the files', inPlace)
  expect(await type(person, 'git status --porcelain', 0)).toBe('')
  const [day = expect.fail()] = under('Change something')
  await follow(person, { ...day, text: day.text.replaceAll('spam.example', domain) })
  expect(await type(person, 'herdbook plan', 0)).toContain('In sync: herd.example')
  expect(await field.sandbox.query('select severity from domain_blocks where domain = $1', [domain])).toHaveLength(1)
  await type(
    person,
    'git clone --quiet --bare . ~/remote.git && git remote add origin ' +
      '~/remote.git && git push --quiet --set-upstream origin main',
    0,
  )
  const [, push = expect.fail()] =
    /If you add a remote later, push the ledger to it: `(.*)`\./.exec(page('setup.md')) ?? []
  await type(person, push, 0)
  await type(person, 'herdbook plan', 0)
}

const begin = (person: Newcomer) => followAll(person, '2. Begin a repository', inPlace)

describe('the first day, by the pages alone', () => {
  it('with only the API', async () => {
    using home = scratch()
    const person = newcomer(home.path, field.sandbox, null)
    await begin(person)
    await followAll(person, 'Only the API', inPlace)
    await live(person, 'api.example')
  })

  it.each(['ssh', 'local'] as const)('with only the console, over %s', async (over) => {
    using home = scratch()
    await using server = await sshServer({
      home: home.path,
      env: { PATH: `${programs}${delimiter}${process.env['PATH']}` },
    })
    const person = newcomer(home.path, field.sandbox, server)
    await begin(person)
    await followAll(person, 'Only the console', inPlace)
    if (over === 'local') edit(person, local)
    await live(person, `console-${over}.example`)
    expect(server.commands.length > 0).toBe(over === 'ssh')
  })

  it.each(['ssh', 'local'] as const)('with the database and the console, over %s', async (over) => {
    using home = scratch()
    await field.sandbox.query('comment on role herdbook_reader is null')
    const { directory } = field.sandbox
    await using server = await sshServer({
      home: home.path,
      env: { PATH: [programs, join(directory, 'bin'), process.env['PATH']].join(delimiter) },
    })
    const person = newcomer(home.path, field.sandbox, server)
    await begin(person)
    await followAll(person, 'Only the console', inPlace)
    if (over === 'local') {
      for (const { text } of under('Database and console').filter(({ language }) => language === 'yaml'))
        edit(person, (before) => local(added(before, person.mine(text))))
      await type(person, 'herdbook reader install', 0, 'y')
    } else {
      const said = await followAll(person, 'Database and console', added)
      const [, line = expect.fail(said)] = /database: (\{ over: ssh.* \})\r?\n/.exec(said) ?? []
      const [, command = expect.fail(said)] = /This command makes the file:\r?\n +(\(umask.*\))\r?\n/.exec(said) ?? []
      edit(person, (text) => text.replace(/^ {2}database:\n(?: {4}.*\n)+/m, `  database: ${line}\n`))
      await type(person, command, 0)
    }
    await live(person, `database-${over}.example`)
  })
})

import type { SimpleGit } from 'simple-git'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { isOlder, MINIMUM } from '../minimum.ts'

/** What a call of Git came to, whatever its exit code. */
export interface GitResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Git {
  readonly run: (args: readonly string[], input?: string | Buffer) => Promise<GitResult>
  /** The objects of these names, in order; null for one that is not there. */
  readonly objects: (names: readonly string[]) => Promise<(GitObject | null)[]>
}

export interface GitObject {
  readonly id: string
  readonly type: string
  readonly data: Buffer
}

/** Kills a Git that has said nothing for so long: a server that hangs. */
const SILENCE_MS = 60_000

// The person's own ways to reach the remote; all other GIT_* variables could point us at another repository.
const TAKEN_OVER = [
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_SSL_CAINFO',
]
const OURS = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  LC_ALL: 'C',
}
const UNWANTED = /^(GIT_|(EDITOR|VISUAL|PAGER|PREFIX)$)/i

/** Git in a folder, through simple-git. */
export function gitIn(dir: string): Git {
  const env = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => TAKEN_OVER.includes(name) || !UNWANTED.test(name)),
    ),
    ...OURS,
  }
  const call = async <Out>(
    task: (git: SimpleGit) => Promise<Out>,
    input: string | Buffer,
  ): Promise<{ code: number; out: Out; err: string }> => {
    let code = 0
    let err = ''
    const { GitPluginError, simpleGit } = await import('simple-git')
    const git = simpleGit({
      baseDir: dir,
      allowEnvironment: [...TAKEN_OVER, ...Object.keys(OURS)],
      unsafe: { allowUnsafeSshCommand: true, allowUnsafeAskPass: true, allowUnsafeConfigPaths: true },
      timeout: { block: SILENCE_MS },
      // simple-git takes an exit for the end of the output after 50 ms, which cuts long output on a busy machine.
      completion: { onClose: true, onExit: 5_000 },
      // A Buffer, since simple-git leaves stdin open for an empty text.
      input: () => Buffer.from(input),
      // Its own test for failure is "non-zero and said something": take the exit code itself.
      errors: (error, result) => {
        code = result.exitCode
        err = Buffer.concat(result.stdErr).toString('utf8')
        return error instanceof GitPluginError ? error : undefined
      },
    }).env(env)
    const out = await task(git)
    return { code, out, err }
  }
  return {
    run: async (args, input = '') => {
      const result = await call((git) => git.raw([...args]), input)
      if (UNKNOWN.test(result.err)) await refuseOld(async () => (await call((git) => git.raw(['version']), '')).out)
      return result
    },
    objects: async (names) => {
      if (names.length === 0) return []
      const { code, out, err } = await call(
        (git): Promise<Buffer> => git.binaryCatFile(['--batch']),
        names.map((name) => `${name}\n`).join(''),
      )
      if (code !== 0) return failed('read its objects', err)
      return parseBatch(out, names.length)
    },
  }
}

/** What Git says to a command or an option that it does not know, and what Node says where there is no Git. */
const UNKNOWN =
  /^(?:usage: git |error: unknown (?:option|switch) |fatal: unknown (?:command|option)|git: '\S+' is not a git command)|\bspawn git ENOENT\b/m

/** Refuses a Git that is missing, or too old for what it was asked; what another refuses is for the caller to tell. */
async function refuseOld(versionOf: () => Promise<string>): Promise<void> {
  const said = await versionOf()
  const [, version] = /git version (\S+)/.exec(said) ?? []
  if (version === undefined)
    fail(EXIT.unreadable, 'git-missing', 'Git is not installed here, or not where PATH looks.', {
      hint: `Install Git ${MINIMUM.git} or newer: https://git-scm.com/downloads`,
    })
  if (!isOlder(version, MINIMUM.git)) return
  fail(EXIT.unreadable, 'git-too-old', `This Git is ${version}, and Herdbook needs Git ${MINIMUM.git} or newer.`, {
    hint: 'Install a newer one: https://git-scm.com/downloads',
  })
}

/** Refuses with what Git said, without the credentials that a URL in it may hold. */
export function failed(what: string, err: string, hint?: string): never {
  const todo = roomFor(err) ?? hint
  return fail(
    EXIT.unreadable,
    'git-failed',
    `Git could not ${what}: ${reasonOf(err)}`,
    todo === undefined ? {} : { hint: todo },
  )
}

/** What to do where a disk takes nothing more: of a ref Git says no more than that it could not be written. */
function roomFor(err: string): string | undefined {
  if (!/No space left on device|Disk quota exceeded|couldn't write '/.test(err)) return undefined
  return `The disk ${/\bremote: /.test(err) ? 'of the repository that this clone pushes to' : 'that this clone is on'} is full: make room there, and run it again.`
}

/** A text without who logs in, and by what, in the addresses in it. */
export const withoutUsers = (text: string): string => text.replace(/(\w:\/\/)[^\s/]*@/g, '$1')

/** The line of Git's errors that says why. */
export function reasonOf(err: string): string {
  const lines = withoutUsers(err)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
  const reason = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? 'it gave no reason'
  return reason.replace(/\p{Cc}/gu, '').slice(0, 300)
}

function parseBatch(out: Buffer, count: number): (GitObject | null)[] {
  const objects: (GitObject | null)[] = []
  for (let at = 0; objects.length < count;) {
    const end = out.indexOf(0x0a, at)
    if (end < 0) return failed('read its objects', 'the answer ended early')
    const [, id, type = '', size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(out.toString('utf8', at, end)) ?? []
    if (id === undefined) {
      objects.push(null) // "NAME missing"
      at = end + 1
      continue
    }
    const start = end + 1
    at = start + Number(size) + 1
    if (at > out.length) return failed('read its objects', 'the answer ended early')
    objects.push({ id, type, data: out.subarray(start, at - 1) })
  }
  return objects
}

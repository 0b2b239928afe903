import type { SimpleGit } from 'simple-git'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { isOlder, MINIMUM } from '../minimum.ts'
import {
  ANSWER_CUT_OFF,
  CLONE_DISK_FULL,
  GIT_MISSING,
  gitCouldNot,
  gitTooOld,
  NO_REASON,
  REMOTE_DISK_FULL,
  TASKS,
} from './texts.ts'

/** The result of a call of Git, whatever its exit code. */
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

/** A Git that writes nothing for so long is killed: the server hangs. */
const MAX_SILENCE_MS = 60_000

// How this person reaches the remote. Any other GIT_* variable could lead to another repository.
const PASSED_ON = [
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
const SET_FOR_GIT = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  LC_ALL: 'C',
}
const UNWANTED = /^(GIT_|(EDITOR|VISUAL|PAGER|PREFIX)$)/i

/** Runs Git in a folder, through simple-git. */
export function gitIn(dir: string): Git {
  const env = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => PASSED_ON.includes(name) || !UNWANTED.test(name)),
    ),
    ...SET_FOR_GIT,
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
      allowEnvironment: [...PASSED_ON, ...Object.keys(SET_FOR_GIT)],
      unsafe: { allowUnsafeSshCommand: true, allowUnsafeAskPass: true, allowUnsafeConfigPaths: true },
      timeout: { block: MAX_SILENCE_MS },
      // simple-git takes an exit for the end of the output after 50 ms, which cuts long output on a busy machine.
      completion: { onClose: true, onExit: 5_000 },
      // A Buffer, since simple-git leaves stdin open for an empty text.
      input: () => Buffer.from(input),
      // simple-git's own test for failure is "non-zero and wrote something": use the exit code itself.
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
      if (UNKNOWN.some((one) => one.test(result.err)))
        await refuseOld(async () => (await call((git) => git.raw(['version']), '')).out)
      return result
    },
    objects: async (names) => {
      if (names.length === 0) return []
      const { code, out, err } = await call(
        (git): Promise<Buffer> => git.binaryCatFile(['--batch']),
        names.map((name) => `${name}\n`).join(''),
      )
      if (code !== 0) return failed(TASKS.readObjects, err)
      return parseBatch(out, names.length)
    },
  }
}

/** Git's error for an unknown command or option, and Node's error if there is no Git. */
const UNKNOWN = [
  /^(?:usage: git |error: unknown (?:option|switch) |fatal: unknown (?:command|option))/m,
  /^git: '\S+' is not a git command/m,
  /\bspawn git ENOENT\b/,
]

/** Refuses a Git that is missing or too old. Any other failure is the caller's to report. */
async function refuseOld(versionOf: () => Promise<string>): Promise<void> {
  const [, version] = /git version (\S+)/.exec(await versionOf()) ?? []
  if (version === undefined) fail(EXIT.unreadable, 'git-missing', GIT_MISSING.message, { hint: GIT_MISSING.hint })
  if (!isOlder(version, MINIMUM.git)) return
  const { message, hint } = gitTooOld({ version })
  fail(EXIT.unreadable, 'git-too-old', message, { hint })
}

/** Refuses with Git's own reason, without the credentials that a URL in it may hold. `task` is what Git was to do. */
export function failed(task: string, err: string, hint?: string): never {
  const todo = diskHint(err) ?? hint
  return fail(
    EXIT.unreadable,
    'git-failed',
    gitCouldNot({ task, reason: reasonOf(err) }),
    todo === undefined ? {} : { hint: todo },
  )
}

/** The hint for a full disk. For a ref, Git says only that it could not write it. */
function diskHint(err: string): string | undefined {
  if (!/No space left on device|Disk quota exceeded|couldn't write '/.test(err)) return undefined
  return /\bremote: /.test(err) ? REMOTE_DISK_FULL : CLONE_DISK_FULL
}

/** Removes user names and passwords from the addresses in a text. */
export const withoutUsers = (text: string): string => text.replace(/(\w:\/\/)[^\s/]*@/g, '$1')

/** Finds the line of Git's errors that says why. */
export function reasonOf(err: string): string {
  const lines = withoutUsers(err)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
  const reason = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? NO_REASON
  return reason.replace(/\p{Cc}/gu, '').slice(0, 300)
}

function parseBatch(out: Buffer, count: number): (GitObject | null)[] {
  const objects: (GitObject | null)[] = []
  for (let at = 0; objects.length < count;) {
    const end = out.indexOf(0x0a, at)
    if (end < 0) return failed(TASKS.readObjects, ANSWER_CUT_OFF)
    const [, id, type = '', size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(out.toString('utf8', at, end)) ?? []
    if (id === undefined) {
      objects.push(null) // "NAME missing"
      at = end + 1
      continue
    }
    const start = end + 1
    at = start + Number(size) + 1
    if (at > out.length) return failed(TASKS.readObjects, ANSWER_CUT_OFF)
    objects.push({ id, type, data: out.subarray(start, at - 1) })
  }
  return objects
}

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { RunOptions } from './cli.ts'
import { git } from './git.ts'
import { leakIn } from './leaks.ts'
import { CASES } from './verb-cases.ts'
import type { Herd } from './sandbox.ts'

/** Everything below a folder but Git's own, by path. */
function filesIn(dir: string): ReadonlyMap<string, string> {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(dir, join(one.parentPath, one.name)))
  return new Map(
    names.filter((name) => !name.startsWith('.git/')).map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  )
}

/** What is in Git and in no branch: what Herdbook put there, reachable or not. */
function objectsIn(dir: string): string {
  const options = { cwd: dir, encoding: 'utf8', maxBuffer: 1 << 28 } as const
  const ours = new Set(
    execFileSync('git', ['rev-list', '--objects', '--branches', '--remotes'], options)
      .split('\n')
      .map((line) => line.slice(0, 40)),
  )
  const all = execFileSync('git', ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)'], options)
    .trim()
    .split('\n')
  return (
    execFileSync('git', ['cat-file', '--batch'], { ...options, input: all.filter((id) => !ours.has(id)).join('\n') }) +
    git(dir, 'for-each-ref')
  )
}

/** What is secret, and the environment that holds it. */
interface Secrets {
  readonly secrets: readonly string[]
  readonly env: { readonly [name: string]: string }
}

/** What a run is like. */
export interface LiveState extends Pick<RunOptions, 'env' | 'columns'> {
  /** What must not be found; the secrets unless given. */
  readonly never?: readonly string[]
  /** Files that hold a secret as it is meant, or as somebody planted it. */
  readonly meant?: RegExp
  /** What the command line becomes. */
  readonly args?: (given: readonly string[]) => readonly string[]
}

/** Runs every command line in one world, from the same files, and answers where something leaked. */
export async function searchIn(
  herd: Herd,
  { secrets, env }: Secrets,
  { env: more, columns, never = secrets, meant = /^stored$/, args = (given) => given }: LiveState,
): Promise<string[]> {
  const found: string[] = []
  for (const [verb, cases] of Object.entries(CASES)) {
    for (const one of cases) {
      git(herd.dir, 'reset', '--quiet', '--hard')
      git(herd.dir, 'clean', '--quiet', '-fdx')
      const line = [verb, ...args(one.args)]
      const here = one.reveals === true && never !== secrets ? [] : never
      const options = { env: { ...env, ...more }, ...(columns === undefined ? {} : { columns }) }
      if (one.first) await herd.run(one.first, options)
      const ran = await herd.run(line, options)
      const files = filesIn(herd.dir)
      const made = files.get('stored')?.trim().split(' ').slice(-1) ?? []
      const texts = [['stdout', ran.stdout], ['stderr', ran.stderr], ...files] as const
      for (const [where, said = ''] of texts) {
        const leak = meant.test(where) ? undefined : leakIn(said, [...here, ...made])
        if (leak !== undefined) found.push(`${line.join(' ')} [${ran.code}]: ${where} holds ${leak}`)
      }
    }
  }
  for (const dir of [herd.dir, `${herd.dir}.git`]) {
    const leak = leakIn(objectsIn(dir), never)
    if (leak !== undefined) found.push(`Git of ${dir} holds ${leak}`)
  }
  return found.slice(0, 20)
}

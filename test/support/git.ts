import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

// No configuration of the machine or the person changes what the tests see.
process.env.GIT_CONFIG_GLOBAL = '/dev/null'
process.env.GIT_CONFIG_NOSYSTEM = '1'

/** A temporary folder that goes when it is disposed of. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'herdbook-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Somebody, and no tidying up after each commit: nothing here lives that long. */
const ALICE = ['user.name=Alice', 'user.email=alice@herd.example', 'maintenance.auto=false'].flatMap((setting) => [
  '-c',
  setting,
])

/** Runs Git in a folder as a person would. */
export function git(dir: string, ...args: string[]): string {
  return execFileSync('git', [...ALICE, ...args], {
    cwd: dir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

/** Writes files by path. */
export function put(dir: string, files: { readonly [path: string]: string }): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
}

/** Writes files, commits them, and answers the commit. */
export function commit(dir: string, message: string, files: { readonly [path: string]: string } = {}): string {
  put(dir, files)
  git(dir, 'add', '--all')
  git(dir, 'commit', '--quiet', '--allow-empty', '--message', message)
  return git(dir, 'rev-parse', 'HEAD')
}

/** A repository with one commit of an instance. */
export function newRepository(
  dir: string,
  files: { readonly [path: string]: string } = { 'instance/instance.yaml': 'domain: herd.example\n' },
): string {
  mkdirSync(dir, { recursive: true })
  git(dir, 'init', '--quiet', '--initial-branch=main')
  beAlice(dir)
  commit(dir, 'Begin', files)
  return dir
}

/** A bare repository under `base` that holds one commit on main. */
export function newBare(base: string, name = 'herd.git'): string {
  const bare = join(base, name)
  git(base, 'init', '--quiet', '--bare', '--initial-branch=main', name)
  const first = newRepository(join(base, `${name}-first`))
  git(first, 'push', '--quiet', bare, 'main')
  return bare
}

/** A clone of it. */
export function clone(url: string, dir: string, ...options: string[]): string {
  git(dirname(dir), 'clone', '--quiet', ...options, url, dir)
  beAlice(dir)
  return dir
}

function beAlice(dir: string): void {
  git(dir, 'config', 'user.name', 'Alice')
  git(dir, 'config', 'user.email', 'alice@herd.example')
}

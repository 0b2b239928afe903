import { execFileSync } from 'node:child_process'

/** What Git says of a repository, or nothing where it refuses. */
export function gitOf(dir: string, ...args: string[]): string {
  try {
    return execFileSync('git', ['-C', dir, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    }).trimEnd()
  } catch {
    return ''
  }
}

import { gitIn } from '../../git/git.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'

const GITHUB = /^(?:https:\/\/(?:[^@/]+@)?github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])/

/** `owner/name` in the address of a remote on GitHub; null where it is elsewhere. */
export function githubIn(address: string): string | null {
  const [host] = GITHUB.exec(address) ?? []
  if (host === undefined) return null
  const [, found = null] = /^([A-Za-z0-9-]+\/[A-Za-z0-9._-]+?)(?:\.git)?\/?$/.exec(address.slice(host.length)) ?? []
  return found
}

/** The repository on GitHub that a folder's remote `origin` is. */
export async function originOf(dir: string): Promise<string | null> {
  return githubIn((await gitIn(dir).run(['remote', 'get-url', 'origin'])).out.trim())
}

/** The branch that its repository goes by. */
export async function branchOf(dir: string): Promise<string> {
  const git = gitIn(dir)
  const [remote, local] = await Promise.all([
    git.run(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']),
    git.run(['symbolic-ref', '--quiet', '--short', 'HEAD']),
  ])
  return remote.out.trim().replace(/^origin\//, '') || local.out.trim() || 'main'
}

/** Whether the folder was in a repository already; makes one where it was not. */
export async function ensureRepository(dir: string): Promise<'there' | 'new'> {
  const git = gitIn(dir)
  if ((await git.run(['rev-parse', '--git-dir'])).code === 0) return 'there'
  const { code, err } = await git.run(['init', '--quiet', '-b', 'main'])
  return code === 0 ? 'new' : fail(EXIT.unreadable, 'git-failed', `git init failed: ${err.trim()}`)
}

import { readFile, realpath, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gitIn } from '../../git/git.ts'
import { githubIn } from './repository.ts'

/** `OWNER/NAME` on GitHub, and one of its commits. */
export interface Pin {
  readonly repository: string
  readonly commit: string
  /**
   * The tag of a release on that commit, by which Dependabot finds newer ones; null where it has none, left out where
   * nobody knows.
   */
  readonly tag?: string | null
}

/** The tree that this file is part of, as sources or built. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** Written when the package is built; the sources do without. */
const BUILT = new URL('pin.json', import.meta.url)

/** How releases are tagged, and named behind the commit that workflows pin. */
export const RELEASE = /^v\d+\.\d+\.\d+$/

/** The Herdbook that runs, as workflows elsewhere may name it. null where neither the build nor Git tells. */
export async function ownPin(): Promise<Pin | null> {
  const built = await readFile(BUILT, 'utf8').catch(() => null)
  return built === null ? pinOf(ROOT) : (JSON.parse(built) as Pin | null)
}

/** What Git says of a tree. null where it is not the top of a repository from GitHub. */
export async function pinOf(root: string): Promise<Pin | null> {
  const git = gitIn(root)
  const [top, head, origin, tags] = await Promise.all([
    git.run(['rev-parse', '--show-toplevel']),
    git.run(['rev-parse', 'HEAD']),
    git.run(['remote', 'get-url', 'origin']),
    git.run(['tag', '--points-at', 'HEAD']),
  ])
  // Somebody else's repository may be around it, as around node_modules.
  if (top.code !== 0 || (await realpath(top.out.trim())) !== (await realpath(root))) return null
  const repository = githubIn(origin.out.trim())
  const tag = tags.out.split('\n').find((name) => RELEASE.test(name)) ?? null
  return repository === null || head.code !== 0 ? null : { repository, commit: head.out.trim(), tag }
}

/** `OWNER/NAME@COMMIT`, by a whole commit id. */
export function parsePin(text: string): Pin | null {
  const [, repository = '', commit = ''] = /^([A-Za-z0-9-]+\/[A-Za-z0-9._-]+)@([0-9a-f]{40})$/.exec(text) ?? []
  return repository === '' ? null : { repository, commit }
}

if (import.meta.main) await writeFile(BUILT, JSON.stringify(await pinOf(ROOT)))

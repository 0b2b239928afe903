import type { Commit, Repository } from '../../reconcile/repository.ts'

/** Of these commits those that merge the base branch and hold nothing of their own, as the button "Update branch" makes them: whoever pressed it wrote nothing. */
export async function cleanMerges(repository: Repository, commits: readonly Commit[], base: string): Promise<ReadonlySet<string>> {
  const found = await Promise.all(commits.map(async (commit) => ((await isClean(repository, commit, base)) ? [commit.id] : [])))
  return new Set(found.flat())
}

async function isClean(repository: Repository, { parents, tree }: Commit, base: string): Promise<boolean> {
  const [own, taken, ...more] = parents
  if (own === undefined || taken === undefined || more.length > 0 || !(await repository.isAncestor(taken, base))) return false
  const merged = await repository.merge(own, taken)
  return merged.state === 'merged' && merged.tree === tree
}

import type { Commit, Repository } from '../reconcile/repository.ts'

/**
 * Finds the commits that merge the base branch and hold nothing of their own, such as those of the button "Update
 * branch", with what each was merged into. The person who pressed that button wrote nothing.
 */
export async function cleanMerges(
  repository: Repository,
  commits: readonly Commit[],
  base: string,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    commits.map(async (commit): Promise<[string, string][]> =>
      (await isClean(repository, commit, base)) ? [[commit.id, commit.parents[0] ?? '']] : [],
    ),
  )
  return new Map(found.flat())
}

async function isClean(repository: Repository, { parents, tree }: Commit, base: string): Promise<boolean> {
  const [own, taken, ...more] = parents
  if (own === undefined || taken === undefined || more.length > 0 || !(await repository.isAncestor(taken, base)))
    return false
  const merged = await repository.merge(own, taken)
  return merged.state === 'merged' && merged.tree === tree
}

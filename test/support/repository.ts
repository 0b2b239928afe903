import { openRepository } from '../../src/git/repository.ts'
import type { Repository } from '../../src/reconcile/repository.ts'

/** The repository that a folder is in. Throws outside of Git. */
export async function open(dir: string): Promise<Repository> {
  const repository = await openRepository(dir)
  if (repository === null) throw new Error(`${dir} is not in Git`)
  return repository
}

import { loadInstance } from '../instance/load.ts'
import type { FileSource } from '../instance/source.ts'

/** The file that names them. */
export const POLICY = 'policy.yaml'

/** The owners that the policy of these files names; nobody where it names none, or is not valid. */
export async function ownersIn(files: FileSource): Promise<readonly string[]> {
  const { instance } = await loadInstance({
    ...files,
    list: async () => (await files.list()).filter(({ name }) => name === POLICY),
  })
  return instance?.documents[POLICY]?.owners ?? []
}

/**
 * Who counts as an owner for a pull request: whom both its base and the branch of now name. A pull request names nobody
 * who then approves it, and who was taken off since approves nothing. One that replaces all of them is for those of before.
 */
export function ownersFor(base: readonly string[], now: readonly string[]): readonly string[] {
  const still = new Set(now.map((login) => login.toLowerCase()))
  const both = base.filter((login) => still.has(login.toLowerCase()))
  return both.length > 0 ? both : base
}

/** The line that names them. */
export const OWNERS_LINE = 'owners: [your-name]'

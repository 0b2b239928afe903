import { loadInstance } from '../providers/load-instance.ts'
import type { FileSource } from '../instance/source.ts'

/** The file that names the owners. */
export const POLICY = 'policy.yaml'

/** Reads the owners that these files name; empty if policy.yaml names none, or is not valid. */
export async function ownersIn(files: FileSource): Promise<readonly string[]> {
  const { instance } = await loadInstance({
    ...files,
    list: async () => (await files.list()).filter(({ name }) => name === POLICY),
  })
  return instance?.documents[POLICY]?.owners ?? []
}

/**
 * Finds the owners who count for a pull request: those that its base and the newest files both name. So a pull request
 * cannot name its own approver. If it replaces all owners, those of its base decide.
 */
export function ownersFor(base: readonly string[], now: readonly string[]): readonly string[] {
  const still = new Set(now.map((login) => login.toLowerCase()))
  const both = base.filter((login) => still.has(login.toLowerCase()))
  return both.length > 0 ? both : base
}

/** The line to write into policy.yaml. */
export const OWNERS_LINE = 'owners: [your-name]'

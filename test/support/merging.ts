import type { Farm } from './github-instance.ts'
import { ran, type JobRun } from './runner.ts'

export const BLOCKS = 'instance/domain-blocks.yaml'
export const MODERATORS = 'instance/moderators.yaml'
export const entry = (domain: string, severity = 'none'): string => `  - domain: ${domain}\n    severity: ${severity}\n`
const APPLY = { workflows: /^herdbook-apply/ }

/** What people do with pull requests that change the list of blocks, and what comes of it. */
export function merging(herd: () => Farm) {
  let branches = 0
  /**
   * Opens a pull request that adds entries to the list as it is on the default branch, or replaces it, and has it
   * planned.
   */
  async function propose(change: string | ((text: string) => string), base?: string): Promise<number> {
    const branch = `b${(branches += 1)}`
    const now = herd().file(BLOCKS)
    const text = typeof change === 'function' ? change(`${now}\n`) : `${now}\n${change}`
    await herd().hub.act.push({
      by: 'mo',
      branch,
      files: { [BLOCKS]: text },
      ...(base === undefined ? {} : { onto: base }),
    })
    const number = await herd().hub.act.openPull({ by: 'mo', branch, title: `Change ${branch}` })
    ran(await herd().settle({ workflows: /^herdbook-pull/ }), 'plan')
    return number
  }

  const live = async (): Promise<string[]> =>
    (await herd().rows('select domain from domain_blocks order by domain')).map((row) =>
      'domain' in row ? String(row.domain) : '',
    )
  const failures = () =>
    [...herd().hub.state.issues.values()].filter(
      ({ labels, pull }) => pull === null && labels.includes('herdbook: failure'),
    )
  const applied = async (): Promise<JobRun & { readonly ran: true }> => ran(await herd().settle(APPLY), 'apply')
  return { propose, live, failures, applied }
}

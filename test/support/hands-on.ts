import type { Farm } from './github-instance.ts'
import { ran, type JobRun } from './runner.ts'

export type Ran = JobRun & { readonly ran: true }

const BLOCKS = 'instance/domain-blocks.yaml'
const BUTTON = '.github/workflows/herdbook-button.yml'

/**
 * What people do on a stand-in for GitHub, each with the run that comes of it; `herd` is asked for when something is
 * done.
 */
export function handsOn(herd: () => Farm) {
  /** The newest run of a job, where several events came together. */
  async function newest(workflows: RegExp, job: string, names: readonly string[]): Promise<Ran> {
    const last = herd()
      .events.splice(0)
      .findLast(({ name }) => names.includes(name))
    if (last !== undefined) herd().events.push(last)
    return ran(await herd().settle({ workflows }), job)
  }
  return {
    planned: () => newest(/^herdbook-pull/, 'plan', ['pull_request']),
    applied: () => newest(/^herdbook-apply/, 'apply', ['push', 'schedule']),
    live: async () => JSON.stringify(await herd().rows('select domain from domain_blocks order by domain')),
    /** The file of domain blocks with more of them. */
    withBlock: (...domains: readonly string[]) =>
      `${herd().file(BLOCKS)}\n${domains.map((domain) => `  - domain: ${domain}\n    severity: none\n`).join('')}`,
    press: async (verb: string, object: string, by: string, job = 'decide'): Promise<Ran> => {
      await herd().hub.act.press(BUTTON, { verb, object, reason: 'because' }, by)
      return ran(await herd().settle(), job)
    },
  }
}

import type { Forge, BranchProposal } from '../../src/forges/forge.ts'
import { openForge } from '../../src/forges/github/github.ts'
import type { GitHub } from '../testkit/github/index.ts'
import { git } from './git.ts'

export const PEOPLE = { alice: 'admin', mia: 'maintain', mo: 'write', tess: 'triage', rita: 'read' } as const
/** What the jobs of a workflow that does everything would have. */
const ALL = { contents: 'write', issues: 'write', pull_requests: 'write', statuses: 'write' } as const

/** The forge, as a job asks it. */
export const forgeOf = (hub: GitHub, token = hub.workflowToken(ALL)): Promise<Forge> =>
  openForge({ api: hub.url, repository: hub.repository, token })

/** A pull request of one file from a branch of the repository. */
export async function pullFrom(hub: GitHub, branch: string, by = 'mo'): Promise<number> {
  await hub.act.push({ by, branch, files: { [`instance/${branch}.yaml`]: `${branch}: 1\n` } })
  return hub.act.openPull({ by, branch, title: `Add ${branch}` })
}

/** What a workflow proposes of itself. */
export const proposalFor = (hub: GitHub, rest: Partial<BranchProposal> = {}): BranchProposal => ({
  branch: 'herdbook/issue-1',
  base: { branch: 'main', commit: git(hub.git, 'rev-parse', 'main') },
  files: new Map([['instance/domain-blocks.yaml', 'domain_blocks: []\n']]),
  message: 'Block spam.example',
  title: 'Block spam.example',
  body: 'As asked in #1',
  ...rest,
})

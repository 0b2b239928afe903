import { openGitHubApi } from './api.ts'
import { explaining } from './errors.ts'
import { readProtection, readRules, type BranchRules } from './branch-rules.ts'
import { NOT_ASKED, tasks } from './texts.ts'
import { readIfVisible, type VisibleSetting } from './read-if-visible.ts'
import {
  readCodeowners,
  readEnvironment,
  readPermission,
  readRuns,
  readSecrets,
  readWorkflows,
  type EnvironmentFacts,
} from './environments.ts'
import type { OnWait } from '../../http/transport.ts'

/** The settings of a repository that Herdbook depends on. */
export interface RepositorySettings {
  readonly branch: string
  readonly private: boolean
  /** The branch protection and the rulesets. */
  readonly guards: readonly VisibleSetting<readonly BranchRules[]>[]
  /** The rulesets of the branch that follows the ledger. */
  readonly ledger: VisibleSetting<readonly BranchRules[]>
  /** By name; null if no environment has that name. */
  readonly environments: ReadonlyMap<string, VisibleSetting<EnvironmentFacts | null>>
  /** Names of the secrets that any workflow of the repository can read, its organisation's included. */
  readonly secrets: VisibleSetting<readonly string[]>
  readonly workflows: VisibleSetting<{ readonly mayOpenPullRequests: boolean; readonly readOnly: boolean }>
  readonly labels: VisibleSetting<readonly string[]>
  /** What is wrong with CODEOWNERS; null if there is no such file. */
  readonly codeowners: VisibleSetting<
    readonly { readonly path: string; readonly line: number; readonly message: string }[] | null
  >
  /** The workflows on the default branch, with their texts. */
  readonly files: VisibleSetting<ReadonlyMap<string, string>>
  /** The state of each workflow on GitHub, by path: `active`, or why not. */
  readonly runs: VisibleSetting<ReadonlyMap<string, string>>
  /** The permission of each person who was asked for, by login; null if GitHub has no such account. */
  readonly people: ReadonlyMap<string, VisibleSetting<string | null>>
}

/**
 * Reads the settings with a person's token. `ledger` is the name of the branch that follows the ledger.
 * Throws (exit 10) if the repository itself cannot be read.
 */
export async function readSettings(
  options: { readonly api: string; readonly repository: string; readonly token: string; readonly onWait?: OnWait },
  {
    environments,
    ledger: follower,
    people,
  }: { readonly environments: readonly string[]; readonly ledger: string; readonly people: readonly string[] },
): Promise<RepositorySettings> {
  const api = await openGitHubApi(options)
  const [owner = '', repo = ''] = options.repository.split('/')
  const place = { owner, repo }
  const { default_branch: branch, private: hidden } = await explaining(options.repository)(
    tasks.readRepository,
    async () => (await api.request('GET /repos/{owner}/{repo}', place)).data,
  )
  const [protection, rules, ledger, secrets, workflows, labels, codeowners, files, runs, ...each] = await Promise.all([
    readIfVisible(() => readProtection(api, place, branch)),
    readIfVisible(() => readRules(api, place, branch)),
    readIfVisible(() => readRules(api, place, follower)),
    readIfVisible(() => readSecrets(api, place)),
    readIfVisible(async () => {
      const { data } = await api.request('GET /repos/{owner}/{repo}/actions/permissions/workflow', place)
      return {
        mayOpenPullRequests: data.can_approve_pull_request_reviews,
        readOnly: data.default_workflow_permissions === 'read',
      }
    }),
    readIfVisible(async () =>
      (await api.all((at) => api.request('GET /repos/{owner}/{repo}/labels', { ...place, ...at }))).map(
        ({ name }) => name,
      ),
    ),
    readIfVisible(() => readCodeowners(api, place)),
    readIfVisible(() => readWorkflows(api, place, branch)),
    readIfVisible(() => readRuns(api, place)),
    ...environments.map((name) => readIfVisible(() => readEnvironment(api, place, name))),
  ])
  const may = await Promise.all(
    people.map(async (login) => [login, await readIfVisible(() => readPermission(api, place, login))] as const),
  )
  return {
    branch,
    private: hidden,
    guards: [protection, rules],
    ledger,
    secrets,
    workflows,
    labels,
    codeowners,
    files,
    runs,
    people: new Map(may),
    environments: new Map(environments.map((name, at) => [name, each[at] ?? UNSEEN])),
  }
}

const UNSEEN = { seen: false, why: NOT_ASKED } as const

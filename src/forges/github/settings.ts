import { openGitHubApi } from './api.ts'
import { explaining } from './errors.ts'
import { readProtection, readRules, type Guard } from './branch-rules.ts'
import { looking, type Seen } from './visible.ts'
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

/** The settings of a repository that Herdbook goes by. */
export interface RepositorySettings {
  readonly branch: string
  readonly private: boolean
  /** The branch protection and the rulesets. */
  readonly guards: readonly Seen<readonly Guard[]>[]
  /** The rulesets of the branch that follows the ledger. */
  readonly ledger: Seen<readonly Guard[]>
  /** By name; null where there is none of that name. */
  readonly environments: ReadonlyMap<string, Seen<EnvironmentFacts | null>>
  /** Names of the secrets that any workflow of the repository can read, its organisation's among them. */
  readonly secrets: Seen<readonly string[]>
  readonly workflows: Seen<{ readonly mayOpenPullRequests: boolean; readonly readOnly: boolean }>
  readonly labels: Seen<readonly string[]>
  /** What is wrong with CODEOWNERS; null where there is none. */
  readonly codeowners: Seen<
    readonly { readonly path: string; readonly line: number; readonly message: string }[] | null
  >
  /** The workflows on the default branch, with their texts. */
  readonly files: Seen<ReadonlyMap<string, string>>
  /** What GitHub makes of each workflow, by path: `active`, or why not. */
  readonly runs: Seen<ReadonlyMap<string, string>>
  /** What those who were asked for may do here, by login; null where GitHub knows nobody of that name. */
  readonly people: ReadonlyMap<string, Seen<string | null>>
}

/** Reads them with a person's token. `ledger` is the name of the branch that follows it. Throws (exit 10) where not even the repository can be read. */
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
    'read the repository',
    async () => (await api.request('GET /repos/{owner}/{repo}', place)).data,
  )
  const [protection, rules, ledger, secrets, workflows, labels, codeowners, files, runs, ...each] = await Promise.all([
    looking(() => readProtection(api, place, branch)),
    looking(() => readRules(api, place, branch)),
    looking(() => readRules(api, place, follower)),
    looking(() => readSecrets(api, place)),
    looking(async () => {
      const { data } = await api.request('GET /repos/{owner}/{repo}/actions/permissions/workflow', place)
      return {
        mayOpenPullRequests: data.can_approve_pull_request_reviews,
        readOnly: data.default_workflow_permissions === 'read',
      }
    }),
    looking(async () =>
      (await api.all((at) => api.request('GET /repos/{owner}/{repo}/labels', { ...place, ...at }))).map(
        ({ name }) => name,
      ),
    ),
    looking(() => readCodeowners(api, place)),
    looking(() => readWorkflows(api, place, branch)),
    looking(() => readRuns(api, place)),
    ...environments.map((name) => looking(() => readEnvironment(api, place, name))),
  ])
  const may = await Promise.all(
    people.map(async (login) => [login, await looking(() => readPermission(api, place, login))] as const),
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

const UNSEEN = { seen: false, why: 'it was not asked for' } as const

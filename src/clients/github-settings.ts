import type { Place } from './github-shapes.ts'
import { GitHubFailure, openGitHubApi, type GitHubApi } from './github-api.ts'
import { explaining, isStatus } from './github-errors.ts'
import type { OnWait } from './transport.ts'

/** What could be seen of a setting. That a token may not see something says nothing about it. */
export type Seen<T> = { readonly seen: true; readonly value: T } | { readonly seen: false; readonly why: string }

/** What holds for whoever changes a branch: a branch protection, or a ruleset with its name. */
export interface Guard {
  readonly name: string
  readonly checks: readonly string[]
  /** null where no review is asked for. */
  readonly reviews: { readonly count: number; readonly codeOwners: boolean; readonly lastPush: boolean } | null
  /** Whether the branch can neither be set back nor taken away. */
  readonly grows: boolean
  /** Who is not held to it, in words. */
  readonly bypass: Seen<readonly string[]>
}

export interface EnvironmentFacts {
  /** Names of the branches that may use it, `protected` for all protected ones, null for any. */
  readonly branches: readonly string[] | 'protected' | null
  readonly reviewers: readonly string[]
  /** Names of its secrets. */
  readonly secrets: Seen<readonly string[]>
}

/** The settings of a repository that Herdbook goes by. */
export interface RepositorySettings {
  readonly branch: string
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
  readonly codeowners: Seen<readonly { readonly path: string; readonly line: number; readonly message: string }[] | null>
  /** The workflows on the default branch, with their texts. */
  readonly files: Seen<ReadonlyMap<string, string>>
}

/** Reads them with a person's token. `ledger` is the name of the branch that follows it. Throws (exit 10) where not even the repository can be read. */
export async function readSettings(
  options: { readonly api: string; readonly repository: string; readonly token: string; readonly onWait?: OnWait },
  { environments, ledger: follower }: { readonly environments: readonly string[]; readonly ledger: string },
): Promise<RepositorySettings> {
  const api = await openGitHubApi(options)
  const [owner = '', repo = ''] = options.repository.split('/')
  const place = { owner, repo }
  const { default_branch: branch } = await explaining(options.repository)(
    'read the repository',
    async () => (await api.request('GET /repos/{owner}/{repo}', place)).data,
  )
  const [protection, rules, ledger, secrets, workflows, labels, codeowners, files, ...each] = await Promise.all([
    looking(() => readProtection(api, place, branch)),
    looking(() => readRules(api, place, branch)),
    looking(() => readRules(api, place, follower)),
    looking(() => readSecrets(api, place)),
    looking(async () => {
      const { data } = await api.request('GET /repos/{owner}/{repo}/actions/permissions/workflow', place)
      return { mayOpenPullRequests: data.can_approve_pull_request_reviews, readOnly: data.default_workflow_permissions === 'read' }
    }),
    looking(async () =>
      (await api.all((at) => api.request('GET /repos/{owner}/{repo}/labels', { ...place, ...at }))).map(({ name }) => name),
    ),
    looking(() => readCodeowners(api, place)),
    looking(() => readWorkflows(api, place, branch)),
    ...environments.map((name) => looking(() => readEnvironment(api, place, name))),
  ])
  return {
    branch,
    guards: [protection, rules],
    ledger,
    secrets,
    workflows,
    labels,
    codeowners,
    files,
    environments: new Map(environments.map((name, at) => [name, each[at] ?? UNSEEN])),
  }
}

const UNSEEN = { seen: false, why: 'it was not asked for' } as const

async function looking<T>(look: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { seen: true, value: await look() }
  } catch (error) {
    if (error instanceof GitHubFailure) return { seen: false, why: error.message }
    throw error
  }
}

/** null where GitHub says with those words that there is no such thing; a mere "Not Found" may be meant for the token. */
async function unless404<T>(text: string, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look()
  } catch (error) {
    if (isStatus(error, 404, text)) return null
    throw error
  }
}

async function readProtection(api: GitHubApi, place: Place, branch: string): Promise<Guard[]> {
  const protection = await unless404('Branch not protected', async () => {
    const { data } = await api.request('GET /repos/{owner}/{repo}/branches/{branch}/protection', { ...place, branch })
    const reviews = data.required_pull_request_reviews
    const { users = [], teams = [], apps = [] } = reviews?.bypass_pull_request_allowances ?? {}
    const bypass = [
      ...(data.enforce_admins?.enabled === true ? [] : ['administrators']),
      ...(data.allow_force_pushes?.enabled === true ? ['whoever pushes with force'] : []),
      ...users.map(({ login }) => `@${login}`),
      ...[...teams, ...apps].flatMap((one) => one?.slug ?? []),
    ]
    return {
      name: 'branch protection',
      checks: data.required_status_checks?.contexts ?? [],
      reviews: reviews
        ? {
            count: reviews.required_approving_review_count ?? 0,
            codeOwners: reviews.require_code_owner_reviews,
            lastPush: reviews.require_last_push_approval ?? false,
          }
        : null,
      grows: data.allow_force_pushes?.enabled !== true && data.allow_deletions?.enabled !== true,
      bypass: { seen: true, value: bypass } as const,
    }
  })
  return protection ? [protection] : []
}

/** The rules that are in force on a branch, there or not, by the ruleset that they come from. */
async function readRules(api: GitHubApi, place: Place, branch: string): Promise<Guard[]> {
  const rules = await api.all((at) => api.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...place, branch, ...at }))
  const guards: Guard[] = []
  for (const id of new Set(rules.flatMap(({ ruleset_id: one }) => one ?? []))) {
    const own = rules.filter(({ ruleset_id: one }) => one === id)
    const { data } = await api.request('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...place, ruleset_id: id })
    const asked = own.flatMap((rule) => (rule.type === 'pull_request' && rule.parameters ? [rule.parameters] : []))[0]
    guards.push({
      name: `ruleset ${data.name}`,
      checks: own
        .flatMap((rule) => (rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []) : []))
        .map(({ context }) => context),
      reviews: asked
        ? {
            count: asked.required_approving_review_count,
            codeOwners: asked.require_code_owner_review,
            lastPush: asked.require_last_push_approval,
          }
        : null,
      grows: ['deletion', 'non_fast_forward'].every((type) => own.some((rule) => rule.type === type)),
      // GitHub leaves the list out for whoever may not change it
      bypass:
        data.bypass_actors === undefined
          ? { seen: false, why: 'GitHub shows it to administrators only' }
          : { seen: true, value: data.bypass_actors.map(({ actor_type: type, actor_id: one }) => `${type} ${one ?? ''}`.trim()) },
    })
  }
  return guards
}

async function readEnvironment(api: GitHubApi, place: Place, name: string): Promise<EnvironmentFacts | null> {
  const where = { ...place, environment_name: name }
  // everybody who can read the repository sees its environments: where they are listed, what is missing is not there
  const all = (await api.request('GET /repos/{owner}/{repo}/environments', { ...place, per_page: 100 })).data.environments ?? []
  const found = all.find((one) => one.name === name)
  if (!found) return null
  const policy = found.deployment_branch_policy
  const branches = !policy
    ? null
    : policy.custom_branch_policies
      ? (
          await api.request('GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies', {
            ...where,
            per_page: 100,
          })
        ).data.branch_policies.flatMap((one) => one.name ?? [])
      : 'protected'
  const reviewers = (found.protection_rules ?? []).flatMap((rule) => ('reviewers' in rule ? (rule.reviewers ?? []) : []))
  const secrets = await looking(async () =>
    (await api.request('GET /repos/{owner}/{repo}/environments/{environment_name}/secrets', { ...where, per_page: 100 })).data.secrets.map(
      (one) => one.name,
    ),
  )
  return {
    branches,
    reviewers: reviewers.flatMap(({ reviewer }) => (reviewer && 'login' in reviewer ? reviewer.login : (reviewer?.name ?? []))),
    secrets,
  }
}

async function readSecrets(api: GitHubApi, place: Place): Promise<string[]> {
  const [own, shared] = await Promise.all([
    api.request('GET /repos/{owner}/{repo}/actions/secrets', { ...place, per_page: 100 }),
    api.request('GET /repos/{owner}/{repo}/actions/organization-secrets', { ...place, per_page: 100 }),
  ])
  return [...own.data.secrets, ...shared.data.secrets].map(({ name }) => name)
}

async function readCodeowners(api: GitHubApi, place: Place): Promise<{ path: string; line: number; message: string }[] | null> {
  // whoever reads the repository reads this, too: nothing there is no file
  return unless404('', async () =>
    (await api.request('GET /repos/{owner}/{repo}/codeowners/errors', { ...place })).data.errors.map(({ path, line, message }) => ({
      path,
      line,
      message,
    })),
  )
}

const FOLDER = '.github/workflows'

async function readWorkflows(api: GitHubApi, place: Place, branch: string): Promise<ReadonlyMap<string, string>> {
  const listing = await unless404('', () =>
    api.request('GET /repos/{owner}/{repo}/contents/{path}', { ...place, path: FOLDER, ref: branch }),
  )
  const names = Array.isArray(listing?.data) ? listing.data.flatMap(({ path }) => (/\.ya?ml$/.test(path) ? [path] : [])) : []
  const texts = await Promise.all(
    names.map(async (path): Promise<[string, string]> => {
      const { data } = await api.request('GET /repos/{owner}/{repo}/contents/{path}', { ...place, path, ref: branch })
      return [path, 'content' in data && typeof data.content === 'string' ? Buffer.from(data.content, 'base64').toString('utf8') : '']
    }),
  )
  return new Map(texts)
}

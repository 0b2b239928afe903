import type { GitHubApi } from './api.ts'
import { readIfVisible, unless404, type VisibleSetting } from './read-if-visible.ts'
import type { RepositoryName } from './raw-answers.ts'

export interface EnvironmentFacts {
  /** Which branches may use it: those that its policies name, protected ones, or all. */
  readonly open: 'named' | 'protected' | 'all'
  /** Branches and tags that may use it, by name or pattern. */
  readonly policies: readonly { readonly id: number; readonly name: string; readonly isTag: boolean }[]
  /** Who approves its jobs: logins, and teams as `team NAME`. If this is empty, jobs run at once. */
  readonly reviewers: readonly string[]
  /** Whether people cannot approve a run that they started. */
  readonly preventsSelfReview: boolean
  /** Names of its secrets. */
  readonly secrets: VisibleSetting<readonly string[]>
}

/** Reads an environment; null if there is none of that name. */
export async function readEnvironment(
  api: GitHubApi,
  place: RepositoryName,
  name: string,
): Promise<EnvironmentFacts | null> {
  const where = { ...place, environment_name: name }
  // everyone who can read the repository sees all its environments: one that is not listed does not exist
  const all =
    (await api.request('GET /repos/{owner}/{repo}/environments', { ...place, per_page: 100 })).data.environments ?? []
  const found = all.find((one) => one.name === name)
  if (!found) return null
  const policies = await readPolicies(api, where, found.deployment_branch_policy)
  const reviews = (found.protection_rules ?? []).flatMap((rule) => ('reviewers' in rule ? [rule] : []))
  const reviewers = reviews.flatMap((rule) => rule.reviewers ?? []).flatMap(({ reviewer }) => reviewer ?? [])
  const secrets = await readIfVisible(async () =>
    (
      await api.request('GET /repos/{owner}/{repo}/environments/{environment_name}/secrets', {
        ...where,
        per_page: 100,
      })
    ).data.secrets.map((one) => one.name),
  )
  return {
    ...policies,
    reviewers: reviewers.map((one) => ('login' in one ? one.login : `team ${one.name}`)),
    preventsSelfReview: reviews.some((rule) => rule.prevent_self_review === true),
    secrets,
  }
}

/** Reads the policies. Each is for branches or for tags; anyone who may push can create a tag. */
async function readPolicies(
  api: GitHubApi,
  where: RepositoryName & { readonly environment_name: string },
  policy: { readonly custom_branch_policies: boolean } | null | undefined,
): Promise<Pick<EnvironmentFacts, 'open' | 'policies'>> {
  if (!policy) return { open: 'all', policies: [] }
  if (!policy.custom_branch_policies) return { open: 'protected', policies: [] }
  const path = 'GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies'
  const all = (await api.request(path, { ...where, per_page: 100 })).data.branch_policies
  return {
    open: 'named',
    policies: all.map(({ id, name, type }) => ({ id: id ?? 0, name: name ?? '', isTag: type === 'tag' })),
  }
}

/** Reads the names of the secrets that any workflow of the repository can read. */
export async function readSecrets(api: GitHubApi, place: RepositoryName): Promise<string[]> {
  const [own, shared] = await Promise.all([
    api.request('GET /repos/{owner}/{repo}/actions/secrets', { ...place, per_page: 100 }),
    api.request('GET /repos/{owner}/{repo}/actions/organization-secrets', { ...place, per_page: 100 }),
  ])
  return [...own.data.secrets, ...shared.data.secrets].map(({ name }) => name)
}

/** Reads what is wrong with CODEOWNERS; null if there is no such file. */
export async function readCodeowners(
  api: GitHubApi,
  place: RepositoryName,
): Promise<{ path: string; line: number; message: string }[] | null> {
  // everyone who can read the repository can read this: a 404 means that there is no file
  return unless404('', async () =>
    (await api.request('GET /repos/{owner}/{repo}/codeowners/errors', { ...place })).data.errors.map(
      ({ path, line, message }) => ({
        path,
        line,
        message,
      }),
    ),
  )
}

const FOLDER = '.github/workflows'

/** Reads the workflows of a branch, with their texts. */
export async function readWorkflows(
  api: GitHubApi,
  place: RepositoryName,
  branch: string,
): Promise<ReadonlyMap<string, string>> {
  const listing = await unless404('', () =>
    api.request('GET /repos/{owner}/{repo}/contents/{path}', { ...place, path: FOLDER, ref: branch }),
  )
  const names = Array.isArray(listing?.data)
    ? listing.data.flatMap(({ path }) => (/\.ya?ml$/.test(path) ? [path] : []))
    : []
  const texts = await Promise.all(
    names.map(async (path): Promise<[string, string]> => {
      const { data } = await api.request('GET /repos/{owner}/{repo}/contents/{path}', { ...place, path, ref: branch })
      return [
        path,
        'content' in data && typeof data.content === 'string'
          ? Buffer.from(data.content, 'base64').toString('utf8')
          : '',
      ]
    }),
  )
  return new Map(texts)
}

/** Reads the state of each workflow, by path: `active`, or why not. */
export async function readRuns(api: GitHubApi, place: RepositoryName): Promise<ReadonlyMap<string, string>> {
  const { workflows } = (await api.request('GET /repos/{owner}/{repo}/actions/workflows', { ...place, per_page: 100 }))
    .data
  return new Map(workflows.map(({ path, state }) => [path, state]))
}

/** Reads a person's permission; null if GitHub has no such account. */
export async function readPermission(api: GitHubApi, place: RepositoryName, login: string): Promise<string | null> {
  const path = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission'
  return unless404(
    'is not a user',
    async () => (await api.request(path, { ...place, username: login })).data.permission,
  )
}

import type { GitHubApi } from './api.ts'
import { looking, unless404, type Seen } from './visible.ts'
import type { Place } from './shapes.ts'

export interface EnvironmentFacts {
  /** Whether it is for those whom its policies name, for protected branches, or for anything. */
  readonly open: 'named' | 'protected' | 'all'
  /** Branches and tags that may use it, by name or pattern. */
  readonly policies: readonly { readonly id: number; readonly name: string; readonly isTag: boolean }[]
  /** Who lets its jobs run: logins, and teams as `team NAME`. Where there is nobody, they run at once. */
  readonly reviewers: readonly string[]
  /** Whether nobody lets run what they started themselves. */
  readonly preventsSelfReview: boolean
  /** Names of its secrets. */
  readonly secrets: Seen<readonly string[]>
}

/** An environment; null where there is none of that name. */
export async function readEnvironment(api: GitHubApi, place: Place, name: string): Promise<EnvironmentFacts | null> {
  const where = { ...place, environment_name: name }
  // everybody who can read the repository sees its environments: where they are listed, what is missing is not there
  const all =
    (await api.request('GET /repos/{owner}/{repo}/environments', { ...place, per_page: 100 })).data.environments ?? []
  const found = all.find((one) => one.name === name)
  if (!found) return null
  const policies = await readPolicies(api, where, found.deployment_branch_policy)
  const reviews = (found.protection_rules ?? []).flatMap((rule) => ('reviewers' in rule ? [rule] : []))
  const reviewers = reviews.flatMap((rule) => rule.reviewers ?? []).flatMap(({ reviewer }) => reviewer ?? [])
  const secrets = await looking(async () =>
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

/** A policy is for a branch or for a tag: anybody who may push makes a tag. */
async function readPolicies(
  api: GitHubApi,
  where: Place & { readonly environment_name: string },
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

/** Names of the secrets that any workflow of the repository can read. */
export async function readSecrets(api: GitHubApi, place: Place): Promise<string[]> {
  const [own, shared] = await Promise.all([
    api.request('GET /repos/{owner}/{repo}/actions/secrets', { ...place, per_page: 100 }),
    api.request('GET /repos/{owner}/{repo}/actions/organization-secrets', { ...place, per_page: 100 }),
  ])
  return [...own.data.secrets, ...shared.data.secrets].map(({ name }) => name)
}

/** What is wrong with CODEOWNERS; null where there is none. */
export async function readCodeowners(
  api: GitHubApi,
  place: Place,
): Promise<{ path: string; line: number; message: string }[] | null> {
  // whoever reads the repository reads this, too: nothing there is no file
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

/** The workflows of a branch, with their texts. */
export async function readWorkflows(
  api: GitHubApi,
  place: Place,
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

/** What GitHub makes of each workflow, by path: `active`, or why not. */
export async function readRuns(api: GitHubApi, place: Place): Promise<ReadonlyMap<string, string>> {
  const { workflows } = (await api.request('GET /repos/{owner}/{repo}/actions/workflows', { ...place, per_page: 100 }))
    .data
  return new Map(workflows.map(({ path, state }) => [path, state]))
}

/** What somebody may do here; null where GitHub knows nobody of that name. */
export async function readPermission(api: GitHubApi, place: Place, login: string): Promise<string | null> {
  const path = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission'
  return unless404(
    'is not a user',
    async () => (await api.request(path, { ...place, username: login })).data.permission,
  )
}

import type { GitHubApi } from './api.ts'
import { ADMINISTRATORS_ONLY, BYPASS_BY_FORCE } from './texts.ts'
import { unless404, type VisibleSetting } from './read-if-visible.ts'
import type { RepositoryName } from './raw-answers.ts'

/** The rules for everyone who changes a branch: a branch protection, or a ruleset with its name. */
export interface BranchRules {
  readonly name: string
  /** Each with the id of the app that has to report it; null if any app may. */
  readonly checks: readonly { readonly context: string; readonly app: number | null }[]
  /** Whether a branch has to be up to date before it is merged. */
  readonly strict: boolean
  /** null if no review is needed. */
  readonly reviews: { readonly count: number; readonly codeOwners: boolean; readonly lastPush: boolean } | null
  /** Whether nobody can force-push or delete the branch. */
  readonly grows: boolean
  /** People and apps that these rules do not bind, in words. */
  readonly bypass: VisibleSetting<readonly string[]>
}

/** The name of a branch protection among the guards, and of administrators among those it does not bind. */
export const PROTECTION = 'branch protection'
export const ADMINISTRATORS = 'administrators'

/** Reads the protection of a branch; empty if it has none. */
export async function readProtection(api: GitHubApi, place: RepositoryName, branch: string): Promise<BranchRules[]> {
  const protection = await unless404('Branch not protected', async () => {
    const { data } = await api.request('GET /repos/{owner}/{repo}/branches/{branch}/protection', { ...place, branch })
    const reviews = data.required_pull_request_reviews
    const { users = [], teams = [], apps = [] } = reviews?.bypass_pull_request_allowances ?? {}
    const bypass = [
      ...(data.enforce_admins?.enabled === true ? [] : [ADMINISTRATORS]),
      ...(data.allow_force_pushes?.enabled === true ? [BYPASS_BY_FORCE] : []),
      ...users.map(({ login }) => `@${login}`),
      ...[...teams, ...apps].flatMap((one) => one?.slug ?? []),
    ]
    return {
      name: PROTECTION,
      checks: checksIn(data.required_status_checks),
      strict: data.required_status_checks?.strict ?? false,
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

/** Reads the active rules for a branch, by ruleset. The branch does not need to exist. */
export async function readRules(api: GitHubApi, place: RepositoryName, branch: string): Promise<BranchRules[]> {
  const rules = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...place, branch, ...at }),
  )
  const guards: BranchRules[] = []
  for (const id of new Set(rules.flatMap(({ ruleset_id: one }) => one ?? []))) {
    const own = rules.filter(({ ruleset_id: one }) => one === id)
    const { data } = await api.request('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...place, ruleset_id: id })
    const waits = own.flatMap((rule) =>
      rule.type === 'required_status_checks' && rule.parameters ? [rule.parameters] : [],
    )
    const asked = own.flatMap((rule) => (rule.type === 'pull_request' && rule.parameters ? [rule.parameters] : []))[0]
    guards.push({
      name: `ruleset ${data.name}`,
      checks: waits.flatMap((one) =>
        one.required_status_checks.map(({ context, integration_id: app }) => ({ context, app: app ?? null })),
      ),
      strict: waits.some((one) => one.strict_required_status_checks_policy),
      reviews: asked
        ? {
            count: asked.required_approving_review_count,
            codeOwners: asked.require_code_owner_review,
            lastPush: asked.require_last_push_approval,
          }
        : null,
      grows: ['deletion', 'non_fast_forward'].every((type) => own.some((rule) => rule.type === type)),
      // GitHub leaves the list out if the token may not change it
      bypass:
        data.bypass_actors === undefined
          ? { seen: false, why: ADMINISTRATORS_ONLY }
          : {
              seen: true,
              value: data.bypass_actors.map(({ actor_type: type, actor_id: one }) => `${type} ${one ?? ''}`.trim()),
            },
    })
  }
  return guards
}

interface Required {
  readonly checks?: readonly { readonly context: string; readonly app_id: number | null }[]
  readonly contexts: readonly string[]
}

/** Before checks had a source, GitHub answered with names only. */
const checksIn = (required: Required | undefined): BranchRules['checks'] =>
  required?.checks?.map(({ context, app_id: app }) => ({ context, app })) ??
  required?.contexts.map((context) => ({ context, app: null })) ??
  []

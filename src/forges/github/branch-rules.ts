import type { GitHubApi } from './api.ts'
import { unless404, type Seen } from './visible.ts'
import type { Place } from './shapes.ts'

/** What holds for whoever changes a branch: a branch protection, or a ruleset with its name. */
export interface Guard {
  readonly name: string
  /** Each with the id of the app that has to report it; null where anything may. */
  readonly checks: readonly { readonly context: string; readonly app: number | null }[]
  /** Whether a branch has to be up to date before it is merged. */
  readonly strict: boolean
  /** null where no review is asked for. */
  readonly reviews: { readonly count: number; readonly codeOwners: boolean; readonly lastPush: boolean } | null
  /** Whether the branch can neither be set back nor taken away. */
  readonly grows: boolean
  /** Who is not held to it, in words. */
  readonly bypass: Seen<readonly string[]>
}

/** What the protection of a branch is called among its guards, and administrators among those who pass one by. */
export const PROTECTION = 'branch protection'
export const ADMINISTRATORS = 'administrators'

/** The protection of a branch; nothing where it has none. */
export async function readProtection(api: GitHubApi, place: Place, branch: string): Promise<Guard[]> {
  const protection = await unless404('Branch not protected', async () => {
    const { data } = await api.request('GET /repos/{owner}/{repo}/branches/{branch}/protection', { ...place, branch })
    const reviews = data.required_pull_request_reviews
    const { users = [], teams = [], apps = [] } = reviews?.bypass_pull_request_allowances ?? {}
    const bypass = [
      ...(data.enforce_admins?.enabled === true ? [] : [ADMINISTRATORS]),
      ...(data.allow_force_pushes?.enabled === true ? ['whoever pushes with force'] : []),
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

/** The rules that are in force on a branch, there or not, by the ruleset that they come from. */
export async function readRules(api: GitHubApi, place: Place, branch: string): Promise<Guard[]> {
  const rules = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...place, branch, ...at }),
  )
  const guards: Guard[] = []
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
      // GitHub leaves the list out for whoever may not change it
      bypass:
        data.bypass_actors === undefined
          ? { seen: false, why: 'GitHub shows it to administrators only' }
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

/** Names alone are what GitHub answered before checks had a source. */
const checksIn = (required: Required | undefined): Guard['checks'] =>
  required?.checks?.map(({ context, app_id: app }) => ({ context, app })) ??
  required?.contexts.map((context) => ({ context, app: null })) ??
  []

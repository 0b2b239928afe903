import { fullName, node, userShape, WEB, type Json } from './shapes-base.ts'
import { userOf, type State } from './state.ts'
import type { Environment, Protection, Rules } from './settings.ts'

/** A secret or a variable, of which nobody is told more than the name. */
export const named = (state: State, name: string): Json => ({
  name,
  created_at: state.created,
  updated_at: state.created,
})

/** Who may use an environment: its id goes by what it names, so that it stays when others go. */
export function policyShape(name: string, type: 'branch' | 'tag'): Json & { readonly id: number } {
  const id = Buffer.from(`${type} ${name}`).reduce((sum, byte) => (sum * 31 + byte) % 1_000_000_007, 7)
  return { id, node_id: node('DBP', id), name, type }
}

/** An environment, its reviewers and the branches that may use it. */
export function environmentShape(
  state: State,
  name: string,
  { branches, reviewers, preventSelfReview }: Environment,
): Json {
  const id = Object.keys(state.settings.environments).indexOf(name) + 1
  const url = `${state.api}/repos/${fullName(state)}/environments/${name}`
  const people = reviewers.map((login) => ({ type: 'User', reviewer: userShape(state, userOf(state, login)) }))
  const review = {
    id: id * 10,
    node_id: node('GA', id * 10),
    type: 'required_reviewers',
    prevent_self_review: preventSelfReview,
    reviewers: people,
  }
  const branch = { id: id * 10 + 1, node_id: node('GA', id * 10 + 1), type: 'branch_policy' }
  return {
    id,
    node_id: node('EN', id),
    name,
    url,
    html_url: `${WEB}/${fullName(state)}/deployments/activity_log?environments_filter=${name}`,
    created_at: state.created,
    updated_at: state.created,
    protection_rules: [...(reviewers.length > 0 ? [review] : []), ...(branches === null ? [] : [branch])],
    deployment_branch_policy:
      branches === null
        ? null
        : { protected_branches: branches === 'protected', custom_branch_policies: branches !== 'protected' },
  }
}

const protectionUrl = (state: State): string =>
  `${state.api}/repos/${fullName(state)}/branches/${state.defaultBranch}/protection`

/** The checks that a branch waits for. */
export const requiredShape = (state: State, { checks, strict }: Protection): Json => ({
  url: `${protectionUrl(state)}/required_status_checks`,
  strict,
  contexts: checks.map(({ context }) => context),
  contexts_url: `${protectionUrl(state)}/required_status_checks/contexts`,
  checks: checks.map(({ context, app }) => ({ context, app_id: app })),
})

/** The reviews that it waits for. */
export const reviewsShape = (state: State, { approvals, codeOwners, lastPush }: Protection): Json => ({
  url: `${protectionUrl(state)}/required_pull_request_reviews`,
  dismiss_stale_reviews: false,
  require_code_owner_reviews: codeOwners,
  require_last_push_approval: lastPush,
  required_approving_review_count: approvals,
})

/** Whether that holds for administrators, too. */
export const enforcedShape = (state: State, { forEverybody }: Protection): Json => ({
  url: `${protectionUrl(state)}/enforce_admins`,
  enabled: forEverybody,
})

/** A branch protection as a whole. */
export function protectionShape(state: State, protection: Protection): Json {
  const { checks, approvals } = protection
  return {
    url: protectionUrl(state),
    ...(checks.length > 0 ? { required_status_checks: requiredShape(state, protection) } : {}),
    ...(approvals === null ? {} : { required_pull_request_reviews: reviewsShape(state, protection) }),
    enforce_admins: enforcedShape(state, protection),
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
  }
}

/** The same as rules of a ruleset. */
export function rulesOf(one: Protection | Rules): Json[] {
  if ('types' in one) return one.types.map((type) => ({ type }))
  const { checks, strict, approvals, codeOwners, lastPush } = one
  const parameters = {
    required_approving_review_count: approvals,
    require_code_owner_review: codeOwners,
    dismiss_stale_reviews_on_push: false,
    require_last_push_approval: lastPush,
    required_review_thread_resolution: false,
  }
  const required = {
    required_status_checks: checks.map(({ context, app }) => ({
      context,
      ...(app === null ? {} : { integration_id: app }),
    })),
    strict_required_status_checks_policy: strict,
  }
  return [
    ...(approvals === null ? [] : [{ type: 'pull_request', parameters }]),
    ...(checks.length > 0 ? [{ type: 'required_status_checks', parameters: required }] : []),
  ]
}

/** A ruleset of the repository. */
export type Ruleset = State['settings']['rulesets'][number]

/** A ruleset as lists show it. */
export const rulesetShape = (state: State, { id, name, enforcement }: Ruleset): Json => ({
  id,
  name,
  source: fullName(state),
  source_type: 'Repository',
  target: 'branch',
  enforcement,
  node_id: node('RRS', id),
  created_at: state.created,
  updated_at: state.created,
})

/** With what only administrators see. */
export function wholeRuleset(state: State, one: Ruleset, forAdmin: boolean): Json {
  const bypass = one.forEverybody ? [] : [{ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always' }]
  return {
    ...rulesetShape(state, one),
    conditions: { ref_name: { include: ['include' in one ? one.include : '~DEFAULT_BRANCH'], exclude: [] } },
    rules: rulesOf(one),
    ...(forAdmin ? { bypass_actors: bypass } : {}),
  }
}

/** A variable has a value besides. */
export const valued = (what: 'secrets' | 'variables', one: Json): Json =>
  what === 'variables' ? { ...one, value: '' } : one

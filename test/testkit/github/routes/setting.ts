import { Refusal } from '../../../../src/sandbox/failure.ts'
import { isRecord, text, textParam, texts, write, type Call, type Route } from '../http.ts'
import type { Json } from '../shapes-base.ts'
import { demand, DOCS, invalid, notFound } from '../state.ts'
import type { Environment, Protection } from '../settings.ts'
import {
  enforcedShape,
  environmentShape,
  policyShape,
  protectionShape,
  requiredShape,
  reviewsShape,
  wholeRuleset,
} from '../shapes-settings.ts'
import { environmentOf, paidOnly } from './settings.ts'

const NEW: Environment = { branches: null, reviewers: [], preventSelfReview: false, secrets: [], variables: [] }

function setEnvironment(call: Call): Json {
  const { state, body } = call
  demand(state, call.actor, 'admin')
  paidOnly(call)
  const name = textParam(call, 'environment_name')
  const policy = body.deployment_branch_policy
  if (isRecord(policy) && policy.protected_branches === policy.custom_branch_policies) {
    throw invalid(
      'Environment',
      'deployment_branch_policy',
      'custom',
      'protected_branches and custom_branch_policies cannot have the same value.',
    )
  }
  const before = state.settings.environments[name]?.branches
  const branches = !isRecord(policy)
    ? null
    : policy.protected_branches === true
      ? 'protected'
      : Array.isArray(before)
        ? before
        : []
  const made: Environment = {
    ...NEW,
    ...state.settings.environments[name],
    branches,
    reviewers: reviewersIn(call),
    preventSelfReview: body.prevent_self_review === true,
  }
  state.settings.environments = { ...state.settings.environments, [name]: made }
  return environmentShape(state, name, made)
}

/** People by their ids. */
function reviewersIn({ state, body }: Call): string[] {
  const given: readonly unknown[] = Array.isArray(body.reviewers) ? body.reviewers : []
  const ids = given.flatMap((one) => (isRecord(one) && typeof one.id === 'number' ? [one.id] : []))
  return [...state.users.values()].filter(({ id }) => ids.includes(id)).map(({ login }) => login)
}

function addBranch(call: Call): Json {
  demand(call.state, call.actor, 'admin')
  const environment = environmentOf(call)
  const name = text(call, 'name', 'DeploymentBranchPolicy')
  if (!Array.isArray(environment.branches)) throw notFound()
  environment.branches = [...new Set([...environment.branches, name])]
  return policyShape(name, 'branch')
}

function removePolicy(call: Call): void {
  demand(call.state, call.actor, 'admin')
  const environment = environmentOf(call)
  const others =
    (type: 'branch' | 'tag') =>
    (name: string): boolean =>
      String(policyShape(name, type).id) !== textParam(call, 'branch_policy_id')
  if (Array.isArray(environment.branches)) environment.branches = environment.branches.filter(others('branch'))
  environment.tags = (environment.tags ?? []).filter(others('tag'))
}

/** -1 stands for any app. */
const appOf = (id: unknown): number | null => (typeof id === 'number' && id > 0 ? id : null)

function checksIn({ checks, contexts }: Readonly<Record<string, unknown>>): Protection['checks'] {
  const given: readonly unknown[] = Array.isArray(checks) ? checks : []
  return [
    ...texts(contexts).map((context) => ({ context, app: null })),
    ...given.flatMap((one) =>
      isRecord(one) && typeof one.context === 'string' ? [{ context: one.context, app: appOf(one.app_id) }] : [],
    ),
  ]
}

function protectionIn({ body }: Call): Protection {
  const reviews = isRecord(body.required_pull_request_reviews) ? body.required_pull_request_reviews : null
  const required = isRecord(body.required_status_checks) ? body.required_status_checks : {}
  return {
    checks: checksIn(required),
    strict: required.strict === true,
    approvals: reviews === null ? null : Number(reviews.required_approving_review_count ?? 1),
    codeOwners: reviews?.require_code_owner_reviews === true,
    lastPush: reviews?.require_last_push_approval === true,
    forEverybody: body.enforce_admins === true,
  }
}

/**
 * The protection that a part of is set: GitHub answers that a part is not there, in its own words, to whoever would
 * change it.
 */
function protectionOf(call: Call): Protection {
  demand(call.state, call.actor, 'admin')
  paidOnly(call)
  const { protection } = call.state.settings
  if (!protection || textParam(call, 'branch') !== call.state.defaultBranch) throw absent('Branch not protected')
  return protection
}

const absent = (message: string): Refusal => new Refusal(404, { message, documentation_url: DOCS, status: '404' })

/** What is left out stays. */
function changeChecks(call: Call): Json {
  const protection = protectionOf(call)
  if (protection.checks.length === 0) throw absent('Required status checks not enabled')
  const { body } = call
  if (body.checks !== undefined || body.contexts !== undefined) protection.checks = checksIn(body)
  if (typeof body.strict === 'boolean') protection.strict = body.strict
  return requiredShape(call.state, protection)
}

function changeReviews(call: Call): Json {
  const protection = protectionOf(call)
  const { body } = call
  protection.approvals = Number(body.required_approving_review_count ?? protection.approvals ?? 1)
  if (typeof body.require_code_owner_reviews === 'boolean') protection.codeOwners = body.require_code_owner_reviews
  if (typeof body.require_last_push_approval === 'boolean') protection.lastPush = body.require_last_push_approval
  return reviewsShape(call.state, protection)
}

function enforceAdmins(call: Call): Json {
  const protection = protectionOf(call)
  protection.forEverybody = true
  return enforcedShape(call.state, protection)
}

/** Of rules that take no parameters. */
function addRuleset(call: Call): Json {
  const { state, body } = call
  demand(state, call.actor, 'admin')
  paidOnly(call)
  const names =
    isRecord(body.conditions) && isRecord(body.conditions.ref_name) ? texts(body.conditions.ref_name.include) : []
  const rules = Array.isArray(body.rules)
    ? body.rules.flatMap((rule) => (isRecord(rule) && typeof rule.type === 'string' ? [rule.type] : []))
    : []
  const name = text(call, 'name', 'Ruleset')
  if (state.settings.rulesets.some((one) => one.name === name))
    throw invalid('Ruleset', 'name', 'custom', 'Name must be unique')
  const made = {
    id: state.nextId(),
    name,
    enforcement: 'active' as const,
    include: names[0] ?? '',
    types: rules,
    forEverybody: !Array.isArray(body.bypass_actors) || body.bypass_actors.length === 0,
  }
  state.settings.rulesets = [...state.settings.rulesets, made]
  return wholeRuleset(state, made, true)
}

/** Settings, set as scripts do. */
export const SETTING: readonly Route[] = [
  {
    method: 'PUT',
    path: '/environments/{environment_name}',
    need: write('administration'),
    handle: (call) => ({ body: setEnvironment(call) }),
  },
  {
    method: 'POST',
    path: '/environments/{environment_name}/deployment-branch-policies',
    need: write('administration'),
    handle: (call) => ({ body: addBranch(call) }),
  },
  {
    method: 'DELETE',
    path: '/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}',
    need: write('administration'),
    handle: (call) => {
      removePolicy(call)
      return { status: 204 }
    },
  },
  {
    method: 'PUT',
    path: '/branches/{branch}/protection',
    need: write('administration'),
    handle: (call) => {
      demand(call.state, call.actor, 'admin')
      paidOnly(call)
      call.state.settings.protection = protectionIn(call)
      return { body: protectionShape(call.state, call.state.settings.protection) }
    },
  },
  {
    method: 'PATCH',
    path: '/branches/{branch}/protection/required_status_checks',
    need: write('administration'),
    handle: (call) => ({ body: changeChecks(call) }),
  },
  {
    method: 'PATCH',
    path: '/branches/{branch}/protection/required_pull_request_reviews',
    need: write('administration'),
    handle: (call) => ({ body: changeReviews(call) }),
  },
  {
    method: 'POST',
    path: '/branches/{branch}/protection/enforce_admins',
    need: write('administration'),
    handle: (call) => ({ body: enforceAdmins(call) }),
  },
  {
    method: 'POST',
    path: '/rulesets',
    need: write('administration'),
    handle: (call) => ({ status: 201, body: addRuleset(call) }),
  },
  {
    method: 'PUT',
    path: '/actions/permissions/workflow',
    need: write('administration'),
    handle: ({ state, actor, body }) => {
      demand(state, actor, 'admin')
      state.settings.actionsMayOpenPullRequests = body.can_approve_pull_request_reviews === true
      state.settings.workflowsMayWrite = body.default_workflow_permissions === 'write'
      return { status: 204 }
    },
  },
]

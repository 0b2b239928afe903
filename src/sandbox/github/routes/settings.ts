import { matchesGlob } from 'node:path'
import { Refusal } from '../../failure.ts'
import { read, textParam, type Call, type Route } from '../http.ts'
import { fullName, node, userShape, WEB, type Json } from '../shapes-base.ts'
import { demand, DOCS, notFound, reaches, userOf, type State } from '../state.ts'
import type { Environment, Protection, Rules } from '../settings.ts'

const named = (state: State, name: string): Json => ({ name, created_at: state.created, updated_at: state.created })

/** Who may not administer is told that nothing is there. */
function adminOnly({ state, actor }: Call): void {
  if (!reaches(state, actor.user, 'admin')) throw notFound()
}

/** What the free plan has for public repositories alone. */
export function paidOnly({ state }: Call): void {
  if (state.private && state.free)
    throw new Refusal(403, {
      message: 'Upgrade to GitHub Pro or make this repository public to enable this feature.',
      documentation_url: DOCS,
      status: '403',
    })
}

/** Who may use an environment: its id goes by what it names, so that it stays when others go. */
export function policyShape(name: string, type: 'branch' | 'tag'): Json & { readonly id: number } {
  const id = Buffer.from(`${type} ${name}`).reduce((sum, byte) => (sum * 31 + byte) % 1_000_000_007, 7)
  return { id, node_id: node('DBP', id), name, type }
}

export function environmentOf(call: Call): Environment {
  const found = call.state.settings.environments[textParam(call, 'environment_name')]
  if (!found) throw notFound()
  return found
}

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

export const requiredShape = (state: State, { checks, strict }: Protection): Json => ({
  url: `${protectionUrl(state)}/required_status_checks`,
  strict,
  contexts: checks.map(({ context }) => context),
  contexts_url: `${protectionUrl(state)}/required_status_checks/contexts`,
  checks: checks.map(({ context, app }) => ({ context, app_id: app })),
})

export const reviewsShape = (state: State, { approvals, codeOwners, lastPush }: Protection): Json => ({
  url: `${protectionUrl(state)}/required_pull_request_reviews`,
  dismiss_stale_reviews: false,
  require_code_owner_reviews: codeOwners,
  require_last_push_approval: lastPush,
  required_approving_review_count: approvals,
})

export const enforcedShape = (state: State, { forEverybody }: Protection): Json => ({
  url: `${protectionUrl(state)}/enforce_admins`,
  enabled: forEverybody,
})

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

function rulesOf(one: Protection | Rules): Json[] {
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

type Ruleset = State['settings']['rulesets'][number]

const rulesetShape = (state: State, { id, name, enforcement }: Ruleset): Json => ({
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

/** Settings: what only an administrator sees is not there for others. */
export const SETTINGS: readonly Route[] = [
  {
    method: 'GET',
    path: '/branches/{branch}/protection',
    need: read('administration'),
    handle: (call) => {
      adminOnly(call)
      paidOnly(call)
      const { protection } = call.state.settings
      if (!protection || textParam(call, 'branch') !== call.state.defaultBranch)
        throw new Refusal(404, { message: 'Branch not protected', documentation_url: DOCS, status: '404' })
      return { body: protectionShape(call.state, protection) }
    },
  },
  {
    method: 'GET',
    path: '/rules/branches/{branch}',
    need: read('metadata'),
    handle: (call) => {
      paidOnly(call)
      const branch = textParam(call, 'branch')
      const covers = (one: Ruleset): boolean =>
        'include' in one ? matchesGlob(`refs/heads/${branch}`, one.include) : branch === call.state.defaultBranch
      const active = call.state.settings.rulesets.filter((one) => one.enforcement === 'active' && covers(one))
      return {
        items: active.flatMap((one) =>
          rulesOf(one).map((rule) => ({
            ...rule,
            ruleset_source_type: 'Repository',
            ruleset_source: fullName(call.state),
            ruleset_id: one.id,
          })),
        ),
      }
    },
  },
  {
    method: 'GET',
    path: '/rulesets',
    need: read('metadata'),
    handle: (call) => {
      paidOnly(call)
      return { items: call.state.settings.rulesets.map((one) => rulesetShape(call.state, one)) }
    },
  },
  {
    method: 'GET',
    path: '/rulesets/{ruleset_id}',
    need: read('metadata'),
    handle: (call) => {
      const { state, actor } = call
      const one = state.settings.rulesets.find(({ id }) => String(id) === textParam(call, 'ruleset_id'))
      if (!one) throw notFound()
      return { body: wholeRuleset(state, one, reaches(state, actor.user, 'admin')) }
    },
  },
  {
    method: 'GET',
    path: '/environments',
    need: read('actions'),
    handle: ({ state }) => ({
      as: 'environments',
      items: Object.entries(state.settings.environments).map(([name, one]) => environmentShape(state, name, one)),
    }),
  },
  {
    method: 'GET',
    path: '/environments/{environment_name}',
    need: read('actions'),
    handle: (call) => ({
      body: environmentShape(call.state, textParam(call, 'environment_name'), environmentOf(call)),
    }),
  },
  {
    method: 'GET',
    path: '/environments/{environment_name}/deployment-branch-policies',
    need: read('actions'),
    handle: (call) => {
      const { branches, tags = [] } = environmentOf(call)
      const policies = Array.isArray(branches)
        ? [
            ...branches.map((name: string) => policyShape(name, 'branch')),
            ...tags.map((name) => policyShape(name, 'tag')),
          ]
        : []
      return { as: 'branch_policies', items: policies }
    },
  },
  ...(['secrets', 'variables'] as const).flatMap((what): Route[] => [
    {
      method: 'GET',
      path: `/environments/{environment_name}/${what}`,
      need: read('environments'),
      handle: (call) => {
        demand(call.state, call.actor, 'admin')
        return { as: what, items: environmentOf(call)[what].map((name) => valued(what, named(call.state, name))) }
      },
    },
    {
      method: 'GET',
      path: `/actions/${what}`,
      need: read(what),
      handle: (call) => {
        demand(call.state, call.actor, 'write')
        return { as: what, items: call.state.settings[what].map((name) => valued(what, named(call.state, name))) }
      },
    },
  ]),
  {
    method: 'GET',
    path: '/actions/organization-secrets',
    need: read('secrets'),
    handle: (call) => {
      demand(call.state, call.actor, 'write')
      return { as: 'secrets', items: call.state.settings.organizationSecrets.map((name) => named(call.state, name)) }
    },
  },
  {
    method: 'GET',
    path: '/actions/workflows',
    need: read('actions'),
    handle: async ({ state }) => ({ as: 'workflows', items: await workflowShapes(state) }),
  },
  {
    method: 'GET',
    path: '/actions/permissions/workflow',
    need: read('administration'),
    handle: (call) => {
      demand(call.state, call.actor, 'admin')
      return {
        body: {
          default_workflow_permissions: call.state.settings.workflowsMayWrite ? 'write' : 'read',
          can_approve_pull_request_reviews: call.state.settings.actionsMayOpenPullRequests,
        },
      }
    },
  },
]

/** The workflows of the default branch. */
async function workflowShapes(state: State): Promise<Json[]> {
  const out = await state.git.run(['ls-tree', '-z', '--name-only', state.defaultBranch, '.github/workflows/'])
  const paths = out.split('\0').filter((path) => /\.ya?ml$/.test(path))
  const repository = `${WEB}/${fullName(state)}`
  return paths.map((path, at) => ({
    id: at + 1,
    node_id: node('W', at + 1),
    name: path,
    path,
    state: state.settings.workflowStates[path] ?? 'active',
    created_at: state.created,
    updated_at: state.created,
    url: `${state.api}/repos/${fullName(state)}/actions/workflows/${at + 1}`,
    html_url: `${repository}/blob/${state.defaultBranch}/${path}`,
    badge_url: `${repository}/workflows/${path}/badge.svg`,
  }))
}

const valued = (what: 'secrets' | 'variables', one: Json): Json => (what === 'variables' ? { ...one, value: '' } : one)

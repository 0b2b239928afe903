import { matchesGlob } from 'node:path'
import { Refusal } from '../../../../src/sandbox/failure.ts'
import { read, textParam, type Call, type Route } from '../http.ts'
import { fullName, node, WEB, type Json } from '../shapes-base.ts'
import { demand, DOCS, notFound, reaches, type State } from '../state.ts'
import type { Environment } from '../settings.ts'
import {
  named,
  policyShape,
  environmentShape,
  protectionShape,
  rulesOf,
  type Ruleset,
  rulesetShape,
  wholeRuleset,
  valued,
} from '../shapes-settings.ts'

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

export function environmentOf(call: Call): Environment {
  const found = call.state.settings.environments[textParam(call, 'environment_name')]
  if (!found) throw notFound()
  return found
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

import type { Handler } from '../http.ts'
import type { RouteAccess } from '../tokens.ts'
import { deleteBlock, listBlocks, postBlock, putBlock, showBlock } from './blocks.ts'
import {
  deleteAllow,
  deleteEmail,
  deleteIp,
  listAllows,
  listEmail,
  listIp,
  postAllow,
  postEmail,
  postIp,
  putIp,
  showAllow,
  showEmail,
  showIp,
} from './other-blocks.ts'
import { postMeasures } from './measures.ts'
import { listPeople, showApp, showCredentials } from './people.ts'
import { listStatuses, postStatus, showSource } from './statuses.ts'
import {
  listPeers,
  listPublicBlocks,
  listRules,
  showDescription,
  showHealth,
  showInstance,
  showNodeinfo,
  showOauth,
  showPrivacyPolicy,
  showTerms,
} from './public.ts'

export interface Route {
  readonly method: string
  readonly path: string
  readonly access: RouteAccess
  readonly handle: Handler
}

const staff = (permission: string, scope: string, suffix?: string): RouteAccess => ({
  by: 'staff',
  permission,
  scopes: suffix === undefined ? [scope] : [scope, `${scope}:${suffix}`],
})

interface ResourceHandlers {
  readonly list: Handler
  readonly show: Handler
  readonly create: Handler
  readonly update?: Handler
  readonly destroy: Handler
}

function resource(name: string, permission: string, verbs: ResourceHandlers): Route[] {
  const [path, one] = [`/api/v1/admin/${name}`, `/api/v1/admin/${name}/:id`]
  const [reading, writing] = [staff(permission, 'admin:read', name), staff(permission, 'admin:write', name)]
  const updates =
    verbs.update === undefined
      ? []
      : ['PUT', 'PATCH'].map((method) => ({ method, path: one, access: writing, handle: verbs.update }))
  return [
    { method: 'GET', path, access: reading, handle: verbs.list },
    { method: 'GET', path: one, access: reading, handle: verbs.show },
    { method: 'POST', path, access: writing, handle: verbs.create },
    ...updates.flatMap(({ handle, ...route }) => (handle === undefined ? [] : [{ ...route, handle }])),
    { method: 'DELETE', path: one, access: writing, handle: verbs.destroy },
  ]
}

const anyone = (path: string, handle: Handler): Route => ({ method: 'GET', path, access: { by: 'anyone' }, handle })

/** Every route that the sandbox answers. */
const ROUTES: readonly Route[] = [
  ...resource('domain_blocks', 'manage_federation', {
    list: listBlocks,
    show: showBlock,
    create: postBlock,
    update: putBlock,
    destroy: deleteBlock,
  }),
  ...resource('domain_allows', 'manage_federation', {
    list: listAllows,
    show: showAllow,
    create: postAllow,
    destroy: deleteAllow,
  }),
  ...resource('email_domain_blocks', 'manage_blocks', {
    list: listEmail,
    show: showEmail,
    create: postEmail,
    destroy: deleteEmail,
  }),
  ...resource('ip_blocks', 'manage_blocks', {
    list: listIp,
    show: showIp,
    create: postIp,
    update: putIp,
    destroy: deleteIp,
  }),
  {
    method: 'POST',
    path: '/api/v1/admin/measures',
    access: staff('view_dashboard', 'admin:read'),
    handle: postMeasures,
  },
  {
    method: 'GET',
    path: '/api/v2/admin/accounts',
    access: staff('manage_users', 'admin:read', 'accounts'),
    handle: listPeople,
  },
  { method: 'GET', path: '/api/v1/apps/verify_credentials', access: { by: 'app' }, handle: showApp },
  {
    method: 'GET',
    path: '/api/v1/accounts/verify_credentials',
    access: { by: 'member', scopes: ['profile', 'read', 'read:accounts'] },
    handle: showCredentials,
  },
  {
    method: 'POST',
    path: '/api/v1/statuses',
    access: { by: 'member', scopes: ['write', 'write:statuses'] },
    handle: postStatus,
  },
  {
    method: 'GET',
    path: '/api/v1/accounts/:id/statuses',
    access: { by: 'member', scopes: ['read', 'read:statuses'] },
    handle: listStatuses,
  },
  {
    method: 'GET',
    path: '/api/v1/statuses/:id/source',
    access: { by: 'member', scopes: ['read', 'read:statuses'] },
    handle: showSource,
  },
  anyone('/api/v2/instance', showInstance),
  anyone('/api/v1/instance/rules', listRules),
  anyone('/api/v1/instance/extended_description', showDescription),
  anyone('/api/v1/instance/privacy_policy', showPrivacyPolicy),
  anyone('/api/v1/instance/terms_of_service', showTerms),
  anyone('/api/v1/instance/terms_of_service/:date', showTerms),
  anyone('/api/v1/instance/domain_blocks', listPublicBlocks),
  anyone('/api/v1/instance/peers', listPeers),
  anyone('/nodeinfo/2.0', showNodeinfo),
  anyone('/nodeinfo/2.0.json', showNodeinfo),
  anyone('/health', showHealth),
  anyone('/health.json', showHealth),
  anyone('/.well-known/oauth-authorization-server', showOauth),
]

/** The route of a request, with the parameters in its path. */
export function routeOf(
  method: string,
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const route of ROUTES) {
    const params = route.method === method ? match(route.path, path) : undefined
    if (params !== undefined) return { route, params }
  }
  return undefined
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, parts] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const actual = parts[index] ?? ''
    // What stands behind a dot would be a format, and Mastodon's routes have none.
    if (part.startsWith(':') && /^[^.]+$/.test(actual)) params[part.slice(1)] = actual
    else if (part !== actual) return undefined
  }
  return params
}

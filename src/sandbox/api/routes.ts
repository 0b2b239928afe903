import { kindsOf } from '../registry.ts'
import type { Version } from '../versions.ts'
import { deleteAllow, listAllows, postAllow, showAllow } from './domain-allows.ts'
import { anyone, resource, staff, type Route } from './route.ts'
import { postMeasures } from './measures.ts'
import { listPeople, showApp, showCredentials } from './people.ts'
import { listStatuses, postStatus, showSource } from './statuses.ts'
import { listPeers, showHealth, showInstance, showNodeinfo, showOauth } from './public.ts'

/** The routes of no kind. */
const ROUTES: readonly Route[] = [
  ...resource('domain_allows', 'manage_federation', {
    list: listAllows,
    show: showAllow,
    create: postAllow,
    destroy: deleteAllow,
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
  anyone('/api/v1/instance/peers', listPeers),
  anyone('/nodeinfo/2.0', showNodeinfo),
  anyone('/nodeinfo/2.0.json', showNodeinfo),
  anyone('/health', showHealth),
  anyone('/health.json', showHealth),
  anyone('/.well-known/oauth-authorization-server', showOauth),
]

/** Every route that a version answers. */
const routesOf = (version: Version): readonly Route[] => [
  ...kindsOf(version).flatMap(({ routes = [] }) => routes),
  ...ROUTES,
]

/** The route of a request, with the parameters in its path. */
export function routeOf(
  version: Version,
  method: string,
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const route of routesOf(version)) {
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

import type { Handler } from '../http.ts'
import type { Access } from '../tokens.ts'
import { deleteBlock, listBlocks, postBlock, putBlock, showBlock } from './blocks.ts'
import {
  deleteAllow, deleteEmail, deleteIp, listAllows, listEmail, listIp, postAllow, postEmail, postIp, putIp, showAllow, showEmail, showIp,
} from './other-blocks.ts'

export interface Route {
  readonly method: string
  readonly path: string
  readonly access: Access
  readonly handle: Handler
}

const staff = (permission: string, scope: string, suffix?: string): Access => ({
  by: 'staff',
  permission,
  scopes: suffix === undefined ? [scope] : [scope, `${scope}:${suffix}`],
})

interface Verbs {
  readonly list: Handler
  readonly show: Handler
  readonly create: Handler
  readonly update?: Handler
  readonly destroy: Handler
}

function resource(name: string, permission: string, verbs: Verbs): Route[] {
  const [path, one] = [`/api/v1/admin/${name}`, `/api/v1/admin/${name}/:id`]
  const [reading, writing] = [staff(permission, 'admin:read', name), staff(permission, 'admin:write', name)]
  const updates = verbs.update === undefined ? [] : ['PUT', 'PATCH'].map((method) => ({ method, path: one, access: writing, handle: verbs.update }))
  return [
    { method: 'GET', path, access: reading, handle: verbs.list },
    { method: 'GET', path: one, access: reading, handle: verbs.show },
    { method: 'POST', path, access: writing, handle: verbs.create },
    ...updates.flatMap(({ handle, ...route }) => (handle === undefined ? [] : [{ ...route, handle }])),
    { method: 'DELETE', path: one, access: writing, handle: verbs.destroy },
  ]
}

/** Every route that the sandbox answers. */
export const ROUTES: readonly Route[] = [
  ...resource('domain_blocks', 'manage_federation', { list: listBlocks, show: showBlock, create: postBlock, update: putBlock, destroy: deleteBlock }),
  ...resource('domain_allows', 'manage_federation', { list: listAllows, show: showAllow, create: postAllow, destroy: deleteAllow }),
  ...resource('email_domain_blocks', 'manage_blocks', { list: listEmail, show: showEmail, create: postEmail, destroy: deleteEmail }),
  ...resource('ip_blocks', 'manage_blocks', { list: listIp, show: showIp, create: postIp, update: putIp, destroy: deleteIp }),
]

/** The route of a request, with the parameters in its path. */
export function routeOf(method: string, path: string): { readonly route: Route; readonly params: Record<string, string> } | undefined {
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
    if (part.startsWith(':')) params[part.slice(1)] = actual
    else if (part !== actual) return undefined
  }
  return params
}

import type { Handler } from '../http.ts'
import type { RouteAccess } from '../tokens.ts'

export interface Route {
  readonly method: string
  readonly path: string
  readonly access: RouteAccess
  readonly handle: Handler
}

/** Staff whose role has a permission, with a token of that scope. */
export const staff = (permission: string, scope: string, suffix?: string): RouteAccess => ({
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

/** The routes of a list that staff reads and writes. */
export function resource(name: string, permission: string, verbs: ResourceHandlers): Route[] {
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

/** What everybody may read. */
export const anyone = (path: string, handle: Handler): Route => ({
  method: 'GET',
  path,
  access: { by: 'anyone' },
  handle,
})

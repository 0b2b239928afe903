import { permissionsOf } from '../../src/providers/mastodon/kinds/role/permissions.ts'

/** The mask of names, as the database holds it. */
export function permissionMask(names: Iterable<string>): string {
  const bits = permissionsOf(null)
  return [...names].reduce((mask, name) => mask | (bits.get(name) ?? 0n), 0n).toString()
}

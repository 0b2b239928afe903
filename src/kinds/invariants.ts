import type { Invariant, World } from '../reconcile/kind.ts'
import type { LiveObject } from '../reconcile/types.ts'
import { word } from './common.ts'

const objects = (world: World, kind: string): readonly LiveObject[] => [...(world.get(kind)?.values() ?? [])]

const grants = (role: LiveObject | undefined, permission: string): boolean => {
  const permissions = role?.fields['permissions']
  return Array.isArray(permissions) && permissions.includes(permission)
}

/** Somebody must always be able to let the others in. */
const owners: Invariant = {
  name: 'minimum-owners',
  kinds: ['role', 'moderator'],
  violations: (world, { minimumOwners, functional }) => {
    const roles = world.get('role')
    if (!roles || !world.has('moderator')) return []
    const count = objects(world, 'moderator').filter(
      (holder) => functional.has(holder.id) && grants(roles.get(word(holder.fields['role'])), 'administrator'),
    ).length
    const what = `at least ${minimumOwners} ${minimumOwners === 1 ? 'owner' : 'owners'} who can log in (a role with the permission administrator; minimum_owners in policy.yaml).`
    return count < minimumOwners ? [{ of: '', what, by: minimumOwners - count }] : []
  },
}

/** Mastodon takes the role from everybody who holds it, without a word. */
const heldRoles: Invariant = {
  name: 'held-roles',
  kinds: ['role', 'moderator'],
  violations: (world) => {
    const roles = world.get('role')
    if (!roles || roles.size === 0) return []
    const orphans = Map.groupBy(
      objects(world, 'moderator').filter((holder) => !roles.has(word(holder.fields['role']))),
      (holder) => word(holder.fields['role']),
    )
    return [...orphans].map(([role, holders]) => ({ of: role, what: `a role that people hold is not deleted: ${role} is held by ${holders.length}.`, by: holders.length }))
  },
}

/** The bot that acts must be able to go on. */
const actingRole: Invariant = {
  name: 'acting-account',
  kinds: ['role', 'moderator'],
  violations: (world, { actingAccount, actingRole: name, actingPermissions }) => {
    const roles = world.get('role')
    if (!roles || actingAccount === null || name === null) return []
    const holder = world.get('moderator')?.get(actingAccount)
    const role = roles.get(holder ? word(holder.fields['role']) : name)
    const lost = grants(role, 'administrator') ? [] : actingPermissions.filter((permission) => !grants(role, permission))
    return lost.length > 0 ? [{ of: lost.join(','), what: `@${actingAccount}, the account that acts, keeps what it may do: ${lost.join(', ')}.`, by: lost.length }] : []
  },
}

export const INVARIANTS: readonly Invariant[] = [owners, heldRoles, actingRole]

import type { MastodonInvariant } from '../../kind.ts'
import type { LiveState } from '../../../../reconcile/kind.ts'
import type { LiveObject } from '../../../../reconcile/objects.ts'
import { word } from '../common.ts'
import { KEEP_ACTOR, keepsPermissions, LOOK_UP_TOKEN, minimumOwners as enoughOwners, roleIsHeld } from './texts.ts'

const objects = (world: LiveState, kind: string): readonly LiveObject[] => [...(world.get(kind)?.values() ?? [])]

const grants = (role: LiveObject | undefined, permission: string): boolean => {
  const permissions = role?.fields['permissions']
  return Array.isArray(permissions) && permissions.includes(permission)
}

/** An owner must always be able to give others their roles. */
const owners: MastodonInvariant = {
  name: 'minimum-owners',
  kinds: ['role', 'moderator'],
  violations: (world, { minimumOwners, functional }) => {
    const roles = world.get('role')
    if (!roles || !world.has('moderator')) return []
    const count = objects(world, 'moderator').filter(
      ({ id, fields }) => functional.has(id) && grants(roles.get(word(fields['role'])), 'administrator'),
    ).length
    return count < minimumOwners ? [{ of: '', what: enoughOwners(minimumOwners), by: minimumOwners - count }] : []
  },
}

/** Deleting a role silently takes it from every account that holds it. */
const heldRoles: MastodonInvariant = {
  name: 'held-roles',
  kinds: ['role', 'moderator'],
  violations: (world) => {
    const roles = world.get('role')
    if (!roles || roles.size === 0) return []
    const orphans = Map.groupBy(
      objects(world, 'moderator').filter((holder) => !roles.has(word(holder.fields['role']))),
      (holder) => word(holder.fields['role']),
    )
    return [...orphans].map(([role, holders]) => ({
      of: role,
      what: roleIsHeld({ role, holders: holders.length }),
      by: holders.length,
    }))
  },
}

/** The accounts that Herdbook acts as keep their rights: an account that loses its role loses sessions and tokens. */
const actingAccounts: MastodonInvariant = {
  name: 'acting-account',
  kinds: ['role', 'moderator'],
  violations: (world, { acting }) => {
    const roles = world.get('role')
    if (!roles) return []
    const broken = acting.flatMap(({ account, called, as, keeps, unsure }) => {
      const holder = world.get('moderator')?.get(account)
      const role = holder ? roles.get(word(holder.fields['role'])) : undefined
      const lost = grants(role, 'administrator') ? [] : keeps.filter((permission) => !grants(role, permission))
      const of = `${as === 'token' ? 'token:' : ''}${lost.join(',')}`
      return lost.length > 0
        ? [
            {
              of,
              what: keepsPermissions({ called, lost }),
              by: lost.length,
              hint: unsure ? LOOK_UP_TOKEN : KEEP_ACTOR,
            },
          ]
        : []
    })
    // Several accounts may be the token's: that is one violation.
    return [...new Map(broken.map((one) => [one.of, one])).values()]
  },
}

export const invariants: readonly MastodonInvariant[] = [owners, heldRoles, actingAccounts]

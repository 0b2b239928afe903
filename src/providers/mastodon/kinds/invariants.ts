import type { Rule } from '../kind.ts'
import type { LiveState } from '../../../reconcile/kind.ts'
import type { LiveObject } from '../../../reconcile/objects.ts'
import { word } from './common.ts'

const objects = (world: LiveState, kind: string): readonly LiveObject[] => [...(world.get(kind)?.values() ?? [])]

const grants = (role: LiveObject | undefined, permission: string): boolean => {
  const permissions = role?.fields['permissions']
  return Array.isArray(permissions) && permissions.includes(permission)
}

/** Somebody must always be able to let the others in. */
const owners: Rule = {
  name: 'minimum-owners',
  kinds: ['role', 'moderator'],
  violations: (world, { minimumOwners, functional }) => {
    const roles = world.get('role')
    if (!roles || !world.has('moderator')) return []
    const count = objects(world, 'moderator').filter(
      ({ id, fields }) => functional.has(id) && grants(roles.get(word(fields['role'])), 'administrator'),
    ).length
    const what = `at least ${minimumOwners} ${minimumOwners === 1 ? 'owner' : 'owners'} who can log in (a role with the permission administrator; minimum_owners in policy.yaml).`
    return count < minimumOwners ? [{ of: '', what, by: minimumOwners - count }] : []
  },
}

/** Mastodon takes the role from everybody who holds it, without a word. */
const heldRoles: Rule = {
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
      what: `a role that people hold is not deleted: ${role} is held by ${holders.length}.`,
      by: holders.length,
    }))
  },
}

const GOES_ON =
  'Herdbook could not go on without it: leave that account a role that allows it, or give Herdbook another one first, in instance.yaml.'

const LOOK =
  'See why it could not be looked up: herdbook token check. Until then nobody loses a role who may be the one.'

/** Whom Herdbook acts as must be able to go on: who loses the role loses the sessions and the tokens with it. */
const actingAccounts: Rule = {
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
              what: `${called} keeps what it may do: ${lost.join(', ')}.`,
              by: lost.length,
              hint: unsure ? LOOK : GOES_ON,
            },
          ]
        : []
    })
    // Several may be the one that nobody could look up: that is one thing to tell.
    return [...new Map(broken.map((one) => [one.of, one])).values()]
  },
}

export const INVARIANTS: readonly Rule[] = [owners, heldRoles, actingAccounts]

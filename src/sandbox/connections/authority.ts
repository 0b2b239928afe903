import type { DatabaseSession } from '../database.ts'
import { Invalid } from '../failure.ts'
import type { Write } from '../kind.ts'
import { countOwners } from '../models/people.ts'
import type { RoleRow } from '../models/role.ts'
import { keysOf } from '../permissions.ts'
import { Declined, type WriteScope } from './writing.ts'

/** Mastodon lets nobody grant more than they have: says so in words. */
export async function withinReach<T>({ actor }: WriteScope, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Invalid) || !error.complaints.some(({ elevated }) => elevated === true)) throw error
    const why = error.message.replace(/^Validation failed: /, '')
    throw new Declined(
      'actor-too-low',
      `@${actor.username} has the role ${actor.role.name}, which is too low for this: ${why}`,
    )
  }
}

/** At least one owner stays whatever is asked for. A number that is too low already may not get lower. */
export async function keepingOwners<T>(session: DatabaseSession, write: Write, work: () => Promise<T>): Promise<T> {
  const minimum = Math.max(Number(write.guard?.['minimum_owners'] ?? 1), 1)
  const before = await countOwners(session)
  const result = await work()
  const after = await countOwners(session)
  if (after < minimum && after < before) {
    throw new Declined(
      'minimum-owners',
      `only ${after} owners who can log in would be left, but there must be ${minimum} (minimum_owners in policy.yaml)`,
    )
  }
  return result
}

/** Roles are for those who may manage them: Mastodon's web interface says so, its models do not. */
export function entitled({ actor: { username, role } }: WriteScope): void {
  if (keysOf(role.permissions).some((key) => key === 'administrator' || key === 'manage_roles')) return
  throw new Declined(
    'actor-lacks',
    `@${username} (${role.name}), the account that Herdbook acts as, lacks the permission manage_roles`,
  )
}

/** Nobody changes or takes away what stands above them: Mastodon's web interface refuses it, its models do not. */
export function belowActor({ actor }: WriteScope, { fields: { name, position } }: RoleRow): void {
  if (position <= actor.role.position) return
  const own =
    `@${actor.username} (${actor.role.name}), ` + `the account that Herdbook acts as, has only ${actor.role.position}`
  throw new Declined(
    'outranked',
    `Herdbook cannot change this: the role ${name} has the position ${position}, but ${own}`,
  )
}

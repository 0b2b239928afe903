import type { Row, DatabaseSession } from '../database.ts'
import { EVERYONE } from '../permissions.ts'
import { permissionsOf } from '../tokens.ts'
import type { Version } from '../versions.ts'

/** Who acts, and what that account's role allows it to hand out. */
export interface Actor {
  readonly id: string
  readonly username: string
  readonly functional: boolean
  readonly role: { readonly id: string; readonly name: string; readonly position: number; readonly permissions: bigint }
}

const FUNCTIONAL = `u.confirmed_at is not null and u.approved and not u.disabled
  and a.suspended_at is null and not a.memorial and a.moved_to_account_id is null`

export async function findActor(session: DatabaseSession, version: Version, username: string): Promise<Actor | null> {
  const [row] = await session.query<{
    readonly id: string
    readonly username: string
    readonly functional: boolean
    readonly role_id: string
    readonly name: string
    readonly position: number
  }>(
    `select a.id::text, a.username, ${FUNCTIONAL} as functional, r.id::text as role_id, r.name, r.position
     from accounts a join users u on u.account_id = a.id join user_roles r on r.id = coalesce(u.role_id, ${EVERYONE})
     where a.domain is null and lower(a.username) = lower($1)`,
    [username],
  )
  if (row === undefined) return null
  const { role_id: id, name, position, ...account } = row
  return { ...account, role: { id, name, position, permissions: await permissionsOf(session, version, id) } }
}

/** How many can log in and hold a role that may do everything. */
export async function countOwners(session: DatabaseSession): Promise<number> {
  const rows = await session.query(
    `select 1 from users u join accounts a on a.id = u.account_id join user_roles r on r.id = u.role_id
     where (r.permissions & 1) = 1 and ${FUNCTIONAL}`,
  )
  return rows.length
}

export interface Member extends Row {
  readonly user_id: string
  readonly account_id: string
  readonly username: string
  readonly role: string | null
  readonly role_id: string | null
}

export async function findMember(session: DatabaseSession, username: string): Promise<Member | undefined> {
  const [member] = await session.query<Member>(
    `select u.id::text as user_id, a.id::text as account_id, a.username, r.name as role, u.role_id::text
     from accounts a join users u on u.account_id = a.id left join user_roles r on r.id = u.role_id
     where a.domain is null and lower(a.username) = lower($1)`,
    [username],
  )
  return member
}

import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { EVERYONE, keysOf, maskOf } from '../permissions.ts'
import type { Version } from '../versions.ts'
import { record } from './audit.ts'
import type { Actor } from './people.ts'

export interface RoleFields {
  readonly name: string
  readonly color: string
  readonly position: number
  readonly highlighted: boolean
  readonly permissions: readonly string[]
  /** These two are there from 4.6 on. */
  readonly require_2fa?: boolean
  readonly collection_limit?: number
}

export interface RoleRow extends Row {
  readonly id: string
  readonly fields: RoleFields
}

export async function findRoles(
  session: DatabaseSession,
  by: 'id' | 'name',
  value: string,
): Promise<readonly RoleRow[]> {
  const rows = await session.query<{
    readonly id: string
    readonly mask: string
    readonly row: Omit<RoleFields, 'permissions'> & Row
  }>(
    `select id::text, permissions::text as mask, to_jsonb(r) - '{id,created_at,updated_at,permissions}'::text[] as row
     from user_roles r where ${by}::text = $1 order by r.id`,
    [value],
  )
  return rows.map(({ id, mask, row }) => ({ id, fields: { ...row, permissions: keysOf(BigInt(mask)) } }))
}

/** Creates a role (`id` null) or changes one; with an actor, within what that one may hand out. */
export async function saveRole(
  session: DatabaseSession,
  version: Version,
  actor: Actor | null,
  id: string | null,
  fields: Partial<RoleFields>,
): Promise<string> {
  const before = id === null ? undefined : (await findRoles(session, 'id', id))[0]?.fields
  const role = { name: '', color: '', position: 0, highlighted: false, permissions: [], ...before, ...fields }
  demand(roleComplaints(version, actor, id, role, before))
  const { permissions, ...rest } = role
  const row = JSON.stringify({ ...rest, permissions: Number(maskOf(permissions)) })
  const columns = [
    'name',
    'color',
    'position',
    'highlighted',
    'permissions',
    ...(version === '4.4.22' ? [] : ['require_2fa', 'collection_limit']),
  ]
  const base = version === '4.4.22' ? '{}' : '{"require_2fa": false, "collection_limit": 10}'
  const values = `from jsonb_populate_record(null::user_roles, '${base}'::jsonb || $1::jsonb) r`
  const [saved] =
    id === null
      ? await session.query<{ readonly id: string }>(
          `insert into user_roles (${columns.join(', ')}, created_at, updated_at)
           select ${columns.map((column) => `r.${column}`).join(', ')}, now(), now() ${values} returning id::text`,
          [row],
        )
      : await session.query<{ readonly id: string }>(
          `update user_roles t set ${columns.map((column) => `${column} = r.${column}`).join(', ')}, updated_at = now()
           ${values} where t.id = $2::bigint returning t.id::text`,
          [row, id],
        )
  const made = saved?.id ?? ''
  if (actor !== null)
    await record(session, actor.id, [
      { action: id === null ? 'create' : 'update', type: 'UserRole', id: made, name: role.name },
    ])
  return made
}

/** What the model says to a role. */
export function roleComplaints(
  version: Version,
  actor: Actor | null,
  id: string | null,
  role: RoleFields,
  before?: RoleFields,
): readonly Complaint[] {
  const complaints: Complaint[] = []
  const complain = (attribute: string, message: string, elevated = false): void =>
    void complaints.push({ attribute, message, elevated })
  const mask = maskOf(role.permissions)
  const base = maskOf(['invite_users', ...(version === '4.4.22' ? [] : ['invite_bypass_approval'])])
  if (role.name.trim() === '' && id !== EVERYONE) complain('name', "can't be blank")
  if (!/^(#?(?:[A-F0-9]{3}){1,2})?$/i.test(role.color)) complain('color', 'is invalid')
  if (Math.abs(role.position) > 2 ** 31 - 1) complain('position', 'is not in range')
  if (id === EVERYONE && (mask & ~base) !== 0n)
    complain('permissions_as_keys', 'include permissions that are not safe for the base role')
  if (actor === null) return complaints
  if ((mask & actor.role.permissions) !== mask)
    complain('permissions_as_keys', 'cannot include permissions your current role does not possess', true)
  if (actor.role.position < role.position) complain('position', 'cannot be higher than your current role', true)
  if (actor.role.id === id && mask !== maskOf(before?.permissions ?? []))
    complain('permissions_as_keys', 'cannot be changed with your current role')
  if (actor.role.id === id && role.position !== before?.position)
    complain('position', 'cannot be changed with your current role')
  return complaints
}

/** Deletes a role; those who hold it have none afterwards. */
export async function destroyRole(session: DatabaseSession, actor: Actor, role: RoleRow): Promise<void> {
  await session.query('update users set role_id = null where role_id = $1::bigint', [role.id])
  await session.query('delete from user_roles where id = $1::bigint', [role.id])
  await record(session, actor.id, [{ action: 'destroy', type: 'UserRole', id: role.id, name: role.fields.name }])
}

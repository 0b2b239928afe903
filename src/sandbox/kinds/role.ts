import { belowActor, entitled, keepingOwners, withinReach } from '../connections/authority.ts'
import { already, Declined, done, rowFor, type DoneResult, type WriteScope } from '../connections/writing.ts'
import type { Fields, PersonScope, SandboxKind, Write } from '../kind.ts'
import { destroyRole, findRoles, saveRole, type RoleFields } from '../models/role.ts'
import { EVERYONE, permissionKeys } from '../permissions.ts'
import { MADE } from '../sql.ts'
import type { Version } from '../versions.ts'

const asFields = (value: object): Fields => value as Fields

async function writeRole(writing: WriteScope, write: Write): Promise<DoneResult> {
  const { session, version, actor } = writing
  const [found] =
    write.action === 'create'
      ? await findRoles(session, 'name', write.name)
      : await findRoles(session, 'id', write.serverId ?? '')
  if (write.action === 'create') {
    const ours = already(write, found && { id: found.id, live: asFields(found.fields) })
    if (ours !== undefined) return ours
  }
  const role = write.action === 'create' ? undefined : rowFor(write, found, ({ fields }) => asFields(fields))
  if (role === undefined && write.action !== 'create') return done(write.serverId)
  if (role !== undefined) belowActor(writing, role)
  entitled(writing)
  return keepingOwners(session, write, async () => {
    if (write.action === 'delete' && role !== undefined) {
      const held = await session.query('select 1 from users where role_id = $1::bigint', [role.id])
      if (held.length > 0)
        throw new Declined(
          'role-held',
          `${held.length} accounts hold the role ${role.fields.name}: first give them another role`,
        )
      if (role.id === EVERYONE) throw new Declined('base-role', 'Mastodon cannot delete the base role (everyone)')
      await destroyRole(session, actor, role)
      return done(role.id)
    }
    const unknown =
      (write.set['permissions'] as readonly string[] | undefined)?.filter(
        (key) => !permissionKeys(version).includes(key),
      ) ?? []
    if (unknown.length > 0)
      throw new Declined('unknown-permission', `this server does not know the permission ${unknown.join(', ')}`)
    const id = await withinReach(writing, () =>
      saveRole(session, version, actor, role?.id ?? null, write.set as Partial<RoleFields>),
    )
    const [after] = await findRoles(session, 'id', id)
    return done(id, after && asFields(after.fields))
  })
}

/** The roles of a new server, and the one that the contract's bot has. */
function roles(version: Version): string {
  const old = version === '4.4.22'
  const rows = [
    [EVERYONE, '', -1, 65536, false],
    [1, 'Moderator', 10, old ? 1308 : 1049884, true],
    [2, 'Admin', 100, old ? 983036 : 2031612, true],
    [3, 'Owner', 1000, 1, true],
    [4, 'Herdbook', 5, 424, false],
  ].map(
    ([id, name, position, permissions, highlighted]) =>
      `(${id}, '${name}', ${position}, ${permissions}, ${highlighted}, ${MADE})`,
  )
  return `insert into user_roles (id, name, position, permissions, highlighted, created_at, updated_at)
    values ${rows.join(', ')};
    select setval('user_roles_id_seq', 4);`
}

/** What people are allowed to do. */
export const role = {
  tables: `
    create table user_roles (
      id bigserial primary key, name varchar not null default '', color varchar not null default '',
      position integer not null default 0, permissions bigint not null default 0,
      highlighted boolean not null default false, created_at timestamp(6) not null, updated_at timestamp(6) not null
    );`,
  tablesSince: {
    '4.6': `
    alter table user_roles
      add column collection_limit integer not null default 10, add column require_2fa boolean not null default false;`,
  },
  readable: ['user_roles'],
  seed: roles,
  writes: { roles: writeRole },
  clicks: {
    saveRole: async ({ session, version, actor }: PersonScope, name: string, fields: Partial<RoleFields>) => {
      const [found] = await findRoles(session, 'name', name)
      await saveRole(session, version, actor, found?.id ?? null, { name, ...fields })
    },
  },
} satisfies SandboxKind

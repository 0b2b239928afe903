import { flag, id, maybe, table, text, time, whole, type RowOf } from '../../table.ts'

/** Roles, of which moderators hold one. */
export const ROLES = table(
  'roles',
  'roles',
  new URL('read.sql', import.meta.url),
  {
    id,
    name: text,
    color: text,
    position: whole,
    /** The bit mask, as a decimal string. */
    permissions: id,
    highlighted: flag,
    /** null before 4.6. */
    require_2fa: maybe(flag),
    collection_limit: maybe(whole),
    created_at: time,
  },
  { grants: [{ table: 'user_roles' }] },
)
export type RoleRow = RowOf<typeof ROLES>

/** The role of every member without another role. */
export const EVERYONE_ID = '-99'

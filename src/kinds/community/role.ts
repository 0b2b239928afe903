import { permissionNames } from '../../instance/versions.ts'
import type { BaseRole, Role } from '../../instance/documents.ts'
import type { Rows, Write } from '../../reconcile/doors.ts'
import type { DesiredObject, Fields, Hints, Kind, LiveObject, Step, Value } from '../../reconcile/types.ts'
import { equal } from '../../reconcile/equal.ts'
import { about, changed, managed, odd, rowsOf, send, setOf } from '../common.ts'

const FILE = 'roles.yaml'
/** The base role that every member has. */
export const EVERYONE = 'everyone'
export const EVERYONE_ID = '-99'

const colour = (value: Value): string => String(value ?? '').replace(/^#/, '').toLowerCase()

const baseFields = (role: BaseRole): Fields => managed({ permissions: role.permissions.toSorted(), collection_limit: role.collection_limit })

const roleFields = (role: Role): Fields =>
  managed({
    name: role.name,
    position: role.position,
    permissions: role.permissions.toSorted(),
    color: role.color ?? '',
    highlighted: role.highlighted ?? false,
    require_2fa: role.require_2fa ?? false,
    collection_limit: role.collection_limit,
  })

/** Fields that this version of the server has: an older one has neither of the last two. */
function liveFields(row: Rows['roles']): Fields {
  return managed({
    name: row.name,
    position: row.position,
    permissions: permissionNames(row.permissions).toSorted(),
    color: row.color,
    highlighted: row.highlighted,
    require_2fa: row.require_2fa ?? undefined,
    collection_limit: row.collection_limit ?? undefined,
  })
}

/** Names that the server still writes the old way, by what the files call them now: `renamed_from` that has not been applied. */
export function renames(rows: readonly Rows['roles'][], roles: readonly Role[]): Map<string, string> {
  const names = new Set(rows.map((row) => row.name))
  const pending = roles.filter((role) => role.renamed_from !== undefined && names.has(role.renamed_from) && !names.has(role.name))
  return new Map(pending.map((role) => [role.renamed_from ?? '', role.name]))
}

function readRoles(rows: readonly Rows['roles'][], hints: Hints): LiveObject[] {
  const renamed = renames(rows, hints.instance.documents[FILE]?.roles ?? [])
  const objects = rows.map((row) => {
    const id = row.id === EVERYONE_ID ? EVERYONE : (renamed.get(row.name) ?? row.name)
    return { id, serverId: row.id, fields: liveFields(row), createdAt: row.created_at }
  })
  const twice = objects.find((object, i) => objects.findIndex((other) => other.id === object.id) !== i)
  if (twice) odd(`The server has more than one role called "${twice.id}".`, 'Rename one of them in Mastodon: roles are told apart by name.')
  return objects
}

function writeOf(step: Step): Write {
  const base = { table: 'roles', serverId: step.serverId, name: step.id } as const
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: step.target }
  return { ...base, action: step.action, expect: step.seen, set: setOf(step) }
}

const isAdministrator = (permissions: Value | undefined): boolean => Array.isArray(permissions) && permissions.includes('administrator')

export const role: Kind = {
  name: 'role',
  title: { one: 'role', many: 'roles' },
  file: FILE,
  drift: 'report',
  tables: ['roles'],
  writes: ['console'],
  absence: 'delete',
  desired: (instance) => {
    const file = instance.documents[FILE]
    if (!file || (!file.roles && !file.everyone)) return { state: 'unmanaged' }
    const base: DesiredObject[] = file.everyone ? [{ id: EVERYONE, fields: baseFields(file.everyone), source: { file: FILE, path: ['everyone'] } }] : []
    const roles = (file.roles ?? []).map((r, i) => ({
      id: r.name,
      fields: roleFields(r),
      source: { file: FILE, path: ['roles', i] },
      ...(r.renamed_from === undefined ? {} : { formerly: r.renamed_from }),
    }))
    return { state: 'managed', objects: [...base, ...roles], others: 'leave' }
  },
  // The base role can't be deleted, and without the list of roles none of them is claimed.
  releases: (id, instance) => id === EVERYONE || instance.documents[FILE]?.roles === undefined,
  read: (tables, hints) => ({ objects: readRoles(rowsOf(tables.roles), hints) }),
  same: (field, a, b) => (field === 'color' ? colour(a) === colour(b) : equal(a, b)),
  hazard: (step) => (step.action === 'delete' || changed(step, 'permissions') ? 'disruptive' : 'reversible'),
  // A role is made before the one that needs its rank; the highest comes last, so that the acting account's own is.
  order: (a, b) => Number(a.target['position'] ?? 0) - Number(b.target['position'] ?? 0),
  advice: (step, _tables, { instance }) => {
    const grants = step.changes.find((change) => change.field === 'permissions')
    if (!grants || !isAdministrator(grants.after) || isAdministrator(grants.before)) return []
    const message = `${step.kind}/${step.id} gets the permission administrator: whoever holds it may do everything.`
    return [about(step, instance, { code: 'administrator', severity: 'warning', message })]
  },
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}

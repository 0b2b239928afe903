import type { Field } from '../../../../instance/field.ts'
import { claimOf } from '../../../../reconcile/claims.ts'
import { permissionNames } from './permissions.ts'
import type { BaseRole, Role } from '../../../../instance/documents.ts'
import type { Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { KindInput } from '../../../../reconcile/kind.ts'
import type { LedgerEntry } from '../../../../reconcile/ledger/types.ts'
import type { Change, Step } from '../../../../reconcile/plan/types.ts'
import type { DesiredObject, LiveObject } from '../../../../reconcile/objects.ts'
import type { Fields, Value } from '../../../../instance/values.ts'
import { equal } from '../../../../reconcile/equal.ts'
import { outranked, tooLow, unentitled } from '../acting-account.ts'
import { about, changed, managed, odd, rowsOf, send, setOf, word } from '../common.ts'
import { versionRules } from './file-rules.ts'
import { EVERYONE_ID, ROLES, type RoleRow } from './table.ts'
import { givesAdministrator, ROLE, ROLE_WORDS, rolesOfOneName } from './texts.ts'

const FILE = 'roles.yaml'
/** The base role that every member has. */
const EVERYONE = 'everyone'

const colour = (value: Value): string => word(value).replace(/^#/, '').toLowerCase()

const baseFields = (role: BaseRole): Fields =>
  managed({ permissions: role.permissions.toSorted(), collection_limit: role.collection_limit })

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

/** Makes the live fields. An older server has neither of the last two. */
function liveFields(row: RoleRow): Fields {
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

/**
 * Names each live role, by the server's id. If the files rename it and that is still to do, it has the new name.
 * If the server renamed it, it keeps the name that the files and the ledger have, unless another role has that name.
 */
export function roleNames(
  rows: readonly RoleRow[],
  roles: readonly Role[],
  ledger: ReadonlyMap<string, LedgerEntry>,
): Map<string, string> {
  const live = new Set(rows.map((row) => row.name))
  const missing = roles.filter((role) => !live.has(role.name))
  const known = new Map([...ledger.values()].map((entry) => [entry.serverId, entry.id]))
  const nameOf = ({ id, name }: RoleRow): string => {
    if (id === EVERYONE_ID) return EVERYONE
    const renamed = missing.find((role) => role.renamed_from === name)
    if (renamed || roles.some((role) => role.name === name)) return renamed?.name ?? name
    const before = known.get(id)
    return missing.some((role) => role.name === before) ? (before ?? name) : name
  }
  return new Map(rows.map((row) => [row.id, nameOf(row)]))
}

/** Returns the name that the files now give to a role of this name. */
export function nameToday(name: string, roles: readonly Role[]): string {
  if (roles.some((role) => role.name === name)) return name
  return roles.find((role) => role.renamed_from === name)?.name ?? name
}

function readRoles(rows: readonly RoleRow[], { instance, ledger }: KindInput): LiveObject[] {
  const names = roleNames(rows, instance.documents[FILE]?.roles ?? [], ledger)
  const objects = rows.map((row) => ({
    id: names.get(row.id) ?? row.name,
    serverId: row.id,
    fields: liveFields(row),
    createdAt: row.created_at,
  }))
  const twice = objects.find((object, i) => objects.findIndex((other) => other.id === object.id) !== i)
  if (twice) odd(rolesOfOneName(twice.id).message, rolesOfOneName(twice.id).hint)
  return objects
}

function writeOf(step: Step): Write {
  const base = { table: 'roles', serverId: step.serverId, name: step.id } as const
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: step.target }
  return { ...base, action: step.action, expect: step.seen, set: setOf(step) }
}

const isAdministrator = (permissions: Value | undefined): boolean =>
  Array.isArray(permissions) && permissions.includes('administrator')

/** Whether a change lets the holders of the role do more, or log in without a second factor. */
function opensWith({ field, before, after }: Change): boolean {
  const held = Array.isArray(before) ? before : []
  if (field === 'permissions') return Array.isArray(after) && after.some((one) => !held.includes(one))
  if (field === 'position') return Number(after) > Number(before)
  return field === 'require_2fa' && before === true && after === false
}

const FIELDS: readonly Field[] = [
  // Its key names the role.
  { name: 'name', key: null, form: 'word' },
  { name: 'position', form: 'number', required: true },
  { name: 'permissions', form: 'set', required: true },
  { name: 'color', form: 'colour' },
  { name: 'highlighted', form: 'flag' },
  { name: 'require_2fa', form: 'flag' },
  { name: 'collection_limit', form: 'number' },
]

export const role: MastodonKind = {
  name: 'role',
  provider: 'mastodon',
  title: ROLE,
  sources: [FILE],
  drift: 'report',
  tables: [ROLES],
  program: new URL('write.rb', import.meta.url),
  writes: ['console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'roles',
    name: 'name',
    normal: (name) => name,
    display: (id) => id,
    fields: FIELDS,
    sort: (a, b) => Number(b['position']) - Number(a['position']),
    spaced: true,
    beside: { id: EVERYONE, fields: ['permissions', 'collection_limit'], empty: { permissions: [] } },
  },
  words: ROLE_WORDS,
  versionRules,
  identify: (written) => written,
  adopt: {},
  bound: [['permissions', 'position', 'require_2fa', 'collection_limit']],
  claims: (instance) => {
    const file = instance.documents[FILE]
    if (!file || (!file.roles && !file.everyone)) return claimOf(FILE, undefined)
    const base: DesiredObject[] = file.everyone
      ? [{ id: EVERYONE, fields: baseFields(file.everyone), source: { file: FILE, path: ['everyone'] } }]
      : []
    const roles = (file.roles ?? []).map((r, i) => ({
      id: r.name,
      fields: roleFields(r),
      source: { file: FILE, path: ['roles', i] },
      ...(r.renamed_from === undefined ? {} : { formerly: r.renamed_from }),
    }))
    return claimOf(FILE, [...base, ...roles])
  },
  // The base role cannot be deleted. Without the list of roles, the files manage no other role.
  absenceOf: ({ id }, instance) =>
    id === EVERYONE || instance.documents[FILE]?.roles === undefined
      ? { is: 'release', remove: null }
      : { is: 'delete' },
  read: (tables, hints) => ({ objects: readRoles(rowsOf(tables, ROLES), hints) }),
  same: (field, a, b) => (field === 'color' ? colour(a) === colour(b) : equal(a, b)),
  hazard: (step) => (step.action === 'delete' || changed(step, 'permissions') ? 'disruptive' : 'reversible'),
  opens: ({ changes }) => changes.some(opensWith),
  // From low to high, so that the acting account's own role comes last.
  order: (a, b) => Number(a.target['position'] ?? 0) - Number(b.target['position'] ?? 0),
  advice: (step, tables, { instance }) => {
    const grants = step.changes.find((change) => change.field === 'permissions')
    const permissions = Array.isArray(grants?.after) ? grants.after.map(word) : []
    const above = step.action === 'create' ? [] : outranked(step, step.serverId, tables, instance)
    const lacks = unentitled(step, tables, instance)
    const low =
      step.action === 'delete' || above.length > 0
        ? above
        : tooLow(step, { position: Number(step.target['position'] ?? 0), permissions }, tables, instance)
    if (!grants || !isAdministrator(grants.after) || isAdministrator(grants.before)) return [...lacks, ...low]
    const message = givesAdministrator(`${step.kind}/${step.id}`)
    return [about(step, instance, { code: 'administrator', severity: 'warning', message }), ...lacks, ...low]
  },
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}

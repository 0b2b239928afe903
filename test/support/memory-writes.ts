import { parse } from 'yaml'
import { permissionNames } from '../../src/providers/mastodon/kinds/role/permissions.ts'
import { defaultOf } from '../../src/providers/mastodon/kinds/setting/settings.ts'
import { permissionMask } from './permissions.ts'
import type { Write, WriteResult } from '../../src/providers/mastodon/tables.ts'
import type { TableRows } from './rows.ts'
import type { Value } from '../../src/instance/values.ts'
import { PLAIN, unset, type PlainKind, type PlainRow } from './plain-kinds.ts'
import { EVERYONE_ID, newId, plainRows, rulesInOrder, sever, stamp, touchedBy, type Server } from './memory-server.ts'
import { type Perform, done, changed, refused, wordOf, matches, type Model, writeRow } from './memory-model.ts'

const texts = (row: TableRows['rules']): Value =>
  Object.fromEntries(row.translations.map((t) => [t.language, { text: t.text, hint: t.hint }]))
/** What a setting's row holds; undefined where there is none. */
export const settingValue = (server: Server, key: string): Value | undefined => {
  const row = server.rows.settings.find((s) => s.var === key)
  return row && ((parse(row.value ?? '', { schema: 'core' }) ?? null) as Value)
}

const STRENGTH = { noop: 0, silence: 1, suspend: 2 } as const

const domainBlocks: Model<TableRows['domain_blocks']> = {
  rows: (server) => server.rows.domain_blocks,
  named: (row, write) => row.domain === write.name,
  fields: ({ id: _id, domain: _domain, created_at: _at, ...fields }) => fields,
  make: (server, write) => ({
    id: newId(server),
    domain: write.name,
    severity: 'silence',
    reject_media: false,
    reject_reports: false,
    private_comment: null,
    public_comment: null,
    obfuscate: false,
    created_at: stamp(server),
  }),
  set: (row, fields) => void Object.assign(row, fields),
}

/** Refuses more than was consented to; a suspension's work is done later, as by Sidekiq. */
const writeDomainBlock: Perform = (server, write, later) => {
  const before = server.rows.domain_blocks.find((row) => row.domain === write.name)?.severity
  const impact = touchedBy(server, write.name)
  if (write.consent !== undefined && impact.follows + impact.followers > write.consent)
    return refused('consent-exceeded', 'More relations would be severed.')
  const result = writeRow(domainBlocks)(server, write, later)
  if (result.state === 'done' && write.action !== 'delete' && before !== write.set['severity']) {
    later.push(() => {
      if (server.rows.domain_blocks.some((row) => row.domain === write.name && row.severity === 'suspend'))
        sever(server, write.name)
    })
  }
  return result
}

/** Mastodon's API takes no child that is weaker than a parent which is there already. */
export function stricterParent(server: Server, write: Write): WriteResult | undefined {
  if (write.table !== 'domain_blocks' || write.action !== 'create') return undefined
  const wanted = STRENGTH[wordOf(write.set['severity']) as keyof typeof STRENGTH] ?? 1
  const parents = server.rows.domain_blocks
    .filter((row) => write.name.endsWith(`.${row.domain}`))
    .sort((a, b) => b.domain.length - a.domain.length)
  const [nearest] = parents
  if (!nearest || wanted === 2) return undefined
  const flags = (['reject_media', 'reject_reports'] as const).every(
    (flag) => write.set[flag] === true || !nearest[flag],
  )
  return wanted >= STRENGTH[nearest.severity] && flags
    ? undefined
    : refused('conflict', `You have already imposed stricter limits on ${nearest.domain}.`)
}

/** A row of a plain kind: its fields as they were written, or as nobody has said anything. */
const plainModel = ({ table, name, fields }: PlainKind): Model<PlainRow> => ({
  rows: (server) => plainRows(server, table),
  named: (row, write) => row[name] === write.name,
  fields: (row) => Object.fromEntries(fields.map((field) => [field.name, row[field.name] ?? null])),
  make: (server, write) => ({
    id: newId(server),
    [name]: write.name,
    ...Object.fromEntries(fields.flatMap((field) => (field.inFilesOnly ? [] : [[field.name, unset(field)]]))),
    created_at: stamp(server),
  }),
  set: (row, fields) => void Object.assign(row, fields),
})

/** Mastodon has no update of an e-mail domain block. */
const writeEmail =
  (perform: Perform): Perform =>
  (server, write, later) =>
    write.action === 'update'
      ? refused('no-update', 'Mastodon has no update of an e-mail domain block')
      : perform(server, write, later)

const roles: Model<TableRows['roles']> = {
  rows: (server) => server.rows.roles,
  named: (row, write) => row.name === write.name,
  fields: ({ id: _id, created_at: _at, permissions, ...fields }) => ({
    ...fields,
    permissions: permissionNames(permissions),
  }),
  make: (server) => ({
    id: newId(server),
    name: '',
    color: '',
    position: 0,
    permissions: '0',
    highlighted: false,
    require_2fa: false,
    collection_limit: 10,
    created_at: stamp(server),
  }),
  set: (row, { permissions, ...fields }) =>
    void Object.assign(
      row,
      fields,
      Array.isArray(permissions) ? { permissions: permissionMask(permissions.map(wordOf)) } : {},
    ),
}

/** Owners who can log in. */
export function ownersOf({ rows }: Server): number {
  const powerful = new Set(
    rows.roles.filter((role) => permissionNames(role.permissions).includes('administrator')).map((role) => role.id),
  )
  return rows.accounts.filter(
    (a) => powerful.has(a.role_id ?? '') && a.confirmed && a.approved && !a.disabled && !a.suspended && !a.moved,
  ).length
}

/** Takes a write back when it would leave too few owners. */
function keepingOwners(perform: Perform): Perform {
  return (server, write, later) => {
    const [before, rolesBefore, accountsBefore] = [
      ownersOf(server),
      structuredClone(server.rows.roles),
      structuredClone(server.rows.accounts),
    ]
    const result = perform(server, write, later)
    const left = ownersOf(server)
    const minimum = Math.max(Number(write.guard?.['minimum_owners'] ?? 1), 1)
    if (left >= minimum || left >= before) return result
    Object.assign(server.rows, { roles: rolesBefore, accounts: accountsBefore })
    return refused('minimum-owners', `${left} owners would be left.`)
  }
}

const writeRole: Perform = (server, write, later) => {
  const held = server.rows.accounts.some((account) => account.role_id === write.serverId)
  if (write.action === 'delete' && (held || write.serverId === EVERYONE_ID))
    return refused('role-held', `People hold the role ${write.name}.`)
  return writeRow(roles)(server, write, later)
}

const writeHolder: Perform = (server, write) => {
  const account = server.rows.accounts.find((row) => row.username.toLowerCase() === write.name.toLowerCase())
  if (!account || (write.serverId !== null && account.id !== write.serverId)) return changed(null)
  const held = { role_id: account.role_id }
  if (!matches(write.expect, held)) return changed(held)
  const next = write.action === 'delete' ? undefined : server.rows.roles.find((row) => row.id === write.set['role_id'])
  if (write.action !== 'delete' && !next) return refused('no-such-role', 'The role is not there any more.')
  account.role_id = next?.id ?? null
  if (!next) server.ended.push(account.username)
  return done(account.id)
}

const rules: Model<TableRows['rules']> = {
  rows: (server) => server.rows.rules,
  named: (row, write) => row.text === write.set['text'],
  fields: (row) => ({ text: row.text, hint: row.hint, translations: texts(row) }),
  make: (server) => ({
    id: newId(server),
    text: '',
    hint: '',
    priority: Math.max(-1, ...server.rows.rules.map((r) => r.priority)) + 1,
    created_at: stamp(server),
    translations: [],
  }),
  set: (row, { translations, ...fields }) => {
    Object.assign(row, fields)
    if (translations === undefined) return
    const wanted = translations as { readonly [language: string]: { readonly text: string; readonly hint: string } }
    row.translations = Object.entries(wanted).map(([language, t]) => ({ language, ...t }))
  },
}

/**
 * The rules named come in that order in the places that they have among them; those that it doesn't name keep theirs.
 */
const writeRuleOrder: Perform = (server, write) => {
  const order = (write.set['order'] as readonly string[]) ?? []
  const live = rulesInOrder(server)
  if (!order.every((id) => live.some((row) => row.id === id))) return changed({ order: live.map((row) => row.id) })
  if (!matches(write.expect, { order: live.map((row) => row.id) })) return changed({ order: live.map((row) => row.id) })
  const named = order.flatMap((id) => live.filter((row) => row.id === id))
  const sorted = live.map((row) => (order.includes(row.id) ? (named.shift() ?? row) : row))
  for (const [index, row] of sorted.entries()) row.priority = index
  return done(null)
}

const writeSetting: Perform = (server, write) => {
  const value = settingValue(server, write.name) ?? defaultOf(write.name, server.version) ?? null
  if (!matches(write.expect, { value })) return changed({ value })
  const next = {
    var: write.name,
    value: `--- ${JSON.stringify(write.set['value'] ?? '')}\n`,
    updated_at: stamp(server),
  }
  const at = server.rows.settings.findIndex((row) => row.var === write.name)
  if (at < 0) server.rows.settings.push(next)
  else server.rows.settings[at] = next
  return done(null)
}

const terms: Model<TableRows['terms_of_services']> = {
  rows: (server) => server.rows.terms_of_services,
  named: (row, write) => row.effective_date === write.set['effective_date'],
  fields: (row) => ({ text: row.text, changelog: row.changelog, notified: row.notification_sent_at !== null }),
  make: (server) => {
    const at = stamp(server)
    return {
      id: newId(server),
      text: '',
      changelog: '',
      effective_date: null,
      published_at: at,
      notification_sent_at: null,
      created_at: at,
    }
  },
  set: (row, { notify_members: _notify, ...fields }) => void Object.assign(row, fields),
}

const writeTerms: Perform = (server, write, later) => {
  if (write.action === 'delete') return refused('no-delete', "Published terms can't be taken back.")
  const result = writeRow(terms)(server, write, later)
  const row =
    result.state === 'done' ? server.rows.terms_of_services.find((one) => one.id === result.serverId) : undefined
  if (!row || write.set['notify_members'] !== true || row.notification_sent_at !== null) return result
  row.notification_sent_at = stamp(server)
  later.push(() => void server.mailed.push(row.effective_date ?? ''))
  return result
}

/** A table that the console cannot write. */
export const unknownTable: Perform = (_server, { table }) => refused('unknown-table', table)

const PLAIN_WRITES: { readonly [table: string]: Perform } = Object.fromEntries(
  PLAIN.map((kind) => [kind.table, writeRow(plainModel(kind))]),
)
const announcements: Model<TableRows['announcements']> = {
  rows: (server) => server.rows.announcements,
  named: (row, write) => row.published && row.text === write.set['text'],
  fields: (row) => ({
    text: row.text,
    starts_at: row.starts_at,
    ends_at: row.ends_at,
    all_day: row.all_day,
    published: row.published,
    notified: row.notification_sent_at !== null,
  }),
  make: (server) => ({
    id: newId(server),
    text: '',
    all_day: false,
    published: true,
    starts_at: null,
    ends_at: null,
    notification_sent_at: null,
    created_at: stamp(server),
  }),
  set: (row, { notify_members: _notify, ...fields }) => void Object.assign(row, fields),
}

const writeAnnouncement: Perform = (server, write, later) => {
  const result = writeRow(announcements)(server, write, later)
  const row = result.state === 'done' ? server.rows.announcements.find((one) => one.id === result.serverId) : undefined
  if (!row || write.set['notify_members'] !== true || row.notification_sent_at !== null) return result
  row.notification_sent_at = stamp(server)
  later.push(() => void server.mailed.push(write.name))
  return result
}

export const PERFORM: { readonly [table: string]: Perform } = {
  ...PLAIN_WRITES,
  domain_blocks: writeDomainBlock,
  email_domain_blocks: writeEmail(PLAIN_WRITES['email_domain_blocks'] ?? unknownTable),
  roles: keepingOwners(writeRole),
  role_of: keepingOwners(writeHolder),
  rules: writeRow(rules),
  rule_order: writeRuleOrder,
  announcements: writeAnnouncement,
  settings: writeSetting,
  terms_of_services: writeTerms,
}

/** A server that checks nothing of its own about owners and held roles, so that what holds is the engine's doing. */
export const TRUSTING: typeof PERFORM = { roles: writeRow(roles), role_of: writeHolder }

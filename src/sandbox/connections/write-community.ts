import type { Write } from '../../providers/mastodon/tables.ts'
import type { Fields } from '../../instance/values.ts'
import type { DatabaseSession } from '../database.ts'
import { demand, Invalid } from '../failure.ts'
import {
  assignRole,
  countOwners,
  destroyRole,
  endSessions,
  findMember,
  findRoles,
  grantComplaints,
  keysOf,
  maskOf,
  permissionKeys,
  saveRole,
  type RoleRow,
  type RoleFields,
} from '../models/roles.ts'
import { discardRule, listRules, orderRules, saveRule, type RuleFields } from '../models/rules.ts'
import {
  castSetting,
  DEFAULTS,
  readSetting,
  saveSetting,
  settingComplaints,
  UPLOADS,
  type SettingValue,
} from '../models/settings.ts'
import { mailMembers, notifyOfTerms, publishedTerms, publishTerms, type TermsFields } from '../models/terms.ts'
import { EVERYONE } from '../seed.ts'
import {
  alike,
  already,
  Changed,
  Declined,
  done,
  expectLive,
  pick,
  rowFor,
  textOf,
  type DoneResult,
  type WriteScope,
} from './writing.ts'

const asFields = (value: object): Fields => value as Fields

export async function writeRole(writing: WriteScope, write: Write): Promise<DoneResult> {
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

/** Mastodon lets nobody grant more than they have: says so in words. */
async function withinReach<T>({ actor }: WriteScope, work: () => Promise<T>): Promise<T> {
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
async function keepingOwners<T>(session: DatabaseSession, write: Write, work: () => Promise<T>): Promise<T> {
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

export async function writeRoleOf(writing: WriteScope, write: Write): Promise<DoneResult> {
  const { session, actor } = writing
  const member = await findMember(session, write.name)
  if (member === undefined || (write.serverId !== null && member.account_id !== write.serverId)) throw new Changed(null)
  expectLive(write, { role_id: member.role_id })
  const [held] = member.role_id === null ? [] : await findRoles(session, 'id', member.role_id)
  const [role = null] =
    write.action === 'delete' ? [] : await findRoles(session, 'id', textOf(write.set['role_id']) ?? '')
  if (write.action !== 'delete' && (role === null || role.id === EVERYONE))
    throw new Declined('no-such-role', 'the server no longer has this role')
  if (role === null && member.account_id === actor.id)
    throw new Declined('own-role', `@${member.username} is the account that Herdbook acts as, so it keeps its role`)
  if (held !== undefined) belowActor(writing, held)
  entitled(writing)
  const lacks = role === null ? [] : keysOf(maskOf(role.fields.permissions) & ~actor.role.permissions)
  if (lacks.length > 0)
    throw new Declined(
      'actor-too-low',
      `@${actor.username} has the role ${actor.role.name}, which is too low for this: it lacks ${lacks.join(', ')}`,
    )
  await withinReach(writing, async () => demand(grantComplaints(actor, role)))
  await keepingOwners(session, write, () => assignRole(session, actor, member, role))
  if (role === null) await endSessions(session, member)
  return done(member.account_id, { role_id: role?.id ?? null })
}

/** Roles are for those who may manage them: Mastodon's web interface says so, its models do not. */
function entitled({ actor: { username, role } }: WriteScope): void {
  if (keysOf(role.permissions).some((key) => key === 'administrator' || key === 'manage_roles')) return
  throw new Declined(
    'actor-lacks',
    `@${username} (${role.name}), the account that Herdbook acts as, lacks the permission manage_roles`,
  )
}

/** Nobody changes or takes away what stands above them: Mastodon's web interface refuses it, its models do not. */
function belowActor({ actor }: WriteScope, { fields: { name, position } }: RoleRow): void {
  if (position <= actor.role.position) return
  const own =
    `@${actor.username} (${actor.role.name}), ` + `the account that Herdbook acts as, has only ${actor.role.position}`
  throw new Declined(
    'outranked',
    `Herdbook cannot change this: the role ${name} has the position ${position}, but ${own}`,
  )
}

export async function writeRule({ session }: WriteScope, write: Write): Promise<DoneResult> {
  const rules = await listRules(session)
  const live = (id: string): Promise<Fields | undefined> =>
    listRules(session).then((all) => all.filter((rule) => rule.id === id).map(({ fields }) => asFields(fields))[0])
  const fields = pick(write.set, ['text', 'hint', 'translations']) as Partial<RuleFields>
  if (write.action === 'create') {
    const same = rules.find((rule) => rule.fields.text === write.set['text'])
    const ours = already(write, same && { id: same.id, live: asFields(same.fields) })
    if (ours !== undefined) return ours
    const id = await saveRule(session, null, fields)
    return done(id, await live(id))
  }
  const rule = rowFor(
    write,
    rules.find(({ id }) => id === write.serverId),
    (row) => asFields(row.fields),
  )
  if (rule === undefined) return done(write.serverId)
  if (write.action === 'delete') {
    await discardRule(session, rule.id)
    return done(rule.id)
  }
  await saveRule(session, rule.id, fields)
  return done(rule.id, await live(rule.id))
}

/** The rules named come in that order in the places that they have among them; others keep theirs. */
export async function writeRuleOrder({ session }: WriteScope, write: Write): Promise<DoneResult> {
  const order = write.set['order'] as readonly string[]
  const present = (await listRules(session)).map(({ id }) => id)
  if (order.some((id) => !present.includes(id))) throw new Changed({ order: present })
  expectLive(write, { order: present })
  const named = [...order]
  await orderRules(
    session,
    present.map((id) => (order.includes(id) ? (named.shift() ?? id) : id)),
  )
  return done(null, { order })
}

const CONTACT = ['site_contact_username', 'site_contact_email']

/** The two contact settings are saved together, since Mastodon takes neither alone. */
export const isContact = (write: Write): boolean => write.table === 'settings' && CONTACT.includes(write.name)

export async function writeSettings(
  { session, version }: WriteScope,
  writes: readonly Write[],
): Promise<readonly DoneResult[]> {
  const current = (key: string): Promise<SettingValue> => readSetting(session, version, key)
  for (const write of writes) expectLive(write, { value: await current(write.name) })
  const wanted = Object.fromEntries(writes.map((write) => [write.name, write.set['value'] as SettingValue]))
  const contact = writes.some(isContact)
    ? Object.fromEntries(await Promise.all(CONTACT.map(async (key) => [key, await current(key)] as const)))
    : {}
  const values: Record<string, SettingValue> = { ...contact, ...wanted }
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(DEFAULTS[version], key) || UPLOADS.has(key))
  if (unknown.length > 0) throw new Declined('unknown-setting', `this server has no setting ${unknown.join(', ')}`)
  const words = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, formText(value)]))
  const complaints = await settingComplaints(session, words)
  if (complaints.length > 0)
    throw new Declined('refused-by-mastodon', new Invalid(complaints).message.replace(/^Validation failed: /, ''))
  // The form would save what it looked at, too: here it is made to forget that.
  for (const { name } of writes) await saveSetting(session, name, castSetting(name, words[name] ?? ''))
  for (const [key, value] of Object.entries(values)) {
    if (!alike('', await current(key), value))
      throw new Declined('not-stored', `the server did not store the setting ${key} as Herdbook sent it`)
  }
  return Promise.all(writes.map(async (write) => done(null, { value: await current(write.name) })))
}

/** The form knows what a browser sends: text, and 1 or 0 for a checkbox. */
function formText(value: SettingValue): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value ?? '')
}

export async function writeTerms({ session, actor, later }: WriteScope, write: Write): Promise<DoneResult> {
  if (write.action === 'delete') throw new Declined('no-delete', 'Mastodon cannot take back published terms')
  const all = await publishedTerms(session)
  const date = write.set['effective_date']
  const same = all.find(({ id, fields }) =>
    write.action === 'update' ? id === write.serverId : fields.effective_date === date,
  )
  const found = write.action === 'update' ? rowFor(write, same, (row) => asFields(row.fields)) : same
  if (write.action === 'create') already(write, found && { id: found.id, live: asFields(found.fields) })
  const id =
    found?.id ??
    (await publishTerms(
      session,
      actor.id,
      pick(write.set, ['text', 'changelog', 'effective_date']) as unknown as TermsFields,
    ))
  if (write.set['notify_members'] === true && found?.fields.notified !== true) {
    await notifyOfTerms(session, id)
    later(mailMembers)
  }
  const after = (await publishedTerms(session)).find((terms) => terms.id === id)
  return done(id, after && asFields(after.fields))
}

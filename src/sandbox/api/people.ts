import type { Row } from '../database.ts'
import { textParam } from '../ruby-casts.ts'
import { Refusal } from '../failure.ts'
import { found, PUBLIC_URL, time, type HttpAnswer, type Call } from '../http.ts'
import { EVERYONE, FLAGS } from '../permissions.ts'
import { permissionsOf } from '../tokens.ts'
import { page } from './paging.ts'
import { VAPID_KEY } from './public-data.ts'

interface Person extends Row {
  readonly id: string
  readonly username: string
  readonly domain: string | null
  readonly created_at: string
  readonly followers_count: number
  readonly following_count: number
  readonly statuses_count: number
  readonly role_id: string
  readonly role: RoleAnswer
}

interface RoleAnswer extends Row {
  readonly id: string
  readonly name: string
  readonly color: string
  readonly highlighted: boolean
  readonly collection_limit?: number
}

const PERSON = `a.id::text, a.username, a.domain, ${time('a.created_at')} as created_at,
  u.email, null as ip, u.confirmed_at is not null as confirmed,
  a.suspended_at is not null as suspended, a.silenced_at is not null as silenced,
  a.sensitized_at is not null as sensitized, u.disabled, u.approved,
  u.locale, null as invite_request, '[]'::jsonb as ips,
  coalesce(u.role_id, ${EVERYONE})::text as role_id, to_jsonb(r) as role,
  (select count(*)::integer from follows f where f.target_account_id = a.id) as followers_count,
  (select count(*)::integer from follows f where f.account_id = a.id) as following_count,
  (select count(*)::integer from statuses s where s.account_id = a.id) as statuses_count`
const PEOPLE = `accounts a left join users u on u.account_id = a.id
  left join user_roles r on r.id = coalesce(u.role_id, ${EVERYONE})`

/** Who counts as staff. */
const STAFF = (FLAGS['administrator'] ?? 0) | (FLAGS['manage_reports'] ?? 0)

const FILTERS: Readonly<Record<string, (value: string) => { readonly where: string; readonly param?: unknown }>> = {
  origin: (value) => ({ where: value === 'local' ? 'a.domain is null' : 'a.domain is not null' }),
  username: (value) => ({ where: "lower(a.username) like lower(?) || '%'", param: value.trim().replace(/^@/, '') }),
  by_domain: (value) => ({ where: 'a.domain = ?', param: value.trim() }),
  permissions: (value) => ({
    where: value === 'staff' ? `(r.id <> ${EVERYONE} and (r.permissions & ${STAFF}) <> 0)` : 'true',
  }),
}

/** `GET /api/v2/admin/accounts`, with the filters that block lists and rosters need. */
export async function listPeople(call: Call): Promise<HttpAnswer> {
  const params: unknown[] = []
  const [origin, domain] = [
    textParam(call.params, 'origin') ?? '',
    (textParam(call.params, 'by_domain') ?? '').trim() !== '',
  ]
  if (!['', 'local', 'remote'].includes(origin.trim())) throw new Refusal(400, { error: `Unknown origin: ${origin}` })
  const conditions = Object.entries(FILTERS).flatMap(([name, filter]) => {
    const value = textParam(call.params, name) ?? ''
    if (value.trim() === '' || (name === 'origin' && domain && value === 'remote')) return []
    const { where, param } = filter(value)
    if (param !== undefined) params.push(param)
    return [where.replace('?', `$${params.length}`)]
  })
  const from = `${PEOPLE} where ${['true', ...conditions].join(' and ')}`
  const { rows, headers } = await page<Person>(call, {
    select: PERSON,
    from,
    id: 'a.id',
    max: 200,
    params,
    filters: Object.keys(FILTERS),
  })
  const body: object[] = []
  for (const row of rows) body.push(await adminAccount(call, row))
  return { body, headers }
}

async function adminAccount(call: Call, person: Person): Promise<object> {
  const {
    role_id: _role,
    role,
    followers_count: _in,
    following_count: _out,
    statuses_count: _posts,
    ...fields
  } = person
  return { ...fields, account: account(call, person), role: await fullRole(call, role) }
}

/** `GET /api/v1/accounts/verify_credentials`: whose token it is. */
export async function showCredentials(call: Call): Promise<HttpAnswer> {
  const person = found(
    await call.session.query<Person>(`select ${PERSON} from ${PEOPLE} where a.id = $1::bigint`, [
      call.token?.account_id,
    ]),
  )
  const source = {
    privacy: 'public',
    sensitive: false,
    language: null,
    note: '',
    fields: [],
    follow_requests_count: 0,
    hide_collections: null,
    discoverable: null,
    indexable: false,
    attribution_domains: [],
  }
  const newer = call.version === '4.4.22' ? {} : { quote_policy: 'public' }
  return {
    body: { ...account(call, person), source: { ...source, ...newer }, role: await fullRole(call, person.role) },
  }
}

/** A role as the API shows it: its permissions are those of everyone with its own. */
async function fullRole(call: Call, role: RoleAnswer): Promise<object> {
  const permissions = await permissionsOf(call.session, call.version, role.id)
  const limit = role.collection_limit === undefined ? {} : { collection_limit: role.collection_limit }
  return {
    id: String(role.id),
    name: role.name,
    permissions: String(permissions),
    color: role.color,
    highlighted: role.highlighted,
    ...limit,
  }
}

function account({ version }: Call, person: Person): object {
  const { id, username, role } = person
  const acct = person.domain === null ? username : `${username}@${person.domain}`
  const missing = (kind: string): string => `${PUBLIC_URL}/${kind}/original/missing.png`
  const shown = String(role.id) !== EVERYONE && role.highlighted
  const newer = {
    avatar_description: '',
    header_description: '',
    show_media: true,
    show_media_replies: true,
    show_featured: true,
    feature_approval: { automatic: [], manual: [], current_user: 'denied' },
  }
  return {
    id,
    username,
    acct,
    display_name: '',
    locked: false,
    bot: false,
    discoverable: null,
    indexable: false,
    group: false,
    created_at: `${person.created_at.slice(0, 10)}T00:00:00.000Z`,
    note: '',
    url: `${PUBLIC_URL}/@${acct}`,
    uri: uriOf(version, person),
    avatar: missing('avatars'),
    avatar_static: missing('avatars'),
    header: missing('headers'),
    header_static: missing('headers'),
    followers_count: person.followers_count,
    following_count: person.following_count,
    statuses_count: person.statuses_count,
    last_status_at: null,
    hide_collections: null,
    noindex: false,
    emojis: [],
    fields: [],
    roles: shown ? [{ id: String(role.id), name: role.name, color: role.color }] : [],
    ...(version === '4.4.22' ? {} : newer),
  }
}

function uriOf(version: Call['version'], { id, username }: Person): string {
  return version === '4.4.22' ? `${PUBLIC_URL}/users/${username}` : `${PUBLIC_URL}/ap/users/${id}`
}

/** `GET /api/v1/apps/verify_credentials`: what app a token is of, and what it may ask for. */
export async function showApp(call: Call): Promise<HttpAnswer> {
  const app = found(
    await call.session.query<Row & { readonly scopes: string; readonly redirect_uri: string }>(
      'select id::text, name, website, scopes, redirect_uri from oauth_applications where id = $1::bigint',
      [call.token?.application_id],
    ),
  )
  return {
    body: { ...app, scopes: app.scopes.split(' '), redirect_uris: app.redirect_uri.split('\n'), vapid_key: VAPID_KEY },
  }
}

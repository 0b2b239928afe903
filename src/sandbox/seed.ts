import { DOMAIN } from './http.ts'
import { kindsOf } from './registry.ts'
import { MADE, quote, SEEDED_AT } from './sql.ts'
import type { Version } from './versions.ts'

export type Seed = 'contract' | 'empty'

/** The names that the contract gives to its tokens, and whose they are. */
const TOKENS = [
  { name: 'apply', app: 2, user: 'herdbook', scopes: 'read profile admin:read admin:write' },
  {
    name: 'plan',
    app: 3,
    user: 'herdbook',
    scopes: 'admin:read:domain_blocks admin:read:email_domain_blocks admin:read:ip_blocks',
  },
  {
    name: 'announce',
    app: 2,
    user: 'herdbook',
    scopes: 'read profile admin:read admin:write write:statuses read:statuses',
  },
  { name: 'mod', app: 2, user: 'mod', scopes: 'read profile admin:read admin:write' },
  { name: 'alice', app: 2, user: 'alice', scopes: 'read profile admin:read admin:write' },
  { name: 'burn', app: 2, user: 'owner', scopes: 'read profile admin:read admin:write' },
  { name: 'disabled', app: 2, user: 'bob', scopes: 'read profile admin:read admin:write' },
  { name: 'app', app: 2, user: null, scopes: 'read profile admin:read admin:write' },
  { name: 'revoked', app: 2, user: 'herdbook', scopes: 'read profile admin:read admin:write' },
] as const

export type TokenName = (typeof TOKENS)[number]['name']
export const TOKEN_NAMES: readonly TokenName[] = TOKENS.map((token) => token.name)

const PEOPLE = [
  { name: 'owner', role: 3 },
  { name: 'second', role: 3 },
  { name: 'mod', role: 1 },
  { name: 'alice', role: null },
  { name: 'bob', role: 2, disabled: true },
  { name: 'herdbook', role: 4 },
]

/** Accounts of other servers, and how many of them follow each member; each is followed by two members. */
const REMOTE = [
  { domain: 'bad.example', accounts: 12 },
  { domain: 'sub.bad.example', accounts: 3 },
  { domain: 'meh.example', accounts: 5 },
  { domain: 'fine.example', accounts: 7 },
  { domain: 'media.example', accounts: 4 },
]
const FOLLOWED = ['owner', 'mod', 'alice', 'bob']
const FOLLOWERS: Readonly<Record<string, number>> = { owner: 10, mod: 12, alice: 12, bob: 9 }

/** The start state as one script: the contract's README describes it. */
export function seedOf(version: Version, seed: Seed): string {
  const kinds = kindsOf(version).flatMap((kind) => kind.seed?.(version, seed) ?? [])
  return [...kinds, people(), apps(), reader(version), ...(seed === 'contract' ? [remote()] : [])].join('\n')
}

function people(): string {
  return PEOPLE.map(
    ({ name, role, disabled }) => `
    with account as (
      insert into accounts (username, created_at, updated_at) values (${quote(name)}, ${MADE}) returning id
    )
    insert into users (email, created_at, updated_at, confirmed_at, account_id, role_id, disabled)
      select ${quote(`${name}@${DOMAIN}`)}, ${MADE}, ${quote(SEEDED_AT)}, id, ${role}, ${disabled === true}
      from account;`,
  ).join('')
}

function apps(): string {
  const app = (name: string, scopes: string, superapp: boolean): string =>
    `(${quote(name)}, md5(${quote(name)}), md5(random()::text), ` +
    `'urn:ietf:wg:oauth:2.0:oob', ${quote(scopes)}, ${superapp}, ${MADE})`
  const tokens = TOKENS.map(
    ({ name, app: id, user, scopes }) =>
      `(${quote(name)}, ${quote(scopes)}, ${id}, (select id from users where email = ${quote(
        user === null ? null : `${user}@${DOMAIN}`,
      )}), ${quote(SEEDED_AT)}, ${name === 'revoked' ? quote(SEEDED_AT) : 'null'})`,
  )
  return `insert into oauth_applications (name, uid, secret, redirect_uri, scopes, superapp, created_at, updated_at)
    values
      ${app('Web', 'read write follow push', true)}, ${app('Herdbook', 'read profile admin:read admin:write', false)},
      ${app('Herdbook plan', 'admin:read', false)};
    insert into oauth_access_tokens (token, scopes, application_id, resource_owner_id, created_at, revoked_at)
    values ${tokens.join(', ')};`
}

/** The reading role as `herdbook reader install` leaves it: the columns that the reader needs and no others. */
function reader(version: Version): string {
  const tables = kindsOf(version).flatMap(({ readable = [] }) => readable)
  return `create role herdbook_reader login noinherit;
    comment on role herdbook_reader is '${DOMAIN}';
    grant usage on schema public to herdbook_reader;
    grant select on ${tables.join(', ')}, domain_allows to herdbook_reader;
    grant select (id, account_id, role_id, confirmed_at, approved, disabled, created_at) on users to herdbook_reader;
    grant select (id, username, domain, created_at, suspended_at,
      silenced_at, moved_to_account_id) on accounts to herdbook_reader;
    grant select (id, account_id, created_at) on admin_action_logs to herdbook_reader;
    grant select (account_id, target_account_id) on follows to herdbook_reader;`
}

interface Follow {
  readonly from: readonly [name: string, domain: string | null]
  readonly to: readonly [name: string, domain: string | null]
}

function remote(): string {
  const accounts = REMOTE.flatMap(({ domain, accounts: count }) =>
    Array.from({ length: count }, (_, index) => ({ name: `user${index}`, domain, index })),
  )
  const rows = accounts.map(
    ({ name, domain }) => `(${quote(name)}, ${quote(domain)}, 'https://${domain}/users/${name}', ${MADE})`,
  )
  const id = ([name, domain]: Follow['from']): string =>
    `(select id from accounts where username = ${quote(name)} and domain is not distinct from ${quote(domain)})`
  const follows = followsOf(accounts).map(({ from, to }) => `(${id(from)}, ${id(to)}, ${MADE})`)
  return `insert into accounts (username, domain, uri, created_at, updated_at) values ${rows.join(', ')};
    insert into statuses (account_id, created_at)
      select id, ${quote(SEEDED_AT)} from accounts, generate_series(1, 2) where domain is not null;
    insert into follows (account_id, target_account_id, created_at, updated_at) values ${follows.join(', ')};`
}

/** Shares follows out so that every member has as many as the contract's server showed. */
function followsOf(
  accounts: readonly { readonly name: string; readonly domain: string; readonly index: number }[],
): readonly Follow[] {
  const left = new Map(Object.entries(FOLLOWERS))
  return accounts.flatMap(({ name, domain, index }) => {
    const followers = FOLLOWED.filter((_, member) => member % 2 === index % 2)
    const followed = [...left].toSorted((a, b) => b[1] - a[1]).slice(0, index % 3 === 0 ? 2 : 1)
    for (const [member, count] of followed) left.set(member, count - 1)
    return [
      ...followers.map((member): Follow => ({ from: [member, null], to: [name, domain] })),
      ...followed.map(([member]): Follow => ({ from: [name, domain], to: [member, null] })),
    ]
  })
}

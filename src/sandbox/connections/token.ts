import { randomBytes } from 'node:crypto'
import type { DatabaseSession } from '../database.ts'
import { record, type AuditEntry } from '../models/audit.ts'
import { findMember, type Actor, type Member } from '../models/people.ts'
import { findRoles, saveRole } from '../models/role.ts'
import { DOMAIN } from '../http.ts'
import type { Version } from '../versions.ts'
import { Declined } from './writing.ts'

export interface TokenCreation {
  readonly username: string
  readonly application: string
  readonly role: { readonly name: string; readonly position: number; readonly permissions: readonly string[] }
  readonly scopes: readonly string[]
}

/** The bot's role, account and application, as far as they are missing, and a new token. */
export async function createToken(
  session: DatabaseSession,
  version: Version,
  actor: Pick<Actor, 'id'> | null,
  wish: TokenCreation,
): Promise<{ token: string; username: string; role: string }> {
  const [held] = await findRoles(session, 'name', wish.role.name)
  const role = held?.id ?? (await saveRole(session, version, null, null, wish.role))
  const { made, user_id: user, account_id: bot } = await botOf(session, wish, role)
  const deeds: AuditEntry[] = [
    ...(held === undefined ? [{ action: 'create', type: 'UserRole', id: role, name: wish.role.name }] : []),
    ...(made ? [{ action: 'change_role', type: 'User', id: user, name: wish.username }] : []),
  ]
  if (deeds.length > 0) await record(session, actor?.id ?? bot, deeds)
  const [application] = await session.query<{ readonly id: string }>(
    `with known as (
       update oauth_applications set scopes = (select string_agg(distinct scope, ' ')
         from unnest(string_to_array(scopes, ' ') || $2::text[]) scope)
       where name = $1 and owner_id is null returning id
     ), made as (
       insert into oauth_applications (name, uid, secret, redirect_uri, scopes, created_at, updated_at)
       select $1, $3, $4, 'urn:ietf:wg:oauth:2.0:oob', array_to_string($2::text[], ' '), now(), now()
       where not exists (select from known) returning id
     )
     select id::text from known union all select id::text from made`,
    [wish.application, wish.scopes, secret(), secret()],
  )
  const token = secret()
  await session.query(
    `insert into oauth_access_tokens (token, scopes, application_id, resource_owner_id, created_at)
     values ($1, $2, $3, $4, now())`,
    [token, wish.scopes.join(' '), application?.id, user],
  )
  return { token, username: wish.username, role: wish.role.name }
}

/** An account that is a person's, or holds another role, is never turned into the bot. */
async function botOf(
  session: DatabaseSession,
  { username, role: { name } }: TokenCreation,
  role: string,
): Promise<Pick<Member, 'user_id' | 'account_id'> & { readonly made: boolean }> {
  const member = await findMember(session, username)
  if (member !== undefined && member.role !== name)
    throw new Declined('not-the-bot', `@${username} already exists and does not have the role of this bot`)
  if (member !== undefined) return { ...member, made: false }
  const [user] = await session.query<Pick<Member, 'user_id' | 'account_id'>>(
    `with account as (
       insert into accounts (username, actor_type, created_at, updated_at)
       values ($1, 'Service', now(), now()) returning id
     )
     insert into users (email, account_id, role_id, confirmed_at, created_at, updated_at)
       select $2, id, $3::bigint, now(), now(), now() from account returning id::text as user_id, account_id::text`,
    [username, `${username}@${DOMAIN}`, role],
  )
  if (user === undefined) throw new Error('the bot was not made')
  return { ...user, made: true }
}

export async function destroyToken(session: DatabaseSession, token: string): Promise<boolean> {
  const rows = await session.query('delete from oauth_access_tokens where token = $1 returning 1', [token])
  return rows.length > 0
}

const secret = (): string => randomBytes(32).toString('base64url')

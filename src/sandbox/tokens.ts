import type { Row, DatabaseSession } from './database.ts'
import { NOT_ALLOWED, Refusal } from './failure.ts'
import { allFlags, EVERYONE, FLAGS } from './permissions.ts'
import type { Version } from './versions.ts'

export interface AccessToken {
  readonly id: string
  readonly scopes: readonly string[]
  readonly revoked: boolean
  readonly application_id: string
  readonly user_id: string | null
  readonly account_id: string | null
  readonly disabled: boolean
  readonly role_id: string
}

/** Who may call a route: anyone, any token, a member's token, or staff with a permission. */
export type RouteAccess =
  | { readonly by: 'anyone' }
  | { readonly by: 'app' }
  | { readonly by: 'member'; readonly scopes: readonly string[] }
  | { readonly by: 'staff'; readonly scopes: readonly string[]; readonly permission: string }

export async function findToken(session: DatabaseSession, header: string | undefined): Promise<AccessToken | null> {
  const secret = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
  if (secret === undefined) return null
  const [token] = await session.query<AccessToken & Row>(
    `select t.id::text, string_to_array(t.scopes, ' ') as scopes,
       t.revoked_at is not null as revoked, t.application_id::text, u.id::text as user_id,
       u.account_id::text, coalesce(u.disabled, false) as disabled, coalesce(u.role_id, ${EVERYONE})::text as role_id
     from oauth_access_tokens t left join users u on u.id = t.resource_owner_id where t.token = $1`,
    [secret],
  )
  return token ?? null
}

/** Refuses a call that its token does not allow. */
export async function authorize(
  session: DatabaseSession,
  version: Version,
  access: RouteAccess,
  token: AccessToken | null,
): Promise<void> {
  if (access.by === 'anyone') return
  if (token?.revoked === true) throw unauthorized('The access token was revoked')
  if (access.by === 'staff' && token === null) throw new Refusal(403, NOT_ALLOWED)
  if (token === null) throw unauthorized('The access token is invalid')
  if (access.by === 'app') return
  if (!access.scopes.some((scope) => token.scopes.includes(scope))) throw outsideScopes(version, access.scopes)
  if (access.by === 'member') return memberOf(token)
  if (token.user_id === null) throw new Refusal(403, NOT_ALLOWED)
  const permissions = await permissionsOf(session, version, token.role_id)
  if ((permissions & BigInt(FLAGS[access.permission] ?? 0)) === 0n) throw new Refusal(403, NOT_ALLOWED)
}

/** What a role may do, with what everyone may. */
export async function permissionsOf(session: DatabaseSession, version: Version, role: string): Promise<bigint> {
  const rows = await session.query<{ readonly permissions: string }>(
    'select permissions::text from user_roles where id in ($1, $2)',
    [role, EVERYONE],
  )
  const mask = rows.reduce((sum, row) => sum | BigInt(row.permissions), 0n)
  return (mask & 1n) === 1n ? BigInt(allFlags(version)) : mask
}

/** Refuses a token that is nobody's, or that of somebody who can't log in. */
export function memberOf(token: AccessToken | null): void {
  if (token === null || token.user_id === null)
    throw new Refusal(422, { error: 'This method requires an authenticated user' })
  if (token.disabled) throw new Refusal(403, { error: 'Your login is currently disabled' })
}

function unauthorized(error: string): Refusal {
  return new Refusal(
    401,
    { error },
    { 'www-authenticate': `Bearer realm="Doorkeeper", error="invalid_token", error_description="${error}"` },
  )
}

function outsideScopes(version: Version, scopes: readonly string[]): Refusal {
  const description = `Access to this resource requires scope _${scopes.join(' ')}_.`
  const challenge = {
    'www-authenticate': `Bearer realm="Doorkeeper", error="insufficient_scope", error_description="${description}"`,
  }
  return new Refusal(
    403,
    { error: 'This action is outside the authorized scopes' },
    version === '4.4.22' ? {} : challenge,
  )
}

import type { InstanceFile } from '../../../instance/documents.ts'
import type { TableName } from '../tables.ts'
import type { Rest } from './rest.ts'
import { unreachable } from '../../../ssh/executor.ts'
import { isRecord } from '../../../instance/get-own.ts'
import { HttpFailure } from '../../../http/transport.ts'

/** What a token turned out to be. */
export interface TokenFacts {
  /** False where the server knows no such token. */
  readonly known: boolean
  readonly application: string | null
  /** The scopes of its application; null where the server does not tell (before 4.3). */
  readonly scopes: readonly string[] | null
  readonly username: string | null
  /** What the server said where it did not tell whose token it is: a disabled login, an application without a user. */
  readonly refusal: string | null
  readonly role: string | null
  /** The bit mask of what its account may do; null where it could not be read. */
  readonly permissions: bigint | null
}

/** What a table asks of a token and of the role of its account. */
export const NEEDS: {
  readonly [name in TableName]?: { readonly scope: string; readonly permission: string; readonly bit: bigint }
} = {
  domain_blocks: { scope: 'admin:read:domain_blocks', permission: 'manage_federation', bit: 32n },
  email_domain_blocks: { scope: 'admin:read:email_domain_blocks', permission: 'manage_blocks', bit: 128n },
  ip_blocks: { scope: 'admin:read:ip_blocks', permission: 'manage_blocks', bit: 128n },
  impact: { scope: 'admin:read', permission: 'view_dashboard', bit: 8n },
}
const ADMINISTRATOR = 1n

/** Asks the server what a token is: it answers 403 to an unknown one, just as where a permission is missing. */
export async function tokenFacts(rest: Rest): Promise<TokenFacts> {
  const ask = async (path: string): Promise<{ readonly [key: string]: unknown } | HttpFailure | null> => {
    try {
      const { body } = await rest.get(path)
      return isRecord(body) ? body : null
    } catch (error) {
      return error instanceof HttpFailure ? error : null
    }
  }
  const application = await ask('/api/v1/apps/verify_credentials')
  // Who does not answer says nothing of a token.
  if (application instanceof HttpFailure && application.status === null)
    throw unreachable(
      'api-silent',
      `${rest.origin} can't be asked: ${application.message}`,
      'check mastodon.api.url',
      application,
    )
  const account = await ask('/api/v1/accounts/verify_credentials')
  const told = isAnswer(account) ? account : null
  const role = isRecord(told?.role) ? told.role : null
  const mask = typeof role?.permissions === 'string' ? role.permissions : ''
  return {
    known: !(application instanceof HttpFailure) || application.status !== 401,
    application: isAnswer(application) ? String(application.name) : null,
    scopes: isAnswer(application) && Array.isArray(application.scopes) ? application.scopes.map(String) : null,
    username: told ? String(told.username) : null,
    refusal: account instanceof HttpFailure ? account.text : null,
    role: role ? String(role.name) : null,
    permissions: /^\d+$/.test(mask) ? BigInt(mask) : null,
  }
}

/** Whose a token is. Throws where the server does not say. */
export async function usernameOf(rest: Pick<Rest, 'get'>): Promise<string> {
  const { body } = await rest.get('/api/v1/accounts/verify_credentials')
  if (isRecord(body) && typeof body.username === 'string') return body.username
  throw new HttpFailure(200, 'the server does not say whose the token is')
}

const isAnswer = (answer: unknown): answer is { readonly [key: string]: unknown } =>
  isRecord(answer) && !(answer instanceof HttpFailure)

/** What to type for a new token in place of one that the server does not know. */
export function renewalOf({ mastodon }: InstanceFile, which: 'token' | 'read_token'): string {
  if (mastodon?.console === undefined)
    return 'Make a new one in the web interface (Preferences, Development), and store it.'
  const rotate = `herdbook token rotate${which === 'read_token' ? ' --read' : ''}`
  const kept = mastodon.api?.[which]?.file !== undefined
  return `Store the right one, or make a new one: ${rotate}${kept ? '' : " --store-with 'COMMAND', which gets it on its stdin"}`
}

/** Why a read or a write was refused: which token, which scope and which permission were found, and which is missing. */
export async function explain(
  rest: Rest,
  name: TableName,
  error: unknown,
  what: 'read' | 'write' = 'read',
): Promise<{ readonly message: string; readonly hint?: string }> {
  if (!(error instanceof HttpFailure)) return { message: error instanceof Error ? error.message : String(error) }
  const needs = NEEDS[name]
  if (!needs || (error.status !== 401 && error.status !== 403)) return { message: error.message }
  const scope = what === 'read' ? needs.scope : needs.scope.replace('read', 'write')
  const facts = await tokenFacts(rest)
  if (error.status === 401 || !facts.known) {
    return { message: `the server knows no such token (${error.message})`, hint: rest.renewal }
  }
  const whose =
    facts.username === null ? `nobody's${facts.refusal === null ? '' : ` (${facts.refusal})`}` : `@${facts.username}'s`
  const found = `the token is ${whose}, of the application ${facts.application ?? 'unknown'}`
  if (/scope/i.test(error.text)) {
    return {
      message: `${found}, and lacks the scope ${scope}`,
      hint: `give its application the scope ${scope} and make a new token`,
    }
  }
  const may = facts.permissions === null ? null : (facts.permissions & (needs.bit | ADMINISTRATOR)) !== 0n
  if (may === true)
    return {
      message: `${found} with the role ${facts.role}, which has ${needs.permission}; the server refused all the same: ${error.message}`,
    }
  const role =
    facts.role === null
      ? "an account whose role can't be seen"
      : `the role ${facts.role === '' ? 'everyone' : facts.role}`
  return {
    message: `${found} with ${role}, which lacks the permission ${needs.permission}`,
    hint: `give that role ${needs.permission}`,
  }
}

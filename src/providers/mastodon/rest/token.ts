import type { InstanceFile } from '../../../instance/documents.ts'
import { TABLES } from '../database/rows.ts'
import type { Rest } from './types.ts'
import { unreachable } from '../../../ssh/executor.ts'
import { isRecord } from '../../../instance/get-own.ts'
import { HttpFailure } from '../../../http/transport.ts'
import {
  apiSilent,
  CHECK_URL,
  lacksPermission,
  lacksScope,
  MAKE_TOKEN,
  NO_USERNAME,
  noSuchToken,
  refusedAnyway,
  rotateToken,
} from './texts.ts'

/** What the server says about a token. */
export interface TokenFacts {
  /** False if the server does not know this token. */
  readonly known: boolean
  readonly application: string | null
  /** The scopes of its application; null if the server does not say (before 4.3). */
  readonly scopes: readonly string[] | null
  readonly username: string | null
  /** The server's answer instead of an account: a disabled login, an application without a user. */
  readonly refusal: string | null
  readonly role: string | null
  /** The bit mask of its account's permissions; null if it could not be read. */
  readonly permissions: bigint | null
}

const ADMINISTRATOR = 1n

/** Asks the server about a token: it answers 403 to an unknown token as well as to a missing permission. */
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
  // No answer says nothing about the token.
  if (application instanceof HttpFailure && application.status === null)
    throw unreachable(
      'api-silent',
      apiSilent({ origin: rest.origin, why: application.message }),
      CHECK_URL,
      application,
    )
  const account = await ask('/api/v1/accounts/verify_credentials')
  const owner = isAnswer(account) ? account : null
  const role = isRecord(owner?.role) ? owner.role : null
  const mask = typeof role?.permissions === 'string' ? role.permissions : ''
  return {
    known: !(application instanceof HttpFailure) || application.status !== 401,
    application: isAnswer(application) ? String(application.name) : null,
    scopes: isAnswer(application) && Array.isArray(application.scopes) ? application.scopes.map(String) : null,
    username: owner ? String(owner.username) : null,
    refusal: account instanceof HttpFailure ? account.text : null,
    role: role ? String(role.name) : null,
    permissions: /^\d+$/.test(mask) ? BigInt(mask) : null,
  }
}

/** Looks up the account of a token. Throws if the server does not say. */
export async function usernameOf(rest: Pick<Rest, 'get'>): Promise<string> {
  const { body } = await rest.get('/api/v1/accounts/verify_credentials')
  if (isRecord(body) && typeof body.username === 'string') return body.username
  throw new HttpFailure(200, NO_USERNAME)
}

const isAnswer = (answer: unknown): answer is { readonly [key: string]: unknown } =>
  isRecord(answer) && !(answer instanceof HttpFailure)

/** Says what to type for a new token if the server does not know this one. */
export function renewalOf({ mastodon }: InstanceFile, which: 'token' | 'read_token'): string {
  if (mastodon?.console === undefined) return MAKE_TOKEN
  const command = `herdbook token rotate${which === 'read_token' ? ' --read' : ''}`
  return rotateToken({ command, file: mastodon.api?.[which]?.file !== undefined })
}

/** Explains why a read or a write was refused: the token, and the scope or permission that it lacks. */
export async function explain(
  rest: Rest,
  name: string,
  error: unknown,
  what: 'read' | 'write' = 'read',
): Promise<{ readonly message: string; readonly hint?: string }> {
  if (!(error instanceof HttpFailure)) return { message: error instanceof Error ? error.message : String(error) }
  const needs = TABLES.find((shape) => shape.name === name)?.api
  if (!needs || (error.status !== 401 && error.status !== 403)) return { message: error.message }
  const scope = what === 'read' ? needs.scope : needs.scope.replace('read', 'write')
  const facts = await tokenFacts(rest)
  if (error.status === 401 || !facts.known) return { message: noSuchToken(error.message), hint: rest.renewal }
  if (/scope/i.test(error.text)) return lacksScope({ ...facts, scope })
  const { permission } = needs
  const may = facts.permissions !== null && (facts.permissions & (needs.bit | ADMINISTRATOR)) !== 0n
  return may
    ? refusedAnyway({ ...facts, permission, answer: error.message })
    : lacksPermission({ ...facts, permission })
}

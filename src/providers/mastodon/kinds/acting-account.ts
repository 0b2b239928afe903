import { permissionNames } from './role/permissions.ts'
import type { Diagnostic } from '../../../instance/diagnostic.ts'
import type { Instance } from '../../../instance/instance.ts'
import { rowsKnown, tableIn, type TokenAccount, type Tables } from '../tables.ts'
import type { ActingAccount } from '../kind.ts'
import type { DraftStep } from '../../../reconcile/kind.ts'
import type { Step } from '../../../reconcile/plan/types.ts'
import { about } from './common.ts'
import { ENTITLE_ACTOR, RAISE_ACTOR } from '../texts.ts'
import {
  actingAccount,
  actorCannotLogIn,
  holderOutranks,
  lacksManageRoles,
  NAME_ACTOR,
  NO_ROLE,
  noActor,
  perhapsTokenAccount,
  permissionsMissing,
  rankTooLow,
  roleOutranks,
  TOKEN_ACCOUNT,
  TOKEN_ACCOUNT_ACTS,
} from './texts.ts'
import { accountId, ACCOUNTS, obstacleOf } from './accounts.ts'
import { EVERYONE_ID, ROLES } from './role/table.ts'

/** The permissions that the token's account needs to write block lists and to measure. */
const API_NEEDS = ['view_dashboard', 'manage_federation', 'manage_blocks']

/** The acting account that the files name. */
const namedIn = (instance: Instance): string | null => {
  const account = instance.documents['instance.yaml']?.acting_account
  return account === undefined ? null : accountId(account)
}

/** What is known about the accounts that Herdbook acts as. */
interface Knowledge {
  readonly tables: Tables
  readonly instance: Instance
  readonly tokenAccount: TokenAccount
}

/**
 * Lists the accounts that Herdbook acts as: the one that the files name, and the token's.
 * If the token's account is unknown, it may be any account with the permissions that it needs.
 */
export function actingAs({ tables, instance, tokenAccount }: Knowledge): ActingAccount[] {
  const rows = rowsKnown(tables, ACCOUNTS)
  const roles = new Map(rowsKnown(tables, ROLES).map((role) => [role.id, permissionNames(role.permissions)]))
  const named = namedIn(instance)
  const token = tokenAccount.state === 'known' ? accountId(tokenAccount.username) : null
  const acting = named ?? token
  return rows.flatMap(({ username, role_id: id }): ActingAccount[] => {
    const [account, permissions] = [accountId(username), roles.get(id ?? '')]
    if (id === null || permissions === undefined) return []
    if (account === acting)
      return [
        {
          account,
          called: named === null ? TOKEN_ACCOUNT_ACTS : actingAccount(account),
          as: 'actor',
          keeps: permissions,
        },
      ]
    const keeps = permissions.includes('administrator')
      ? API_NEEDS
      : API_NEEDS.filter((permission) => permissions.includes(permission))
    if (keeps.length === 0 || (account !== token && tokenAccount.state !== 'unknown')) return []
    const called = tokenAccount.state === 'unknown' ? perhapsTokenAccount(tokenAccount.reason.message) : TOKEN_ACCOUNT
    return [
      { account, called, as: 'token', keeps, ...(tokenAccount.state === 'unknown' ? { unsure: true as const } : {}) },
    ]
  })
}

/** Reports an acting account that is missing or cannot log in: an error if the console must write, else a warning. */
export function actorMissing(steps: readonly Step[], tables: Tables, instance: Instance): Diagnostic[] {
  const named = namedIn(instance)
  const accounts = tableIn(tables, ACCOUNTS)
  if (named === null || accounts.state !== 'complete') return []
  const row = accounts.rows.find(({ username }) => accountId(username) === named)
  const why = obstacleOf(row, named)
  if (why === undefined) return []
  const at = instance.position({ file: 'instance.yaml', path: ['acting_account'] })
  const message = row ? actorCannotLogIn(why) : noActor(named)
  return [
    {
      code: row ? 'actor-unable' : 'no-actor',
      severity: row || steps.every(({ connection }) => connection !== 'console') ? 'warning' : 'error',
      about: 'acting_account',
      message,
      at,
      hint: NAME_ACTOR,
    },
  ]
}

/** What the acting account may give in Mastodon: nothing above its own rank, no permission that it lacks. */
export interface Rank {
  readonly position: number
  readonly permissions: readonly string[]
}

/** Finds the rank of the acting account; null if it is unknown. */
function actingRank(
  tables: Tables,
  instance: Instance,
): { readonly account: string; readonly role: string; readonly rank: Rank } | null {
  const account = namedIn(instance)
  const [accounts, ranks] = [tableIn(tables, ACCOUNTS), tableIn(tables, ROLES)]
  if (account === null || accounts.state !== 'complete' || ranks.state !== 'complete') return null
  const found = accounts.rows.find(({ username }) => accountId(username) === account)
  const roles = new Map(ranks.rows.map((role) => [role.id, role]))
  const row = found && roles.get(found.role_id ?? EVERYONE_ID)
  const everyone = permissionNames(roles.get(EVERYONE_ID)?.permissions ?? '0')
  return row
    ? {
        account,
        role: row.name === '' ? NO_ROLE : row.name,
        rank: { position: row.position, permissions: [...permissionNames(row.permissions), ...everyone] },
      }
    : null
}

/**
 * Refuses a step on an account or role above the acting account. Mastodon's web interface would too, its console not.
 */
export function outranked(step: DraftStep, roleId: string | null, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  const above = rowsKnown(tables, ROLES).find(({ id }) => id === roleId)
  if (acting === null || above === undefined || above.position <= acting.rank.position) return []
  const { account, role, rank } = acting
  const own = { ref: `${step.kind}/${step.id}`, account, role, rank: above.position, ownRank: rank.position }
  const message = step.kind === 'role' ? roleOutranks(own) : holderOutranks({ ...own, name: step.id, held: above.name })
  return [about(step, instance, { code: 'outranked', severity: 'error', message, hint: RAISE_ACTOR })]
}

/** Refuses a step without the permission manage_roles. Mastodon's web interface would too, its console not. */
export function unentitled(step: DraftStep, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  if (
    acting === null ||
    ['administrator', 'manage_roles'].some((permission) => acting.rank.permissions.includes(permission))
  )
    return []
  const message = lacksManageRoles({ ref: `${step.kind}/${step.id}`, ...acting })
  return [about(step, instance, { code: 'actor-lacks', severity: 'error', message, hint: ENTITLE_ACTOR })]
}

/** Warns that Mastodon will refuse a step, because the acting account may not give that rank or permission. */
export function tooLow(step: DraftStep, wanted: Rank, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  if (acting === null) return []
  const { position, permissions } = acting.rank
  const missing = permissions.includes('administrator')
    ? []
    : wanted.permissions.filter((permission) => !permissions.includes(permission)).toSorted()
  if (wanted.position <= position && missing.length === 0) return []
  const actor = { ref: `${step.kind}/${step.id}`, account: acting.account, role: acting.role }
  const [message, hint] =
    wanted.position > position
      ? [rankTooLow({ ...actor, rank: wanted.position, ownRank: position }), RAISE_ACTOR]
      : [permissionsMissing({ ...actor, missing }), ENTITLE_ACTOR]
  return [about(step, instance, { code: 'actor-too-low', severity: 'warning', message, hint })]
}

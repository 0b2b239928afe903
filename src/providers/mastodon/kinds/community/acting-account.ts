import { permissionNames } from '../../../../instance/versions.ts'
import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import type { Instance } from '../../../../instance/instance.ts'
import type { TokenAccount, Tables } from '../../tables.ts'
import type { Acting } from '../../kind.ts'
import type { Draft } from '../../../../reconcile/kind.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { about } from '../common.ts'
import { accountId, EVERYONE_ID, obstacleOf } from './accounts.ts'

/** What the account of the token needs to write block lists and to measure. */
const API_NEEDS = ['view_dashboard', 'manage_federation', 'manage_blocks']

/** The account that the files name as acting. */
const namedIn = (instance: Instance): string | null => {
  const account = instance.documents['instance.yaml']?.acting_account
  return account === undefined ? null : accountId(account)
}

/** What is known of those that Herdbook acts as. */
interface Knowledge {
  readonly tables: Tables
  readonly instance: Instance
  readonly tokenAccount: TokenAccount
}

/** The accounts that Herdbook acts as: the one that is named, and the token's. Where nobody could look up whose that is, it may be anybody's who may do what it needs. */
export function actingAs({ tables, instance, tokenAccount }: Knowledge): Acting[] {
  const rows = tables.accounts.state === 'complete' ? tables.accounts.rows : []
  const roles = new Map(
    tables.roles.state === 'complete'
      ? tables.roles.rows.map((role) => [role.id, permissionNames(role.permissions)])
      : [],
  )
  const named = namedIn(instance)
  const token = tokenAccount.state === 'known' ? accountId(tokenAccount.username) : null
  const acting = named ?? token
  return rows.flatMap(({ username, role_id: id }): Acting[] => {
    const [account, permissions] = [accountId(username), roles.get(id ?? '')]
    if (id === null || permissions === undefined) return []
    if (account === acting)
      return [
        {
          account,
          called: named === null ? `${OF_TOKEN}, which acts,` : `@${account}, the account that acts,`,
          as: 'actor',
          keeps: permissions,
        },
      ]
    const keeps = permissions.includes('administrator')
      ? API_NEEDS
      : API_NEEDS.filter((permission) => permissions.includes(permission))
    if (keeps.length === 0 || (account !== token && tokenAccount.state !== 'unknown')) return []
    const called =
      tokenAccount.state === 'unknown'
        ? `${OF_TOKEN}, which could not be looked up (${tokenAccount.reason.message}) and may be this one,`
        : OF_TOKEN
    return [
      { account, called, as: 'token', keeps, ...(tokenAccount.state === 'unknown' ? { unsure: true as const } : {}) },
    ]
  })
}

const OF_TOKEN = 'the account of mastodon.api.token'

/** Says before anything is written that nobody is there to write in the name of: a refusal where the console is to write, else to know. */
export function actorMissing(steps: readonly Step[], tables: Tables, instance: Instance): Diagnostic[] {
  const named = namedIn(instance)
  if (named === null || tables.accounts.state !== 'complete') return []
  const row = tables.accounts.rows.find(({ username }) => accountId(username) === named)
  const why = obstacleOf(row, named)
  if (why === undefined) return []
  const at = instance.position({ file: 'instance.yaml', path: ['acting_account'] })
  const hint = 'Name one in instance.yaml that is there and can log in: acting_account: owner'
  const message = row
    ? `The account that acts can't log in: ${why}`
    : `There is nobody to act as: this server has no account @${named}.`
  return [
    {
      code: row ? 'actor-unable' : 'no-actor',
      severity: row || steps.every(({ connection }) => connection !== 'console') ? 'warning' : 'error',
      about: 'acting_account',
      message,
      at,
      hint,
    },
  ]
}

/** What Mastodon lets the account that acts hand out: nothing above its own rank, and nothing that it may not do itself. */
export interface Rank {
  readonly position: number
  readonly permissions: readonly string[]
}

/** The rank of the account that acts; null where it is not known. */
function actingRank(
  tables: Tables,
  instance: Instance,
): { readonly account: string; readonly role: string; readonly rank: Rank } | null {
  const account = namedIn(instance)
  if (account === null || tables.accounts.state !== 'complete' || tables.roles.state !== 'complete') return null
  const found = tables.accounts.rows.find(({ username }) => accountId(username) === account)
  const roles = new Map(tables.roles.rows.map((role) => [role.id, role]))
  const row = found && roles.get(found.role_id ?? EVERYONE_ID)
  const everyone = permissionNames(roles.get(EVERYONE_ID)?.permissions ?? '0')
  return row
    ? {
        account,
        role: row.name === '' ? 'no role' : row.name,
        rank: { position: row.position, permissions: [...permissionNames(row.permissions), ...everyone] },
      }
    : null
}

/** Refuses what Mastodon's web interface would refuse and its console would not: a step against who, or what, stands above the account that acts. */
export function outranked(step: Draft, roleId: string | null, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  const above = tables.roles.state === 'complete' ? tables.roles.rows.find(({ id }) => id === roleId) : undefined
  if (acting === null || above === undefined || above.position <= acting.rank.position) return []
  const { account, role, rank } = acting
  const [ref, own] = [`${step.kind}/${step.id}`, `the role of @${account} that acts`]
  const message =
    step.kind === 'role'
      ? `${ref} stands above ${role} (rank ${above.position} over ${rank.position}), ${own}.`
      : `${ref}: @${step.id} holds ${above.name} (rank ${above.position}), which stands above ${role} (rank ${rank.position}), ${own}.`
  return [about(step, instance, { code: 'outranked', severity: 'error', message, hint: HIGHER })]
}

const HIGHER =
  'Name an owner as acting_account in instance.yaml, or give the role of that account a higher position in Mastodon.'

/** Refuses what Mastodon's web interface leaves to those who may manage roles, and its console does not. */
export function unentitled(step: Draft, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  if (
    acting === null ||
    ['administrator', 'manage_roles'].some((permission) => acting.rank.permissions.includes(permission))
  )
    return []
  const message = `${step.kind}/${step.id}: @${acting.account} (${acting.role}) acts, and lacks the permission manage_roles.`
  return [about(step, instance, { code: 'actor-lacks', severity: 'error', message, hint: ENTITLED })]
}

const ENTITLED =
  'Name an owner as acting_account in instance.yaml, or give the role of that account Manage Roles in Mastodon, and all that it should hand out.'

/** Says beforehand that Mastodon will refuse a step, since the account that acts ranks too low for it. */
export function tooLow(step: Draft, wanted: Rank, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  if (acting === null) return []
  const { position, permissions } = acting.rank
  const lacks = permissions.includes('administrator')
    ? []
    : wanted.permissions.filter((permission) => !permissions.includes(permission)).toSorted()
  if (wanted.position <= position && lacks.length === 0) return []
  const why =
    wanted.position > position
      ? `the rank ${wanted.position}, and its own is ${position}`
      : `${lacks.join(', ')}, which it lacks itself`
  const message = `Mastodon will refuse ${step.kind}/${step.id}: @${acting.account} (${acting.role}) acts, and can't hand out ${why}.`
  return [
    about(step, instance, {
      code: 'actor-too-low',
      severity: 'warning',
      message,
      hint: wanted.position > position ? HIGHER : ENTITLED,
    }),
  ]
}

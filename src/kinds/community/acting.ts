import { permissionNames } from '../../instance/versions.ts'
import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { Instance } from '../../instance/instance.ts'
import type { Tables } from '../../reconcile/doors.ts'
import type { Draft } from '../../reconcile/kind.ts'
import { about } from '../common.ts'

/** What Mastodon lets the account that acts hand out: nothing above its own rank, and nothing that it may not do itself. */
export interface Rank {
  readonly position: number
  readonly permissions: readonly string[]
}

/** The rank of the account that acts; null where it is not known. */
function actingRank(tables: Tables, instance: Instance): { readonly account: string; readonly role: string; readonly rank: Rank } | null {
  const account = instance.documents['instance.yaml']?.acting_account?.toLowerCase()
  if (account === undefined || tables.accounts.state !== 'complete' || tables.roles.state !== 'complete') return null
  const held = tables.accounts.rows.find((row) => row.username.toLowerCase() === account)?.role_id
  const row = tables.roles.rows.find((one) => one.id === held)
  return row ? { account, role: row.name, rank: { position: row.position, permissions: permissionNames(row.permissions) } } : null
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

const HIGHER = 'Name an owner as acting_account in instance.yaml, or give the role of that account a higher position in Mastodon.'

/** Says beforehand that Mastodon will refuse a step, since the account that acts ranks too low for it. */
export function tooLow(step: Draft, wanted: Rank, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  if (acting === null) return []
  const { position, permissions } = acting.rank
  const lacks = permissions.includes('administrator') ? [] : wanted.permissions.filter((permission) => !permissions.includes(permission))
  if (wanted.position <= position && lacks.length === 0) return []
  const why = wanted.position > position ? `the rank ${wanted.position}, and its own is ${position}` : `${lacks.join(', ')}, which it lacks itself`
  const message = `Mastodon will refuse ${step.kind}/${step.id}: @${acting.account} (${acting.role}) acts, and can't hand out ${why}.`
  return [about(step, instance, { code: 'actor-too-low', severity: 'warning', message, hint: HIGHER })]
}

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

/** Says beforehand that Mastodon will refuse a step, since the account that acts ranks too low for it. */
export function tooLow(step: Draft, wanted: Rank, tables: Tables, instance: Instance): Diagnostic[] {
  const acting = actingRank(tables, instance)
  if (acting === null) return []
  const { position, permissions } = acting.rank
  const lacks = permissions.includes('administrator') ? [] : wanted.permissions.filter((permission) => !permissions.includes(permission))
  if (wanted.position <= position && lacks.length === 0) return []
  const why = wanted.position > position ? `the rank ${wanted.position}, and its own is ${position}` : `${lacks.join(', ')}, which it lacks itself`
  const message = `Mastodon will refuse ${step.kind}/${step.id}: @${acting.account} (${acting.role}) acts, and can't hand out ${why}.`
  const hint = 'Name an owner as acting_account in instance.yaml, or give the role of that account a higher position in Mastodon.'
  return [about(step, instance, { code: 'actor-too-low', severity: 'warning', message, hint })]
}

import type { TableRows } from '../../tables.ts'
import { loginDisabled, movedAway, noAccountYet, notApproved, notConfirmed, suspended } from './texts.ts'

/** The role of every member without another role. */
export const EVERYONE_ID = '-99'

/** Normalises the name of an account for comparison. */
export const accountId = (account: string): string => account.replace(/^@/, '').toLowerCase()

/** Says why an account cannot get a role yet. */
export function obstacleOf(row: TableRows['accounts'] | undefined, name: string): string | undefined {
  if (!row) return noAccountYet(name)
  if (!row.confirmed) return notConfirmed(name)
  if (!row.approved) return notApproved(name)
  if (row.suspended) return suspended(name)
  if (row.disabled) return loginDisabled(name)
  if (row.moved) return movedAway(name)
  return undefined
}

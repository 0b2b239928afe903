import type { Rows } from '../../tables.ts'

/** The role that every member has who holds no other. */
export const EVERYONE_ID = '-99'

/** The name of an account as it is compared. */
export const accountId = (account: string): string => account.replace(/^@/, '').toLowerCase()

/** Why an account can't be given a role yet. */
export function obstacleOf(row: Rows['accounts'] | undefined, name: string): string | undefined {
  if (!row) return `There is no account @${name} yet.`
  if (!row.confirmed) return `@${name} has not confirmed the e-mail address yet.`
  if (!row.approved) return `The sign-up of @${name} has not been approved yet.`
  if (row.suspended) return `@${name} is suspended.`
  if (row.disabled) return `The login of @${name} is disabled.`
  if (row.moved) return `@${name} has moved to another account.`
  return undefined
}

import { flag, id, maybe, table, text, time, type RowOf } from '../table.ts'
import { loginDisabled, movedAway, noAccountYet, notApproved, notConfirmed, ROLE_HOLDERS, suspended } from './texts.ts'

/** Local accounts: all that hold a role, and those that the request names. */
export const ACCOUNTS = table(
  'accounts',
  ROLE_HOLDERS,
  new URL('accounts.sql', import.meta.url),
  {
    id,
    username: text,
    role_id: maybe(id),
    created_at: time,
    confirmed: flag,
    approved: flag,
    disabled: flag,
    suspended: flag,
    moved: flag,
  },
  {
    grants: [
      {
        table: 'users',
        columns: ['id', 'account_id', 'role_id', 'confirmed_at', 'approved', 'disabled', 'created_at'],
      },
      {
        table: 'accounts',
        columns: ['id', 'username', 'domain', 'suspended_at', 'silenced_at', 'moved_to_account_id', 'created_at'],
      },
    ],
  },
)

export type AccountRow = RowOf<typeof ACCOUNTS>

/** Normalises the name of an account for comparison. */
export const accountId = (account: string): string => account.replace(/^@/, '').toLowerCase()

/** Says why an account cannot get a role yet. */
export function obstacleOf(row: AccountRow | undefined, name: string): string | undefined {
  if (!row) return noAccountYet(name)
  if (!row.confirmed) return notConfirmed(name)
  if (!row.approved) return notApproved(name)
  if (row.suspended) return suspended(name)
  if (row.disabled) return loginDisabled(name)
  if (row.moved) return movedAway(name)
  return undefined
}

/** Finds the accounts that can log in and use their role. */
export function functionalAccounts(rows: readonly AccountRow[]): Set<string> {
  return new Set(
    rows.filter((row) => obstacleOf(row, row.username) === undefined).map((row) => accountId(row.username)),
  )
}

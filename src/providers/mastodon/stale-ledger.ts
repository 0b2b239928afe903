import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { PlanInput } from '../../reconcile/plan/input.ts'
import type { Tables } from './tables.ts'

/** What the clocks of two machines that write the ledger may differ by. */
const MARGIN = 5 * 60_000

interface Age extends Pick<PlanInput, 'ledger' | 'now' | 'environment'> {
  readonly tables: Tables
  readonly actingAccount: string | null
}

/**
 * An older ledger, however well signed, shows by what the acting account did since. Two ages are compared, each by one clock:
 * the server's may go as it likes.
 */
export function checkAge({ tables, ledger, now, environment, actingAccount }: Age): Diagnostic[] {
  const [newest] = tables.audit.state === 'complete' ? tables.audit.rows : []
  // What a run attempted and could not verify explains an entry.
  if (!newest || ledger.at === null || ledger.attempts.length > 0) return []
  const entry = Date.parse(newest.read_at) - Date.parse(newest.created_at)
  if (entry + MARGIN >= now.getTime() - Date.parse(ledger.at)) return []
  const message = `@${actingAccount} did something on the server after the ledger was last written: this ledger is an older one, or somebody acted by hand with that account.`
  return [
    {
      code: 'ledger-behind',
      severity: 'warning',
      message,
      hint: `Compare: git ls-remote REMOTE refs/herdbook/${environment}/ledger, and Mastodon's audit log. A bot's own account as acting_account tells the two apart.`,
    },
  ]
}

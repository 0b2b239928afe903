import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { PlanInput } from '../../reconcile/plan/input.ts'
import { AUDIT } from './audit.ts'
import { rowsKnown, type Tables } from './tables.ts'
import { ledgerBehind } from './texts.ts'

/** How much the clocks of two machines that write the ledger may differ. */
const MARGIN_MS = 5 * 60_000

interface Age extends Pick<PlanInput, 'ledger' | 'now'> {
  readonly tables: Tables
  readonly actingAccount: string | null
}

/**
 * Warns if the acting account changed the server after the ledger was written: a signed ledger may be an older one.
 * It compares two ages, each measured by one clock, so the server's clock may be wrong.
 */
export function checkAge({ tables, ledger, now, actingAccount }: Age): Diagnostic[] {
  const [newest] = rowsKnown(tables, AUDIT)
  // A write that a run attempted and could not verify may have made the entry.
  if (!newest || ledger.at === null || ledger.attempts.length > 0) return []
  const entry = Date.parse(newest.read_at) - Date.parse(newest.created_at)
  if (entry + MARGIN_MS >= now.getTime() - Date.parse(ledger.at)) return []
  return [{ code: 'ledger-behind', severity: 'warning', ...ledgerBehind(actingAccount) }]
}

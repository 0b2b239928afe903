import type { Relations } from '../../../../instance/relations.ts'
import type { UnmeasuredImpact } from '../../../../reconcile/provider.ts'
import type { Impact } from '../../../../reconcile/plan/types.ts'
import { count, later, table, text, type RowOf } from '../../table.ts'
import { tableIn, type Tables } from '../../tables.ts'
import { byDomain } from './by-domain.ts'
import { hides, IMPACT_TABLE, severs } from './texts.ts'

/** Counted with subdomains, for the domains that the request names and live does not block as strictly. */
export const IMPACT = table(
  'impact',
  IMPACT_TABLE,
  new URL('impact.sql', import.meta.url),
  { domain: text, follows: count, followers: count, accounts: count, members: later(count) },
  {
    grants: [{ table: 'follows', columns: ['account_id', 'target_account_id'] }],
    api: { scope: 'admin:read', permission: 'view_dashboard', bit: 8n },
  },
)

const measured = byDomain<RowOf<typeof IMPACT>>()

const NO_RELATIONS: Relations = { follows: 0, followers: 0, accounts: 0 }

/** What was counted of a domain. */
export const relationsOf = ({ domain: _domain, members, ...counted }: RowOf<typeof IMPACT>): Relations =>
  members === undefined ? counted : { ...counted, members }

/** Describes what a block does to the follow relations with a domain: a suspension ends them, a limit hides them. */
function impactOf(relations: Relations, to: 'suspend' | 'silence'): Impact {
  return {
    text: to === 'suspend' ? severs(relations) : hides(relations),
    weight: relations.follows + relations.followers,
    details: { ...relations },
  }
}

/** What a block of the domain would do, as it was measured. */
export function impactIn(tables: Tables, domain: string, to: 'suspend' | 'silence'): Impact | UnmeasuredImpact {
  const counted = tableIn(tables, IMPACT)
  if (counted.state === 'unknown') return { unmeasured: counted.reason.message }
  const row = measured(counted.rows).get(domain)
  return impactOf(row ? relationsOf(row) : NO_RELATIONS, to)
}

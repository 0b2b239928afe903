import { IMPACT, relationsOf } from '../../providers/mastodon/kinds/domain-block/impact.ts'
import { tableIn } from '../../providers/mastodon/tables.ts'
import { openReader } from '../../providers/mastodon/reader.ts'
import { HerdbookError } from '../../instance/diagnostic.ts'
import type { BlockSeverity } from '../../instance/severity.ts'
import { consentFor } from '../../reconcile/plan/consent.ts'
import type { Ledger } from '../../reconcile/ledger/types.ts'
import type { Relations } from '../../instance/relations.ts'
import { reportWaits, type Io } from '../../session/io.ts'
import { withProgress } from '../../session/progress.ts'
import type { CheckedFiles } from '../../session/session.ts'
import { MEASURING } from './texts.ts'

/** The impact of a block, or why it could not be measured. */
export type MeasureResult =
  | { readonly state: 'measured'; readonly impact: Relations }
  | { readonly state: 'unmeasured'; readonly reason: string }

/** The consents that suspensions used up, by domain. */
export type UsedConsents = ReadonlyMap<string, number>

export const usedConsents = (ledger: Ledger): UsedConsents =>
  new Map(
    [...ledger.entries.values()].flatMap(({ kind, id, consent }) =>
      kind === 'domain-block' && consent !== undefined ? [[id, consent] as const] : [],
    ),
  )

const NO_RELATIONS: Relations = { follows: 0, followers: 0, accounts: 0 }

/** Measures the impact of blocks on the server. A server that can't be asked is no error: the plan measures again. */
export async function measure(
  io: Io,
  { config }: CheckedFiles,
  domains: readonly string[],
  severity: BlockSeverity,
): Promise<ReadonlyMap<string, MeasureResult>> {
  if (severity === 'noop' || domains.length === 0) return new Map()
  const answer = await readImpact(io, config, domains, severity)
  return new Map(
    domains.map((domain) => [
      domain,
      typeof answer === 'string'
        ? { state: 'unmeasured', reason: answer }
        : { state: 'measured', impact: answer.get(domain) ?? NO_RELATIONS },
    ]),
  )
}

async function readImpact(
  io: Io,
  config: CheckedFiles['config'],
  domains: readonly string[],
  severity: BlockSeverity,
): Promise<ReadonlyMap<string, Relations> | string> {
  const reader = await openReader(config, io.secrets, { verb: 'plan', onWait: reportWaits(io) })
  try {
    const request = {
      tables: [IMPACT.name],
      accounts: [],
      measure: domains.map((domain) => ({ domain, severity })),
    }
    const impact = tableIn(await withProgress(io, MEASURING, () => reader.read(request)), IMPACT)
    return impact.state === 'unknown'
      ? impact.reason.message
      : new Map(impact.rows.map((row) => [row.domain, relationsOf(row)]))
  } catch (error) {
    if (error instanceof HerdbookError) return error.message
    throw error
  } finally {
    await reader.close()
  }
}

/** The consent that a suspension needs, if its impact was measured. */
export function consentOf(
  severity: BlockSeverity,
  measured: MeasureResult | undefined,
  used?: number,
): Record<string, number> {
  const relations = measured?.state === 'measured' ? measured.impact.follows + measured.impact.followers : 0
  return severity === 'suspend' && relations > 0 ? { accept_severed_relationships: consentFor(relations, used) } : {}
}

import { tablesOf } from '../providers/mastodon/database/snapshot.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import { KINDS } from '../providers/mastodon/kinds/index.ts'
import { EXIT, HerdbookError } from '../instance/diagnostic.ts'
import { byFiles } from '../reconcile/by-files.ts'
import type { PlanInput } from '../reconcile/input.ts'
import type { Reader } from '../reconcile/doors.ts'
import { plan } from '../reconcile/plan.ts'
import type { Desired, Plan } from '../reconcile/types.ts'
import { desiredOf, observed, requestFor } from './observe.ts'
import { inputFor, lookedUp, NO_WISHES, type Wishes } from './planning.ts'
import type { Proposal } from './proposal.ts'

/** What merging a proposal would do. */
export interface Proposed {
  readonly plan: Plan
  /** What it was made of. */
  readonly input: PlanInput
  /** Digests of steps that the files of the base call for too: left over from earlier merges. */
  readonly leftover: ReadonlySet<string>
  /** Kinds that were compared with the files of the base, since no door for reading leads to them. */
  readonly byFiles: readonly string[]
}

/** `instance.yaml` without the console: it is worth the whole server, and nothing that is only proposed comes near it. */
export function withoutConsole(config: InstanceFile): InstanceFile {
  const { console: _console, ...mastodon } = config.mastodon ?? {}
  return { ...config, mastodon }
}

/** The kinds that no door but the console reads. */
export function beyondDoors({ mastodon }: InstanceFile): string[] {
  if (mastodon?.database !== undefined) return []
  return KINDS.filter(({ writes }) => mastodon?.api === undefined || !writes.includes('rest')).map(({ name }) => name)
}

/** Plans a proposal against live, read once; without a reader, against the files of the base alone. */
export async function planProposal(
  proposal: Proposal,
  reader: Reader | null,
  wishes: Wishes = NO_WISHES,
): Promise<Proposed> {
  const { session, before } = proposal
  const now = session.io.now()
  const desired = desiredOf(session.instance, now)
  const earlier = before ? desiredOf(before, now) : null
  const tables = reader ? await reader.read(requestFor(desired, session.instance)) : tablesOf({}, null)
  const errors = session.errorsFor(tables.version)
  if (errors.length > 0) throw new HerdbookError(EXIT.invalid, errors)
  const stoodIn = reader ? beyondDoors(session.config) : KINDS.map(({ name }) => name)
  const inputOf = (instance: Instance, wanted: ReadonlyMap<string, Desired>, wished: Wishes): PlanInput => {
    const seen = observed(tables, { instance, desired: wanted, ledger: session.ledger, now })
    const stand = byFiles(stoodIn, earlier ?? new Map(), { observed: seen.observed, ledger: session.ledger })
    return inputFor(
      { ...session, instance },
      { ...seen, observed: stand.observed, desired: wanted },
      wished,
      stand.ledger,
    )
  }
  const wanted = inputOf(session.instance, desired, wishes)
  const { plan: proposed, input } = reader
    ? await lookedUp({ plan: plan(wanted), input: wanted }, reader)
    : { plan: plan(wanted), input: wanted }
  const base = earlier && before ? plan(inputOf(before, earlier, NO_WISHES)) : null
  return {
    plan: proposed,
    input,
    leftover: new Set(base?.steps.map(({ digest }) => digest)),
    byFiles: stoodIn.filter((name) => desired.get(name)?.state === 'managed'),
  }
}

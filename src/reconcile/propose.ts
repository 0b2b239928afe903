import type { Instance } from '../instance/instance.ts'
import { compareWithBase } from './plan/compare-with-base.ts'
import type { PlanInput } from './plan/input.ts'
import { plan } from './plan/plan.ts'
import type { Provider } from './provider.ts'
import {
  desiredOf,
  inputFor,
  kindsOf,
  lookedInto,
  NO_PLAN_OPTIONS,
  proofsOf,
  read,
  understandings,
  understood,
  versionsOf,
  type PlanWithInput,
  type ProviderReadings,
  type Subject,
  type PlanOptions,
} from './reconciler.ts'
import type { Desired } from './objects.ts'

/** What merging a pull request would do. */
export interface ProposedPlan extends PlanWithInput {
  /** Digests of steps that the base's files ask for, too: leftovers of earlier merges. */
  readonly leftover: ReadonlySet<string>
  /** Kinds that were compared with the base's files, since a proposal may not read them. */
  readonly byFiles: readonly string[]
}

/** The kinds that a proposal may not read. */
export const unreadBy = (providers: readonly Provider[]): string[] =>
  providers.flatMap((provider) => {
    const { reads } = provider.can('proposal')
    return provider.kinds.filter(({ name }) => !reads(name)).map(({ name }) => name)
  })

/** Plans a proposal against live or only the base's files. `before`: these files; null if they are not valid. */
export async function planProposal(
  subject: Subject,
  before: Instance | null,
  providers: readonly Provider[],
  seeing: 'live' | 'blind',
  planOptions: PlanOptions = NO_PLAN_OPTIONS,
): Promise<ProposedPlan> {
  const { now } = subject
  const kinds = kindsOf(providers)
  const desired = desiredOf(kinds, subject.instance, now)
  const earlier = before ? desiredOf(kinds, before, now) : null
  const unread = new Set(seeing === 'live' ? unreadBy(providers) : kinds.map(({ name }) => name))
  const stoodIn = kinds.filter(({ name }) => unread.has(name))
  const readings: ProviderReadings = seeing === 'live' ? await read(providers, subject, desired) : new Map()
  /** Compares files with live or, for kinds that were not read, with the base. */
  const planner = (instance: Instance, wanted: ReadonlyMap<string, Desired>, wished: PlanOptions) => {
    const inputs = understandings({ ...subject, instance }, providers, wanted)
    return (known: ProviderReadings): PlanWithInput => {
      const live = understood(providers, known, inputs)
      const stand = compareWithBase(stoodIn, earlier ?? new Map(), { observed: live.observed, ledger: subject.ledger })
      const seen: Pick<PlanInput, 'desired' | 'live' | 'proofs'> = {
        desired: wanted,
        live: { ...live, observed: stand.observed },
        proofs: proofsOf(known),
      }
      const input = inputFor({ ...subject, instance, ledger: stand.ledger }, providers, seen, wished)
      return { plan: plan(input), input, versions: versionsOf(known) }
    }
  }
  const planWith = planner(subject.instance, desired, planOptions)
  const planned = await lookedInto(planWith(readings), providers, readings, planWith)
  const base = earlier && before ? planner(before, earlier, NO_PLAN_OPTIONS)(readings).plan : null
  return {
    ...planned,
    leftover: new Set(base?.steps.map(({ digest }) => digest)),
    byFiles: stoodIn.map(({ name }) => name).filter((name) => desired.get(name)?.state === 'managed'),
  }
}

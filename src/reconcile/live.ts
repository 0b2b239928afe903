import { partsOf } from './object-ref.ts'
import type { UnfinishedProtocol } from './plan/types.ts'
import type { ProviderLive, Provider } from './provider.ts'
import type { ObjectRef } from './values.ts'

/** Live of one provider. */
export interface ProviderAndLive {
  readonly provider: Pick<Provider, 'kinds'>
  readonly live: ProviderLive
}

/** Joins live of several providers: each is asked about its own kinds. */
export function joined(parts: readonly ProviderAndLive[]): ProviderLive {
  const byKind = new Map(parts.flatMap(({ provider, live }) => provider.kinds.map(({ name }) => [name, live] as const)))
  const of = (kind: string): ProviderLive => byKind.get(kind) ?? UNKNOWN
  return {
    observed: new Map(parts.flatMap(({ live }) => [...live.observed])),
    invariants: parts.flatMap(({ live }) => live.invariants),
    checks: parts.flatMap(({ live }) => live.checks),
    unfinished: parts.flatMap(ownUnfinished),
    assess: (step) => of(step.kind).assess(step),
    advice: (step) => of(step.kind).advice(step),
    against: (steps) => parts.flatMap(({ live }) => live.against(steps.filter(({ kind }) => of(kind) === live))),
    writes: (kind, steps) => of(kind).writes(kind, steps),
    guard: (steps) =>
      Object.fromEntries(
        parts.flatMap(({ live }) => {
          const own = steps.filter(({ kind }) => of(kind) === live)
          return own.length === 0 ? [] : Object.entries(live.guard(own))
        }),
      ),
  }
}

/** Unfinished protocols of a provider, limited to its own kinds. */
function ownUnfinished({ provider: { kinds }, live: { unfinished } }: ProviderAndLive): readonly UnfinishedProtocol[] {
  const own = new Set(kinds.map(({ name }) => name))
  const isOwn = (ref: ObjectRef): boolean => own.has(partsOf(ref)[0])
  return unfinished.filter(({ kind }) => own.has(kind)).map((one) => ({ ...one, owns: one.owns.filter(isOwn) }))
}

/** Live of a kind without a provider: nothing is known, and nothing can be written. */
const UNKNOWN: ProviderLive = {
  observed: new Map(),
  invariants: [],
  checks: [],
  unfinished: [],
  assess: () => ({ weakens: false, opens: false }),
  advice: () => [],
  against: () => [],
  writes: () => null,
  guard: () => ({}),
}

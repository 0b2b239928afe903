import type { Live, Provider } from './provider.ts'

/** What one provider knows of live. */
export interface Part {
  readonly provider: Pick<Provider, 'kinds'>
  readonly live: Live
}

/** What several providers know of live, as one: each is asked about its own kinds. */
export function joined(parts: readonly Part[]): Live {
  const byKind = new Map(parts.flatMap(({ provider, live }) => provider.kinds.map(({ name }) => [name, live] as const)))
  const of = (kind: string): Live => byKind.get(kind) ?? NOTHING
  return {
    observed: new Map(parts.flatMap(({ live }) => [...live.observed])),
    invariants: parts.flatMap(({ live }) => live.invariants),
    checks: parts.flatMap(({ live }) => live.checks),
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

/** Of a kind that no provider has here nothing is known, and nothing can be written. */
const NOTHING: Live = {
  observed: new Map(),
  invariants: [],
  checks: [],
  assess: () => ({ weakens: false, opens: false }),
  advice: () => [],
  against: () => [],
  writes: () => null,
  guard: () => ({}),
}

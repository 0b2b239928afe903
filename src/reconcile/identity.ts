import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { PlanInput } from './input.ts'
import type { Kind } from './kind.ts'
import type { Ledger, Verified } from './ledger-types.ts'

/** What proves which far end was read, by provider; null where nothing was read. */
export type Proofs = ReadonlyMap<string, string | null>

/** The providers whose far end is another than the one that was last verified. */
export const elsewhere = (proofs: Proofs, { providers }: Pick<Ledger, 'providers'>): string[] =>
  [...proofs].flatMap(([name, proof]) => {
    const known = providers.get(name)?.proof
    return proof === null || known === undefined || known === proof ? [] : [name]
  })

/** Throws (exit 5) where a far end is another than the one that this run planned for. */
export function refuseMoved(before: Proofs, now: Proofs): void {
  const moved = [...now].filter(([name, proof]) => proof !== null && (before.get(name) ?? proof) !== proof)
  if (moved.length > 0)
    throw new HerdbookError(
      EXIT.refused,
      moved.map(([name]) => another(name)),
    )
}

/** What was verified on one far end says nothing of another: nothing goes there before somebody says that it is meant. */
export const checkFarEnds = ({ proofs, ledger }: Pick<PlanInput, 'proofs' | 'ledger'>): Diagnostic[] =>
  elsewhere(proofs, ledger).map(another)

const another = (name: string): Diagnostic => ({
  code: 'another-far-end',
  severity: 'error',
  about: `${name}#far-end`,
  message: `${name} is not the one that was verified last: it was replaced, or somebody else answers.`,
  hint: 'Ask who runs it whether it was replaced. Nothing is applied to it until that is clear.',
})

/** The ledger without what it holds of the far ends that these providers had before; their new ones are taken from now on. */
export function released(
  ledger: Ledger,
  names: readonly string[],
  { kinds, proofs, now }: Pick<PlanInput, 'kinds' | 'proofs' | 'now'>,
): Ledger {
  const own = new Set(kinds.filter(({ provider }) => names.includes(provider)).map(({ name }) => name))
  const stays = ({ kind }: { readonly kind: string }): boolean => !own.has(kind)
  const known = names.map((name): [string, Verified] => [
    name,
    { name, proof: proofs.get(name) ?? '', since: now.toISOString() },
  ])
  return {
    ...ledger,
    applied: new Map([...ledger.applied].filter(([kind]) => stays({ kind }))),
    entries: new Map([...ledger.entries].filter(([, entry]) => stays(entry))),
    attempts: ledger.attempts.filter(stays),
    seen: new Map([...ledger.seen].filter(([kind]) => stays({ kind }))),
    providers: new Map([...ledger.providers, ...known]),
  }
}

/** What the ledger holds of far ends after a run that read these. */
export function verifiedAfter(ledger: Ledger, proofs: Proofs, kinds: readonly Kind[], now: Date): Ledger['providers'] {
  const read = [...proofs].flatMap(([name, proof]): [string, Verified][] => {
    if (proof === null) return []
    const known = ledger.providers.get(name)
    return [[name, { ...known, name, proof, since: known?.since ?? since(name, ledger, kinds, now) }]]
  })
  return new Map([...ledger.providers, ...read])
}

/** A ledger of before has no date for the providers that it holds something of: they were managed since it began. */
const since = (name: string, { began, applied }: Ledger, kinds: readonly Kind[], now: Date): string =>
  began !== null && kinds.some((kind) => kind.provider === name && applied.has(kind.name)) ? began : now.toISOString()

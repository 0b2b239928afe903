import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { partsOf } from './object-ref.ts'
import type { PlanInput, Proofs } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Ledger, VerifiedProvider } from './ledger/types.ts'
import { otherFarEnd, unprovenFarEnd } from './texts.ts'

/** The providers whose far end is not the one that was verified last. */
export const elsewhere = (proofs: Proofs, { providers }: Pick<Ledger, 'providers'>): string[] =>
  [...proofs].flatMap(([name, proof]) => {
    const known = providers.get(name)?.proof
    return proof === null || known === undefined || known === proof ? [] : [name]
  })

/** What a run looked at. */
type Looked = Pick<PlanInput, 'proofs' | 'kinds' | 'live'>

/** Throws (exit 5) if a far end is not the one that this run planned for, or no longer proves that it is. */
export function refuseMoved(before: Proofs, now: Looked): void {
  const refused = [...before].flatMap(([name, proof]): Diagnostic[] => {
    if (proof === null) return []
    const known = now.proofs.get(name) ?? null
    if (known !== null) return known === proof ? [] : [another(name)]
    return isRead(name, now) ? [unproven(name)] : []
  })
  if (refused.length > 0) throw new HerdbookError(EXIT.refused, refused)
}

/** Refuses a far end that is not the verified one, until a person says that it was replaced on purpose. */
export function checkFarEnds({ ledger, ...now }: Looked & Pick<PlanInput, 'ledger'>): Diagnostic[] {
  const silent = [...ledger.providers.keys()].filter(
    (name) => (now.proofs.get(name) ?? null) === null && isRead(name, now),
  )
  return [...elsewhere(now.proofs, ledger).map(another), ...silent.map(unproven)]
}

/** Whether anything of a far end was read. Kinds compared with earlier files do not count. */
const isRead = (provider: string, { kinds, live: { observed } }: Looked): boolean =>
  kinds.some((kind) => {
    const one = kind.provider === provider ? observed.get(kind.name) : undefined
    return one?.state === 'not-created' || (one?.state === 'complete' && one.connection !== null)
  })

const unproven = (name: string): Diagnostic => ({
  code: 'another-far-end',
  severity: 'error',
  about: `${name}#far-end`,
  ...unprovenFarEnd(name),
})

const another = (name: string): Diagnostic => ({
  code: 'another-far-end',
  severity: 'error',
  about: `${name}#far-end`,
  ...otherFarEnd(name),
})

/** The ledger without all that it holds of these providers' old far ends; the new ones count from now on. */
export function released(
  ledger: Ledger,
  names: readonly string[],
  { kinds, proofs, now }: Pick<PlanInput, 'kinds' | 'proofs' | 'now'>,
): Ledger {
  const own = new Set(kinds.filter(({ provider }) => names.includes(provider)).map(({ name }) => name))
  const stays = ({ kind }: { readonly kind: string }): boolean => !own.has(kind)
  const known = names.map((name): [string, VerifiedProvider] => [
    name,
    { name, proof: proofs.get(name) ?? '', since: now.toISOString() },
  ])
  return {
    ...ledger,
    applied: new Map([...ledger.applied].filter(([kind]) => stays({ kind }))),
    entries: new Map([...ledger.entries].filter(([, entry]) => stays(entry))),
    attempts: ledger.attempts.filter(stays),
    intents: ledger.intents.filter(stays),
    notices: ledger.notices.filter(({ ref }) => stays({ kind: partsOf(ref)[0] })),
    weakenings: ledger.weakenings.filter(stays),
    seen: new Map([...ledger.seen].filter(([kind]) => stays({ kind }))),
    providers: new Map([...ledger.providers, ...known]),
  }
}

/** The proofs in the ledger after a run with these readings. */
export function verifiedAfter(ledger: Ledger, proofs: Proofs, kinds: readonly Kind[], now: Date): Ledger['providers'] {
  const read = [...proofs].flatMap(([name, proof]): [string, VerifiedProvider][] => {
    if (proof === null) return []
    const known = ledger.providers.get(name)
    return [[name, { ...known, name, proof, since: known?.since ?? since(name, ledger, kinds, now) }]]
  })
  return new Map([...ledger.providers, ...read])
}

/** Since when a provider is managed. An older ledger has no such date: then since the ledger began. */
const since = (name: string, { began, applied }: Ledger, kinds: readonly Kind[], now: Date): string =>
  began !== null && kinds.some((kind) => kind.provider === name && applied.has(kind.name)) ? began : now.toISOString()

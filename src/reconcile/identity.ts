import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { partsOf } from './object-ref.ts'
import type { PlanInput, Proofs } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Ledger, Verified } from './ledger/types.ts'

/** The providers whose far end is another than the one that was last verified. */
export const elsewhere = (proofs: Proofs, { providers }: Pick<Ledger, 'providers'>): string[] =>
  [...proofs].flatMap(([name, proof]) => {
    const known = providers.get(name)?.proof
    return proof === null || known === undefined || known === proof ? [] : [name]
  })

/** What a run looked at. */
type Looked = Pick<PlanInput, 'proofs' | 'kinds' | 'live'>

/** Throws (exit 5) where a far end is another than the one that this run planned for, or proves no more that it is that. */
export function refuseMoved(before: Proofs, now: Looked): void {
  const refused = [...before].flatMap(([name, proof]): Diagnostic[] => {
    if (proof === null) return []
    const known = now.proofs.get(name) ?? null
    if (known !== null) return known === proof ? [] : [another(name)]
    return isRead(name, now) ? [unproven(name)] : []
  })
  if (refused.length > 0) throw new HerdbookError(EXIT.refused, refused)
}

/** What was verified on one far end says nothing of another: nothing goes there before somebody says that it is meant. */
export function checkFarEnds({ ledger, ...now }: Looked & Pick<PlanInput, 'ledger'>): Diagnostic[] {
  const silent = [...ledger.providers.keys()].filter(
    (name) => (now.proofs.get(name) ?? null) === null && isRead(name, now),
  )
  return [...elsewhere(now.proofs, ledger).map(another), ...silent.map(unproven)]
}

/** Whether anything of a far end was read: what earlier files stand in for was not. */
const isRead = (provider: string, { kinds, live: { observed } }: Looked): boolean =>
  kinds.some((kind) => {
    const one = kind.provider === provider ? observed.get(kind.name) : undefined
    return one?.state === 'not-created' || (one?.state === 'complete' && one.connection !== null)
  })

const unproven = (name: string): Diagnostic => ({
  code: 'another-far-end',
  severity: 'error',
  about: `${name}#far-end`,
  message: `${name} was read, and does not prove that it is the one that was verified last.`,
  hint: 'Ask who runs it whether it was replaced, or why it no longer says which one it is. Nothing is applied to it until that is clear.',
})

const another = (name: string): Diagnostic => ({
  code: 'another-far-end',
  severity: 'error',
  about: `${name}#far-end`,
  message: `${name} is not the one that was verified last: it was replaced, or somebody else answers.`,
  hint: 'Ask who runs it whether it was replaced. Nothing is applied to it until that is clear.',
})

/** The ledger without what it holds of the far ends that these providers had before, and without what was owed there; their new ones are taken from now on. */
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
    intents: ledger.intents.filter(stays),
    notices: ledger.notices.filter(({ ref }) => stays({ kind: partsOf(ref)[0] })),
    weakenings: ledger.weakenings.filter(stays),
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

import type { Diagnostic } from '../instance/diagnostic.ts'
import { refOf } from './object-ref.ts'
import { canonicalJson } from './digest.ts'
import { equal } from './equal.ts'
import type { PlanInput } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Intent } from './ledger/types.ts'
import type { Fields } from './values.ts'
import type { Plan, Step } from './plan/types.ts'

/** The intents of broken-off runs that count: the files still want their values and live still has them. */
export function debtsOf({
  kinds,
  ledger,
  desired,
  live: { observed },
}: Pick<PlanInput, 'kinds' | 'ledger' | 'desired' | 'live'>): Intent[] {
  if (ledger.intents.length === 0) return []
  return kinds.flatMap((kind) => {
    const [files, live] = [desired.get(kind.name), observed.get(kind.name)]
    if (files?.state !== 'managed' || live?.state !== 'complete') return []
    const sides = [files.objects, live.objects].map((objects) => new Map(objects.map(({ id, fields }) => [id, fields])))
    return ledger.intents.filter(
      (intent) => intent.kind === kind.name && sides.every((side) => has(side.get(intent.id), intent.fields, kind)),
    )
  })
}

const has = (side: Fields | undefined, fields: Fields, { same = (_field, a, b) => equal(a, b) }: Kind): boolean =>
  side !== undefined && Object.entries(fields).every(([field, value]) => same(field, side[field] ?? null, value))

/** Intents without those that were paid, and those that a step which is done now made good or took the place of. */
export function unpaid(
  intents: readonly Intent[],
  { paid, done }: { readonly paid: readonly Intent[]; readonly done: readonly Step[] },
): Intent[] {
  const [settled, steps] = [new Set(paid.map(canonicalJson)), Map.groupBy(done, refOf)]
  return intents.filter(
    (intent) =>
      !settled.has(canonicalJson(intent)) && !(steps.get(refOf(intent)) ?? []).some((step) => replaces(step, intent)),
  )
}

const replaces = (step: Step, { fields }: Intent): boolean =>
  step.action !== 'update' || step.changes.some(({ field }) => field in fields)

/**
 * Intents that may count one day: what no step or difference holds open, and is not owed as things are, never will. What
 * nobody knows of stays until a plan has told it: what this run broke off itself is for the next one to tell.
 */
export function stillOwed(
  intents: readonly Intent[],
  plan: Plan,
  seen: Plan,
  isOpen: (intent: Intent) => boolean,
): Intent[] {
  const due = new Set(seen.owed.map(canonicalJson))
  return intents.filter(
    (intent) =>
      isOpen(intent) ||
      due.has(canonicalJson(intent)) ||
      (!intent.repeatable && isTold(intent, seen) && !isTold(intent, plan)),
  )
}

/** Whether a plan tells that nobody knows what became of it. */
const isTold = (intent: Intent, { findings }: Plan): boolean =>
  findings.some(({ code, about }) => code === LOST && about === refOf(intent))

/** More than this are counted, but for what can't be undone. */
const NAMED = 10

/** What is owed: "the suspension of spam.example, the limit on meh.example, 12 more". */
export function inWords(debts: readonly Intent[]): string {
  const { final = [], other = [] } = Object.groupBy(debts, ({ hazard }) =>
    hazard === 'irreversible' ? 'final' : 'other',
  )
  const named = [...final, ...other.slice(0, Math.max(0, NAMED - final.length))]
  return [
    ...named.map(({ what }) => what),
    ...(debts.length > named.length ? [`${debts.length - named.length} more`] : []),
  ].join(', ')
}

const LOST = 'outcome-unknown'

/** What is told of debts beside a plan: that the next apply pays them, or that nobody knows of them. */
export function checkDebts(debts: readonly Intent[], kinds: readonly Kind[]): Diagnostic[] {
  const placeOf = new Map(kinds.map(({ name, owedIn }) => [name, owedIn]))
  const { due = [], unknown = [] } = Object.groupBy(debts, ({ repeatable }) => (repeatable ? 'due' : 'unknown'))
  const message = `A run that was broken off still owes ${inWords(due)}. The next apply finishes that.`
  const hint = 'If it is no longer meant, take it out of the files first.'
  return [
    ...(due.length === 0 ? [] : [{ code: 'owed', severity: 'warning' as const, by: due.length, message, hint }]),
    ...unknown.map((intent) => lost(intent, placeOf.get(intent.kind) ?? 'what is live')),
  ]
}

const lost = ({ kind, id, what }: Intent, place: string): Diagnostic => ({
  code: LOST,
  severity: 'warning',
  about: refOf({ kind, id }),
  message: `A run was broken off at ${what}: nobody knows whether that was done, and it is not done twice.`,
  hint: `Look for it in ${place}. The next apply tells this once more, and then never again.`,
})

/** What nobody knows is an error of the apply that takes it off the ledger. */
export const lostIn = ({ findings }: Plan): Diagnostic[] =>
  findings.filter(({ code }) => code === LOST).map((finding) => ({ ...finding, severity: 'error' }))

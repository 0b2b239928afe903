import type { Diagnostic } from '../instance/diagnostic.ts'
import { refOf } from './object-ref.ts'
import { canonicalJson } from './digest.ts'
import { equal } from './equal.ts'
import type { PlanInput } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Intent } from './ledger/types.ts'
import type { Fields } from '../instance/values.ts'
import type { Plan, Step } from './plan/types.ts'
import { outcomeUnknown, THE_SERVER, workLeft } from './texts.ts'

/** The intents of interrupted runs that still count: files and live still have their values. */
export function pendingIntents({
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

/** Drops intents that were finished, or that a step of this run fulfilled or replaced. */
export function withoutFinished(
  intents: readonly Intent[],
  { paid, done }: { readonly paid: readonly Intent[]; readonly done: readonly Step[] },
): Intent[] {
  const [finished, steps] = [new Set(paid.map(canonicalJson)), Map.groupBy(done, refOf)]
  return intents.filter(
    (intent) =>
      !finished.has(canonicalJson(intent)) && !(steps.get(refOf(intent)) ?? []).some((step) => replaces(step, intent)),
  )
}

const replaces = (step: Step, { fields }: Intent): boolean =>
  step.action !== 'update' || step.changes.some(({ field }) => field in fields)

/**
 * Keeps the intents that may still count: a step or difference holds them open, or they are pending now. One with an
 * unknown outcome stays until a plan has shown it; one that this run interrupted itself is for the next plan to show.
 */
export function stillPending(
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
      (!intent.repeatable && isShown(intent, seen) && !isShown(intent, plan)),
  )
}

/** Whether a plan shows that the outcome of an intent is unknown. */
const isShown = (intent: Intent, { findings }: Plan): boolean =>
  findings.some(({ code, about }) => code === LOST && about === refOf(intent))

/** How many are named; the rest is counted, except what cannot be undone. */
const NAMED = 10

/** For people: "the suspension of spam.example, the limit on meh.example, 12 more". */
export function inWords(intents: readonly Intent[]): string {
  const { final = [], other = [] } = Object.groupBy(intents, ({ hazard }) =>
    hazard === 'irreversible' ? 'final' : 'other',
  )
  const named = [...final, ...other.slice(0, Math.max(0, NAMED - final.length))]
  return [
    ...named.map(({ what }) => what),
    ...(intents.length > named.length ? [`${intents.length - named.length} more`] : []),
  ].join(', ')
}

const LOST = 'outcome-unknown'

/** Warns of pending intents: the next apply finishes them, or their outcome is unknown. */
export function checkPending(pending: readonly Intent[], kinds: readonly Kind[]): Diagnostic[] {
  const placeOf = new Map(kinds.map(({ name, owedIn }) => [name, owedIn]))
  const { due = [], unknown = [] } = Object.groupBy(pending, ({ repeatable }) => (repeatable ? 'due' : 'unknown'))
  return [
    ...(due.length === 0
      ? []
      : [{ code: 'owed', severity: 'warning' as const, by: due.length, ...workLeft(inWords(due)) }]),
    ...unknown.map((intent) => unknownOutcome(intent, placeOf.get(intent.kind) ?? THE_SERVER)),
  ]
}

const unknownOutcome = ({ kind, id, what }: Intent, place: string): Diagnostic => ({
  code: LOST,
  severity: 'warning',
  about: refOf({ kind, id }),
  ...outcomeUnknown({ work: what, place }),
})

/** Findings of unknown outcomes, as errors of the apply that takes them off the ledger. */
export const lostOutcomes = ({ findings }: Plan): Diagnostic[] =>
  findings.filter(({ code }) => code === LOST).map((finding) => ({ ...finding, severity: 'error' }))

import type { Diagnostic } from '../instance/diagnostic.ts'
import { checkAge } from './behind.ts'
import { CONSENT_MISSING, consentFor, MARGIN, severed } from './consent.ts'
import { hintsFor, type Budget, type PlanInput } from './input.ts'
import type { Invariant, InvariantFacts, Kind, Violation, World } from './kind.ts'
import { checkRestores } from './restores.ts'
import { weakenedLately } from './weakenings.ts'
import type { LiveObject, Observed, Step } from './types.ts'

/** Everything that speaks against these steps: consent, budgets, invariants, and each kind's own advice. Errors refuse the apply. */
export function guard(steps: readonly Step[], input: PlanInput): Diagnostic[] {
  return [
    ...input.kinds.flatMap((kind) => checkKind(kind, steps, input)),
    ...checkDoors(steps, input),
    ...checkRestores(steps, input),
    ...checkAge(input),
    ...checkInvariants(steps, worldOf(input.observed), input.invariants, input.facts),
    ...input.against(steps),
  ]
}

function checkKind(kind: Kind, steps: readonly Step[], input: PlanInput): Diagnostic[] {
  const own = steps.filter((step) => step.kind === kind.name)
  if (own.length === 0) return []
  const hints = kind.advice ? hintsFor(kind, input) : null
  return [
    ...own.flatMap((step) => checkImpact(kind, step, input)),
    ...own.flatMap((step) => (hints ? (kind.advice?.(step, input.tables, hints) ?? []) : [])),
    ...checkBudget(kind, own, input),
  ]
}

function checkImpact(kind: Kind, step: Step, input: PlanInput): Diagnostic[] {
  // Only where something is found: to find a place the file is parsed again.
  const at = () => (step.source === undefined ? {} : { at: input.instance.position(step.source) })
  const measured = kind.impact?.(step, input.tables)
  const ref = `${step.kind}/${step.id}`
  if (measured === 'unmeasured') {
    return step.hazard === 'irreversible' ? [unmeasured(step, input, at())] : []
  }
  if (measured === undefined) return []
  const relations = severed(measured)
  if (isGenerous(step, relations)) return [generous(step, relations, at())]
  if (!kind.needsConsent?.(step, measured)) return []
  if (step.consent !== undefined && step.consent >= relations) return []
  const needs = `accept_severed_relationships: ${consentFor(relations, step.usedConsent)}`
  const message = `${ref} severs ${relations} follow relations for good (${measured.follows} follows, ${measured.followers} followers); ${heldBy(step)}.`
  return [
    {
      code: CONSENT_MISSING,
      severity: 'error',
      about: ref,
      message,
      ...at(),
      hint: `If it is meant, write in that entry (${MARGIN}, since it is measured again before it is done): ${needs}`,
    },
  ]
}

/** What nobody could count is unknown: it needs a consent in the file, and it is counted again before it is written, for longer. */
function unmeasured(
  { kind, id, consent }: Step,
  { tables: { impact } }: PlanInput,
  place: Pick<Diagnostic, 'at'>,
): Diagnostic {
  const ref = `${kind}/${id}`
  const why = impact.state === 'unknown' ? ` (${impact.reason.message})` : ''
  const known = `${ref} can't be undone and its impact could not be measured${why}`
  const found = { code: 'impact-unmeasured', about: ref, ...place }
  if (consent !== undefined)
    return {
      ...found,
      severity: 'warning',
      message: `${known}; the file accepts ${consent}, and it is counted again before anything is written.`,
    }
  const hint = `If it is meant, write in that entry how many follow relations it may sever: accept_severed_relationships: NUMBER. They are counted again before anything is written. Where nothing can count them, give the database door, or a token that may read measures (admin:read, view_dashboard).`
  return { ...found, severity: 'error', message: `${known}.`, hint }
}

/** A consent may be more than twice what the file should hold, or so many more, and not both: it is measured again before writing, and this much could grow unseen. */
const SPARE = 50

function isGenerous({ hazard, consent, usedConsent }: Step, relations: number): boolean {
  const enough = consentFor(relations, usedConsent)
  return hazard === 'irreversible' && consent !== undefined && consent > 2 * enough && consent > enough + SPARE
}

function generous(step: Step, relations: number, place: Pick<Diagnostic, 'at'>): Diagnostic {
  const ref = `${step.kind}/${step.id}`
  const message = `${ref} severs ${relations} follow relations, and the file accepts ${step.consent ?? 0}: it would be applied although many more came to be severed.`
  return {
    code: 'consent-generous',
    severity: 'warning',
    about: ref,
    message,
    ...place,
    hint: `Write in that entry: accept_severed_relationships: ${consentFor(relations, step.usedConsent)}`,
  }
}

function heldBy({ consent, usedConsent }: Step): string {
  if (consent !== undefined) return `the file accepts ${consent}`
  return usedConsent === undefined
    ? 'the file holds no consent for it'
    : `the consent of ${usedConsent} in the file was used up by an earlier suspension`
}

const COUNTED: readonly {
  readonly name: keyof Budget
  readonly counts: (step: Step) => boolean
  readonly verb: string
}[] = [
  { name: 'create', counts: (step) => step.action === 'create', verb: 'creates' },
  { name: 'update', counts: (step) => step.action === 'update', verb: 'updates' },
  { name: 'delete', counts: (step) => step.action === 'delete', verb: 'deletes' },
  { name: 'weaken', counts: (step) => step.weakens, verb: 'weakenings' },
]

function checkBudget(kind: Kind, steps: readonly Step[], { policy, ledger, now }: PlanInput): Diagnostic[] {
  const budget = policy.budgetOf(kind.name)
  return COUNTED.flatMap(({ name, counts, verb }) => {
    // Removing somebody at once is never too much.
    const own = steps.filter((step) => step.removal !== true && counts(step)).length
    // What is lowered a little every few minutes is lowered a lot: weakenings of a day count together.
    const lately = name === 'weaken' ? weakenedLately(ledger.weakenings, kind.name, now) : NEVER
    const total = own + lately.count
    if (own === 0 || total <= budget[name]) return []
    const raise = `{ kind: ${kind.name}, ${name}: ${total}, until: <date>, reason: "<why>" }`
    const limit = name === 'weaken' ? `${budget[name]} in 24 hours` : `${budget[name]} for one apply`
    const before =
      lately.until === null
        ? ''
        : ` Herdbook did ${lately.count} in the last 24 hours; they count until ${minuteOf(lately.until)} UTC.`
    return [
      {
        code: 'budget',
        severity: 'error' as const,
        about: `${kind.name}#${name}`,
        by: total,
        message: `${own} ${verb} of ${kind.title.many}, and the budget is ${limit}.${before}`,
        hint: `If it is meant, raise it for a while in policy.yaml under raises: - ${raise}`,
      },
    ]
  })
}

const NEVER = { count: 0, until: null } as const
const minuteOf = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ')

function checkDoors(steps: readonly Step[], input: PlanInput): Diagnostic[] {
  const shut = input.kinds.filter((kind) => steps.some((step) => step.kind === kind.name && step.door === null))
  return shut.map((kind) => ({
    code: 'no-door',
    severity: 'warning' as const,
    about: kind.name,
    message: `No door that is configured can write ${kind.title.many}: their steps are shown and not applied.`,
    hint: `They are written through ${kind.writes.join(' or ')}: add mastodon.${kind.writes[0] === 'rest' ? 'api' : 'console'} to instance.yaml.`,
  }))
}

/** The live objects of all kinds that could be read. */
export function worldOf(observed: ReadonlyMap<string, Observed>): World {
  return new Map(
    [...observed].flatMap(([kind, o]) =>
      o.state === 'complete' ? [[kind, new Map(o.objects.map((object) => [object.id, object]))] as const] : [],
    ),
  )
}

/** The world after one step. */
export function after(world: World, step: Step): World {
  const objects = new Map(world.get(step.kind) ?? [])
  if (step.action === 'delete') objects.delete(step.id)
  else objects.set(step.id, written(step, objects.get(step.id)))
  return new Map(world).set(step.kind, objects)
}

function written(step: Step, before: LiveObject | undefined): LiveObject {
  const changed = Object.fromEntries(step.changes.map((change) => [change.field, change.after]))
  return { id: step.id, serverId: step.serverId, fields: { ...before?.fields, ...changed } }
}

/** A violation, and the name of what it violates. */
export interface Worsening extends Violation {
  readonly invariant: string
}

/** Who is removed at once is removed although one owner is left, and although nobody can look up whose the token is: somebody may have had it taken away. */
const forRemoval = (facts: InvariantFacts): InvariantFacts => ({
  ...facts,
  minimumOwners: Math.min(1, facts.minimumOwners),
  acting: facts.acting.filter(({ unsure }) => !unsure),
})

/** Violations that a step would add or make worse; one that is already there and stays as it is refuses nothing. */
export function worsened(
  step: Step,
  world: World,
  invariants: readonly Invariant[],
  whole: InvariantFacts,
): Worsening[] {
  const touched = invariants.filter((invariant) => invariant.kinds.includes(step.kind))
  if (touched.length === 0) return []
  const facts = step.removal ? forRemoval(whole) : whole
  const next = after(world, step)
  return touched.flatMap((invariant) => {
    // Unknown is never fulfilled: people may hold a role although the holders could not be read.
    if (invariant.kinds.some((kind) => !world.has(kind))) {
      return [
        {
          invariant: invariant.name,
          of: 'unread',
          by: 1,
          what: `${invariant.name} can't be checked: ${invariant.kinds.join(' and ')} were not all read.`,
        },
      ]
    }
    const before = new Map(invariant.violations(world, facts).map(({ of, by }) => [of, by]))
    const worse = invariant.violations(next, facts).filter(({ of, by }) => by > (before.get(of) ?? 0))
    return worse.map((violation) => ({ invariant: invariant.name, ...violation }))
  })
}

const HOLDS = 'Change the files so that it holds at every moment, or lower the limit in policy.yaml on purpose.'

function checkInvariants(
  steps: readonly Step[],
  world: World,
  invariants: readonly Invariant[],
  facts: InvariantFacts,
): Diagnostic[] {
  const findings: Diagnostic[] = []
  let state = world
  for (const step of steps.filter((s) => invariants.some((invariant) => invariant.kinds.includes(s.kind)))) {
    const ref = `${step.kind}/${step.id}`
    for (const { invariant, of, by, what, hint = HOLDS } of worsened(step, state, invariants, facts)) {
      const message = `${step.action} ${ref} would break a rule that always holds: ${what}`
      findings.push({
        code: 'invariant',
        severity: 'error',
        about: `${ref}#${invariant}${of === '' ? '' : `:${of}`}`,
        by,
        message,
        hint,
      })
    }
    state = after(state, step)
  }
  return findings
}

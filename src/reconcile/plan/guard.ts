import type { Diagnostic } from '../../instance/diagnostic.ts'
import { partsOf } from '../object-ref.ts'
import { isFirstApply } from './first-apply.ts'
import { checkConsent } from './consent.ts'
import type { Budget, PlanInput } from './input.ts'
import type { Invariant, Kind, Violation, LiveState } from '../kind.ts'
import { checkFarEnds } from '../identity.ts'
import { checkLost } from './not-created.ts'
import { checkRestores } from './restores.ts'
import { weakenedLately } from './weakenings.ts'
import { objectsIn, type LiveObject, type Observed } from '../objects.ts'
import { type ObjectRef } from '../values.ts'
import { type Step } from './types.ts'

/** Everything that speaks against these steps: consent, budgets, invariants, and each kind's own advice. Errors refuse the apply. */
export function guard(steps: readonly Step[], input: PlanInput): Diagnostic[] {
  return [
    ...input.kinds.flatMap((kind) => checkKind(kind, steps, input)),
    ...checkFarEnds(input),
    ...checkLost(input),
    ...checkRestores(steps, input),
    ...checkInvariants(steps, liveStateOf(input.live.observed), input.live.invariants),
    ...input.live.against(steps),
  ]
}

function checkKind(kind: Kind, steps: readonly Step[], input: PlanInput): Diagnostic[] {
  const own = steps.filter((step) => step.kind === kind.name)
  if (own.length === 0) return []
  return [
    ...own.flatMap((step) => checkConsent(kind, step, input)),
    ...own.flatMap((step) => input.live.advice(step)),
    ...checkBudget(kind, own, input),
  ]
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

function checkBudget(kind: Kind, steps: readonly Step[], input: PlanInput): Diagnostic[] {
  const { policy, ledger, now } = input
  const isFirst = input.first && isFirstApply(kind.provider, input)
  const budget = policy.budgetOf(kind.name)
  return COUNTED.flatMap(({ name, counts, verb }) => {
    if (isFirst && name === 'create') return []
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

/** The live objects of all kinds that could be read, and those that what is not there yet will hold. */
export function liveStateOf(observed: ReadonlyMap<string, Observed>): LiveState {
  return new Map(
    [...observed].flatMap(([kind, o]) =>
      o.state === 'unknown' ? [] : [[kind, new Map(objectsIn(o).map((object) => [object.id, object]))] as const],
    ),
  )
}

/** An object as it is live; undefined where it is not there. */
export function objectIn(world: LiveState, ref: ObjectRef): LiveObject | undefined {
  const [kind, id] = partsOf(ref)
  return world.get(kind)?.get(id)
}

/** The world after one step. */
export function after(world: LiveState, step: Step): LiveState {
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

/** Violations that a step would add or make worse; one that is already there and stays as it is refuses nothing. */
export function worsened(step: Step, world: LiveState, invariants: readonly Invariant[]): Worsening[] {
  const touched = invariants.filter((invariant) => invariant.kinds.includes(step.kind))
  if (touched.length === 0) return []
  const removal = step.removal === true
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
    const before = new Map(invariant.violations(world, removal).map(({ of, by }) => [of, by]))
    const worse = invariant.violations(next, removal).filter(({ of, by }) => by > (before.get(of) ?? 0))
    return worse.map((violation) => ({ invariant: invariant.name, ...violation }))
  })
}

const HOLDS = 'Change the files so that it holds at every moment, or lower the limit in policy.yaml on purpose.'

function checkInvariants(steps: readonly Step[], world: LiveState, invariants: readonly Invariant[]): Diagnostic[] {
  const findings: Diagnostic[] = []
  let state = world
  for (const step of steps.filter((s) => invariants.some((invariant) => invariant.kinds.includes(s.kind)))) {
    const ref = `${step.kind}/${step.id}`
    for (const { invariant, of, by, what, hint = HOLDS } of worsened(step, state, invariants)) {
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

import type { Diagnostic } from '../../instance/diagnostic.ts'
import { partsOf } from '../object-ref.ts'
import { isFirstApply } from './first-apply.ts'
import { checkConsent } from './consent.ts'
import type { Budget, PlanInput } from './input.ts'
import type { Invariant, Kind, Violation, LiveState } from '../kind.ts'
import { checkFarEnds } from '../identity.ts'
import { checkLost } from './not-created.ts'
import { checkRestores } from './restores.ts'
import { breaksRule, doneLately, KEEP_RULE, overBudget, perApply, perDay, ruleUnchecked } from './texts.ts'
import { weakenedLately } from './weakenings.ts'
import { objectsIn, type LiveObject, type Observed } from '../objects.ts'
import { type ObjectRef } from '../values.ts'
import { type Step } from './types.ts'

/** Finds all that speaks against steps: consent, budgets, invariants, advice of kinds. Errors refuse the apply. */
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
  readonly noun: string
}[] = [
  { name: 'create', counts: (step) => step.action === 'create', noun: 'creates' },
  { name: 'update', counts: (step) => step.action === 'update', noun: 'updates' },
  { name: 'delete', counts: (step) => step.action === 'delete', noun: 'deletes' },
  { name: 'weaken', counts: (step) => step.weakens, noun: 'weakenings' },
]

function checkBudget(kind: Kind, steps: readonly Step[], input: PlanInput): Diagnostic[] {
  const { policy, ledger, now } = input
  const isFirst = input.first && isFirstApply(kind.provider, input)
  const budget = policy.budgetOf(kind.name)
  return COUNTED.flatMap(({ name, counts, noun }) => {
    if (isFirst && name === 'create') return []
    // Removing a person at once fits every budget.
    const own = steps.filter((step) => step.removal !== true && counts(step)).length
    // Many small weakenings in a day are one large one, so they count together.
    const lately = name === 'weaken' ? weakenedLately(ledger.weakenings, kind.name, now) : NONE_LATELY
    const total = own + lately.count
    if (own === 0 || total <= budget[name]) return []
    const raise = `{ kind: ${kind.name}, ${name}: ${total}, until: <date>, reason: "<why>" }`
    const text = overBudget({
      counted: `${own} ${noun} of ${kind.title.many}`,
      limit: name === 'weaken' ? perDay(budget[name]) : perApply(budget[name]),
      lately: lately.until === null ? '' : doneLately({ many: lately.count, until: minuteOf(lately.until) }),
      raise,
    })
    return [
      {
        code: 'budget',
        severity: 'error' as const,
        about: `${kind.name}#${name}`,
        by: total,
        ...text,
      },
    ]
  })
}

const NONE_LATELY = { count: 0, until: null } as const
const minuteOf = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ')

/** The live objects of all kinds that were read; of a kind that does not exist yet those that a new one holds. */
export function liveStateOf(observed: ReadonlyMap<string, Observed>): LiveState {
  return new Map(
    [...observed].flatMap(([kind, o]) =>
      o.state === 'unknown' ? [] : [[kind, new Map(objectsIn(o).map((object) => [object.id, object]))] as const],
    ),
  )
}

/** The live object; undefined if it is not there. */
export function objectIn(world: LiveState, ref: ObjectRef): LiveObject | undefined {
  const [kind, id] = partsOf(ref)
  return world.get(kind)?.get(id)
}

/** The state after one step. */
export function after(state: LiveState, step: Step): LiveState {
  const objects = new Map(state.get(step.kind) ?? [])
  if (step.action === 'delete') objects.delete(step.id)
  else objects.set(step.id, written(step, objects.get(step.id)))
  return new Map(state).set(step.kind, objects)
}

function written(step: Step, before: LiveObject | undefined): LiveObject {
  const changed = Object.fromEntries(step.changes.map((change) => [change.field, change.after]))
  return { id: step.id, serverId: step.serverId, fields: { ...before?.fields, ...changed } }
}

/** A violation, and the name of what it violates. */
export interface Worsening extends Violation {
  readonly invariant: string
}

/** The violations that a step would add or make worse. One that is there already and stays the same does not count. */
export function worsened(step: Step, world: LiveState, invariants: readonly Invariant[]): Worsening[] {
  const touched = invariants.filter((invariant) => invariant.kinds.includes(step.kind))
  if (touched.length === 0) return []
  const removal = step.removal === true
  const next = after(world, step)
  return touched.flatMap((invariant) => {
    // Unknown never counts as fulfilled: people may hold a role although the holders could not be read.
    if (invariant.kinds.some((kind) => !world.has(kind))) {
      return [
        {
          invariant: invariant.name,
          of: 'unread',
          by: 1,
          what: ruleUnchecked({ rule: invariant.name, kinds: invariant.kinds.join(' and ') }),
        },
      ]
    }
    const before = new Map(invariant.violations(world, removal).map(({ of, by }) => [of, by]))
    const worse = invariant.violations(next, removal).filter(({ of, by }) => by > (before.get(of) ?? 0))
    return worse.map((violation) => ({ invariant: invariant.name, ...violation }))
  })
}

function checkInvariants(steps: readonly Step[], world: LiveState, invariants: readonly Invariant[]): Diagnostic[] {
  const findings: Diagnostic[] = []
  let state = world
  for (const step of steps.filter((s) => invariants.some((invariant) => invariant.kinds.includes(s.kind)))) {
    const ref = `${step.kind}/${step.id}`
    for (const { invariant, of, by, what, hint = KEEP_RULE } of worsened(step, state, invariants)) {
      const message = breaksRule({ action: `${step.action} ${ref}`, what })
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

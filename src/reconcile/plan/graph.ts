import { EXIT, fail } from '../../instance/diagnostic.ts'
import { refInLedger, refOf } from '../object-ref.ts'
import type { DraftStep, KindOrder } from '../kind.ts'
import { referencedBy } from './references.ts'
import type { ObjectRef } from '../values.ts'
import { stepsInACircle, unmet as unmetText } from './texts.ts'
import type { Step } from './types.ts'

/** A step and those of its plan that must be done before it. */
export interface Node {
  readonly step: Step
  /** Its position among the steps as they were given. */
  readonly place: number
  readonly needs: ReadonlySet<Node>
}

/** The objects that an object takes values of, by the reference to it. */
export type ReferencesOf = (ref: ObjectRef) => readonly ObjectRef[]

/**
 * Makes a graph of steps, in the order given. A step needs what its values refer to and what its kind puts before it. A
 * delete needs the steps of all objects that took values of the deleted one when they were last verified.
 */
export function graphOf(
  steps: readonly Step[],
  kinds: readonly KindOrder[],
  took: ReferencesOf = () => [],
): readonly Node[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const nodes = steps.map((step, place) => ({ step, place, needs: new Set<Node>() }))
  const byRef = Map.groupBy(nodes, ({ step }) => refOf(step))
  const of = (refs: readonly ObjectRef[] = []): typeof nodes => refs.flatMap((ref) => byRef.get(ref) ?? [])
  for (const node of nodes) {
    const kind = byName.get(node.step.kind)
    for (const needed of of(kind?.after?.(node.step))) if (waits(node.step, needed.step, kind)) node.needs.add(needed)
    // A deleted object gives no value.
    for (const giver of of(referencedBy(node.step))) if (giver.step.action !== 'delete') node.needs.add(giver)
    for (const giver of of(took(refOf(node.step)))) if (giver.step.action === 'delete') giver.needs.add(node)
    // A step that weakens waits for no other.
    for (const waiting of of(kind?.before?.(node.step))) if (!waiting.step.weakens) waiting.needs.add(node)
  }
  return nodes
}

/** Whether a step waits for one that its kind puts before it. It waits for a delete only as a delete or a restart. */
const waits = ({ action, changes }: Step, needed: Step, kind: KindOrder | undefined): boolean =>
  needed.action !== 'delete' || action === 'delete' || changes.some(({ field }) => field === kind?.restarts)

/** The objects that a step needs, in the plan or not. */
export const neededBy = (step: DraftStep, kind: KindOrder | undefined): ObjectRef[] => [
  ...referencedBy(step),
  ...(kind?.after?.(step) ?? []),
]

/** Orders steps so that each comes after all that it needs; else the given order stays. Throws (exit 1) on a circle. */
export function inOrder(nodes: readonly Node[]): Step[] {
  // Most plans are in order already.
  const isInOrder = nodes.every(({ place, needs }) => [...needs].every((needed) => needed.place < place))
  return isInOrder ? nodes.map(({ step }) => step) : topological(nodes)
}

/** A step that is not in the order yet, how many of its needs are missing, and the steps that wait for it. */
interface Open {
  readonly node: Node
  missing: number
  readonly waiters: Open[]
}

function topological(nodes: readonly Node[]): Step[] {
  const open = nodes.map((node): Open => ({ node, missing: node.needs.size, waiters: [] }))
  for (const one of open) for (const { place } of one.node.needs) open[place]?.waiters.push(one)
  const result: Step[] = []
  let ready = open.reduce<Heap>((heap, { node, missing }) => (missing === 0 ? merge(heap, only(node)) : heap), null)
  while (ready !== null) {
    const { node }: Tree = ready
    ready = merge(ready.left, ready.right)
    result.push(node.step)
    for (const waiter of open[node.place]?.waiters ?? []) {
      waiter.missing -= 1
      if (waiter.missing === 0) ready = merge(ready, only(waiter.node))
    }
  }
  return result.length < nodes.length ? refuse(open.flatMap((one) => (one.missing > 0 ? [one.node] : []))) : result
}

/** A leftist heap with the first position on top: its right side is never deeper than the logarithm of its size. */
type Heap = Tree | null

interface Tree {
  readonly node: Node
  readonly left: Heap
  readonly right: Heap
  readonly depth: number
}

const only = (node: Node): Heap => ({ node, left: null, right: null, depth: 1 })

function merge(a: Heap, b: Heap): Heap {
  if (a === null) return b
  if (b === null) return a
  if (b.node.place < a.node.place) return merge(b, a)
  const [one, other] = [a.left, merge(a.right, b)]
  const [left, right] = (one?.depth ?? 0) < (other?.depth ?? 0) ? [other, one] : [one, other]
  return { node: a.node, left, right, depth: (right?.depth ?? 0) + 1 }
}

/** How many are named; the rest is counted. */
const NAMED = 10

function refuse(stuck: readonly Node[]): never {
  const refs = cycleIn(stuck).map(({ step }) => refInLedger(step))
  const text = stepsInACircle({ refs: refs.slice(0, NAMED), more: Math.max(0, refs.length - NAMED) })
  return fail(EXIT.defect, 'steps-in-a-circle', text.message, text)
}

/** Finds a circle among nodes that each need another one of them. */
function cycleIn(stuck: readonly Node[]): readonly Node[] {
  const among = new Set(stuck)
  const path = new Set<Node>()
  let [node] = stuck
  while (node !== undefined && !path.has(node)) {
    path.add(node)
    node = [...node.needs].find((needed) => among.has(needed))
  }
  const walked = [...path]
  return walked.slice(walked.findIndex((one) => one === node))
}

/** The objects that a plan has no step for. */
export interface UnplannedObjects {
  readonly live: Pick<ReadonlySet<ObjectRef>, 'has'>
  /** Those that are or may be not as the files have them: they wait for a person, a reading or an account. */
  readonly open: Pick<ReadonlySet<ObjectRef>, 'has'>
}

/** Something that a step needs and that no step of the plan fulfils. */
export interface UnmetNeed {
  readonly step: Step
  readonly needs: ObjectRef
  /** `open`: it differs or was not read; `missing`: it does not exist; `deleted`: the plan deletes it. */
  readonly why: 'open' | 'missing' | 'deleted'
}

/**
 * Finds needs that are neither in the plan nor in sync. An object that gives a value has to be as the files say; one
 * that a kind only puts first has to exist. An object that no file manages and nobody reads is not waited for.
 */
export function unmet(steps: readonly Step[], kinds: readonly KindOrder[], unplanned: UnplannedObjects): UnmetNeed[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const actions = new Map(steps.map((step) => [refOf(step), step.action]))
  return steps.flatMap((step) => {
    const values = new Set(referencedBy(step))
    return [...new Set(neededBy(step, byName.get(step.kind)))].flatMap((needs): UnmetNeed[] => {
      const why = whyUnmet(needs, values.has(needs), actions.get(needs), unplanned)
      return why === null ? [] : [{ step, needs, why }]
    })
  })
}

function whyUnmet(
  ref: ObjectRef,
  isValue: boolean,
  action: Step['action'] | undefined,
  { live, open }: UnplannedObjects,
): UnmetNeed['why'] | null {
  if (action !== undefined) return isValue && action === 'delete' ? 'deleted' : null
  if (open.has(ref)) return isValue || !live.has(ref) ? 'open' : null
  return isValue && !live.has(ref) ? 'missing' : null
}

/** For people: why such a step does not go out. */
export const unmetInWords = ({ needs, why }: UnmetNeed): string => unmetText({ needs, why })

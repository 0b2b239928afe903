import { EXIT, fail } from '../../instance/diagnostic.ts'
import { refInLedger, refOf } from '../object-ref.ts'
import type { Draft, Linking } from '../kind.ts'
import { referencedBy } from './references.ts'
import type { ObjectRef } from '../values.ts'
import type { Step } from './types.ts'

/** A step and those of its plan that must be done before it. */
export interface Node {
  readonly step: Step
  /** Where it stands among the steps as they were given. */
  readonly place: number
  readonly needs: ReadonlySet<Node>
}

/** The objects that an object takes values of, by the reference to it. */
export type Takes = (ref: ObjectRef) => readonly ObjectRef[]

/**
 * Steps as a graph, in the order given: each needs what its values refer to and what its kind puts before it, and a
 * delete whatever is done to those that took values of its object when they were last verified.
 */
export function graphOf(steps: readonly Step[], kinds: readonly Linking[], took: Takes = () => []): readonly Node[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const nodes = steps.map((step, place) => ({ step, place, needs: new Set<Node>() }))
  const byRef = Map.groupBy(nodes, ({ step }) => refOf(step))
  const of = (refs: readonly ObjectRef[] = []): typeof nodes => refs.flatMap((ref) => byRef.get(ref) ?? [])
  for (const node of nodes) {
    const kind = byName.get(node.step.kind)
    for (const needed of of(kind?.after?.(node.step))) if (waits(node.step, needed.step, kind)) node.needs.add(needed)
    // What goes gives no value.
    for (const giver of of(referencedBy(node.step))) if (giver.step.action !== 'delete') node.needs.add(giver)
    for (const giver of of(took(refOf(node.step)))) if (giver.step.action === 'delete') giver.needs.add(node)
    // One that only lowers takes nothing along, and waits for none.
    for (const waiting of of(kind?.before?.(node.step))) if (!waiting.step.weakens) waiting.needs.add(node)
  }
  return nodes
}

/** Whether a step comes after one that its kind puts before it. What only needs an object does not wait for that to go; a unit reads that it is gone. */
const waits = ({ action, changes }: Step, needed: Step, kind: Linking | undefined): boolean =>
  needed.action !== 'delete' || action === 'delete' || changes.some(({ field }) => field === kind?.restarts)

/** The objects that a step needs, in the plan or not. */
export const neededBy = (step: Draft, kind: Linking | undefined): ObjectRef[] => [
  ...referencedBy(step),
  ...(kind?.after?.(step) ?? []),
]

/** The steps so that each comes after all that it needs; of those that could be next, the one that stood first. Throws (exit 1) where some need each other. */
export function inOrder(nodes: readonly Node[]): Step[] {
  // Most plans are in order as they are.
  const isInOrder = nodes.every(({ place, needs }) => [...needs].every((needed) => needed.place < place))
  return isInOrder ? nodes.map(({ step }) => step) : topological(nodes)
}

/** A step that was not put into the order yet, how many that it needs were not either, and who needs it. */
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

/** A leftist heap: the node that stood first on top, never deeper to the right than the logarithm of its size. */
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

/** More than this are counted. */
const NAMED = 10

function refuse(stuck: readonly Node[]): never {
  const refs = cycleIn(stuck).map(({ step }) => refInLedger(step))
  const named = refs.slice(0, NAMED)
  const rest = refs.length > NAMED ? `, ${refs.length - NAMED} more` : ''
  return fail(
    EXIT.defect,
    'steps-in-a-circle',
    `None of these steps can be the first, since each needs the next and the last needs the first: ${named.join(', ')}${rest}.`,
    { hint: 'This is a defect in Herdbook: please report it with this text.' },
  )
}

/** Some of the nodes that each need the next, and the last the first; each that is given needs another of them. */
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

/** How objects stand for which there is no step. */
export interface Standing {
  readonly live: Pick<ReadonlySet<ObjectRef>, 'has'>
  /** Not as the files have it, for certain or perhaps: it waits for a person, a read or an account. */
  readonly open: Pick<ReadonlySet<ObjectRef>, 'has'>
}

/** Something that a step needs and that no step of the plan brings about. */
export interface Unmet {
  readonly step: Step
  readonly needs: ObjectRef
  /** It differs from the files or could not be read; it is neither live nor in the files; the plan deletes it. */
  readonly why: 'open' | 'missing' | 'deleted'
}

/**
 * What steps need that is neither in the plan nor in sync. A value must be the files' own; where a kind only puts an
 * object first, that has to be there, and one that no file manages and nobody reads is nothing to wait for.
 */
export function unmet(steps: readonly Step[], kinds: readonly Linking[], standing: Standing): Unmet[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const actions = new Map(steps.map((step) => [refOf(step), step.action]))
  return steps.flatMap((step) => {
    const values = new Set(referencedBy(step))
    return [...new Set(neededBy(step, byName.get(step.kind)))].flatMap((needs): Unmet[] => {
      const why = whyUnmet(needs, values.has(needs), actions.get(needs), standing)
      return why === null ? [] : [{ step, needs, why }]
    })
  })
}

function whyUnmet(
  ref: ObjectRef,
  isValue: boolean,
  action: Step['action'] | undefined,
  { live, open }: Standing,
): Unmet['why'] | null {
  if (action !== undefined) return isValue && action === 'delete' ? 'deleted' : null
  if (open.has(ref)) return isValue || !live.has(ref) ? 'open' : null
  return isValue && !live.has(ref) ? 'missing' : null
}

const REASONS: { readonly [why in Unmet['why']]: string } = {
  open: 'which is not as the files have it',
  missing: 'which is not there, and no step makes it',
  deleted: 'which is to be deleted',
}

/** For people: why such a step does not go out. */
export const unmetInWords = ({ needs, why }: Unmet): string => `It needs ${needs}, ${REASONS[why]}.`

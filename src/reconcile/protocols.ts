import { EXIT, fail } from '../instance/diagnostic.ts'
import { refOf } from './object-ref.ts'
import type { Approvable } from './digest.ts'
import { graphOf, neededBy, type Node } from './plan/graph.ts'
import type { Linking } from './kind.ts'
import type { LedgerEntry } from './ledger/types.ts'
import type { Skipped } from './report.ts'
import type { Fields, ObjectRef, Value } from './values.ts'
import type { Course, Protocol, Step, Unfinished } from './plan/types.ts'
import { changeOf } from './plan/unresolved.ts'

/** The course of each, by what the files say: the steps by which their version of its object comes about; null where nobody can tell, since its kind was not read. */
export function protocols(
  unfinished: readonly Unfinished[],
  meantFor: (ref: ObjectRef) => readonly Meant[] | null,
  isApproved: (step: Meant) => boolean,
): readonly Protocol[] {
  return unfinished.map((one) => ({ ...one, course: courseOf(one, meantFor(refOf(one)), isApproved) }))
}

function courseOf(
  { digest }: Unfinished,
  meant: readonly Meant[] | null,
  isApproved: (step: Meant) => boolean,
): Course {
  if (meant === null) return 'waits'
  const step = meant.find((one) => one.digest === digest)
  return step === undefined ? 'back' : isApproved(step) ? 'on' : 'waits'
}

/** What is known of a protocol's object. */
export interface Sides {
  /** The plan's step for it. */
  readonly step: Meant | undefined
  /** As the files have it, and the same made ready to be compared; null where no file names it. */
  readonly files: { readonly fields: Fields; readonly comparable: Fields } | null
  readonly live: Fields | null
  readonly entry: Pick<LedgerEntry, 'fields' | 'serverId'> | undefined
  readonly same: (field: string, a: Value, b: Value) => boolean
}

/** A step that the files mean, and its digest. */
export type Meant = Approvable & Pick<Step, 'digest'>

/**
 * The steps that the files mean for an object: that of the plan, which goes by live, and the one from what
 * the ledger last verified, since a protocol may have written all of it already and still have something to clear away.
 */
export function stepsMeant(
  { kind, id }: Pick<Unfinished, 'kind' | 'id'>,
  sides: Sides,
  digestOf: (step: Approvable) => string,
): readonly Meant[] {
  const { step, entry } = sides
  const change = sinceLedger(sides)
  const meant = change === null ? null : { kind, id, serverId: entry?.serverId ?? null, ...change }
  return [...(step === undefined ? [] : [step]), ...(meant === null ? [] : [{ ...meant, digest: digestOf(meant) }])]
}

/** The step that would lead from what the ledger holds to what the files say; null where that is the same. */
function sinceLedger({ files, live, entry, same }: Sides): Pick<Step, 'action' | 'changes'> | null {
  if (files === null) return entry === undefined ? null : { action: 'delete', changes: [] }
  const fields = Object.keys(files.fields)
  if (entry === undefined)
    return { action: 'create', changes: fields.map((field) => changeOf(field, files.fields, undefined)) }
  // What the ledger does not know yet was as it is live.
  const last: Fields = { ...live, ...entry.fields }
  const changes = fields
    .filter((field) => Object.hasOwn(last, field))
    .filter((field) => !same(field, files.comparable[field] ?? null, last[field] ?? null))
    .map((field) => changeOf(field, files.fields, last))
  return changes.length > 0 ? { action: 'update', changes } : null
}

/**
 * The steps that wait until a protocol has ended, with why: those on its object or on what it owns, those that need
 * one of these, and those that need them in turn. Its own step is what going on with it comes to.
 */
export function heldBack(
  list: readonly Protocol[],
  steps: readonly Step[],
  kinds: readonly Linking[],
): ReadonlyMap<ObjectRef, Omit<Skipped, 'step'>> {
  if (list.length === 0) return new Map()
  const owners = new Map(list.flatMap((one) => [...one.owns, refOf(one)].map((ref) => [ref, one] as const)))
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const nodes = graphOf(steps, kinds)
  const waiters = Map.groupBy(
    nodes.flatMap((node) => [...node.needs].map((needed) => ({ node, needed }))),
    ({ needed }) => needed,
  )
  const held = new Map<Node, Protocol>()
  const open = nodes.flatMap((node) => {
    const touched = [refOf(node.step), ...neededBy(node.step, byName.get(node.step.kind))]
    const owner = touched.map((ref) => owners.get(ref)).find((one) => one !== undefined)
    return owner === undefined ? [] : [{ node, owner }]
  })
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { node, owner } = one
    if (held.has(node)) continue
    held.set(node, owner)
    open.push(...(waiters.get(node) ?? []).map((waiter) => ({ node: waiter.node, owner })))
  }
  return new Map([...held].map(([{ step }, owner]) => [refOf(step), { why: 'blocked', reason: waitsFor(owner) }]))
}

const waitsFor = (one: Protocol): string => `It waits: ${refOf(one)} is unfinished.`

const NEXT: { readonly [course in Course]: string } = {
  on: 'The next apply finishes it.',
  back: 'The files no longer ask for it: the next apply takes it back.',
  waits: 'It stays so until somebody approves it and its kind can be read.',
}

/** For people: how far it got, and what the next apply does with it. */
export const protocolInWords = (one: Protocol): string =>
  `${refOf(one)} is unfinished: ${one.said}. ${NEXT[one.course]}`

/** For people: how it ended. */
export const endedInWords = (one: Protocol): string =>
  `${refOf(one)} was ${one.course === 'back' ? 'taken back' : 'finished'}.`

/** Whose turn it is to write at a far end: a holder of the lock, and how many held it there so far. */
export interface Turn {
  readonly nonce: string
  readonly counter: number
}

/** The turn of a holder after the far end's last one; the same where that was its own. Throws (exit 5) where the far end's is none. */
export function nextTurn(nonce: string, last: Turn | null): Turn {
  if (last === null) return { nonce, counter: 1 }
  if (!Number.isSafeInteger(last.counter) || last.counter < 1 || last.counter === Number.MAX_SAFE_INTEGER)
    return fail(
      EXIT.refused,
      'turn-wrong',
      `The far end says that ${last.counter} runs have held its lock, which can't be. Nothing is written there.`,
    )
  return last.nonce === nonce ? last : { nonce, counter: last.counter + 1 }
}

/** Whether a far end that saw `last` takes a write of this turn: an older holder, and another one of the same turn, it refuses. */
export const isTaken = (turn: Turn, last: Turn | null): boolean =>
  last === null || turn.counter > last.counter || (turn.counter === last.counter && turn.nonce === last.nonce)

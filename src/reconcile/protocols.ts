import { EXIT, fail } from '../instance/diagnostic.ts'
import { refOf } from './object-ref.ts'
import type { ApprovableStep } from './digest.ts'
import { graphOf, neededBy, type Node } from './plan/graph.ts'
import type { KindOrder } from './kind.ts'
import type { LedgerEntry } from './ledger/types.ts'
import type { SkippedStep } from './report.ts'
import type { Fields, Value } from '../instance/values.ts'
import type { ObjectRef } from './values.ts'
import type { ProtocolDecision, Protocol, Step, UnfinishedProtocol } from './plan/types.ts'
import { changeOf } from './plan/unresolved.ts'
import {
  finished,
  FINISHED_NEXT,
  impossibleTurn,
  undone,
  UNDONE_NEXT,
  unfinished as unfinishedText,
  waitsForUnfinished,
  WAITS_FOR_APPROVAL,
} from './texts.ts'

/** Decides the course of each protocol. `meantFor`: the steps to the files' version; null if its kind was not read. */
export function protocols(
  unfinished: readonly UnfinishedProtocol[],
  meantFor: (ref: ObjectRef) => readonly IntendedStep[] | null,
  isApproved: (step: IntendedStep) => boolean,
): readonly Protocol[] {
  return unfinished.map((one) => ({ ...one, course: courseOf(one, meantFor(refOf(one)), isApproved) }))
}

function courseOf(
  { digest }: UnfinishedProtocol,
  meant: readonly IntendedStep[] | null,
  isApproved: (step: IntendedStep) => boolean,
): ProtocolDecision {
  if (meant === null) return 'waits'
  const step = meant.find((one) => one.digest === digest)
  return step === undefined ? 'back' : isApproved(step) ? 'on' : 'waits'
}

/** A protocol's object as plan, files, live and ledger have it. */
export interface ProtocolObject {
  /** The plan's step for it. */
  readonly step: IntendedStep | undefined
  /** As the files have it, and the same ready to be compared; null if no file names it. */
  readonly files: { readonly fields: Fields; readonly comparable: Fields } | null
  readonly live: Fields | null
  readonly entry: Pick<LedgerEntry, 'fields' | 'serverId'> | undefined
  readonly same: (field: string, a: Value, b: Value) => boolean
}

/** A step that leads to what the files say, and its digest. */
export type IntendedStep = ApprovableStep & Pick<Step, 'digest'>

/**
 * The steps that lead to what the files say: the plan's, which starts from live, and the one from what the ledger last
 * verified, since a protocol may have written all of it already and still have something to clean up.
 */
export function stepsMeant(
  { kind, id }: Pick<UnfinishedProtocol, 'kind' | 'id'>,
  object: ProtocolObject,
  digestOf: (step: ApprovableStep) => string,
): readonly IntendedStep[] {
  const { step, entry } = object
  const change = sinceLedger(object)
  const meant = change === null ? null : { kind, id, serverId: entry?.serverId ?? null, ...change }
  return [...(step === undefined ? [] : [step]), ...(meant === null ? [] : [{ ...meant, digest: digestOf(meant) }])]
}

/** The step from what the ledger holds to what the files say; null if that is the same. */
function sinceLedger({ files, live, entry, same }: ProtocolObject): Pick<Step, 'action' | 'changes'> | null {
  if (files === null) return entry === undefined ? null : { action: 'delete', changes: [] }
  const fields = Object.keys(files.fields)
  if (entry === undefined)
    return { action: 'create', changes: fields.map((field) => changeOf(field, files.fields, undefined)) }
  // A field that the ledger does not know counts as it is live.
  const last: Fields = { ...live, ...entry.fields }
  const changes = fields
    .filter((field) => Object.hasOwn(last, field))
    .filter((field) => !same(field, files.comparable[field] ?? null, last[field] ?? null))
    .map((field) => changeOf(field, files.fields, last))
  return changes.length > 0 ? { action: 'update', changes } : null
}

/**
 * The steps that wait until a protocol has ended, with the reason: those on its object or on what it owns, and all that
 * need one of these. The protocol itself does its own step.
 */
export function heldBack(
  list: readonly Protocol[],
  steps: readonly Step[],
  kinds: readonly KindOrder[],
): ReadonlyMap<ObjectRef, Omit<SkippedStep, 'step'>> {
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
  return new Map(
    [...held].map(([{ step }, owner]) => [refOf(step), { why: 'blocked', reason: waitsForUnfinished(refOf(owner)) }]),
  )
}

const NEXT: { readonly [course in ProtocolDecision]: string } = {
  on: FINISHED_NEXT,
  back: UNDONE_NEXT,
  waits: WAITS_FOR_APPROVAL,
}

/** For people: how far it got, and what the next apply does with it. */
export const protocolInWords = (one: Protocol): string =>
  `${unfinishedText({ ref: refOf(one), progress: one.said })} ${NEXT[one.course]}`

/** For people: how it ended. */
export const endedInWords = (one: Protocol): string =>
  one.course === 'back' ? undone(refOf(one)) : finished(refOf(one))

/** Who may write at a far end: a holder of the lock, and how many have held it there. */
export interface Turn {
  readonly nonce: string
  readonly counter: number
}

/** The next turn of a holder; the same if the last was its own. Throws (exit 5) on a wrong counter. */
export function nextTurn(nonce: string, last: Turn | null): Turn {
  if (last === null) return { nonce, counter: 1 }
  if (!Number.isSafeInteger(last.counter) || last.counter < 1 || last.counter === Number.MAX_SAFE_INTEGER)
    return fail(EXIT.refused, 'turn-wrong', impossibleTurn(last.counter))
  return last.nonce === nonce ? last : { nonce, counter: last.counter + 1 }
}

/** Whether a far end that saw `last` accepts this turn. It refuses an older one, and another holder of the same one. */
export const isTaken = (turn: Turn, last: Turn | null): boolean =>
  last === null || turn.counter > last.counter || (turn.counter === last.counter && turn.nonce === last.nonce)

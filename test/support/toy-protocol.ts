import { refOf } from '../../src/reconcile/object-ref.ts'
import type { Lease } from '../../src/reconcile/kind.ts'
import { isTaken, nextTurn, type Turn } from '../../src/reconcile/protocols.ts'
import { type UnfinishedProtocol } from '../../src/reconcile/plan/types.ts'
import type { ProtocolResult } from '../../src/reconcile/provider.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { at, put, type FarEnd, type Process, type ToyKind } from './toy-far-end.ts'

/** One run's way to write in phases, and whose turn it is there; null before it wrote anything. */
export interface Writing {
  readonly far: FarEnd
  readonly process: Process
  turn: Turn | null
}

const OLDER: ProtocolResult = {
  state: 'refused',
  reason: { code: 'older-holder', severity: 'error', message: 'Another run took the lock since.' },
}

/** Whether this run may write: one that a later run followed may not. */
function isOurs(writing: Writing, lease: Lease): boolean {
  const { far } = writing
  writing.turn ??= nextTurn(lease.nonce, far.turn)
  if (!isTaken(writing.turn, far.turn)) return false
  far.turn = writing.turn
  return true
}

/** The phase in which the object itself is written; what comes after looks at it and clears away. */
const WRITES = 1

/** Writes a step in the phases of its kind, from one of them on. */
export function inPhases(step: Step, kind: ToyKind, from: number, writing: Writing, lease: Lease): ProtocolResult {
  const { far, process } = writing
  const { phases = [], owns = [] } = kind
  const ref = refOf(step)
  const before = far.records.get(ref)?.before ?? far.rows.get(ref) ?? null
  for (const [i, phase] of phases.entries()) {
    if (i < from) continue
    if (!lease.holds()) return { state: 'cut' }
    if (!isOurs(writing, lease)) return OLDER
    at(`${phase} ${ref}`, process, () => {
      far.did.push(`${phase} ${ref}`)
      if (i === WRITES) put(step, kind, far)
      const said = `${i + 1} of ${phases.length} phases are done`
      if (i === phases.length - 1) far.records.delete(ref)
      else
        far.records.set(ref, {
          step,
          before,
          unfinished: { kind: step.kind, id: step.id, digest: step.digest, phase, owns, said },
        })
    })
  }
  return { state: 'done' }
}

/** Goes on with what was cut off, or takes it back. */
export function resumed(
  { kind, id, phase }: UnfinishedProtocol,
  course: 'on' | 'back',
  kinds: ReadonlyMap<string, ToyKind>,
  writing: Writing,
  lease: Lease,
): ProtocolResult {
  const { far, process } = writing
  const ref = `${kind}/${id}`
  const [record, own] = [far.records.get(ref), kinds.get(kind)]
  // One that has ended meanwhile is done.
  if (record === undefined || own === undefined) return { state: 'done' }
  if (course === 'on') return inPhases(record.step, own, (own.phases ?? []).indexOf(phase) + 1, writing, lease)
  if (!lease.holds()) return { state: 'cut' }
  if (!isOurs(writing, lease)) return OLDER
  at(`back ${ref}`, process, () => {
    far.did.push(`back ${ref}`)
    if (record.before === null) far.rows.delete(ref)
    else far.rows.set(ref, record.before)
    far.records.delete(ref)
  })
  return { state: 'done' }
}

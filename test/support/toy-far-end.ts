import type { Kind } from '../../src/reconcile/kind.ts'
import { refOf } from '../../src/reconcile/object-ref.ts'
import type { LiveObject, Candidate } from '../../src/reconcile/objects.ts'
import type { Step, UnfinishedProtocol } from '../../src/reconcile/plan/types.ts'
import type { Turn } from '../../src/reconcile/protocols.ts'
import type { ProviderLive } from '../../src/reconcile/provider.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { ObjectRef } from '../../src/reconcile/values.ts'

/** A kind of a test: what it says of itself, and what its far end does. */
export interface ToyKind extends Partial<Kind> {
  readonly name: string
  /** What the far end itself says of an object that was written, such as the address that it gave it. */
  readonly made?: (step: Step) => Fields
  /** What is known of an object that is not there. */
  readonly prospect?: (id: string, far: FarEnd) => Candidate
  /** The phases in which an object is written, at least two: a record says how far it got. */
  readonly phases?: readonly string[]
  /** Its far end shows an object as it is written so far, instead of as it was before. */
  readonly showsHalves?: boolean
  /** What nobody else writes meanwhile. */
  readonly owns?: readonly ObjectRef[]
}

/**
 * What happens at a moment: where something is written (`create file/motd`, or `PHASE release/main`), or live is read
 * so often (`read 2`). It is refused; the connection breaks
 * before it was done, or after; the whole run dies before, or after.
 */
export type Fault = 'refuse' | 'break-before' | 'break-after' | 'die-before' | 'die-after'

export type Faults = ReadonlyMap<string, Fault>

type Row = Pick<LiveObject, 'serverId' | 'fields'>

/** How far a protocol got, and what it began from. */
export interface FarRecord {
  readonly unfinished: UnfinishedProtocol
  readonly step: Step
  readonly before: Row | null
}

/** A far end in memory: what is there, and what was done to it, in order. */
export interface FarEnd {
  readonly rows: Map<ObjectRef, Row>
  /** Protocols that have not ended. */
  readonly records: Map<ObjectRef, FarRecord>
  /** Whose turn it was last. */
  turn: Turn | null
  readonly did: string[]
  /** Kinds that can't be read. */
  readonly unreadable: Set<string>
  /** What else is known of it. */
  says: Partial<Pick<ProviderLive, 'against' | 'checks' | 'guard'>>
  /** What was to hold where it was written last. */
  guarded: Fields
  made: number
}

export const newFarEnd = (): FarEnd => ({
  rows: new Map(),
  records: new Map(),
  turn: null,
  did: [],
  unreadable: new Set(),
  says: {},
  guarded: {},
  made: 0,
})

/** One run's way to a far end. Once it died, nothing of the run does anything any more. */
export interface Process {
  readonly faults: Faults
  reads: number
  isDead: boolean
}

export const newProcess = (faults: Faults = new Map()): Process => ({ faults, reads: 0, isDead: false })

/** Throws where the process is dead. */
export function alive(process: Process): void {
  if (process.isDead) throw new Error('killed')
}

/** One moment of a run, with what goes wrong at it. */
export function at(what: string, process: Process, act: () => void): void {
  alive(process)
  const fault = process.faults.get(what)
  if (fault !== 'break-before' && fault !== 'die-before') act()
  if (fault === undefined || fault === 'refuse') return
  if (fault.startsWith('die')) process.isDead = true
  throw new Error(`It broke at ${what}.`)
}

export function put(step: Step, kind: ToyKind | undefined, far: FarEnd): void {
  const ref = refOf(step)
  far.did.push(`${step.action} ${ref}`)
  if (step.action === 'delete') return void far.rows.delete(ref)
  const before = far.rows.get(ref)
  const written = Object.fromEntries(step.changes.map(({ field, after }) => [field, after]))
  far.rows.set(ref, {
    serverId: before?.serverId ?? String((far.made += 1)),
    fields: { ...before?.fields, ...written, ...kind?.made?.(step) },
  })
}

import { alive, at, put, type FarEnd, type Process, type ToyKind } from './toy-far-end.ts'
import { claimOf, type Claims } from '../../src/reconcile/claims.ts'
import type { Instance } from '../../src/instance/instance.ts'
import { refOf } from '../../src/reconcile/object-ref.ts'
import type { Kind, StepOutcome, WriteContext } from '../../src/reconcile/kind.ts'
import type { UnfinishedProtocol, Step } from '../../src/reconcile/plan/types.ts'
import type {
  ProtocolResult,
  ProviderLive,
  Provider,
  FarEndReading,
  WriteSession,
} from '../../src/reconcile/provider.ts'
import type { Desired, DesiredObject, LiveObject, Observed, Candidate } from '../../src/reconcile/objects.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { ObjectRef } from '../../src/reconcile/values.ts'
import { inPhases, resumed } from './toy-protocol.ts'

/** What the files of a test say: objects by `kind/id`. */
export interface Files {
  readonly objects: { readonly [ref: ObjectRef]: Fields }
  /** Objects that are not done before a time. */
  readonly later?: { readonly [ref: ObjectRef]: string }
  /** Kinds that no file manages. */
  readonly unmanaged?: readonly string[]
}

const said = new WeakMap<Instance, Files>()

/** An instance whose files say this. */
export function instanceOf(files: Files): Instance {
  const budget = { create: 1000, update: 1000, delete: 1000, weaken: 1000 }
  const instance: Instance = {
    documents: { 'policy.yaml': { budgets: { default: budget } } },
    text: (file) => `The text of ${file}`,
    position: ({ file }) => ({ file, line: 1, column: 1 }),
  }
  said.set(instance, files)
  return instance
}

function claimsIn(kind: string, instance: Instance): Claims {
  const { objects, later = {}, unmanaged = [] }: Files = said.get(instance) ?? { objects: {}, unmanaged: [kind] }
  if (unmanaged.includes(kind)) return claimOf(`${kind}.yaml`, undefined)
  return claimOf(
    `${kind}.yaml`,
    Object.entries(objects).flatMap(([ref, fields]): DesiredObject[] => {
      const [name, id] = splitRef(ref)
      if (name !== kind) return []
      const notBefore = later[ref]
      const source = { file: `${kind}.yaml`, path: [id] }
      return [{ id, fields, source, ...(notBefore === undefined ? {} : { notBefore }) }]
    }),
  )
}

const splitRef = (ref: ObjectRef): [string, string] => [ref.slice(0, ref.indexOf('/')), ref.slice(ref.indexOf('/') + 1)]

/** A kind with the parts that a test does not care about filled in. */
export const kindOf = ({
  name,
  made: _made,
  prospect: _prospect,
  phases: _phases,
  showsHalves: _halves,
  owns: _owns,
  ...rest
}: ToyKind): Kind => ({
  name,
  provider: 'toy',
  title: { one: name, many: `${name}s` },
  sources: [`${name}.yaml`],
  drift: 'report',
  absence: { is: 'delete' },
  claims: (instance) => claimsIn(name, instance),
  hazard: () => 'reversible',
  ...rest,
})

/** The providers of these kinds on one far end, in the order in which kinds name them. */
export function providersOf(kinds: readonly ToyKind[], far: FarEnd, process: Process): Provider[] {
  return [...Map.groupBy(kinds, ({ provider = 'toy' }) => provider)].map(([name, own]) =>
    providerOf(name, own, far, process),
  )
}

function providerOf(name: string, own: readonly ToyKind[], far: FarEnd, process: Process): Provider {
  const seenBy = (desired: ReadonlyMap<string, Desired>): FarEndReading => {
    // As it is now: what is written later is not in it.
    const seen = new Map(own.map((kind) => [kind.name, observed(kind, desired.get(kind.name), far)]))
    const { says } = far
    const unfinished = [...far.records.values()]
      .map((record) => record.unfinished)
      .filter(({ kind }) => own.some(({ name: one }) => one === kind))
    const reading: FarEndReading = {
      version: null,
      proof: null,
      understand: ({ kinds }) => ({
        ...liveOf(new Map([...seen].filter(([kind]) => kinds.some((one) => one.name === kind))), unfinished),
        ...says,
      }),
      lookInto: () => Promise.resolve(reading),
    }
    return reading
  }
  return {
    name,
    identity: `${name}:herd.example`,
    kinds: own.map(kindOf),
    together: [],
    can: () => ({ reads: () => true, writes: () => 'wire' }),
    read: async ({ desired }) => {
      at(`read ${(process.reads += 1)}`, process, () => {})
      return seenBy(desired)
    },
    unread: { ...seenBy(new Map()), understand: () => liveOf(new Map(), []) },
    open: async () => {
      alive(process)
      return sessionOf(new Map(own.map((kind) => [kind.name, kind])), far, process)
    },
    close: async () => {},
  }
}

const liveOf = (kinds: ReadonlyMap<string, Observed>, unfinished: readonly UnfinishedProtocol[]): ProviderLive => ({
  observed: kinds,
  invariants: [],
  checks: [],
  unfinished,
  assess: () => ({ weakens: false, opens: false }),
  advice: () => [],
  against: () => [],
  writes: () => 'wire',
  guard: () => ({}),
})

function observed(
  { name: kind, prospect, showsHalves = false }: ToyKind,
  desired: Desired | undefined,
  far: FarEnd,
): Observed {
  const { unreadable } = far
  // What is under way is as it was before.
  const rows = new Map(far.rows)
  for (const [ref, { before }] of showsHalves ? [] : far.records)
    if (before === null) rows.delete(ref)
    else rows.set(ref, before)
  const wanted = desired?.state === 'managed' && prospect !== undefined ? desired.objects : []
  const objects = [...rows].flatMap(([ref, row]): LiveObject[] => {
    const [name, id] = splitRef(ref)
    return name === kind ? [{ id, ...row }] : []
  })
  if (unreadable.has(kind))
    return {
      state: 'unknown',
      reason: { code: 'unread', severity: 'error', message: 'It does not answer.' },
      objects: [],
    }
  const prospects = new Map(
    wanted.flatMap(({ id }): [string, Candidate][] =>
      prospect === undefined || rows.has(`${kind}/${id}`) ? [] : [[id, prospect(id, far)]],
    ),
  )
  return { state: 'complete', objects, prospects, connection: 'wire', requests: 1 }
}

function sessionOf(kinds: ReadonlyMap<string, ToyKind>, far: FarEnd, process: Process): WriteSession {
  const writing = { far, process, turn: null }
  return {
    async *write(name, steps, { lease, guard }: WriteContext) {
      far.guarded = guard
      const kind = kinds.get(name)
      for (const step of steps)
        yield kind?.phases === undefined
          ? writeOne(step, kind, far, process)
          : outcomeOf(step, inPhases(step, kind, 0, writing, lease), far)
    },
    resume: async (one, course, lease) => resumed(one, course, kinds, writing, lease),
    finish: () => Promise.resolve({ state: 'done' }),
    expect: () => {},
    close: async () => {},
  }
}

function outcomeOf(step: Step, ended: ProtocolResult, far: FarEnd): StepOutcome {
  if (ended.state === 'done') return { state: 'done', step, serverId: far.rows.get(refOf(step))?.serverId ?? null }
  if (ended.state !== 'cut') return { ...ended, step }
  return { state: 'failed', step, reason: { code: 'cut-off', severity: 'error', message: 'It was cut off.' } }
}

function writeOne(step: Step, kind: ToyKind | undefined, far: FarEnd, process: Process): StepOutcome {
  const what = `${step.action} ${refOf(step)}`
  if (process.faults.get(what) === 'refuse')
    return { state: 'refused', step, reason: { code: 'refused', severity: 'error', message: 'It refused.' } }
  at(what, process, () => put(step, kind, far))
  return { state: 'done', step, serverId: far.rows.get(refOf(step))?.serverId ?? null }
}

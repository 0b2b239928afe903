import { claimOf, type Claims } from '../../src/reconcile/claims.ts'
import type { Instance } from '../../src/instance/instance.ts'
import type { FarEnds } from '../../src/reconcile/apply/carry-out.ts'
import { converge, type ConvergeDeps, type ConvergeResult, type ApplyRun } from '../../src/reconcile/apply/converge.ts'
import type { Kind } from '../../src/reconcile/kind.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { Intent, Ledger } from '../../src/reconcile/ledger/types.ts'
import type { UnfinishedProtocol, Check, Plan, Step } from '../../src/reconcile/plan/types.ts'
import type { FinishResult, ProviderLive, Provider, FarEndReading } from '../../src/reconcile/provider.ts'
import { NO_PLAN_OPTIONS, planNow } from '../../src/reconcile/reconciler.ts'
import type { PlanWithInput, Subject, PlanOptions } from '../../src/reconcile/reconciler.ts'
import { equal } from '../../src/reconcile/equal.ts'
import type { ObjectRef, DigestForm } from '../../src/reconcile/values.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { LiveObject, Observed } from '../../src/reconcile/objects.ts'
import { sealingWith } from './sealing.ts'

type Objects = ReadonlyMap<string, Fields>

/** A provider of the port whose far end is a few shelves of objects in memory. */
export interface Shelf {
  readonly name: string
  readonly kinds: readonly string[]
  proof: string | null
  /** What is live, by kind and id. */
  readonly stock: Map<string, Map<string, Fields>>
  /** Kinds that are not there before an object is, and what they hold then. */
  readonly notYet: Map<string, { readonly by: ObjectRef; readonly initial: Objects }>
  readonly unread: Set<string>
  checks: readonly Check[]
  /** What can write it; null where nothing can. */
  connection: string | null
  /** How secrets compare that it holds, by object. */
  secrets: { readonly [ref: ObjectRef]: NonNullable<LiveObject['secrets']> }
  unfinished: readonly UnfinishedProtocol[]
  finish: (pending: readonly Intent[]) => Promise<FinishResult>
  /** What was written, in order. */
  readonly written: ObjectRef[]
  /** Does something as a step is written; throws to break the connection. */
  meanwhile: (step: Step) => unknown
  reads: number
}

export const newShelf = (name: string, kinds: readonly string[], rest: Partial<Shelf> = {}): Shelf => ({
  name,
  kinds,
  proof: `${name} itself`,
  stock: new Map(kinds.map((kind) => [kind, new Map()])),
  notYet: new Map(),
  unread: new Set(),
  checks: [],
  connection: 'shelf',
  secrets: {},
  unfinished: [],
  finish: () => Promise.resolve({ state: 'done' }),
  written: [],
  meanwhile: () => {},
  reads: 0,
  ...rest,
})

/** What the files of a run hold, by kind and id; a kind that is missing is not managed. */
export type Files = { readonly [kind: string]: { readonly [id: string]: Fields } }

export interface Room {
  readonly shelves: readonly Shelf[]
  /** What kinds say beside what is plain. */
  kinds: { readonly [kind: string]: Partial<Kind> }
  files: Files
  /** The commit that they are of. */
  commit: string
  ledger: Ledger
  /** The subjects of what was written into the ledger. */
  readonly saves: string[]
}

export const newRoom = (shelves: readonly Shelf[], files: Files, kinds: Room['kinds'] = {}): Room => ({
  shelves,
  kinds,
  files,
  commit: 'c0ffee',
  ledger: emptyLedger,
  saves: [],
})

const NOW = new Date('2026-11-23T12:00:00Z')
const SEALING = sealingWith(null)
const split = (ref: ObjectRef): [string, string] => [ref.slice(0, ref.indexOf('/')), ref.slice(ref.indexOf('/') + 1)]

function claimsIn(files: Files, kind: string): Claims {
  const source = `${kind}.yaml`
  const objects = files[kind]
  return claimOf(
    source,
    objects && Object.entries(objects).map(([id, fields]) => ({ id, fields, source: { file: source, path: [id] } })),
  )
}

const kindOf = (room: Room, { name: provider }: Shelf, name: string): Kind => ({
  name,
  provider,
  title: { one: name, many: `${name}s` },
  sources: [`${name}.yaml`],
  drift: 'report',
  absence: { is: 'delete' },
  claims: () => claimsIn(room.files, name),
  hazard: () => 'reversible',
  ...room.kinds[name],
})

/** What is as a new one has it is nobody's word. */
const liveObjects = (objects: Objects, initial: Objects = new Map()): LiveObject[] =>
  [...objects].map(([id, fields]) => ({
    id,
    serverId: `${id}-1`,
    fields,
    ...(equal(fields, initial.get(id) ?? null) ? { untouched: true, initial: true } : {}),
  }))

function observe(room: Room, shelf: Shelf, kind: string): Observed {
  if (shelf.unread.has(kind))
    return {
      state: 'unknown',
      reason: { code: 'unread', severity: 'error', message: `The ${kind}s did not answer.` },
      objects: [],
    }
  const notYet = shelf.notYet.get(kind)
  const [maker, id] = split(notYet?.by ?? '/')
  if (notYet !== undefined && !room.shelves.some(({ stock }) => stock.get(maker)?.has(id))) {
    const initial = [...notYet.initial].map(([one, fields]) => ({ id: one, serverId: null, fields }))
    return { state: 'not-created', by: notYet.by, initial }
  }
  if (notYet !== undefined && !shelf.stock.has(kind)) shelf.stock.set(kind, new Map(notYet.initial))
  const objects = liveObjects(shelf.stock.get(kind) ?? new Map(), notYet?.initial).map((object) => {
    const secrets = shelf.secrets[`${kind}/${object.id}`]
    return secrets === undefined ? object : { ...object, secrets }
  })
  return { state: 'complete', objects, prospects: new Map(), connection: 'shelf', requests: 1 }
}

function readingOf(room: Room, shelf: Shelf, kinds: readonly string[], isRead: boolean): FarEndReading {
  const observed = new Map(kinds.map((kind) => [kind, observe(room, shelf, kind)]))
  const live: ProviderLive = {
    observed,
    invariants: [],
    checks: isRead ? shelf.checks : [],
    unfinished: isRead ? shelf.unfinished : [],
    assess: () => ({ weakens: false, opens: false }),
    advice: () => [],
    against: () => [],
    writes: () => shelf.connection,
    guard: () => ({}),
  }
  const reading: FarEndReading = {
    version: null,
    proof: isRead ? shelf.proof : null,
    understand: () => live,
    lookInto: () => Promise.resolve(reading),
  }
  return reading
}

function put(shelf: Shelf, { kind, id, action, changes }: Step): void {
  const objects = shelf.stock.get(kind) ?? new Map<string, Fields>()
  shelf.stock.set(kind, objects)
  if (action === 'delete') objects.delete(id)
  else objects.set(id, { ...objects.get(id), ...Object.fromEntries(changes.map(({ field, after }) => [field, after])) })
}

export function providerIn(room: Room, shelf: Shelf): Provider {
  return {
    name: shelf.name,
    identity: `${shelf.name}:herd.example`,
    kinds: shelf.kinds.map((kind) => kindOf(room, shelf, kind)),
    together: [],
    can: () => ({ reads: () => true, writes: () => 'shelf' }),
    read: ({ kinds }) => {
      shelf.reads += 1
      return Promise.resolve(
        readingOf(
          room,
          shelf,
          kinds.map(({ name }) => name),
          kinds.length > 0,
        ),
      )
    },
    unread: readingOf(room, shelf, [], false),
    open: () =>
      Promise.resolve({
        async *write(_kind, steps) {
          for (const step of steps) {
            await shelf.meanwhile(step)
            put(shelf, step)
            shelf.written.push(`${step.kind}/${step.id}`)
            yield { state: 'done', step, serverId: `${step.id}-1` }
          }
        },
        finish: (pending) => shelf.finish(pending),
        resume: ({ kind, id }) => Promise.reject(new Error(`${kind}/${id} is done in one go`)),
        expect: () => {},
        close: () => Promise.resolve(),
      }),
    close: () => Promise.resolve(),
  }
}

const instanceOf = (): Instance => ({
  documents: { 'instance.yaml': { domain: 'herd.example' } },
  text: () => '',
  position: ({ file }) => ({ file, line: 1, column: 1 }),
})

const subjectOf = (commit: string, ledger: Ledger): Subject => ({
  instance: instanceOf(),
  config: { domain: 'herd.example' },
  environment: 'production',
  commit,
  ledger,
  isKept: true,
  sealing: SEALING,
  now: NOW,
  errorsFor: () => [],
})

/** Reads what is on the shelves and plans. */
export const look = (
  room: Room,
  ledger: Ledger = room.ledger,
  wishes: PlanOptions = NO_PLAN_OPTIONS,
): Promise<PlanWithInput> =>
  planNow(
    subjectOf(room.commit, ledger),
    room.shelves.map((shelf) => providerIn(room, shelf)),
    wishes,
  )

/** Writes the ledger down as Git would hold it, and reads it back. */
function save(room: Room, next: Ledger, subject: string): Ledger {
  room.saves.push(subject)
  const at = NOW.toISOString()
  const files = serializeLedger(next, SEALING, at)
  const id = `ledger-${room.saves.length}`
  const snapshot = { id, tree: '', files, subject, trailers: {}, author: '', at, parents: [] }
  room.ledger = parseLedger(snapshot, SEALING, new Set<DigestForm>([2]))
  return room.ledger
}

/** One run of the engine. Throws what a gate refuses with. */
export async function applyTo(
  room: Room,
  rest: Partial<ConvergeDeps> = {},
  inGit: Partial<ApplyRun> = {},
): Promise<ConvergeResult> {
  const far: FarEnds = {
    plan: (ledger, wishes) => look(room, ledger, wishes),
    open: (name) => {
      const shelf = room.shelves.find((one) => one.name === name)
      if (shelf === undefined) throw new Error(`There is no shelf ${name}.`)
      return providerIn(room, shelf).open()
    },
    notice: (ledger, _plan, withheld) => Promise.resolve({ ledger, withheld, findings: [] }),
    announce: () => Promise.resolve([]),
  }
  const run: ApplyRun = {
    run: 'run',
    repository: null,
    head: null,
    sealing: SEALING,
    store: {
      load: () => Promise.resolve(room.ledger),
      save: (next, subject) => Promise.resolve(save(room, next, subject)),
    },
    ledger: room.ledger,
    ...inGit,
  }
  return converge(run, {
    rewritten: false,
    saved: null,
    first: 'It is a test.',
    lock: { take: () => Promise.resolve(), holds: () => true, nonce: () => 'run', release: () => Promise.resolve() },
    connected: (work) => work(far),
    mergesOf: () => Promise.resolve([]),
    planOptionsWith: () => NO_PLAN_OPTIONS,
    approving: { isEnough: () => true, required: null },
    reading: (work) => work(),
    show: () => {},
    conceal: (plan: Plan) => plan,
    watch: () => {},
    checkAge: null,
    confirm: null,
    applying: (_, work) => work(() => {}),
    now: () => NOW,
    signal: new AbortController().signal,
    ...rest,
  })
}

export const stockOf = (shelf: Shelf, kind: string): { readonly [id: string]: Fields } =>
  Object.fromEntries(shelf.stock.get(kind) ?? [])

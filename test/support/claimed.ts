import type { Instance } from '../../src/instance/instance.ts'
import { carryOut } from '../../src/reconcile/carry-out.ts'
import type { Form } from '../../src/reconcile/digest.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import type { Kind, Outcome } from '../../src/reconcile/kind.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger.ts'
import type { Ledger } from '../../src/reconcile/ledger-types.ts'
import type { Live, Provider, Reading, WriteSession } from '../../src/reconcile/provider.ts'
import { NO_WISHES, planNow, type Planned, type Wishes } from '../../src/reconcile/reconciler.ts'
import type { ApplyReport, DesiredObject, Fields, LiveObject, Observed, Plan, Step } from '../../src/reconcile/types.ts'
import { sealingWith } from './sealing.ts'

/** What each file says: its objects, where it manages the kind. A file that is not there manages nothing. */
export interface Files {
  readonly [file: string]: readonly (Pick<DesiredObject, 'id'> & Partial<Omit<DesiredObject, 'source'>>)[] | undefined
}

/** The far end of a kind, and what Herdbook holds of it. */
export interface World {
  readonly kind: Kind
  /** By id. */
  readonly rows: Map<string, Pick<LiveObject, 'fields' | 'spared' | 'untouched'>>
  ledger: Ledger
}

const NOW = new Date('2026-11-30T12:00:00Z')
const SEALING = sealingWith(null)
export const [SERVICES, ACCESS] = ['services.yaml', 'access.yaml'] as const

const said = new WeakMap<Instance, Files>()

/** An instance whose files say this. */
export function instanceOf(files: Files): Instance {
  const instance: Instance = {
    documents: {},
    text: (file) => `The text of ${file}`,
    position: ({ file, path: [nth = 0] }) => ({ file, line: Number(nth) + 1, column: 1 }),
  }
  said.set(instance, files)
  return instance
}

/** A kind that two files feed. */
export function claimedKind(more: Partial<Kind> = {}): Kind {
  const sources: Kind['sources'] = [SERVICES, ACCESS]
  return {
    name: 'unit',
    provider: 'machine',
    title: { one: 'unit', many: 'units' },
    sources,
    drift: 'report',
    absence: { is: 'delete' },
    claims: (instance) => ({
      claims: sources.map((file) => {
        const objects = said.get(instance)?.[file]
        return {
          source: file,
          managed: objects !== undefined,
          objects: (objects ?? []).map((one, i) => ({ fields: {}, ...one, source: { file, path: [i] } })),
        }
      }),
      others: 'leave',
    }),
    hazard: () => 'reversible',
    ...more,
  }
}

export const newWorld = (more: Partial<Kind> = {}): World => ({
  kind: claimedKind(more),
  rows: new Map(),
  ledger: emptyLedger,
})

/** Reads live and plans. */
export const look = (world: World, files: Files, wishes: Partial<Wishes> = {}): Promise<Planned> =>
  planNow(
    {
      instance: instanceOf(files),
      config: { domain: 'herd.example' },
      environment: 'production',
      commit: 'c0ffee',
      ledger: world.ledger,
      isKept: true,
      sealing: SEALING,
      now: NOW,
      errorsFor: () => [],
    },
    [providerOf(world)],
    { ...NO_WISHES, ...wishes },
  )

/** The plan alone. */
export const planned = async (world: World, files: Files, wishes: Partial<Wishes> = {}): Promise<Plan> =>
  (await look(world, files, wishes)).plan

/** Applies what is planned, and verifies it. Throws where something refuses it. */
export async function applied(world: World, files: Files, wishes: Partial<Wishes> = {}): Promise<ApplyReport> {
  const found = await look(world, files, wishes)
  const refused = refusals(found.plan)
  if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join(' '))
  return carryOut(
    {
      planned: found,
      wishes: { ...NO_WISHES, ...wishes },
      first: undefined,
      ledger: world.ledger,
      withheld: new Map(),
      findings: [],
    },
    {
      run: 'run',
      sealing: SEALING,
      store: { load: () => Promise.resolve(world.ledger), save: async (next) => save(world, next) },
      far: {
        plan: (ledger, again) => look({ ...world, ledger }, files, again),
        open: async () => sessionOf(world),
        notice: async (ledger, _, withheld) => ({ ledger, withheld, findings: [] }),
        announce: async () => [],
      },
      applying: (_, work) => work(() => {}),
      holds: () => true,
      now: () => NOW,
      signal: new AbortController().signal,
    },
  )
}

/** Writes the ledger down as Git would hold it, and reads it back. */
function save(world: World, next: Ledger): Ledger {
  const at = NOW.toISOString()
  const files = serializeLedger(next, SEALING, at)
  world.ledger = parseLedger(
    { id: 'ledger', tree: '', files, subject: '', trailers: {}, author: '', at, parents: [] },
    SEALING,
    new Set<Form>([2]),
  )
  return world.ledger
}

function providerOf(world: World): Provider {
  const reading = readingOf({ state: 'complete', objects: [], prospects: new Map(), door: 'wire', requests: 0 })
  return {
    name: 'machine',
    identity: 'machine:herd.example',
    kinds: [world.kind],
    together: [],
    can: () => ({ reads: () => true, writes: () => 'wire' }),
    read: async () =>
      readingOf({ state: 'complete', objects: objectsIn(world), prospects: new Map(), door: 'wire', requests: 1 }),
    unread: reading,
    open: async () => sessionOf(world),
    close: async () => {},
  }

  function readingOf(observed: Observed): Reading {
    const live: Live = {
      observed: new Map([[world.kind.name, observed]]),
      invariants: [],
      checks: [],
      assess: () => ({ weakens: false, opens: false }),
      advice: () => [],
      against: () => [],
      writes: () => 'wire',
      guard: () => ({}),
    }
    const made: Reading = { version: null, proof: null, understand: () => live, lookInto: async () => made }
    return made
  }
}

const objectsIn = ({ rows }: World): LiveObject[] => [...rows].map(([id, row]) => ({ id, serverId: id, ...row }))

const sessionOf = (world: World): WriteSession => ({
  async *write(_, steps) {
    for (const step of steps) yield written(world, step)
  },
  finish: async () => ({ state: 'done' }),
  expect: () => {},
  close: async () => {},
})

function written({ rows }: World, step: Step): Outcome {
  const fields: Fields = Object.fromEntries(step.changes.map(({ field, after }) => [field, after]))
  if (step.action === 'delete') rows.delete(step.id)
  else rows.set(step.id, { fields: { ...rows.get(step.id)?.fields, ...fields } })
  return { state: 'done', step, serverId: step.id }
}

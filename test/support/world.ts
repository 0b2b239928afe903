import type { Documents } from '../../src/instance/documents.ts'
import type { Instance } from '../../src/instance/instance.ts'
import type { FarEnds } from '../../src/reconcile/apply/carry-out.ts'
import { converge, type ConvergeDeps, type ApplyRun as EngineRun } from '../../src/reconcile/apply/converge.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { WithheldSteps } from '../../src/reconcile/apply/outgoing.ts'
import { planNow, type PlanWithInput, type Subject } from '../../src/reconcile/reconciler.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import { nothingDone, type ApplyReport } from '../../src/reconcile/report.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { openMemory, NO_MISHAPS, providerIn, type Connections, type Memory, type Mishaps } from './memory.ts'

export type { Connections } from './memory.ts'
export type { PlanWithInput } from '../../src/reconcile/reconciler.ts'
import { ACTOR, clone, timeOf, type Server } from './memory-server.ts'
import { sealingWith } from './sealing.ts'
import type { DigestForm } from '../../src/reconcile/values.ts'

/** An instance's server and its ledger: what is left when a run has ended. */
export interface LiveState {
  readonly server: Server
  readonly connections: Connections
  ledger: Ledger
}

export interface PlanOptions {
  readonly restore?: ReadonlySet<string>
  readonly takeOver?: boolean
}

export interface Options extends PlanOptions {
  readonly mishaps?: Mishaps
  readonly withheld?: WithheldSteps
}

/** One run of the real command: planned, then refused, broken off or carried out. */
export interface Run {
  readonly plan: Plan
  readonly refused: readonly string[]
  /** null where it was refused or broke off. */
  readonly report: ApplyReport | null
  readonly memory: Memory
}

const ENVIRONMENT = 'production'
const SEALING = sealingWith(null)
const GENEROUS = { create: 1000, update: 1000, delete: 1000, weaken: 1000 }

export const newWorld = (server: Server, connections: Connections = 'console'): LiveState => ({
  server,
  connections,
  ledger: emptyLedger,
})
export const copyOf = (world: LiveState): LiveState => ({ ...world, server: clone(world.server) })

/** An instance of typed files; budgets are generous unless the files say otherwise. */
export function instanceOf(documents: Documents): Instance {
  const files: Documents = {
    'instance.yaml': { domain: 'herd.example', acting_account: ACTOR },
    'policy.yaml': { budgets: { default: GENEROUS } },
    ...documents,
  }
  return {
    documents: files,
    text: (file) => `The text of ${file}`,
    position: ({ file }) => ({ file, line: 1, column: 1 }),
  }
}

/** Reads live and plans, as the command does. */
export async function look(
  world: LiveState,
  documents: Documents,
  memory: Memory = openMemory(world.server),
  wishes: PlanOptions = {},
): Promise<PlanWithInput> {
  return planNow(subjectOf(world, documents), [providerIn(memory, world.connections)], {
    restore: wishes.restore ?? new Set(),
    takeOver: wishes.takeOver ?? false,
  })
}

function subjectOf({ server, ledger }: LiveState, documents: Documents): Subject {
  return {
    instance: instanceOf(documents),
    config: { domain: 'herd.example' },
    environment: ENVIRONMENT,
    commit: 'c0ffee',
    ledger,
    isKept: true,
    sealing: SEALING,
    now: timeOf(server),
    errorsFor: () => [],
  }
}

/** Writes the ledger down as Git would hold it, and reads it back. */
function save(world: LiveState, next: Ledger): Ledger {
  const at = timeOf(world.server).toISOString()
  const id = `ledger-${world.server.now}`
  const snapshot = {
    id,
    tree: '',
    files: serializeLedger(next, SEALING, at),
    subject: '',
    trailers: {},
    author: '',
    at,
    parents: [],
  }
  world.ledger = parseLedger(snapshot, SEALING, new Set<DigestForm>([2]))
  return world.ledger
}

/** One whole run of the engine. What breaks off leaves the world as it is then. */
export async function run(world: LiveState, documents: Documents, options: Options = {}): Promise<Run> {
  const memory = openMemory(world.server, options.mishaps ?? NO_MISHAPS)
  const shown: Plan[] = []
  const report = await converge(engineRun(world, memory), {
    ...handed(world, documents, memory, options),
    show: (planned) => void shown.push(planned),
  }).then(
    (converged) => (converged.state === 'applied' ? converged.report : nothingDone(converged.plan)),
    () => null,
  )
  const [planned] = shown
  // What breaks off before there is a plan is no run.
  if (planned === undefined) throw new Error('The world could not be planned.')
  return { plan: planned, refused: refusals(planned).map((finding) => finding.message), report, memory }
}

/** What the engine knows of a world: its ledger, and no Git. */
export const engineRun = (world: LiveState, memory: Memory): EngineRun => ({
  run: 'run',
  repository: null,
  head: null,
  sealing: SEALING,
  store: {
    load: () => Promise.resolve(world.ledger),
    save: async (ledger) => memory.moment(() => save(world, ledger)),
  },
  ledger: world.ledger,
})

/** What the engine is handed for one run on a world: nothing is asked, nobody has to approve. */
export function handed(
  world: LiveState,
  documents: Documents,
  memory: Memory,
  { restore, takeOver, withheld }: Options = {},
): ConvergeDeps {
  const far: FarEnds = {
    plan: (ledger, wishes) => look({ ...world, ledger }, documents, memory, wishes),
    open: () => providerIn(memory, world.connections).open(),
    notice: (ledger, _, held) => Promise.resolve({ ledger, withheld: withheld ?? held, findings: [] }),
    announce: () => Promise.resolve([]),
  }
  return {
    rewritten: false,
    saved: null,
    first: 'It is a test.',
    lock: { take: () => Promise.resolve(), holds: () => true, nonce: () => 'run', release: () => Promise.resolve() },
    connected: (work) => work(far),
    mergesOf: () => Promise.resolve([]),
    planOptionsWith: () => ({ restore: restore ?? new Set(), takeOver: takeOver ?? false }),
    approving: { isEnough: () => true, required: null },
    reading: (work) => work(),
    show: () => {},
    conceal: (planned) => planned,
    watch: () => {},
    checkAge: null,
    confirm: null,
    applying: (_, work) => work(() => {}),
    now: () => timeOf(world.server),
    signal: new AbortController().signal,
  }
}

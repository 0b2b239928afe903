import type { Documents } from '../../src/instance/documents.ts'
import type { Instance } from '../../src/instance/instance.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { apply } from '../../src/reconcile/apply.ts'
import type { ApplyDeps } from '../../src/reconcile/progress.ts'
import { planNow, type Planned, type Subject } from '../../src/reconcile/reconciler.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import type { PlanInput } from '../../src/reconcile/input.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger.ts'
import type { Ledger } from '../../src/reconcile/ledger-types.ts'
import type { ApplyReport, Plan } from '../../src/reconcile/types.ts'
import { openMemory, NO_MISHAPS, providerIn, type Doors, type Memory, type Mishaps } from './memory.ts'

export type { Doors } from './memory.ts'
export type { Planned } from '../../src/reconcile/reconciler.ts'
import { ACTOR, clone, timeOf, type Server } from './memory-server.ts'
import { sealingWith } from './sealing.ts'
import type { Form } from '../../src/reconcile/digest.ts'

/** An instance's server and its ledger: what is left when a run has ended. */
export interface World {
  readonly server: Server
  readonly doors: Doors
  ledger: Ledger
}

export interface Wishes {
  readonly restore?: ReadonlySet<string>
  readonly takeOver?: boolean
}

export interface Options extends Wishes {
  readonly mishaps?: Mishaps
  readonly withheld?: ApplyDeps['withheld']
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

export const newWorld = (server: Server, doors: Doors = 'console'): World => ({ server, doors, ledger: emptyLedger })
export const copyOf = (world: World): World => ({ ...world, server: clone(world.server) })

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
  world: World,
  documents: Documents,
  memory: Memory = openMemory(world.server),
  wishes: Wishes = {},
): Promise<Planned> {
  return planNow(subjectOf(world, documents), [providerIn(memory, world.doors)], {
    restore: wishes.restore ?? new Set(),
    takeOver: wishes.takeOver ?? false,
  })
}

function subjectOf({ server, ledger }: World, documents: Documents): Subject {
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
function save(world: World, next: Ledger): Ledger {
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
  world.ledger = parseLedger(snapshot, SEALING, new Set<Form>([2]))
  return world.ledger
}

/** One whole run: plan, guard, apply, verify. What breaks off leaves the world as it is then. */
export async function run(world: World, documents: Documents, options: Options = {}): Promise<Run> {
  const memory = openMemory(world.server, options.mishaps ?? NO_MISHAPS)
  const { plan: planned, input } = await look(world, documents, memory, options)
  const refused = refusals(planned).map((finding) => finding.message)
  if (refused.length > 0) return { plan: planned, refused, report: null, memory }
  return { plan: planned, refused, report: await carryOut(world, documents, planned, input, memory, options), memory }
}

async function carryOut(
  world: World,
  documents: Documents,
  planned: Plan,
  input: PlanInput,
  memory: Memory,
  options: Options,
): Promise<ApplyReport | null> {
  try {
    return await apply(planned, {
      kinds: KINDS,
      ledger: world.ledger,
      save: async (ledger) => memory.moment(() => save(world, ledger)),
      open: () => providerIn(memory, world.doors).open(),
      replan: async (ledger) => (await look({ ...world, ledger }, documents, memory, options)).plan,
      live: input.live,
      withheld: options.withheld ?? new Map(),
      now: () => timeOf(world.server),
      holds: () => true,
      signal: new AbortController().signal,
      told: () => {},
    })
  } catch {
    return null
  }
}

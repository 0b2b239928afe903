import type { Documents } from '../../src/instance/documents.ts'
import type { Instance } from '../../src/instance/instance.ts'
import { policyOf } from '../../src/instance/policy.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { INVARIANTS } from '../../src/providers/mastodon/kinds/invariants.ts'
import { actorMissing } from '../../src/providers/mastodon/kinds/community/acting.ts'
import { lookedUp } from '../../src/commands/planning.ts'
import { desiredOf, observe } from '../../src/commands/observe.ts'
import { apply, type ApplyDeps } from '../../src/reconcile/apply.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import { worldOf } from '../../src/reconcile/guard.ts'
import type { PlanInput } from '../../src/reconcile/input.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger.ts'
import { plan } from '../../src/reconcile/plan.ts'
import type { Kind } from '../../src/reconcile/kind.ts'
import type { Ledger } from '../../src/reconcile/ledger-types.ts'
import type { ApplyReport, Plan, Step } from '../../src/reconcile/types.ts'
import { openMemory, NO_MISHAPS, type Memory, type Mishaps } from './memory.ts'
import { ACTOR, clone, timeOf, type Server } from './memory-server.ts'
import { sealingWith } from './sealing.ts'
import type { Form } from '../../src/reconcile/digest.ts'

/** The doors that a world has: with both, a few block writes go over REST and more through the console. */
export type Doors = 'console' | 'both'

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

export interface Planned {
  readonly plan: Plan
  readonly input: PlanInput
}

/** One run of the real command: planned, then refused, broken off or carried out. */
export interface Run {
  readonly plan: Plan
  readonly refused: readonly string[]
  /** null where it was refused or broke off. */
  readonly report: ApplyReport | null
  readonly memory: Memory
}

const FEW = 2
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
  const instance = instanceOf(documents)
  const { ledger } = world
  const now = timeOf(world.server)
  const desired = desiredOf(instance, now)
  const { tables, observed, facts } = await observe(memory.reader, { instance, desired, ledger, now })
  const policy = policyOf(instance, now)
  const input: PlanInput = {
    environment: ENVIRONMENT,
    domain: 'herd.example',
    commit: 'c0ffee',
    instance,
    kinds: KINDS,
    desired,
    observed,
    tables,
    ledger,
    policy,
    now,
    restore: wishes.restore ?? new Set(),
    takeOver: wishes.takeOver ?? false,
    invariants: INVARIANTS,
    facts: { ...facts, minimumOwners: policy.minimumOwners },
    against: (steps) => actorMissing(steps, tables, instance),
    doorOf: (kind, writes) => doorOf(world.doors, kind, writes),
    sealing: SEALING,
  }
  return lookedUp({ plan: plan(input), input }, memory.reader)
}

function doorOf(doors: Doors, kind: Kind, writes: number): Step['door'] {
  return doors === 'both' && kind.writes.includes('rest') && writes <= FEW ? 'rest' : 'console'
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
      openWriter: memory.openWriter,
      replan: async (ledger) => (await look({ ...world, ledger }, documents, memory, options)).plan,
      invariants: INVARIANTS,
      facts: input.facts,
      world: worldOf(input.observed),
      guard: () => ({ minimum_owners: input.policy.minimumOwners }),
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

import type { Diagnostic } from '../../src/instance/diagnostic.ts'
import type { Instance } from '../../src/instance/instance.ts'
import { carryOut } from '../../src/reconcile/apply/carry-out.ts'
import type { DigestForm } from '../../src/reconcile/values.ts'
import type { Fields } from '../../src/instance/values.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import type { Kind, StepOutcome } from '../../src/reconcile/kind.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import type { ProviderLive, Provider, FarEndReading, WriteSession } from '../../src/reconcile/provider.ts'
import { NO_PLAN_OPTIONS, planNow, type PlanWithInput, type PlanOptions } from '../../src/reconcile/reconciler.ts'
import { asSecret } from '../../src/reconcile/plan/secret-fields.ts'
import { type SecretAnswer } from '../../src/reconcile/objects.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import type { Desired, DesiredObject, LiveObject, Observed } from '../../src/reconcile/objects.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import { sealingWith } from './sealing.ts'

/** What each file says: its objects, where it manages the kind. A file that is not there manages nothing. */
export interface Files {
  readonly [file: string]: readonly (Pick<DesiredObject, 'id'> & Partial<Omit<DesiredObject, 'source'>>)[] | undefined
}

/** What the files say, and what they leave alone, by file. */
export interface Said {
  readonly files: Files
  readonly leftAlone?: { readonly [file: string]: readonly string[] }
  readonly findings?: readonly Diagnostic[]
}

/** The far end of a kind, and what Herdbook holds of it. */
export interface LiveState {
  readonly kind: Kind
  /** By id. */
  readonly rows: Map<string, Pick<LiveObject, 'fields' | 'spared' | 'untouched'>>
  /** The values of secrets that are there, by id and field. */
  readonly held: Map<string, Map<string, string>>
  /** The values of secrets that a run has, by name. */
  known: ReadonlyMap<string, string>
  ledger: Ledger
}

const NOW = new Date('2026-11-30T12:00:00Z')
const SEALING = sealingWith(null)
export const [SERVICES, ACCESS] = ['services.yaml', 'access.yaml'] as const

const said = new WeakMap<Instance, Said>()

/** An instance whose files say this. */
export function instanceOf(files: Files, more: Omit<Said, 'files'> = {}): Instance {
  const instance: Instance = {
    documents: {},
    text: (file) => `The text of ${file}`,
    position: ({ file, path: [nth = 0] }) => ({ file, line: Number(nth) + 1, column: 1 }),
  }
  said.set(instance, { files, ...more })
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
        const objects = said.get(instance)?.files[file]
        const left = said.get(instance)?.leftAlone?.[file]
        return {
          source: file,
          managed: objects !== undefined,
          objects: (objects ?? []).map((one, i) => ({ fields: {}, ...one, source: { file, path: [i] } })),
          ...(left && { leftAlone: left.map((id, i) => ({ id, source: { file, path: [10 + i] } })) }),
        }
      }),
      others: 'leave',
      ...(said.get(instance)?.findings && { findings: said.get(instance)?.findings ?? [] }),
    }),
    hazard: () => 'reversible',
    ...more,
  }
}

export const newWorld = (more: Partial<Kind> = {}): LiveState => ({
  kind: claimedKind(more),
  rows: new Map(),
  held: new Map(),
  known: new Map(),
  ledger: emptyLedger,
})

/** Reads live and plans. */
export const look = (
  world: LiveState,
  files: Files,
  { leftAlone, findings, ...wishes }: Partial<PlanOptions> & Omit<Said, 'files'> = {},
): Promise<PlanWithInput> =>
  planNow(
    {
      instance: instanceOf(files, { ...(leftAlone && { leftAlone }), ...(findings && { findings }) }),
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
    { ...NO_PLAN_OPTIONS, ...wishes },
  )

/** The plan alone. */
export const planned = async (
  world: LiveState,
  files: Files,
  wishes: Partial<PlanOptions> & Omit<Said, 'files'> = {},
): Promise<Plan> => (await look(world, files, wishes)).plan

/** Applies what is planned, and verifies it. Throws where something refuses it. */
export async function applied(
  world: LiveState,
  files: Files,
  { leftAlone, ...wishes }: Partial<PlanOptions> & Omit<Said, 'files'> = {},
): Promise<ApplyReport> {
  const left = leftAlone === undefined ? {} : { leftAlone }
  const found = await look(world, files, { ...wishes, ...left })
  const refused = refusals(found.plan)
  if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join(' '))
  return carryOut(
    {
      planned: found,
      planOptions: { ...NO_PLAN_OPTIONS, ...wishes },
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
        plan: (ledger, again) => look({ ...world, ledger }, files, { ...again, ...left }),
        open: async () => sessionOf(world),
        notice: async (ledger, _, withheld) => ({ ledger, withheld, findings: [] }),
        announce: async () => [],
      },
      applying: (_, work) => work(() => {}),
      holds: () => true,
      again: async () => [],
      nonce: 'run',
      now: () => NOW,
      signal: new AbortController().signal,
    },
  )
}

/** Writes the ledger down as Git would hold it, and reads it back. */
function save(world: LiveState, next: Ledger): Ledger {
  const at = NOW.toISOString()
  const files = serializeLedger(next, SEALING, at)
  world.ledger = parseLedger(
    { id: 'ledger', tree: '', files, subject: '', trailers: {}, author: '', at, parents: [] },
    SEALING,
    new Set<DigestForm>([2]),
  )
  return world.ledger
}

function providerOf(world: LiveState): Provider {
  const reading = readingOf({ state: 'complete', objects: [], prospects: new Map(), connection: 'wire', requests: 0 })
  return {
    name: 'machine',
    identity: 'machine:herd.example',
    kinds: [world.kind],
    together: [],
    can: () => ({ reads: () => true, writes: () => 'wire' }),
    read: async ({ desired }) =>
      readingOf({
        state: 'complete',
        objects: objectsIn(world, desired.get(world.kind.name)),
        prospects: new Map(),
        connection: 'wire',
        requests: 1,
      }),
    unread: reading,
    open: async () => sessionOf(world),
    close: async () => {},
  }

  function readingOf(observed: Observed): FarEndReading {
    const live: ProviderLive = {
      observed: new Map([[world.kind.name, observed]]),
      invariants: [],
      checks: [],
      unfinished: [],
      assess: () => ({ weakens: false, opens: false }),
      advice: () => [],
      against: () => [],
      writes: () => 'wire',
      guard: () => ({}),
    }
    const made: FarEndReading = { version: null, proof: null, understand: () => live, lookInto: async () => made }
    return made
  }
}

function objectsIn(world: LiveState, desired: Desired | undefined): LiveObject[] {
  const wanted = new Map((desired?.state === 'managed' ? desired.objects : []).map(({ id, fields }) => [id, fields]))
  return [...world.rows].map(([id, row]) => {
    const secrets = answersFor(wanted.get(id) ?? {}, world.held.get(id) ?? new Map(), world.known)
    return { id, serverId: id, ...row, ...(Object.keys(secrets).length === 0 ? {} : { secrets }) }
  })
}

/** How what is there compares with what this run has. */
function answersFor(
  wanted: Fields,
  held: ReadonlyMap<string, string>,
  known: LiveState['known'],
): NonNullable<LiveObject['secrets']> {
  const secrets = Object.entries(wanted).flatMap(([field, value]): [string, string][] => {
    const secret = asSecret(value)
    return secret === undefined ? [] : [[field, secret.secret]]
  })
  const names = new Map([...[...held.keys()].map((field): [string, undefined] => [field, undefined]), ...secrets])
  return Object.fromEntries(
    [...names].map(([field, name]): [string, SecretAnswer] => {
      const [there, own] = [held.get(field), name === undefined ? undefined : known.get(name)]
      if (there === undefined) return [field, 'absent']
      return [field, own === undefined ? 'uncompared' : own === there ? 'same' : 'different']
    }),
  )
}

const sessionOf = (world: LiveState): WriteSession => ({
  async *write(_, steps) {
    for (const step of steps) yield written(world, step)
  },
  finish: async () => ({ state: 'done' }),
  resume: ({ kind, id }) => Promise.reject(new Error(`${kind}/${id} is done in one go`)),
  expect: () => {},
  close: async () => {},
})

function written({ rows, held, known }: LiveState, step: Step): StepOutcome {
  const secrets = step.changes.flatMap(({ field, after }) => {
    const secret = asSecret(after)
    return secret === undefined ? [] : [{ field, name: secret.secret, value: known.get(secret.secret) }]
  })
  const lacking = secrets.find(({ value }) => value === undefined)
  if (lacking)
    return {
      state: 'refused',
      step,
      reason: { code: 'no-secret', severity: 'error', message: `This run has no ${lacking.name}.` },
    }
  const isSecret = new Set(secrets.map(({ field }) => field))
  const fields: Fields = Object.fromEntries(
    step.changes.filter(({ field }) => !isSecret.has(field)).map(({ field, after }) => [field, after]),
  )
  const values = secrets.map(({ field, value = '' }): [string, string] => [field, value])
  held.set(step.id, new Map([...(held.get(step.id) ?? []), ...values]))
  if (step.action === 'delete') rows.delete(step.id)
  else rows.set(step.id, { fields: { ...rows.get(step.id)?.fields, ...fields } })
  return { state: 'done', step, serverId: step.id }
}

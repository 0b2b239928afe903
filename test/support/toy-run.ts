import type { InstanceFile } from '../../src/instance/documents.ts'
import type { FarEnds } from '../../src/reconcile/apply/carry-out.ts'
import { converge, type ConvergeDeps } from '../../src/reconcile/apply/converge.ts'
import type { DigestForm, ObjectRef } from '../../src/reconcile/values.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import { planNow, type PlanWithInput, type PlanOptions } from '../../src/reconcile/reconciler.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { sealingWith } from './sealing.ts'
import { alive, newFarEnd, newProcess, type FarEnd, type Faults, type Process, type ToyKind } from './toy-far-end.ts'
import { instanceOf, providersOf, type Files } from './toy.ts'

/** A far end with its kinds, and the ledger: what is left when a run has ended. */
export interface Toy {
  readonly kinds: readonly ToyKind[]
  readonly far: FarEnd
  ledger: Ledger
  now: Date
}

export const newToy = (kinds: readonly ToyKind[]): Toy => ({
  kinds,
  far: newFarEnd(),
  ledger: emptyLedger,
  now: new Date('2026-12-01T12:00:00Z'),
})

export interface Options extends Partial<Pick<ConvergeDeps, 'approving' | 'saved' | 'signal'>> {
  readonly faults?: Faults
  readonly restore?: readonly ObjectRef[]
  /** Who holds the lock. */
  readonly nonce?: string
  /** On a forge, where steps need an approval. */
  readonly forge?: true
  /** False once the lock is lost. */
  readonly holds?: () => boolean
}

/** One run: its plan, and what came of it; null where it broke off. */
export interface Ran {
  readonly plan: Plan
  readonly report: ApplyReport | null
}

const FORGED: InstanceFile = { domain: 'herd.example', forge: { github: 'herd/instance' } }
const SEALING = sealingWith(null)

/** Reads live and plans. */
export const look = (toy: Toy, files: Files, { restore = [], forge }: Options = {}): Promise<PlanWithInput> =>
  planned(toy, files, { restore: new Set(restore), takeOver: false }, { process: newProcess(), forge })

function planned(
  { kinds, far, ledger, now }: Toy,
  files: Files,
  wishes: PlanOptions,
  { process, forge }: { readonly process: Process; readonly forge: true | undefined },
): Promise<PlanWithInput> {
  const subject = {
    instance: instanceOf(files),
    config: forge ? FORGED : { domain: 'herd.example' },
    environment: 'production',
    commit: 'c0ffee',
    ledger,
    isKept: true,
    sealing: SEALING,
    now,
    errorsFor: () => [],
  }
  return planNow(subject, providersOf(kinds, far, process), wishes)
}

/** One whole run of the engine. What breaks off leaves far end and ledger as they are then. */
export async function run(toy: Toy, files: Files, options: Options = {}): Promise<Ran> {
  const process = newProcess(options.faults)
  const shown: Plan[] = []
  const deps = depsOf(toy, files, options, process, (plan) => void shown.push(plan))
  const converged = await converge(runOf(toy, process), deps).catch((error: unknown) => {
    if (process.isDead) return null
    throw error
  })
  const [plan] = shown
  if (plan === undefined) throw new Error('Nothing was planned.')
  const report = converged?.state === 'applied' ? converged.report : null
  return { plan, report }
}

const runOf = (toy: Toy, process: Process): Parameters<typeof converge>[0] => ({
  run: 'run',
  repository: null,
  head: null,
  sealing: SEALING,
  store: {
    load: () => Promise.resolve(toy.ledger),
    save: (ledger) => {
      alive(process)
      return Promise.resolve((toy.ledger = written(ledger, toy.now)))
    },
  },
  ledger: toy.ledger,
})

/** A ledger as Git would hold it, read back. */
function written(ledger: Ledger, now: Date): Ledger {
  const at = now.toISOString()
  const files = serializeLedger(ledger, SEALING, at)
  const snapshot = { id: 'ledger', tree: '', files, subject: '', trailers: {}, author: '', at, parents: [] }
  return parseLedger(snapshot, SEALING, new Set<DigestForm>([2]))
}

/** What the engine is handed: nothing is asked, nobody has to approve unless a test says so. */
function depsOf(
  toy: Toy,
  files: Files,
  { approving, saved = null, signal, restore = [], nonce = 'a run', holds, forge }: Options,
  process: Process,
  show: ConvergeDeps['show'],
): ConvergeDeps {
  const far: FarEnds = {
    plan: (ledger, wishes) => planned({ ...toy, ledger }, files, wishes, { process, forge }),
    open: (name) => providerNamed(name, toy, process).open(),
    notice: (ledger, _, withheld) => Promise.resolve({ ledger, withheld, findings: [] }),
    announce: () => Promise.resolve([]),
  }
  return {
    rewritten: false,
    saved,
    first: 'It is a test.',
    lock: {
      take: () => Promise.resolve(),
      holds: holds ?? (() => true),
      nonce: () => nonce,
      release: () => Promise.resolve(),
    },
    connected: (work) => work(far),
    mergesOf: () => Promise.resolve([]),
    planOptionsWith: () => ({ restore: new Set(restore), takeOver: false }),
    approving: approving ?? { isEnough: () => true, required: null },
    reading: (work) => work(),
    show,
    conceal: (plan) => plan,
    watch: () => {},
    checkAge: null,
    confirm: null,
    applying: (_, work) => work(() => {}),
    now: () => toy.now,
    signal: signal ?? new AbortController().signal,
  }
}

function providerNamed(name: string, { kinds, far }: Toy, process: Process) {
  const provider = providersOf(kinds, far, process).find((one) => one.name === name)
  if (provider === undefined) throw new Error(`There is no provider ${name}.`)
  return provider
}

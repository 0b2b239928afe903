import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { gitSource } from '../../../src/git/source.ts'
import { openRepository } from '../../../src/git/repository.ts'
import { openSecrets } from '../../../src/secrets/secrets.ts'
import type { InstanceFile } from '../../../src/instance/documents.ts'
import type { Instance } from '../../../src/instance/instance.ts'
import type { FarEnds } from '../../../src/reconcile/apply/carry-out.ts'
import { converge, type ConvergeResult, type ConvergeDeps } from '../../../src/reconcile/apply/converge.ts'
import type { Sealing } from '../../../src/reconcile/digest.ts'
import { ledgerStore } from '../../../src/reconcile/ledger/store.ts'
import type { Ledger } from '../../../src/reconcile/ledger/types.ts'
import { acquire, type HeldLock } from '../../../src/reconcile/lock/lock.ts'
import { planProposal, type ProposedPlan } from '../../../src/reconcile/propose.ts'
import type { Provider } from '../../../src/reconcile/provider.ts'
import {
  NO_PLAN_OPTIONS,
  planNow,
  type PlanWithInput,
  type Subject,
  type PlanOptions,
} from '../../../src/reconcile/reconciler.ts'
import { commit, newRepository, put, scratch } from '../../support/git.ts'
import { loadWithFiles } from './instance.ts'
import { filesMachine, type FilesMachine } from './machine.ts'
import { files } from './provider.ts'

/** Files of an instance by name, as they are written to YAML. */
export type Documents = { readonly [file: string]: object }

/** An instance in a real repository, with machines: what is left when a run has ended. */
export interface Herd extends AsyncDisposable {
  readonly dir: string
  /** The oldest commit: what machines say they belong to. */
  readonly repository: string
  /** Commits these files, and takes away the named ones that are null. Answers the commit. */
  readonly write: (documents: { readonly [file: string]: object | null }, folder?: string) => string
  /** A machine of this instance, for `ssh` in instance.yaml. */
  readonly machine: (environment?: string) => Promise<FilesMachine>
}

const FOLDER = 'instance'

/** Begins a repository. */
export async function herd(): Promise<Herd> {
  const folder = scratch()
  const dir = newRepository(join(folder.path, 'herd'))
  const repository = await opened(dir)
  const root = (await repository.root()) ?? ''
  const machines: FilesMachine[] = []
  return {
    dir,
    repository: root,
    write: (documents, folder = FOLDER) => {
      for (const [name, document] of Object.entries(documents)) {
        if (document === null) rmSync(join(dir, folder, name))
        else put(dir, { [`${folder}/${name}`]: stringify(document) })
      }
      return commit(dir, 'Change the files')
    },
    machine: async (environment = 'production') => {
      const made = await filesMachine({ stamp: { domain: 'herd.example', environment, repository: root } })
      machines.push(made)
      return made
    },
    [Symbol.asyncDispose]: async () => {
      for (const made of machines) await made[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

async function opened(dir: string, folder = FOLDER) {
  const repository = await openRepository(dir, folder)
  if (!repository) throw new Error(`${dir} is not in Git`)
  return repository
}

/** What goes with one environment. */
export interface Environment {
  readonly machine: FilesMachine
  /** The folder of its files, where that is not `instance`. */
  readonly folder?: string
  /** The providers that stand after it in the registry. */
  readonly others?: () => readonly Provider[]
  /** Those that stand before it in the registry. */
  readonly earlier?: () => readonly Provider[]
  readonly secrets?: { readonly [name: string]: string }
  readonly now?: () => Date
}

/** What people say beside the files, and what goes wrong. */
export type Options = Partial<
  Pick<ConvergeDeps, 'first' | 'newHost' | 'mergesOf' | 'approving' | 'signal'> & {
    readonly wishes: PlanOptions
    /** Does something when live was read and planned. */
    readonly planned: (planned: PlanWithInput) => void
  }
>

const KEY = Buffer.from('a key of the herd')

/** What instance.yaml says of a machine. */
export const sshTo = ({ connection }: FilesMachine): Pick<InstanceFile, 'ssh'> => ({ ssh: connection })

interface Opened {
  readonly sealing: Sealing
  readonly subject: (ledger: Ledger) => Subject
  readonly providers: readonly Provider[]
}

const headOf = async ({ dir }: Herd): Promise<string> => {
  const { commit: head } = await (await opened(dir)).head()
  if (head === null) throw new Error('nothing is committed')
  return head
}

const instanceAt = ({ dir }: Herd, id: string, { folder = FOLDER, now }: Environment): Promise<Instance> =>
  loadWithFiles(gitSource(dir, id, folder), now?.())

/** The files of HEAD, and the providers that they name. */
async function open(herd: Herd, far: Environment): Promise<Opened> {
  const { repository } = herd
  const { machine, others, earlier, secrets, now } = far
  const head = await headOf(herd)
  const instance = await instanceAt(herd, head, far)
  const config = instance.documents['instance.yaml'] ?? { domain: 'herd.example' }
  const { domain, environment = 'production' } = config
  const access = {
    secrets: openSecrets({ KEY: machine.server.key, ...secrets }),
    place: machine.place,
    stamp: { domain, environment, repository },
  }
  const providers = [...(earlier?.() ?? []), files.connect(config, access), ...(others?.() ?? [])]
  const identities = providers.flatMap(({ kinds, identity }) => kinds.map(({ name }) => [name, identity] as const))
  const sealing = { ...sealingFor(repository, environment), providers: new Map(identities) }
  return {
    sealing,
    providers,
    subject: (ledger) => ({
      instance,
      config,
      environment,
      commit: head,
      ledger,
      isKept: true,
      sealing,
      now: now?.() ?? new Date(),
      errorsFor: () => [],
    }),
  }
}

const sealingFor = (repository: string, environment: string): Sealing => ({
  scope: { provider: 'files:herd.example', environment, repository },
  key: KEY,
  providers: new Map(),
})

const closed = async <Result>(providers: readonly Provider[], work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } finally {
    for (const provider of providers.toReversed()) await provider.close()
  }
}

/** The ledger as Git has it. */
export async function ledgerOf({ dir, repository }: Herd, environment = 'production'): Promise<Ledger> {
  return ledgerStore(await opened(dir), { sealing: sealingFor(repository, environment), branch: null }).load()
}

/** Reads live and plans HEAD. */
export async function planHead(
  herd: Herd,
  far: Environment,
  wishes: PlanOptions = NO_PLAN_OPTIONS,
): Promise<PlanWithInput> {
  const { providers, subject, sealing } = await open(herd, far)
  const ledger = await ledgerOf(herd, sealing.scope.environment)
  return closed(providers, () => planNow(subject(ledger), providers, wishes))
}

/** What merging HEAD into a base would do; seen live, or by the files of the base alone. */
export async function proposeHead(
  herd: Herd,
  far: Environment,
  base: string,
  seeing: 'live' | 'blind',
): Promise<ProposedPlan> {
  const { providers, subject, sealing } = await open(herd, far)
  const ledger = await ledgerOf(herd, sealing.scope.environment)
  const before = await instanceAt(herd, base, far)
  return closed(providers, () => planProposal(subject(ledger), before, providers, seeing))
}

/** One apply of HEAD, by the engine's own sequence: a real lock, a real ledger, and nobody is asked. */
export async function applyHead(herd: Herd, far: Environment, options: Options = {}): Promise<ConvergeResult> {
  const { providers, subject, sealing } = await open(herd, far)
  const repository = await opened(herd.dir, far.folder)
  const store = ledgerStore(repository, { sealing, branch: null })
  const run = randomUUID()
  let held: HeldLock | null = null
  const ends: FarEnds = {
    plan: async (ledger, wishes) => {
      const planned = await planNow(subject(ledger), providers, wishes)
      options.planned?.(planned)
      return planned
    },
    open: (name) => {
      const provider = providers.find((one) => one.name === name)
      if (!provider) throw new Error(`there is no provider ${name}`)
      return provider.open()
    },
    notice: (ledger, _, withheld) => Promise.resolve({ ledger, withheld, findings: [] }),
    announce: () => Promise.resolve([]),
  }
  const deps: ConvergeDeps = {
    rewritten: false,
    saved: null,
    first: options.first ?? 'It is a test.',
    newHost: options.newHost,
    lock: {
      take: async () => {
        held = await acquire(repository, { sealing, run, commit: null })
      },
      holds: () => held?.isHeld() ?? false,
      nonce: () => held?.holder.nonce ?? run,
      release: async () => void (await held?.release()),
    },
    connected: (work) => work(ends),
    mergesOf: options.mergesOf ?? (() => Promise.resolve([])),
    planOptionsWith: () => options.wishes ?? NO_PLAN_OPTIONS,
    approving: options.approving ?? { isEnough: () => true, required: null },
    reading: (work) => work(),
    show: () => {},
    conceal: (plan) => plan,
    watch: () => {},
    checkAge: null,
    confirm: null,
    applying: (_, work) => work(() => {}),
    now: () => far.now?.() ?? new Date(),
    signal: options.signal ?? new AbortController().signal,
  }
  const head = await repository.head()
  const ledger = await store.load()
  return closed(providers, () => converge({ run, repository, head, sealing, store, ledger }, deps))
}

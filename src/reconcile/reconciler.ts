import { EXIT, fail, HerdbookError, type Diagnostic, type Advice } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import { policyOf } from '../instance/policy.ts'
import { mergeAll } from './claims.ts'
import type { Sealing } from './digest.ts'
import type { Proofs, PlanInput } from './plan/input.ts'
import type { Kind } from './kind.ts'
import type { Ledger } from './ledger/types.ts'
import { joined } from './live.ts'
import { numberedIn } from './numbered.ts'
import { plan } from './plan/plan.ts'
import type { ProviderLive, Provider, FarEndReading, ReadContext } from './provider.ts'
import type { Desired } from './objects.ts'
import type { ObjectRef } from './values.ts'
import type { Plan } from './plan/types.ts'
import { kindTwice } from './texts.ts'

/** What a run is about: which files, which configuration, which ledger, and when. */
export interface Subject {
  readonly instance: Instance
  readonly config: InstanceFile
  readonly environment: string
  /** The commit of the files; null if they have none. */
  readonly commit: string | null
  readonly ledger: Ledger
  /** Whether there is a ledger: without one nothing is deleted that a list leaves out. */
  readonly isKept: boolean
  readonly sealing: Sealing
  readonly now: Date
  /** Errors in the files for the version of a provider's far end. */
  readonly errorsFor: (provider: string, version: string | null) => readonly Diagnostic[]
}

/** What a person asks for besides the files. `restore`: objects for which the files' version is used, once. */
export interface PlanOptions {
  readonly restore: ReadonlySet<ObjectRef>
  readonly takeOver: boolean
  /** First applies may change what is there. */
  readonly first?: boolean
}

export const NO_PLAN_OPTIONS: PlanOptions = { restore: new Set(), takeOver: false }

/** A plan and its input. */
export interface PlanWithInput {
  readonly plan: Plan
  readonly input: PlanInput
  /** The version of each provider's far end; null if it names none. */
  readonly versions: ReadonlyMap<string, string | null>
}

/** What each provider read, by its name. */
export type ProviderReadings = ReadonlyMap<string, FarEndReading>

/** The kinds of all providers, in their order. Throws (exit 1) if two have the same name. */
export function kindsOf(providers: readonly Pick<Provider, 'kinds'>[]): Kind[] {
  const all = providers.flatMap(({ kinds }) => kinds)
  const known = new Map<string, Kind>()
  for (const kind of all) {
    const other = known.get(kind.name)
    if (other !== undefined) return twice(kind.name, other.provider, kind.provider)
    known.set(kind.name, kind)
  }
  return all
}

const twice = (name: string, one: string, other: string): never => refuse('kind-twice', kindTwice({ name, one, other }))

const refuse = (code: string, text: Advice): never => fail(EXIT.defect, code, text.message, text)

/** What the files say of every kind. Throws (exit 9) all contradictions at once. */
export const desiredOf = (kinds: readonly Kind[], instance: Instance, now: Date): Map<string, Desired> =>
  mergeAll(new Map(kinds.map((kind) => [kind.name, kind.claims(instance, now)])), instance.position)

/** Without a ledger nothing is deleted: an object that a list leaves out may be anyone's. */
const neverDelete = (desired: ReadonlyMap<string, Desired>): Map<string, Desired> =>
  new Map([...desired].map(([kind, d]) => [kind, d.state === 'managed' ? { ...d, others: 'leave' } : d]))

/** What the files of a run want. */
export function wantedBy({ instance, now, isKept }: Subject, providers: readonly Provider[]): Map<string, Desired> {
  const desired = desiredOf(kindsOf(providers), instance, now)
  return isKept ? desired : neverDelete(desired)
}

/** The kinds of a provider to read: the managed ones, and those that its invariants need with them. */
export function kindsToRead({ kinds, together }: Provider, desired: ReadonlyMap<string, Desired>): readonly Kind[] {
  const managed = new Set([...desired].filter(([, d]) => d.state === 'managed').map(([name]) => name))
  for (const group of together) if (group.some((name) => managed.has(name))) for (const name of group) managed.add(name)
  return kinds.filter((kind) => managed.has(kind.name))
}

/** Reads live, each provider once. Throws (exit 9) if the far end's version does not fit the files. */
export async function read(
  providers: readonly Provider[],
  { instance, ledger, errorsFor }: Pick<Subject, 'instance' | 'ledger' | 'errorsFor'>,
  desired: ReadonlyMap<string, Desired>,
): Promise<ProviderReadings> {
  const readings = await Promise.all(
    providers.map((provider) => provider.read({ instance, desired, kinds: kindsToRead(provider, desired), ledger })),
  )
  const errors = readings.flatMap(({ version }, i) => errorsFor(providers[i]?.name ?? '', version))
  if (errors.length > 0) throw new HerdbookError(EXIT.invalid, errors)
  return new Map(providers.map(({ name }, i) => [name, readings[i] ?? providers[i]?.unread]).filter(isRead))
}

const isRead = (one: readonly (string | FarEndReading | undefined)[]): one is [string, FarEndReading] =>
  one[1] !== undefined

/** What readings are understood with, by provider. Made once, so that providers can cache by it. */
export function understandings(
  subject: Subject,
  providers: readonly Provider[],
  desired: ReadonlyMap<string, Desired>,
): ReadonlyMap<string, ReadContext> {
  const { instance, ledger, environment, now } = subject
  return new Map(
    providers.map((provider) => {
      const kinds = kindsToRead(provider, desired)
      return [provider.name, { instance, desired, kinds, ledger, environment, now }]
    }),
  )
}

const policyIn = ({ instance, now }: Subject, providers: readonly Provider[]): ReturnType<typeof policyOf> =>
  policyOf(instance, now, new Map(kindsOf(providers).map((kind) => [kind.name, kind.drift])))

/** Live of all providers together, as their kinds understand it. */
export function understood(
  providers: readonly Provider[],
  readings: ProviderReadings,
  inputs: ReadonlyMap<string, ReadContext>,
): ProviderLive {
  return joined(
    providers.flatMap((provider) => {
      const input = inputs.get(provider.name)
      const reading = readings.get(provider.name) ?? provider.unread
      return input === undefined ? [] : [{ provider, live: reading.understand(input) }]
    }),
  )
}

/** Gathers all that a plan is made of. */
export function inputFor(
  subject: Subject,
  providers: readonly Provider[],
  { desired, live, proofs }: Pick<PlanInput, 'desired' | 'live' | 'proofs'>,
  planOptions: PlanOptions = NO_PLAN_OPTIONS,
): PlanInput {
  const { config, environment, commit, instance, ledger, now, sealing } = subject
  const identities = providers.flatMap(({ kinds, identity }) => kinds.map(({ name }) => [name, identity] as const))
  return {
    environment,
    domain: config.domain,
    commit,
    instance,
    kinds: kindsOf(providers),
    desired,
    live,
    proofs,
    ledger,
    policy: policyIn(subject, providers),
    now,
    restore: numberedIn(planOptions.restore, live.observed),
    takeOver: planOptions.takeOver,
    first: planOptions.first ?? false,
    needsApproval: config.forge !== undefined,
    sealing: { ...sealing, providers: new Map(identities) },
  }
}

/** The versions that were read. */
export const versionsOf = (readings: ProviderReadings): ReadonlyMap<string, string | null> =>
  new Map([...readings].map(([name, { version }]) => [name, version]))

/** The proofs of which far ends were read. */
export const proofsOf = (readings: ProviderReadings): Proofs =>
  new Map([...readings].map(([name, { proof }]) => [name, proof]))

/** Reads live and plans. */
export async function planNow(
  subject: Subject,
  providers: readonly Provider[],
  planOptions: PlanOptions = NO_PLAN_OPTIONS,
  desired: ReadonlyMap<string, Desired> = wantedBy(subject, providers),
): Promise<PlanWithInput> {
  const readings = await read(providers, subject, desired)
  const inputs = understandings(subject, providers, desired)
  const planWith = (known: ProviderReadings): PlanWithInput => {
    const live = understood(providers, known, inputs)
    const input = inputFor(subject, providers, { desired, live, proofs: proofsOf(known) }, planOptions)
    return { plan: plan(input), input, versions: versionsOf(known) }
  }
  return lookedInto(planWith(readings), providers, readings, planWith)
}

/** Asks for more if the steps need it, and then plans again. */
export async function lookedInto(
  planned: PlanWithInput,
  providers: readonly Provider[],
  readings: ProviderReadings,
  planWith: (readings: ProviderReadings) => PlanWithInput,
): Promise<PlanWithInput> {
  const { steps } = planned.plan
  const next = new Map<string, FarEndReading>()
  for (const { name, kinds } of providers) {
    const reading = readings.get(name)
    const own = new Set(kinds.map((kind) => kind.name))
    if (reading) next.set(name, await reading.lookInto(steps.filter(({ kind }) => own.has(kind))))
  }
  return [...next].every(([name, reading]) => readings.get(name) === reading) ? planned : planWith(next)
}

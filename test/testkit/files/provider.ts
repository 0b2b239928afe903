import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { connect as logIn } from '../../../src/ssh/connect.ts'
import type { Machine } from '../../../src/ssh/executor.ts'
import type { Secrets } from '../../../src/secrets/secrets.ts'
import { EXIT, fail, HerdbookError, type Diagnostic } from '../../../src/instance/diagnostic.ts'
import type { InstanceFile } from '../../../src/instance/documents.ts'
import { sha256 } from '../../../src/reconcile/digest.ts'
import { entriesOf, hintsFor } from '../../../src/reconcile/plan/input.ts'
import type { KindInput, StepOutcome } from '../../../src/reconcile/kind.ts'
import type {
  ProviderLive,
  Provider,
  ProviderFolder,
  FarEndReading,
  ReadingRequest,
  WriteSession,
} from '../../../src/reconcile/provider.ts'
import type { Ledger } from '../../../src/reconcile/ledger/types.ts'
import type { Desired, Observed, SecretAnswer } from '../../../src/reconcile/objects.ts'
import type { Step } from '../../../src/reconcile/plan/types.ts'
import type { LiveFiles } from './answers.ts'
import { openReader, openWriter, type FilesPlace } from './connection.ts'
import { idsIn, NAME, type Answers, type FilesKind, type Ways } from './kind.ts'
import { credential, secretsOf } from './kinds/credential.ts'
import { file } from './kinds/file.ts'
import { page } from './kinds/page.ts'
import { program } from './kinds/program.ts'
import { unit } from './kinds/unit.ts'
import type { Compared, FactsRequest, Stamp, Verdict } from './wire.ts'

/** In the order in which they apply. */
export const KINDS: readonly FilesKind[] = [file, credential, program, page, unit]

/** What its connection is opened with. */
export interface Access {
  readonly secrets: Secrets
  readonly place: FilesPlace
  /** What the machine must say of whose it is. */
  readonly stamp: Stamp
}

const identity = ({ domain }: InstanceFile): string => `${NAME}:${domain}`

/** All connections of this provider are one login. */
const CONNECTION = 'ssh'

/** The files of a machine that `ssh` in instance.yaml names. Logs in when it is first asked. */
function connect(config: InstanceFile, { secrets, place, stamp }: Access): Provider {
  const { ssh } = config
  let machine: Promise<Machine> | undefined
  const login = (): Promise<Machine> => {
    machine ??= ssh
      ? logIn(ssh, secrets)
      : fail(EXIT.unreadable, 'no-connection', 'instance.yaml has no ssh: the files are not read.')
    return machine
  }
  /** By digest: what a step writes is what the files said when live was read. */
  const contents = new Map<string, string>()
  const writes: ProviderLive['writes'] = () => (ssh ? CONNECTION : null)
  const unread = readingOf({ state: 'unread', reason: NOT_READ }, writes, null)
  return {
    name: NAME,
    identity: identity(config),
    kinds: KINDS,
    together: [],
    can: () => ({ reads: () => ssh !== undefined, writes }),
    read: async (request) => {
      for (const content of KINDS.flatMap((kind) => kind.contents(request.instance)))
        contents.set(sha256(content), content)
      const far = await factsOf(login, place, stamp, askedBy(request), await valuesFor(request, secrets))
      return readingOf(far, writes, far.state === 'read' ? (ssh?.host_key ?? null) : null)
    },
    unread,
    open: async () => {
      const writer = await openWriter(await login(), place)
      const lock = await writer.lock(randomUUID())
      const content = (digest: string): string =>
        contents.get(digest) ?? fail(EXIT.defect, 'files-content', `Nothing that was read has the digest ${digest}.`)
      const secret = (name: string): Promise<string> => secrets.read({ env: name }, `the secret ${name}`)
      return sessionOf({ lock, content, secret }, writer.close)
    },
    close: async () => {
      // What never opened was told to whoever asked for it.
      await machine?.then(
        (one) => one.close(),
        () => {},
      )
    },
  }
}

type Far =
  | { readonly state: 'read'; readonly live: LiveFiles; readonly answers: Answers }
  | { readonly state: 'unread'; readonly reason: Diagnostic }

const NOT_READ: Diagnostic = { code: 'not-read', severity: 'error', message: 'The machine was not asked.' }

/** What the kinds ask for, together: one request. */
function askedBy({ kinds, desired, ledger }: ReadingRequest): FactsRequest {
  const names = new Set(kinds.map(({ name }) => name))
  const asked = KINDS.filter(({ name }) => names.has(name)).map((kind) =>
    kind.asks(idsIn(knownOf(kind, desired.get(kind.name), ledger))),
  )
  const all = (key: keyof FactsRequest): string[] => [...new Set(asked.flatMap((one) => one[key] ?? []))]
  return { paths: all('paths'), sealed: all('sealed'), folders: all('folders'), units: all('units') }
}

const knownOf = ({ name }: FilesKind, desired: Desired | undefined, ledger: Ledger): Parameters<typeof idsIn>[0] => ({
  desired: desired?.state === 'managed' ? desired.objects : [],
  ledger: entriesOf(name, ledger),
  attempts: ledger.attempts.filter(({ kind }) => kind === name),
})

/** Asks the machine. What can't be read says nothing; throws (exit 5) for a machine that is another's. */
async function factsOf(
  login: () => Promise<Machine>,
  place: FilesPlace,
  stamp: Stamp,
  request: FactsRequest,
  values: readonly Compared[],
): Promise<Far> {
  try {
    const reader = await openReader(await login(), place)
    try {
      if (!isDeepStrictEqual(reader.hello.stamp, stamp)) return foreign(stamp)
      const live = await reader.facts(request)
      const verdicts = values.length > 0 ? await reader.same(values) : []
      const answers = new Map(values.map(({ path }, i) => [path, answerOf(verdicts[i])]))
      return { state: 'read', live, answers }
    } finally {
      await reader.close()
    }
  } catch (error) {
    const [reason] = error instanceof HerdbookError && error.exit === EXIT.unreadable ? error.diagnostics : []
    if (!reason) throw error
    return { state: 'unread', reason }
  }
}

const answerOf = (verdict: Verdict | undefined): SecretAnswer =>
  verdict === undefined || verdict.state === 'unreadable' ? 'uncompared' : verdict.state

/** The secrets that this run has of those that the files want compared. */
async function valuesFor({ desired, kinds }: ReadingRequest, secrets: Secrets): Promise<Compared[]> {
  const wanted = kinds.includes(credential) ? desired.get(credential.name) : undefined
  const values: Compared[] = []
  for (const [path, name] of secretsOf(wanted?.state === 'managed' ? wanted.objects : [])) {
    const secret = { env: name }
    if (await secrets.has(secret)) values.push({ path, value: await secrets.read(secret, `the secret ${name}`) })
  }
  return values
}

const foreign = ({ domain, environment }: Stamp): never =>
  fail(EXIT.refused, 'foreign-stamp', `The machine does not say that it is the one of ${domain}, ${environment}.`)

/** What was read, as the kinds understand it. */
function readingOf(far: Far, writes: ProviderLive['writes'], proof: string | null): FarEndReading {
  const reading: FarEndReading = {
    version: null,
    proof,
    understand: (input) => ({
      observed: new Map(
        KINDS.filter((kind) => input.kinds.includes(kind)).map((kind) => [
          kind.name,
          far.state === 'unread'
            ? { state: 'unknown', reason: far.reason, objects: [] }
            : observed(kind, far, hintsFor(kind, input)),
        ]),
      ),
      invariants: [],
      checks: [],
      unfinished: far.state === 'unread' ? [] : KINDS.flatMap((kind) => kind.unfinished(far.live)),
      assess: (step) => {
        const kind = KINDS.find(({ name }) => name === step.kind)
        const impact = kind?.impact(step) ?? null
        return { weakens: false, opens: kind?.opens(step) ?? false, ...(impact === null ? {} : { impact }) }
      },
      advice: () => [],
      against: (steps) => unwritable(steps),
      writes,
      guard: () => ({}),
    }),
    lookInto: () => Promise.resolve(reading),
  }
  return reading
}

/**
 * The objects of a kind; unknown where one of them can't be read, not created where the machine says that there is no
 * place for them.
 */
function observed(kind: FilesKind, { live, answers }: Extract<Far, { state: 'read' }>, hints: KindInput): Observed {
  try {
    const by = kind.madeBy(live)
    if (by !== null) return { state: 'not-created', by, initial: [] }
    return {
      state: 'complete',
      objects: kind.read(live, hints, answers),
      prospects: new Map(),
      connection: CONNECTION,
      requests: 1,
    }
  } catch (error) {
    const [reason] = error instanceof HerdbookError ? error.diagnostics : []
    if (!reason) throw error
    return { state: 'unknown', reason: { ...reason, about: kind.name }, objects: [] }
  }
}

const unwritable = (steps: readonly Step[]): Diagnostic[] =>
  steps.some(({ connection }) => connection === null)
    ? [{ code: 'no-door', severity: 'warning', message: 'instance.yaml has no ssh: no file can be written.' }]
    : []

const kindOf = (name: string): FilesKind => {
  const kind = KINDS.find((one) => one.name === name)
  if (!kind) throw new Error(`${NAME} has no kind ${name}`)
  return kind
}

function sessionOf(ways: Omit<Ways, 'lease'>, close: () => Promise<void>): WriteSession {
  return {
    write: async function* (name, steps, { lease }): AsyncGenerator<StepOutcome> {
      for (const step of steps) {
        const came = await kindOf(name).write(step, { ...ways, lease })
        yield came.state === 'done' ? { state: 'done', step, serverId: null } : { ...came, step }
      }
    },
    // No step of these kinds does anything outside its object.
    finish: () => Promise.resolve({ state: 'done' }),
    resume: (one, course, lease) => kindOf(one.kind).resume(one, course, ways, lease),
    expect: () => {},
    close,
  }
}

export const files: ProviderFolder<Access> = {
  name: NAME,
  kinds: KINDS,
  identity,
  connect,
}

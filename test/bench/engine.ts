import type { DigestForm } from '../../src/reconcile/values.ts'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Database from '../../src/providers/mastodon/database/database.ts'
import type * as Snapshot from '../../src/providers/mastodon/database/rows.ts'
import type * as RepositoryClient from '../../src/git/repository.ts'
import type * as Understand from '../../src/providers/mastodon/read-context.ts'
import type * as Provider from '../../src/providers/mastodon/provider.ts'
import type * as Reconciler from '../../src/reconcile/reconciler.ts'
import type * as Planning from '../../src/session/planning.ts'
import type * as SessionOf from '../../src/session/session.ts'
import type * as IoOf from '../../src/session/io.ts'
import type * as Ledgers from '../../src/reconcile/ledger/ledger.ts'
import type * as Plans from '../../src/reconcile/plan/plan.ts'
import type * as Repositories from '../../src/reconcile/repository.ts'
import type * as Terminal from '../../src/terminal/plan.ts'
import type { Tables } from '../../src/providers/mastodon/tables.ts'
import type * as Kinds from '../../src/providers/mastodon/kinds/index.ts'

// Run in a process of its own, cold as every run is: prints the milliseconds of CPU of what the engine itself does for
// one plan
// and the ledger after it: its time where nobody else wants the processor. The files, the server and Git are read
// beside the clock.
const [dist = '', asked = '', psql = ''] = process.argv.slice(2)
const built = <Module>(path: string): Promise<Module> => import(pathToFileURL(join(dist, path)).href) as Promise<Module>

const { openSession } = await built<typeof SessionOf>('session/session.js')
const { processIo } = await built<typeof IoOf>('session/io.js')
const { openRepository } = await built<typeof RepositoryClient>('git/repository.js')
const { refsOf } = await built<typeof Repositories>('reconcile/repository.js')
const { parseLedger, adjust, serializeLedger } = await built<typeof Ledgers>('reconcile/ledger/ledger.js')
const { requestFor } = await built<typeof Understand>('providers/mastodon/read-context.js')
const { providerOf } = await built<typeof Provider>('providers/mastodon/provider.js')
const { desiredOf, inputFor, kindsToRead, understandings, understood } =
  await built<typeof Reconciler>('reconcile/reconciler.js')
const { requestText } = await built<typeof Database>('providers/mastodon/database/database.js')
const { readSnapshot } = await built<typeof Snapshot>('providers/mastodon/database/rows.js')
const { subjectOf } = await built<typeof Planning>('session/planning.js')
const { plan } = await built<typeof Plans>('reconcile/plan/plan.js')
const { renderPlan } = await built<typeof Terminal>('terminal/plan.js')
const { KINDS } = await built<typeof Kinds>('providers/mastodon/kinds/index.js')

const io = processIo()
const session = await openSession(io)
const { instance } = session
const repository = await openRepository(session.root)
const stored = await repository?.read(refsOf(session.environment).ledger)
if (!stored) throw new Error('there is no ledger to read')
const answer = execFileSync('/bin/sh', ['-c', psql], { input: readFileSync(asked), maxBuffer: 2 ** 30 }).toString(
  'utf8',
)

const parts: Record<string, number> = {}
async function timed<Result>(part: string, work: () => Result | Promise<Result>): Promise<Result> {
  const from = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(from)
  parts[part] = (user + system) / 1000
  return result
}

const now = io.now()
const ledger = await timed('ledger read', () => parseLedger(stored, session.sealing, new Set<DigestForm>([2])))
const desired = await timed('desired', () => desiredOf(KINDS, instance, now))
const reads = { rows: (): Promise<Tables> => Promise.reject(new Error('not read yet')) }
const provider = providerOf(session.config, {
  reader: async () => ({
    read: () => reads.rows(),
    tokenAccount: async () => ({ state: 'none' }),
    close: async () => {},
  }),
  writer: () => Promise.reject(new Error('nothing is written here')),
  close: async () => {},
})
const wanted = { instance, desired, kinds: kindsToRead(provider, desired), ledger }
const request = await timed('request', () => {
  const request = requestFor(wanted)
  requestText(request)
  return request
})
const tables = await timed('rows', () => {
  const { tables, version } = readSnapshot(JSON.parse(answer), request, 'database')
  return { read: tables, version }
})
reads.rows = () => Promise.resolve(tables)
const subject = subjectOf(session, ledger)
const reading = await provider.read(wanted)
const live = await timed('observed', () =>
  understood([provider], new Map([[provider.name, reading]]), understandings(subject, [provider], desired)),
)
const planned = await timed('plan, guard, digest', () =>
  plan(inputFor(subject, [provider], { desired, live, proofs: new Map([[provider.name, reading.proof]]) })),
)
await timed('rendering', () =>
  renderPlan(planned, { kinds: KINDS, colour: false, verbose: false, sourceOf: () => undefined }),
)
await timed('ledger written', () =>
  serializeLedger(adjust(ledger, planned.adjustments), session.sealing, now.toISOString()),
)
process.stdout.write(JSON.stringify({ steps: planned.steps.length, parts }))

import type { Database } from '../database.ts'
import { findActor, type Actor } from '../models/people.ts'
import { DEFAULTS, UPLOADS } from '../models/setting.ts'
import { DOMAIN } from '../http.ts'
import type { ConsoleWrite, UnfinishedObject, SandboxKind, Write, WriteResult } from '../kind.ts'
import { keysOf, permissionKeys } from '../permissions.ts'
import type { QueuedJob, Queue } from '../queue.ts'
import { kindsOf } from '../registry.ts'
import type { Version } from '../versions.ts'
import type { Process } from './control.ts'
import { linesOf } from './lines.ts'
import { createToken, destroyToken, type TokenCreation } from './token.ts'
import { Declined, resultOf, type Scene, type WriteScope } from './writing.ts'

/** Where a console can be made to die, as a dropped connection or a killed process would. */
export type Breakpoint = 'start' | 'before-write' | 'before-workers' | 'before-answer'

/** Answers true once where the console is to die. */
export type ShouldBreak = (at: Breakpoint) => boolean

interface Context {
  readonly database: Database
  readonly version: Version
  readonly breaks: ShouldBreak
  readonly noise: (text: string) => void
  readonly queue: Queue
}

interface Request {
  readonly id: number
  readonly op: string
  readonly [name: string]: unknown
}

interface Open extends Context {
  readonly mark: string
  readonly reader: string
  readonly actor: Actor | null
}

class Died extends Error {}

/**
 * `bin/rails runner 'eval $stdin.read($stdin.gets.to_i)'`: takes the program, throws it away and answers as it would.
 */
export async function rails(context: Context, process: Process): Promise<number> {
  const [command, ...rest] = process.args
  if (command !== 'runner' || rest.join(' ') !== 'eval $stdin.read($stdin.gets.to_i)') {
    process.err(
      'the sandbox has no Ruby: ' +
        "it knows bin/rails runner 'eval $stdin.read($stdin.gets.to_i)' and Herdbook's requests\n",
    )
    return 1
  }
  process.out('[dotenv] Loaded .env.production\n')
  const lines = linesOf(process.input)
  const program = await lines.take(Number.parseInt((await lines.next()) ?? '0', 10))
  if (!program.includes('HERDBOOK-')) {
    process.err('-e:1: syntax error, unexpected end-of-input (SyntaxError)\n')
    return 1
  }
  if (context.breaks('start')) return 1
  let open: Open | undefined
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    const request: Request = JSON.parse(line)
    if (request.op === 'quit') break
    open ??= await opened(context, request)
    const answer = await answerTo(open, request).catch((error: unknown) =>
      error instanceof Died ? undefined : Promise.reject(error),
    )
    if (answer === undefined || context.breaks('before-answer')) return 1
    process.out(`\nHERDBOOK-${open.mark} ${JSON.stringify({ id: request.id, ...answer })}\n`)
  }
  return 0
}

async function opened(context: Context, request: Request): Promise<Open> {
  const name = typeof request['actor'] === 'string' ? request['actor'] : null
  const actor = name === null ? null : await findActor(context.database, context.version, name)
  return { ...context, mark: String(request['mark']), reader: String(request['reader']), actor }
}

async function answerTo(open: Open, request: Request): Promise<object> {
  try {
    return { ok: true, result: await perform(open, request) }
  } catch (error) {
    if (error instanceof Died) throw error
    const code = error instanceof Declined ? error.code : 'console-error'
    return { ok: false, error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

async function perform(open: Open, request: Request): Promise<unknown> {
  switch (request.op) {
    case 'hello':
      return hello(open)
    case 'read':
      return read(open, request['request'])
    case 'write':
      return write(open, request['writes'] as readonly Write[])
    case 'settle':
      return finishOwed(open, request)
    case 'token_create':
      return open.database.transaction((session) =>
        createToken(session, open.version, open.actor, request as unknown as TokenCreation),
      )
    case 'token_destroy':
      return { destroyed: await destroyToken(open.database, String(request['token'])) }
    default:
      throw new Declined('unknown-request', `there is no request ${request.op}`)
  }
}

async function hello({ database, version, actor }: Open): Promise<object> {
  const columns = await database.query<{ readonly column_name: string }>(
    "select column_name from information_schema.columns where table_name = 'user_roles'",
  )
  const { role, ...account } = actor ?? { role: null }
  return {
    version,
    domain: DOMAIN,
    actor: role && { ...account, role: role.name, position: role.position, permissions: keysOf(role.permissions) },
    permissions: permissionKeys(version),
    settings: Object.keys(DEFAULTS[version]).filter((key) => !UPLOADS.has(key)),
    role_columns: columns.map(({ column_name }) => column_name),
  }
}

interface Document {
  readonly tables: {
    readonly impact?: readonly { readonly domain: string; readonly follows: number; readonly followers: number }[]
  }
  readonly unknown: { readonly impact?: string }
}

/** The reader's own script, in a read-only transaction, with the domain and the version as the console knows them. */
async function read({ database, version, reader }: Open, request: unknown): Promise<Document> {
  const literal = `'${JSON.stringify(request).replaceAll("'", "''")}'`
  const results = await database.script(
    'begin transaction isolation level repeatable read read only; ' +
      `set local herdbook.request = ${literal}; ${reader}; commit`,
  )
  const answer = results.findLast((result) => result.fields.length > 0)?.rows[0]?.[0]
  return { ...JSON.parse(answer ?? 'null'), domain: DOMAIN, version }
}

async function measure(open: Open, wanted: readonly object[]): Promise<SeveredFollows> {
  if (wanted.length === 0) return new Map()
  const { tables, unknown } = await read(open, { tables: ['impact'], accounts: [], measure: wanted, seconds: 300 })
  if (tables.impact === undefined)
    throw new Declined('unmeasured', `Herdbook could not count whom the blocks affect: ${unknown.impact}`)
  return new Map(tables.impact.map(({ domain, follows, followers }) => [domain, follows + followers]))
}

type SeveredFollows = ReadonlyMap<string, number>

/** Batches go first, each in one transaction; every other write has a transaction of its own. */
async function write(open: Open, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { version, actor } = open
  if (actor === null)
    throw new Declined(
      'no-actor',
      'Herdbook has no account on this server to act as: name one as acting_account in instance.yaml',
    )
  if (open.breaks('before-write')) throw new Died()
  const kinds = kindsOf(version)
  const severed = await measure(
    open,
    writes.flatMap((one) => kinds.flatMap(({ measured }) => measured?.(one) ?? [])),
  )
  const results = new Map<Write, WriteResult>()
  const inTransaction = <T>(work: (writing: WriteScope) => Promise<T>): Promise<T> =>
    committed(open, (scene) => work({ ...scene, actor, severed: (domain) => severed.get(domain) ?? 0 }))

  for (const batch of kinds.flatMap(({ batches = [] }) => batches)) {
    const taken = writes.filter(batch.takes)
    if (taken.length === 0) continue
    let done: readonly WriteResult[] = []
    const failure = await resultOf(async () => {
      done = await inTransaction((writing) => batch.write(writing, taken))
      return { state: 'done', serverId: null }
    })
    taken.forEach((one, index) => results.set(one, done[index] ?? failure))
  }
  for (const one of writes) {
    if (!results.has(one))
      results.set(one, await resultOf(() => inTransaction((writing) => writerOf(kinds, one)(writing, one))))
  }
  return writes.flatMap((one) => results.get(one) ?? [])
}

function writerOf(kinds: readonly SandboxKind[], { table }: Write): ConsoleWrite {
  const writer = kinds.flatMap(({ writes }) => writes?.[table] ?? [])[0]
  if (writer === undefined) throw new Declined('unknown-table', `there is no table ${table}`)
  return writer
}

/** Runs the workers of what may have lost them. */
async function finishOwed(open: Open, request: Request): Promise<object> {
  const settles = new Map(kindsOf(open.version).flatMap((kind) => Object.entries(kind.settles ?? {})))
  let queued = 0
  for (const [kind, owed] of Map.groupBy(request['owed'] as readonly UnfinishedObject[], (one) => one.kind)) {
    const settling = settles.get(kind)
    if (settling === undefined) throw new Error(`key not found: ${JSON.stringify(kind)}`)
    queued += await committed(open, (scene) => settling(scene, owed), 'without dying')
  }
  return { queued }
}

/** Runs work in a transaction, and hands its jobs to Sidekiq behind it. */
async function committed<T>(
  { database, version, breaks, noise, queue }: Open,
  work: (scene: Scene) => Promise<T>,
  how?: 'without dying',
): Promise<T> {
  const jobs: QueuedJob[] = []
  const result = await database.transaction((session) =>
    work({ session, version, later: (job) => void jobs.push(job) }),
  )
  if (jobs.length > 0 && how === undefined && breaks('before-workers')) throw new Died()
  for (const job of jobs) {
    noise(
      '\u001b[36mINFO\u001b[0m  2026-11-23T03:00:00.000Z pid=1 tid=1: ' +
        'Sidekiq 8.0.7 connecting to Redis with options {size: 5}\n',
    )
    await queue.enqueue(job)
  }
  return result
}

import type { Write, WriteResult } from '../../providers/mastodon/tables.ts'
import type { Database, DatabaseSession } from '../database.ts'
import { findActor, keysOf, permissionKeys, type Actor } from '../models/roles.ts'
import { DEFAULTS, UPLOADS } from '../models/settings.ts'
import { DOMAIN } from '../seed.ts'
import type { Version } from '../tables.ts'
import type { Process } from './control.ts'
import { createToken, destroyToken, type TokenCreation } from './token.ts'
import {
  createBatch,
  settleBlocks,
  toMeasure,
  writeBlock,
  writeEmail,
  writeIp,
  type UnfinishedBlock,
  type SeveredFollows,
} from './write-blocks.ts'
import {
  isContact,
  writeRole,
  writeRoleOf,
  writeRule,
  writeRuleOrder,
  writeSettings,
  writeTerms,
} from './write-community.ts'
import { Declined, resultOf, type DoneResult, type WriteScope } from './writing.ts'

/** Where a console can be made to die, as a dropped connection or a killed process would. */
export type Breakpoint = 'start' | 'before-write' | 'before-workers' | 'before-answer'

/** Answers true once where the console is to die. */
export type ShouldBreak = (at: Breakpoint) => boolean

interface Context {
  readonly database: Database
  readonly version: Version
  readonly breaks: ShouldBreak
  readonly noise: (text: string) => void
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
      return finishOwed(open, request['blocks'] as readonly UnfinishedBlock[])
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

/** Many new domain blocks go in as one batch; every other write has a transaction of its own. */
async function write(open: Open, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { database, version, actor } = open
  if (actor === null)
    throw new Declined(
      'no-actor',
      'Herdbook has no account on this server to act as: name one as acting_account in instance.yaml',
    )
  if (open.breaks('before-write')) throw new Died()
  const severed = await measure(open, toMeasure(writes))
  const results = new Map<Write, WriteResult>()
  const inTransaction = async <T>(work: (writing: WriteScope) => Promise<T>): Promise<T> => {
    const jobs: Parameters<WriteScope['later']>[0][] = []
    const result = await database.transaction((session) =>
      work({ session, version, actor, later: (job) => void jobs.push(job) }),
    )
    if (jobs.length > 0 && open.breaks('before-workers')) throw new Died()
    for (const job of jobs) await queue(open, job)
    return result
  }

  const batch = writes.filter(({ table, action }) => table === 'domain_blocks' && action === 'create')
  if (batch.length > 0) {
    const made = await inTransaction((writing) => createBatch(writing, batch, severed))
    batch.forEach((one, index) => made[index] && results.set(one, made[index]))
  }
  const contact = writes.filter(isContact)
  if (contact.length > 0) {
    let done: readonly DoneResult[] = []
    const failure = await resultOf(async () => {
      done = await inTransaction((writing) => writeSettings(writing, contact))
      return { state: 'done', serverId: null }
    })
    contact.forEach((one, index) => results.set(one, done[index] ?? failure))
  }
  for (const one of writes) {
    if (!results.has(one))
      results.set(one, await resultOf(() => inTransaction((writing) => writeOne(writing, one, severed))))
  }
  return writes.flatMap((one) => results.get(one) ?? [])
}

async function writeOne(writing: WriteScope, one: Write, severed: SeveredFollows): Promise<WriteResult> {
  switch (one.table) {
    case 'domain_blocks':
      return writeBlock(writing, one, severed)
    case 'email_domain_blocks':
      return writeEmail(writing, one)
    case 'ip_blocks':
      return writeIp(writing, one)
    case 'roles':
      return writeRole(writing, one)
    case 'role_of':
      return writeRoleOf(writing, one)
    case 'rules':
      return writeRule(writing, one)
    case 'rule_order':
      return writeRuleOrder(writing, one)
    case 'settings':
      return (await writeSettings(writing, [one]))[0] ?? { state: 'done', serverId: null }
    case 'terms_of_services':
      return writeTerms(writing, one)
  }
}

/** Runs the workers of blocks that may have lost them. */
async function finishOwed(open: Open, owed: readonly UnfinishedBlock[]): Promise<object> {
  return { queued: await queue(open, (session) => settleBlocks(session, owed)) }
}

/** Authors a job to Sidekiq, which here does it at once. */
async function queue<T>({ database, noise }: Open, job: (session: DatabaseSession) => Promise<T>): Promise<T> {
  noise(
    '\u001b[36mINFO\u001b[0m  2026-11-23T03:00:00.000Z pid=1 tid=1: ' +
      'Sidekiq 8.0.7 connecting to Redis with options {size: 5}\n',
  )
  return database.transaction(job)
}

interface Lines {
  readonly next: () => Promise<string | undefined>
  readonly take: (bytes: number) => Promise<string>
}

/** Input by lines, or by a number of bytes, as Ruby's `gets` and `read` take it. */
function linesOf(input: AsyncIterable<Buffer>): Lines {
  const chunks = input[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next()
    if (done === true) return false
    held = Buffer.concat([held, value])
    return true
  }
  const cut = (end: number): string => {
    const text = held.subarray(0, end).toString('utf8')
    held = held.subarray(end)
    return text
  }
  return {
    next: async () => {
      while (!held.includes(10)) if (!(await more())) return held.length === 0 ? undefined : cut(held.length)
      return cut(held.indexOf(10) + 1).trimEnd()
    },
    take: async (bytes) => {
      while (held.length < bytes) if (!(await more())) break
      return cut(bytes)
    },
  }
}

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/sandbox/database.ts'
import { Invalid } from '../../src/sandbox/failure.ts'
import {
  comparedUsername,
  createUsernameBlock,
  destroyUsernameBlock,
  findUsernameBlocks,
  hitsUsername,
  updateUsernameBlock,
  usernameComplaints,
} from '../../src/sandbox/kinds/username-block.ts'
import { findActor } from '../../src/sandbox/models/people.ts'

/** An expression of the console, or requests of a page; then what was there. */
interface Recorded {
  readonly name: string
  readonly expression?: string
  readonly answer?: unknown
  readonly steps?: readonly { readonly request: PageRequest; readonly response: PageResponse }[]
  readonly after: {
    readonly username_blocks?: readonly Readonly<Record<string, unknown>>[]
    readonly admin_action_logs?: readonly Readonly<Record<string, unknown>>[]
  }
}
interface PageRequest {
  readonly method: string
  readonly path: string
  readonly body: {
    readonly username_block?: Readonly<Record<string, string>>
    readonly form_username_block_batch?: { readonly username_block_ids: readonly string[] }
  }
}
interface PageResponse {
  readonly status: number
  readonly body?: { readonly messages: readonly string[] }
}
interface Change {
  readonly username?: string
  readonly exact?: boolean
  readonly allow_with_approval?: boolean
}

const recorded = (version: string): readonly Recorded[] =>
  JSON.parse(readFileSync(new URL(`recorded/${version}/username-blocks.json`, import.meta.url), 'utf8'))

let database: Database
let actor: string
let seeded: unknown
beforeAll(async () => {
  database = await openDatabase('4.6.5', 'contract')
  actor = (await findActor(database, '4.6.5', 'owner'))?.id ?? ''
  seeded = (
    await database.query(
      'select username, normalized_username, exact, allow_with_approval from username_blocks order by id',
    )
  ).map((row) => Object.values(row))
})
afterAll(() => database.close())
beforeEach(() => database.query('truncate username_blocks, admin_action_logs restart identity'))

/** The changes that calls of a method name, in Ruby's words: `username: "foo", exact: true`. */
function callsOf(expression: string, method: string): readonly Change[] {
  const calls = expression.matchAll(new RegExp(`\\.${method}\\(([^()]*)\\)`, 'g'))
  return [...calls].map(([, args = '']) => changeOf(Object.fromEntries(argsOf(args))))
}

const argsOf = (args: string): [string, unknown][] =>
  [...args.matchAll(/(\w+): ("(?:\\.|[^"\\])*"|\w+)(?: \* (\d+))?/g)].map(([, key = '', value = '', times]) => {
    const parsed: unknown = value === 'nil' ? null : JSON.parse(value)
    return [key, times === undefined ? parsed : String(parsed).repeat(Number(times))]
  })

/** `comparison` is the form's word for `exact`; what the form sends are texts. */
function changeOf({ comparison, normalized_username: _ignored, ...rest }: Readonly<Record<string, unknown>>): Change {
  const exact = comparison === undefined ? {} : { exact: comparison === 'equals' }
  const approved = rest['allow_with_approval']
  const allow = typeof approved === 'string' ? { allow_with_approval: approved === '1' } : {}
  return { ...rest, ...exact, ...allow }
}

const create = (change: Change): Promise<string> => createUsernameBlock(database, actor, change)
async function update(id: string, change: Change): Promise<void> {
  const [row] = await findUsernameBlocks(database, id)
  if (row !== undefined) await updateUsernameBlock(database, actor, row, change)
}

async function destroy(id: string): Promise<void> {
  for (const row of await findUsernameBlocks(database, id)) await destroyUsernameBlock(database, actor, row)
}

/** What Ruby says of a record that was not saved; its own errors by their class. */
async function saving(work: () => Promise<unknown>): Promise<{ readonly messages: readonly string[] } | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof Invalid) return { messages: error.message.replace('Validation failed: ', '').split(', ') }
    throw error
  }
}

/** The class of Ruby's error that ours stands for. */
const raised = (error: unknown): string =>
  error instanceof Error && /duplicate key/.test(error.message) ? 'ActiveRecord::RecordNotUnique' : 'ArgumentError'

async function answerTo({ name, expression = '', answer }: Recorded): Promise<unknown> {
  if (name === 'what a new server has') return seeded
  if (name === 'indexes') {
    const rows = await database.query(
      "select indexdef from pg_indexes where tablename = 'username_blocks' order by indexname",
    )
    return rows.map(({ indexdef }) => indexdef)
  }
  if (name === 'normalised') return Object.fromEntries(namesIn(answer).map((one) => [one, comparedUsername(one)]))
  if (name.startsWith('homoglyphs') || name.startsWith('names that')) return eachSaved(name, answer)
  const ids = []
  for (const change of callsOf(expression, 'create!')) ids.push(await create(change))
  if (name.startsWith('hits: ')) {
    const all = namesIn(answer).map(async (one) => [one, [await hits(one, false), await hits(one, true)]] as const)
    return Object.fromEntries(await Promise.all(all))
  }
  const [unsaved] = callsOf(expression, 'new')
  if (unsaved !== undefined) return tried(expression, unsaved)
  if (expression.includes('.destroy!')) await destroy(ids.at(-1) ?? '')
  const [change] = callsOf(expression, 'update')
  if (change !== undefined) return updated(ids.at(-1) ?? '', change, answer)
  return answer
}

const namesIn = (answer: unknown): readonly string[] => Object.keys(answer as object)
const hits = (name: string, approved: boolean): Promise<boolean> => hitsUsername(database, name, approved)

/** A new record: whether it is valid, what is wrong, and whether it was saved. */
async function tried(expression: string, change: Change): Promise<unknown> {
  const complaints = await usernameComplaints(database, null, change.username ?? null)
  if (expression.endsWith('.valid?')) return complaints.length === 0
  const failed = await saving(() => create(change))
  const attributes = [...new Set(complaints.map(({ attribute }) => attribute))]
  return [complaints.length === 0, attributes, failed?.messages ?? [], failed === null]
}

async function updated(id: string, change: Change, answer: unknown): Promise<unknown> {
  const failed = await saving(() => update(id, change))
  // Which columns changed is in `after`.
  return failed === null ? [true, (answer as readonly unknown[])[1]] : [false, failed.messages]
}

/** Names that are saved one after the other: whether that went well, and as what. */
async function eachSaved(name: string, answer: unknown): Promise<unknown> {
  const isExact = name.startsWith('names that')
  const results = []
  for (const [username = ''] of answer as readonly (readonly string[])[]) {
    const saved = (await saving(() => create({ username, exact: isExact }))) === null
    const compared = saved ? comparedUsername(username) : null
    results.push(isExact ? [username, saved, username, compared] : [username, true, saved, compared])
  }
  return results
}

async function pageAnswer({ method, path, body }: PageRequest): Promise<PageResponse> {
  const change = changeOf(body.username_block ?? {})
  const act = async (): Promise<void> => {
    for (const id of body.form_username_block_batch?.username_block_ids ?? []) await destroy(id)
    if (method === 'PATCH') await update(path.split('/').at(-1) ?? '', change)
    else if (body.username_block !== undefined) await create(change)
  }
  try {
    const failed = await saving(act)
    return failed === null ? { status: 302 } : { status: 200, body: failed }
  } catch {
    return { status: 500 }
  }
}

/** The rows, without times: only whether they changed after they were made. */
const ROWS = `select id::int, username, normalized_username, exact, allow_with_approval,
  updated_at > created_at as changed from username_blocks order by id`
const LOGS = `select l.id::int, action, target_type, target_id::int, human_identifier, username as account_id
  from admin_action_logs l join accounts a on a.id = l.account_id order by l.id`

/** Times, what is empty for these, and columns of 4.7 that stay empty. */
const UNCOMPARED: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'permalink',
  'route_param',
  'recorded_changes',
  'recorded_changes_format',
])

describe.each(['4.5.15', '4.6.5', '4.7.0'])('username blocks, as a real Mastodon %s', (version) => {
  test.each(recorded(version))('$name', async (entry) => {
    if (entry.steps === undefined) {
      const ours = await answerTo(entry).catch((error: unknown) => ({ raised: raised(error) }))
      const { answer } = entry
      const theirs =
        typeof answer === 'object' && answer !== null && 'raised' in answer ? { raised: answer.raised } : answer
      expect(ours).toEqual(theirs)
    }
    for (const { request, response } of entry.steps ?? []) {
      const { status, body } = response
      const messages = body === undefined ? {} : { body: { messages: body.messages } }
      expect(await pageAnswer(request)).toEqual({ status, ...messages })
    }
    const { username_blocks: rows = [], admin_action_logs: logs = [] } = entry.after
    expect(await database.query(ROWS)).toEqual(
      rows.map(({ created_at: made, updated_at: at, ...row }) => ({ ...row, changed: made !== at })),
    )
    if (entry.steps === undefined) return
    expect(await database.query(LOGS)).toEqual(
      logs.map((log) => Object.fromEntries(Object.entries(log).filter(([column]) => !UNCOMPARED.has(column)))),
    )
  })
})

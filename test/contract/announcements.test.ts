import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DatabaseSession } from '../../src/sandbox/database.ts'
import { Invalid, Refusal } from '../../src/sandbox/failure.ts'
import { handOf } from '../../src/sandbox/web-interface.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { Declined } from '../../src/sandbox/connections/writing.ts'
import type { Version } from '../../src/sandbox/versions.ts'
import { PROGRAMS, type Form } from './announcement-programs.ts'
import { differences, startPairs } from './compare.ts'
import { announcements, leftOut, type AnnouncementEntry, type PageStep } from './recorded.ts'
import { asking } from './replaying.ts'

const DAY = 86_400_000
const LEFT = new Set(leftOut.filter(({ file }) => file === 'announcements').map(({ step }) => step))

/** By the version that was recorded, the embedded one that must answer so. */
const REPLAYED: readonly (readonly [recorded: '4.4.22' | '4.5.15' | '4.6.5' | '4.7.0', embedded: Version])[] = [
  ['4.4.22', '4.4.22'],
  ['4.5.15', '4.6.5'],
  ['4.6.5', '4.6.5'],
  ['4.7.0', '4.6.5'],
]

/** Moves all times, so that what was to come then is to come now. */
function moved<T>(value: T, clock: string): T {
  const days = Math.ceil((Date.now() - Date.parse(clock)) / DAY)
  const text = JSON.stringify(value).replaceAll(/\b2026-1[12]-\d\d(?=[T"\\ ])/g, (day) =>
    new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10),
  )
  return JSON.parse(text)
}

/** The times at which something was done say only that it was. What the worker leaves stands under `worked`. */
const row = (worked: boolean) => (one: Readonly<Record<string, unknown>>) => {
  const { status_ids, updated_at: _, ...kept } = one
  const stamped = ['created_at', 'published_at', 'notification_sent_at']
  const said = Object.entries(kept).map(([name, value]) => [name, stamped.includes(name) ? value !== null : value])
  return { ...Object.fromEntries(said), ...(worked ? { status_ids } : {}) }
}

const entry = ({
  action,
  target_id,
  target_type,
  human_identifier,
  account_id,
}: Readonly<Record<string, unknown>>) => ({
  action,
  target_id,
  target_type,
  human_identifier,
  account_id,
})

describe.each(REPLAYED)('announcements as Mastodon %s has them, on the embedded %s', (recorded, version) => {
  const { clock, entries } = announcements(recorded)
  const kept = moved(
    entries.filter(({ name }) => !LEFT.has(name)),
    clock,
  )
  const pages = kept.flatMap((one) => ('steps' in one ? [one] : []))
  const expressions = kept.flatMap((one) => ('expression' in one ? [one] : []))
  const requests = kept.flatMap((one) => ('request' in one ? [one] : []))
  const on = (time: string): string => moved(time, clock)
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ version })
  })
  afterAll(() => sandbox.close())
  beforeEach(() => sandbox.query('truncate announcements, admin_action_logs restart identity'))

  const rows = async (session: DatabaseSession, worked: boolean): Promise<readonly object[]> =>
    (await session.query<{ a: Record<string, unknown> }>('select to_jsonb(a) as a from announcements a order by id'))
      .map(({ a }) => a)
      .map(row(worked))
  const wanted = ({ after }: AnnouncementEntry, worked: boolean) => (after.announcements ?? []).map(row(worked))

  test.each(expressions)('$name', async (one) => {
    const program = PROGRAMS[one.name] ?? expect.fail('no program: say why in left-out.json')
    const [answer, after] = await sandbox.transaction(async (session) => [
      await program(session, on).catch(raised),
      await rows(session, true),
    ])
    expect(answer).toEqual(one.answer)
    expect(after).toEqual(wanted(one, true))
  })

  test.each(pages)('$name', async (one) => {
    const before = sandbox.queue.enqueued().length
    const [role] = await sandbox.query<{ id: string }>("select id::text from user_roles where name = 'Admin'")
    if (one.prepare !== undefined)
      await sandbox.query(
        `update users set role_id = $1
         where account_id = (select id from accounts where username = $2 and domain is null)`,
        [role?.id, one.as],
      )
    for (const step of one.steps) expect(await clicked(sandbox, one.as, step)).toEqual(said(step))
    expect(await rows(sandbox, false)).toEqual(wanted(one, false))
    const logs = await sandbox.query(
      `select l.action, l.target_id::int, l.target_type, l.human_identifier, a.username as account_id
       from admin_action_logs l join accounts a on a.id = l.account_id order by l.id`,
    )
    expect(logs).toEqual((one.after.admin_action_logs ?? []).map(entry))
    const jobs = (one.after.jobs ?? []).map((job) => ({ worker: job.class, args: job.args }))
    expect(sandbox.queue.enqueued().slice(before)).toEqual(jobs)
  })

  test.each(requests)('$name', async ({ name, request: { method, path, token }, response }) => {
    await sandbox.transaction(async (session) => PROGRAMS[name]?.(session, on))
    // The token of the owner is called after what it was first for.
    const answer = await asking(sandbox)(method, path, token === 'owner' ? 'burn' : token)
    expect(answer.status).toBe(response.status)
    expect(differences(unnumbered(response.body), unnumbered(await answer.json()), path, startPairs())).toEqual([])
  })
})

/** Accounts have other numbers here. */
const unnumbered = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === 'mentions' && Array.isArray(value) ? value.map((one: object) => ({ ...one, id: null })) : value,
  )

const raised = (error: unknown): object => {
  if (!(error instanceof Invalid)) throw error
  return { raised: 'ActiveRecord::RecordInvalid', message: error.message }
}

/** What matters of an answer of the web interface: its status, and what the form says. */
const said = ({ response }: PageStep): object =>
  response.body === undefined
    ? { status: response.status }
    : { status: response.status, messages: response.body.messages }

/** Clicks what a recorded request asked for. */
async function clicked(sandbox: Sandbox, who: string, { request }: PageStep): Promise<object> {
  const hand = handOf(sandbox, who)
  const [, id, action = ''] = /^\/admin\/announcements(?:\/(\d+))?(?:\/(\w+))?$/.exec(request.path) ?? []
  const [found] = await sandbox.query<{ text: string }>('select text from announcements where id = $1', [id ?? '0'])
  const [text, form] = [found?.text ?? 'gone', formOf(request.body?.announcement ?? {})]
  const clicks: Readonly<Record<string, () => Promise<void>>> = {
    'POST ': () => hand.announce(form),
    'PATCH ': () => hand.changeAnnouncement(text, form),
    'DELETE ': () => hand.removeAnnouncement(text),
    'POST publish': () => hand.publishAnnouncement(text),
    'POST unpublish': () => hand.unpublishAnnouncement(text),
    'POST distribution': () => hand.mailAnnouncement(text),
  }
  try {
    await (clicks[`${request.method} ${action}`] ?? expect.fail(`no click: ${action}`))()
    return { status: 302 }
  } catch (error) {
    if (error instanceof Invalid) return { status: 200, messages: messagesOf(error) }
    if (error instanceof Refusal) return { status: error.status }
    if (error instanceof Declined) return { status: 404 }
    throw error
  }
}

const messagesOf = ({ message }: Invalid): readonly string[] => message.replace('Validation failed: ', '').split(', ')

/** The form permits these, and a box that is ticked says "1". */
function formOf(sent: Readonly<Record<string, string>>): Form {
  const { all_day, published: _published, ...form } = sent
  return { ...form, ...(all_day === undefined ? {} : { all_day: all_day === '1' }) }
}

import { announcementHtml } from '../api/rendering.ts'
import { anyone } from '../api/route.ts'
import { already, done, pick, rowFor, type DoneResult, type Scene, type WriteScope } from '../connections/writing.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, NOT_ALLOWED, Refusal, type Complaint } from '../failure.ts'
import { time, type HttpAnswer, type Call } from '../http.ts'
import type { Fields, PersonScope, SandboxKind, UnfinishedObject, Write } from '../kind.ts'
import { record } from '../models/audit.ts'
import type { QueuedJob } from '../queue.ts'
import { one } from '../rows.ts'
import { memberOf } from '../tokens.ts'

/** What the form of the web interface has. Text that is no time counts as none. */
export interface AnnouncementForm {
  readonly text?: string
  readonly starts_at?: string | null
  readonly ends_at?: string | null
  readonly scheduled_at?: string | null
  readonly all_day?: boolean
}

export interface AnnouncementRow extends Row {
  readonly id: string
  readonly text: string
  readonly starts_at: string | null
  readonly ends_at: string | null
  readonly scheduled_at: string | null
  readonly all_day: boolean
  readonly published: boolean
  readonly notified: boolean
  readonly over: boolean
}

const COLUMNS = `id::text, text, all_day, published, ${time('starts_at')} as starts_at, ${time('ends_at')} as ends_at,
  ${time('scheduled_at')} as scheduled_at, notification_sent_at is not null as notified,
  coalesce(ends_at <= now(), false) as over`

const PUBLISHING = 'PublishScheduledAnnouncementWorker'
const REMOVING = 'UnpublishAnnouncementWorker'
const MAILING = 'Admin::DistributeAnnouncementNotificationWorker'

/** By their numbers. */
export const listAnnouncements = (session: DatabaseSession): Promise<readonly AnnouncementRow[]> =>
  session.query<AnnouncementRow>(`select ${COLUMNS} from announcements order by id`)

const rowOf = async (session: DatabaseSession, id: string | null): Promise<AnnouncementRow | undefined> =>
  (await listAnnouncements(session)).find((row) => row.id === id)

/** What the model says: a text, and both times or none. */
export function announcementComplaints(form: AnnouncementForm): readonly Complaint[] {
  const blank = (attribute: string): Complaint => ({ attribute, message: "can't be blank" })
  const has = (value: string | null | undefined): boolean => (value ?? '') !== ''
  return [
    ...((form.text ?? '').trim() === '' ? [blank('text')] : []),
    ...(has(form.ends_at) && !has(form.starts_at) ? [blank('starts_at')] : []),
    ...(has(form.starts_at) && !has(form.ends_at) ? [blank('ends_at')] : []),
  ]
}

/** A new one is published unless it is scheduled for later, whatever else was asked for. */
export async function createAnnouncement(session: DatabaseSession, form: AnnouncementForm): Promise<AnnouncementRow> {
  demand(announcementComplaints(form))
  const { text = '', starts_at, ends_at, scheduled_at, all_day = false } = form
  const [made] = await session.query<{ readonly id: string }>(
    `insert into announcements (text, starts_at, ends_at, scheduled_at, all_day, published, published_at, created_at,
       updated_at)
     select $1, $2::timestamp, $3::timestamp, later.at, $5, later.at is null or later.at < now(),
       case when later.at is null or later.at < now() then now() end, now(), now()
     from (select $4::timestamp as at) later returning id::text`,
    [text, timeOrNull(starts_at), timeOrNull(ends_at), timeOrNull(scheduled_at), all_day],
  )
  return one([await rowOf(session, made?.id ?? null)], text)
}

const timeOrNull = (value: string | null | undefined): string | null => ((value ?? '') === '' ? null : (value ?? null))

/** Changes what is given; without a change nothing is touched. */
export async function changeAnnouncement(
  session: DatabaseSession,
  row: AnnouncementRow,
  form: AnnouncementForm,
): Promise<AnnouncementRow> {
  const next = { ...row, ...form }
  demand(announcementComplaints(next))
  await session.query(
    `update announcements set text = $2, starts_at = $3::timestamp, ends_at = $4::timestamp,
       scheduled_at = $5::timestamp, all_day = $6, updated_at = now()
     where id = $1::bigint and (text, starts_at, ends_at, scheduled_at, all_day)
       is distinct from ($2, $3::timestamp, $4::timestamp, $5::timestamp, $6)`,
    [
      row.id,
      next.text,
      timeOrNull(next.starts_at),
      timeOrNull(next.ends_at),
      timeOrNull(next.scheduled_at),
      next.all_day,
    ],
  )
  return one([await rowOf(session, row.id)], row.text)
}

export async function publishAnnouncement(session: DatabaseSession, row: AnnouncementRow): Promise<void> {
  demand(announcementComplaints(row))
  await session.query(
    `update announcements set published = true, published_at = now(), scheduled_at = null, updated_at = now()
     where id = $1::bigint`,
    [row.id],
  )
}

export async function unpublishAnnouncement(session: DatabaseSession, row: AnnouncementRow): Promise<void> {
  demand(announcementComplaints(row))
  await session.query(
    'update announcements set published = false, scheduled_at = null, updated_at = now() where id = $1::bigint',
    [row.id],
  )
}

export const destroyAnnouncement = (session: DatabaseSession, row: AnnouncementRow): Promise<unknown> =>
  session.query('delete from announcements where id = $1::bigint', [row.id])

/** The worker publishes whatever it is given; it fails over one that is gone. */
export const publishing = (id: string): QueuedJob => ({
  worker: PUBLISHING,
  calls: [[Number(id)]],
  run: async (session) => {
    await session.query(
      `update announcements set status_ids = '{}', updated_at = now() where id = $1::bigint and status_ids is null`,
      [id],
    )
    const row = await rowOf(session, id)
    if (row?.published === false) await publishAnnouncement(session, row)
  },
})

const removing = (id: string): QueuedJob => ({ worker: REMOVING, calls: [[Number(id)]] })

async function orderMail({ session, later }: Scene, { id }: AnnouncementRow): Promise<void> {
  await session.query(
    'update announcements set notification_sent_at = now(), updated_at = now() where id = $1::bigint',
    [id],
  )
  later({ worker: MAILING, calls: [[Number(id)]] })
}

const log = (session: DatabaseSession, actor: string, action: string, row: AnnouncementRow): Promise<void> =>
  record(session, actor, [{ action, type: 'Announcement', id: row.id, name: row.text }])

async function showAnnouncements({ session, token }: Call): Promise<HttpAnswer> {
  memberOf(token)
  const rows = await session.query<AnnouncementRow & { readonly published_at: string; readonly updated_at: string }>(
    `select ${COLUMNS}, ${time('published_at')} as published_at, ${time('updated_at')} as updated_at
     from announcements where published order by coalesce(starts_at, scheduled_at, published_at, created_at)`,
  )
  const shown = rows.map(async ({ id, text, starts_at, ends_at, all_day, published_at, updated_at }) => {
    const { content, mentions, tags } = await announcementHtml(session, text)
    const own = { id, content, starts_at, ends_at, all_day, published_at, updated_at, read: false }
    return { ...own, mentions, statuses: [], tags, emojis: [], reactions: [] }
  })
  return { body: await Promise.all(shown) }
}

const WRITTEN = ['text', 'starts_at', 'ends_at', 'all_day']

const liveAnnouncement = ({ text, starts_at, ends_at, all_day, published, notified }: AnnouncementRow): Fields => ({
  text,
  starts_at,
  ends_at,
  all_day: all_day && starts_at !== null,
  published,
  notified,
})

async function writeAnnouncement(writing: WriteScope, write: Write): Promise<DoneResult> {
  const { session } = writing
  if (write.action === 'delete') return removeAnnouncement(writing, write)
  const id = await (write.action === 'create' ? publishNew(writing, write) : changeOne(writing, write))
  const row = await rowOf(session, id)
  if (write.set['notify_members'] === true && row?.published === true && !row.notified) await orderMail(writing, row)
  const after = await rowOf(session, id)
  return done(id, after && liveAnnouncement(after))
}

async function publishNew({ session, actor, later }: WriteScope, write: Write): Promise<string> {
  const present = (await listAnnouncements(session)).find(
    ({ text, published, over }) => published && !over && text === write.set['text'],
  )
  const ours = already(write, present && { id: present.id, live: liveAnnouncement(present) })
  if (ours !== undefined) return present?.id ?? ''
  const row = await createAnnouncement(session, pick(write.set, WRITTEN))
  await log(session, actor.id, 'create', row)
  later(publishing(row.id))
  return row.id
}

async function changeOne({ session, actor, later }: WriteScope, write: Write): Promise<string> {
  const row = one([rowFor(write, await rowOf(session, write.serverId), liveAnnouncement)], write.name)
  const change = pick(write.set, WRITTEN)
  const again = write.set['published'] === true
  if (Object.keys(change).length === 0 && !again) return row.id
  const next = await changeAnnouncement(session, row, change)
  if (again) await publishAnnouncement(session, next)
  await log(session, actor.id, 'update', next)
  if (again || next.published) later(publishing(row.id))
  return row.id
}

async function removeAnnouncement({ session, actor, later }: WriteScope, write: Write): Promise<DoneResult> {
  const row = rowFor(write, await rowOf(session, write.serverId), liveAnnouncement)
  if (row === undefined) return done(write.serverId)
  await destroyAnnouncement(session, row)
  await log(session, actor.id, 'destroy', row)
  if (row.published) later(removing(row.id))
  return done(row.id)
}

/** One that was taken back, or that somebody has changed since, owes nothing. */
async function settleAnnouncements({ session, later }: Scene, owed: readonly UnfinishedObject[]): Promise<number> {
  const due = (await listAnnouncements(session)).filter((row) => {
    const live = liveAnnouncement(row)
    return row.published && owed.some(({ fields }) => Object.entries(fields).every(([f, v]) => (live[f] ?? null) === v))
  })
  for (const { id } of due) later(publishing(id))
  return due.length
}

/** The announcement of that text, for a person who may see the list. */
const named = async (session: DatabaseSession, text: string): Promise<AnnouncementRow> =>
  one(
    (await listAnnouncements(session)).filter((row) => row.text === text),
    text,
  )

/** What staff tells all members, above their timelines. */
export const announcement = {
  tables: `
    create table announcements (
      id bigserial primary key, text text not null default '', published boolean not null default false,
      all_day boolean not null default false, scheduled_at timestamp, starts_at timestamp, ends_at timestamp,
      created_at timestamp(6) not null, updated_at timestamp(6) not null, published_at timestamp, status_ids bigint[],
      notification_sent_at timestamp(6)
    );`,
  readable: ['announcements'],
  // Any member's token will do, whatever its scopes.
  routes: [anyone('/api/v1/announcements', showAnnouncements)],
  writes: { announcements: writeAnnouncement },
  settles: { announcement: settleAnnouncements },
  clicks: {
    announce: async ({ session, actor, later }: PersonScope, form: AnnouncementForm) => {
      const row = await createAnnouncement(session, form)
      await log(session, actor.id, 'create', row)
      if (row.published) later(publishing(row.id))
    },
    changeAnnouncement: async ({ session, actor, later }: PersonScope, text: string, form: AnnouncementForm) => {
      const row = await changeAnnouncement(session, await named(session, text), form)
      await log(session, actor.id, 'update', row)
      if (row.published) later(publishing(row.id))
    },
    publishAnnouncement: async ({ session, actor, later }: PersonScope, text: string) => {
      const row = await named(session, text)
      await publishAnnouncement(session, row)
      await log(session, actor.id, 'update', row)
      later(publishing(row.id))
    },
    unpublishAnnouncement: async ({ session, actor, later }: PersonScope, text: string) => {
      const row = await named(session, text)
      await unpublishAnnouncement(session, row)
      await log(session, actor.id, 'update', row)
      later(removing(row.id))
    },
    removeAnnouncement: async ({ session, actor, later }: PersonScope, text: string) => {
      const row = await named(session, text)
      await destroyAnnouncement(session, row)
      await log(session, actor.id, 'destroy', row)
      if (row.published) later(removing(row.id))
    },
    mailAnnouncement: async (person: PersonScope, text: string) => {
      const row = await named(person.session, text)
      if (!row.published || row.notified) throw new Refusal(403, NOT_ALLOWED)
      await orderMail(person, row)
    },
  },
  jobs: [PUBLISHING, REMOVING, MAILING],
} satisfies SandboxKind

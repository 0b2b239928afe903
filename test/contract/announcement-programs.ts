import type { DatabaseSession } from '../../src/sandbox/database.ts'
import {
  announcementComplaints,
  changeAnnouncement,
  createAnnouncement,
  destroyAnnouncement,
  listAnnouncements,
  publishAnnouncement,
  publishing,
  unpublishAnnouncement,
  type AnnouncementForm as Form,
  type AnnouncementRow,
} from '../../src/sandbox/kinds/announcement.ts'
import { FLAGS } from '../../src/sandbox/permissions.ts'

export type { Form }

/** Does what a recorded expression does; `on` moves its times. */
type Program = (session: DatabaseSession, on: (recorded: string) => string) => Promise<unknown>
type On = Parameters<Program>[1]

const TIMES = ['starts_at', 'ends_at', 'scheduled_at'] as const
const COMPARED = ['all_day', 'text', ...TIMES] as const

const formOf = (form: Form, on: On): Form => ({
  ...form,
  ...Object.fromEntries(TIMES.flatMap((name) => (form[name] ? [[name, on(form[name])]] : []))),
})

/** A new one, and then what is done to it. */
const made =
  (form: Form, act: (row: AnnouncementRow, session: DatabaseSession, on: On) => Promise<unknown>): Program =>
  async (session, on) =>
    act(await createAnnouncement(session, formOf(form, on)), session, on)

const created = (form: Form): Program => made(form, async ({ published }) => published)

/** What the model says to a new one: whether it is valid, why not, and that it would be published. */
const judged =
  (form: Form): Program =>
  async () => {
    const complaints = announcementComplaints(form)
    return [...judgement(complaints), true]
  }

const judgement = (complaints: ReturnType<typeof announcementComplaints>): readonly unknown[] => [
  complaints.length === 0,
  complaints.map(({ attribute }) => attribute),
  complaints.map(({ attribute, message }) => `${WORDS[attribute]} ${message}`),
]
const WORDS: Readonly<Record<string, string>> = { text: 'Text', starts_at: 'Starts at', ends_at: 'Ends at' }

/** What an update of it saves. */
const updated = (form: Form, change: Form): Program =>
  made(form, async (row, session, on) => {
    const next = await changeAnnouncement(session, row, formOf(change, on))
    const saved: string[] = COMPARED.filter((field) => next[field] !== row[field])
    return [true, saved.length === 0 ? [] : [...saved, 'updated_at'].toSorted()]
  })

const rescheduled = (form: Form, scheduled_at: string): Program =>
  made(form, async (row, session, on) => {
    const { published } = await changeAnnouncement(session, row, formOf({ scheduled_at }, on))
    return [true, published]
  })

/** What the model says to an update. */
const refused = (form: Form, change: Form): Program =>
  made(form, async (row) => judgement(announcementComplaints({ ...row, ...change })))

const after = (form: Form, ...acts: readonly (typeof publishAnnouncement)[]): Program =>
  made(form, async (row, session) => {
    for (const act of acts) await act(session, row)
    return true
  })

const worked = (form: Form, times: number, ...acts: readonly (typeof publishAnnouncement)[]): Program =>
  made(form, async (row, session) => {
    for (const act of acts) await act(session, row)
    for (let n = 0; n < times; n += 1) await publishing(row.id).run?.(session)
    return 1
  })

const TOMORROW = { starts_at: '2026-12-01', ends_at: '2026-12-02' }
const SCHEDULED = { text: 'T', scheduled_at: '2026-12-01T10:00:00Z' }
const PAST = { text: 'T', starts_at: '2026-11-01', ends_at: '2026-11-02' }

/** By the name of the recorded expression. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  'created with a text': created({ text: 'Hello' }),
  'created with starts and ends': created({
    text: 'T',
    starts_at: '2026-12-01T10:00:00Z',
    ends_at: '2026-12-01T12:00:00Z',
  }),
  'created for all day': created({ text: 'T', ...TOMORROW, all_day: true }),
  'created for all day without times': created({ text: 'T', all_day: true }),
  'created with ends before starts': created({ text: 'T', starts_at: '2026-12-02', ends_at: '2026-12-01' }),
  'created with ends in the past': created(PAST),
  'only starts': judged({ text: 'T', starts_at: '2026-12-01' }),
  'only ends': judged({ text: 'T', ends_at: '2026-12-01' }),
  'empty text': judged({ text: '' }),
  'text of blanks and line breaks': judged({ text: ' \r\n\t\u3000' }),
  'no text given': judged({}),
  'text of zero width spaces': judged({ text: '\u200b' }),
  'text of a million characters': made({ text: 'x'.repeat(1_000_000) }, async (row, session) => {
    await destroyAnnouncement(session, row)
    return row.text.length
  }),
  'text is kept as given': made({ text: '  a\r\nb\t<b>&amp; ' }, async ({ text }) => text),
  'two with one text': async (session) => {
    for (const text of ['Same', 'Same']) await createAnnouncement(session, { text })
    return (await listAnnouncements(session)).length
  },
  'scheduled in the future': created(SCHEDULED),
  'scheduled in the past': created({ text: 'T', scheduled_at: '2026-11-01T10:00:00Z' }),
  'fractions of a second are stored': created({
    text: 'T',
    starts_at: '2026-12-01T10:00:00.123456Z',
    ends_at: '2026-12-01T10:00:00.987654Z',
  }),
  'update of the text': updated({ text: 'T' }, { text: 'U' }),
  'update to the same text': updated({ text: 'T' }, { text: 'T' }),
  'update of the times': updated({ text: 'T' }, { ...TOMORROW, all_day: true }),
  'update to no times': updated({ text: 'T', ...TOMORROW, all_day: true }, { starts_at: null, ends_at: null }),
  'update to only starts': refused({ text: 'T' }, { starts_at: '2026-12-01' }),
  'update to only ends': refused({ text: 'T', ...TOMORROW }, { starts_at: null }),
  'update to an empty text': refused({ text: 'T' }, { text: '' }),
  'update of the schedule of a published one': rescheduled({ text: 'T' }, '2026-12-05T10:00:00Z'),
  'update of the schedule of a scheduled one': rescheduled(SCHEDULED, '2026-12-05T10:00:00Z'),
  'update of a scheduled one to no schedule': rescheduled(SCHEDULED, ''),
  'update of a scheduled one to a schedule in the past': rescheduled(SCHEDULED, '2026-11-01T10:00:00Z'),
  'publish! of a scheduled one': after(SCHEDULED, publishAnnouncement),
  'publish! of a published one': after({ text: 'T' }, publishAnnouncement),
  'unpublish! of a published one': after({ text: 'T', ...TOMORROW }, unpublishAnnouncement),
  'unpublish! of a scheduled one': after(SCHEDULED, unpublishAnnouncement),
  'unpublish! and publish! again': after({ text: 'T' }, unpublishAnnouncement, publishAnnouncement),
  'publish! of an expired one': after(PAST, unpublishAnnouncement, publishAnnouncement),
  'publish! of an invalid row': made({ text: 'T' }, async (row, session) => {
    await session.query("update announcements set text = ''")
    return publishAnnouncement(session, { ...row, text: '' })
  }),
  'permission bits': async () =>
    Object.fromEntries(['manage_announcements', 'manage_blocks', 'manage_settings'].map((key) => [key, FLAGS[key]])),
  'publish worker: a published one': worked({ text: 'See https://herd.example/@mod by @mod #news <b>' }, 1),
  'publish worker: once more': worked({ text: 'T' }, 2),
  'publish worker: one scheduled for tomorrow': worked({ text: 'T', scheduled_at: '2026-12-01T12:00:00Z' }, 1),
  'publish worker: a draft': worked({ text: 'T' }, 1, unpublishAnnouncement),
  'API: as a member sees them': async (session, on) => {
    const text = 'Hello <b>\n\nSee https://herd.example/about by @mod #news :x:'
    await createAnnouncement(session, { text })
    await createAnnouncement(session, formOf({ text: 'soon', scheduled_at: '2026-12-02T12:00:00Z' }, on))
    const later = { starts_at: '2026-12-01T12:00:00Z', ends_at: '2026-12-01T13:00:00Z', all_day: true }
    await createAnnouncement(session, formOf({ text: 'starts later', ...later }, on))
    await unpublishAnnouncement(session, await createAnnouncement(session, { text: 'draft' }))
    const ended = { starts_at: '2026-11-29T11:00:00Z', ends_at: '2026-11-30T11:58:20Z' }
    await createAnnouncement(session, formOf({ text: 'ended', ...ended }, on))
  },
  'API: without a token': created({ text: 'Hello' }),
}

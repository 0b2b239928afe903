import type { Field } from '../../../../instance/field.ts'
import { claimOf } from '../../../../reconcile/claims.ts'
import { equal } from '../../../../reconcile/equal.ts'
import type { Announcement } from '../../../../instance/documents.ts'
import type { DraftStep } from '../../../../reconcile/kind.ts'
import type { Intent } from '../../../../reconcile/ledger/types.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import type { Fields, Value } from '../../../../instance/values.ts'
import { changed, current, hasEnded, managed, rowsOf, send, setOf, text, untilTime } from '../common.ts'
import { keysInLedger, keysOf } from '../keys.ts'
import type { MastodonKind } from '../../kind.ts'
import { fileRules } from './file-rules.ts'
import { flag, id, maybe, table, text as string, time, type RowOf } from '../../table.ts'
import type { Write } from '../../tables.ts'
import {
  ANNOUNCEMENT,
  ANNOUNCEMENT_WORDS,
  draftsOfAnnouncements,
  mailAboutAnnouncement,
  MAILS_MEMBERS,
  publicationOf,
  SHOWN_AGAIN,
  SHOWN_AT_ONCE,
  TAKEN_AWAY,
} from './texts.ts'
import { SIDEKIQ } from '../texts.ts'

const FILE = 'announcements.yaml'
const SECOND = 1000

export const ANNOUNCEMENTS = table('announcements', 'announcements', new URL('read.sql', import.meta.url), {
  id,
  text: string,
  all_day: flag,
  published: flag,
  starts_at: maybe(time),
  ends_at: maybe(time),
  notification_sent_at: maybe(time),
  created_at: time,
})
type Row = RowOf<typeof ANNOUNCEMENTS>

const FIELDS: readonly Field[] = [
  { name: 'text', form: 'text', required: true, main: true },
  { name: 'starts_at', key: 'from', form: 'moment' },
  { name: 'ends_at', key: 'until', form: 'moment' },
  { name: 'all_day', form: 'flag' },
  { name: 'published', key: null, form: 'flag' },
  { name: 'notified', key: null, form: 'flag' },
]

const moment = (written: string | undefined): string | null =>
  written === undefined ? null : new Date(untilTime(written)).toISOString()

const fieldsOf = (announcement: Announcement): Fields =>
  managed({
    text: text(announcement.text),
    starts_at: moment(announcement.from),
    ends_at: moment(announcement.until),
    all_day: announcement.all_day ?? false,
    published: true,
    // Managed only if the file asks for it, so that mail goes out once and never by default.
    notified: announcement.notify_members === true ? true : undefined,
  })

const isOver = (row: Row, now: Date): boolean => hasEnded(row.ends_at ?? undefined, now)

const liveFields = (row: Row, now: Date): Fields =>
  managed({
    text: text(row.text),
    starts_at: row.starts_at,
    ends_at: row.ends_at,
    // Without times it means nothing.
    all_day: row.all_day && row.starts_at !== null,
    // Mastodon itself takes back what has ended.
    published: isOver(row, now) ? undefined : row.published,
    notified: row.notification_sent_at === null ? null : true,
  })

/** The columns that a step sets. */
function writtenBy(fields: Fields): Fields {
  const { notified, ...columns } = fields
  return notified === true ? { ...columns, notify_members: true } : columns
}

function writeOf(step: Step): Write {
  const base = { table: 'announcements', serverId: step.serverId, name: step.id } as const
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: writtenBy(step.target) }
  const expect = { ...step.seen, notified: step.seen['notified'] === true }
  if (step.action === 'delete') return { ...base, action: 'delete', expect, set: {} }
  // One that has ended and is given a later end is published again.
  const again = step.seen['published'] === undefined ? { published: true } : {}
  return { ...base, action: 'update', expect, set: { ...writtenBy(setOf(step)), ...again } }
}

/** Whether members see the step: it publishes, or edits what is published. */
const isShown = (step: Pick<DraftStep, 'changes' | 'seen'>): boolean =>
  step.changes.some(({ field }) => field !== 'notified') &&
  (step.seen['published'] !== false || changed(step, 'published'))

function noteOf(step: DraftStep): string {
  if (step.action === 'delete') return TAKEN_AWAY
  const shown = step.action === 'create' ? [SHOWN_AT_ONCE] : isShown(step) ? [SHOWN_AGAIN] : []
  return [...shown, ...(changed(step, 'notified') ? [MAILS_MEMBERS] : [])].join(' ')
}

/** What a write owes to members who are online, and to the addresses of all. A delete is done with its row. */
function owed({ kind, id, action, hazard, changes, seen, target }: Step): readonly Intent[] {
  if (action === 'delete') return []
  const { notified: _notified, ...shown } = action === 'create' ? target : { ...setOf({ changes }), published: true }
  const publication: Intent = {
    kind,
    id,
    action,
    fields: { ...shown, text: target['text'] ?? '' },
    hazard,
    what: publicationOf(id),
    repeatable: true,
  }
  const mail = { ...publication, fields: { notified: true }, what: mailAboutAnnouncement(id), repeatable: false }
  return [...(isShown({ changes, seen }) ? [publication] : []), ...(changed({ changes }, 'notified') ? [mail] : [])]
}

/** The files hold times to the second. */
const same = (field: string, a: Value, b: Value): boolean =>
  (field === 'starts_at' || field === 'ends_at') && typeof a === 'string' && typeof b === 'string'
    ? Math.floor(Date.parse(a) / SECOND) === Math.floor(Date.parse(b) / SECOND)
    : equal(a, b)

export const announcement: MastodonKind = {
  name: 'announcement',
  provider: 'mastodon',
  title: ANNOUNCEMENT,
  sources: [FILE],
  drift: 'report',
  tables: [ANNOUNCEMENTS],
  program: new URL('write.rb', import.meta.url),
  writes: ['console'],
  absence: { is: 'delete' },
  fileRules,
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'announcements',
    name: 'key',
    normal: (key) => key,
    display: (id) => id,
    fields: FIELDS,
    outdated: ({ notified }) => (notified === false ? ['notify_members'] : []),
    spaced: true,
    keyed: true,
  },
  words: ANNOUNCEMENT_WORDS,
  identify: (written) => written,
  adopt: { gone: ({ published }) => published === false },
  bound: [['starts_at', 'ends_at', 'all_day']],
  claims: (instance, now) => {
    const list = instance.documents[FILE]?.announcements
    if (!list) return claimOf(FILE, undefined)
    const objects = current(list, now, (one, i) => ({
      id: one.key,
      fields: fieldsOf(one),
      source: { file: FILE, path: ['announcements', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables, hints) => {
    const rows = rowsOf(tables, ANNOUNCEMENTS)
    const known = keysInLedger(hints)
    const wanted = new Set(hints.desired.map((object) => object.id))
    const stands = (row: Row): boolean => row.published && !isOver(row, hints.now)
    // A draft is a person's own, and one that has ended is gone: neither is an object, unless the files hold it.
    const keys = keysOf(
      rows.filter((row) => stands(row) || known.has(row.id)),
      hints,
    )
    const drafts = rows.filter((row) => !row.published && !isOver(row, hints.now) && !known.has(row.id))
    return {
      objects: rows.flatMap((row) => {
        const key = keys.get(row.id)
        if (key === undefined || !(stands(row) || wanted.has(key))) return []
        const fields = liveFields(row, hints.now)
        return [{ id: key, serverId: row.id, fields, createdAt: row.created_at }]
      }),
      unwritable: drafts.length === 0 ? [] : [draftsOfAnnouncements(drafts.length)],
    }
  },
  same,
  hazard: (step) => (step.action === 'create' || changed(step, 'notified') ? 'irreversible' : 'disruptive'),
  note: (step) => noteOf(step) || undefined,
  owedIn: SIDEKIQ,
  intents: owed,
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}

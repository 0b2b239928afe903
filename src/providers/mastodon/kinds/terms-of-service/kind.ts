import type { Field } from '../../../../instance/field.ts'
import { byName } from '../../../../instance/edit/shapes.ts'
import { claimOf } from '../../../../reconcile/claims.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { about, managed, rowsOf, send, text } from '../common.ts'
import { date, id, maybe, table, text as string, time, type RowOf } from '../../table.ts'
import type { Write } from '../../tables.ts'
import { fileRules } from './file-rules.ts'
import { draftsOfTerms, mailAboutTerms, MAILS_MEMBERS, TERMS, TERMS_WORDS, termsPast, termsPublished } from './texts.ts'
import { SIDEKIQ } from '../texts.ts'

const FILE = 'terms-of-service.yaml'

function writeOf(step: Step): Write {
  const base = { table: 'terms_of_services', serverId: step.serverId, name: step.id } as const
  const { notified, ...fields } = step.target
  const notify = notified === true ? { notify_members: true } : {}
  if (step.action === 'create')
    return { ...base, action: 'create', expect: {}, set: { ...fields, ...notify, effective_date: step.id } }
  return { ...base, action: 'update', expect: { ...step.seen, notified: step.seen['notified'] === true }, set: notify }
}

/** Says how many drafts there are, which no file holds. */
function draftsIn(rows: readonly RowOf<typeof TERMS_OF_SERVICES>[]): string[] {
  const { length } = rows.filter((row) => row.published_at === null)
  return length === 0 ? [] : [draftsOfTerms(length)]
}

export const TERMS_OF_SERVICES = table('terms_of_services', 'terms of service', new URL('read.sql', import.meta.url), {
  id,
  text: string,
  changelog: string,
  effective_date: maybe(date),
  published_at: maybe(time),
  notification_sent_at: maybe(time),
  created_at: time,
})

const FIELDS: readonly Field[] = [
  { name: 'text', form: 'text', required: true },
  { name: 'changelog', form: 'text', required: true },
  { name: 'notified', key: null, form: 'flag' },
]

export const termsOfService: MastodonKind = {
  name: 'terms-of-service',
  provider: 'mastodon',
  title: TERMS,
  sources: [FILE],
  drift: 'report',
  tables: [TERMS_OF_SERVICES],
  program: new URL('write.rb', import.meta.url),
  writes: ['console'],
  absence: { is: 'release', remove: null },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'terms_of_service',
    name: 'effective_date',
    normal: (date) => date,
    display: (id) => id,
    fields: FIELDS,
    outdated: ({ notified }) => (notified === false ? ['notify_members'] : []),
    sort: byName('effective_date'),
    page: (id) => `terms-${id}.md`,
  },
  words: TERMS_WORDS,
  fileRules,
  identify: (written) => written,
  adopt: {},
  bound: [['text', 'changelog', 'notified']],
  claims: (instance) => {
    const versions = instance.documents[FILE]?.terms_of_service
    if (!versions) return claimOf(FILE, undefined)
    const objects = versions.map((version, i) => ({
      id: version.effective_date,
      fields: managed({
        text: text(typeof version.text === 'string' ? version.text : instance.text(version.text.file)),
        changelog: text(version.changelog),
        // Managed only if the file asks for it, so that mail goes out once and never by default.
        notified: version.notify_members === true ? true : undefined,
      }),
      source: { file: FILE, path: ['terms_of_service', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables) => ({
    // A draft is not valid yet, and has no date that could be its id.
    objects: rowsOf(tables, TERMS_OF_SERVICES).flatMap((row) =>
      row.published_at === null || row.effective_date === null
        ? []
        : [
            {
              id: row.effective_date,
              serverId: row.id,
              // Without a mail the field is null: asking for one later overwrites nothing.
              fields: {
                text: text(row.text),
                changelog: text(row.changelog),
                notified: row.notification_sent_at === null ? null : true,
              },
              createdAt: row.created_at,
            },
          ],
    ),
    unwritable: draftsIn(rowsOf(tables, TERMS_OF_SERVICES)),
  }),
  hazard: (step) => (step.changes.some((change) => change.field === 'notified') ? 'irreversible' : 'disruptive'),
  note: (step) => (step.changes.some((change) => change.field === 'notified') ? MAILS_MEMBERS : undefined),
  advice: (step, _tables, { instance, now }) => {
    const today = now.toISOString().slice(0, 10)
    if (step.action === 'create' && step.id < today)
      return [about(step, instance, { code: 'terms-past', severity: 'error', ...termsPast(step.id) })]
    if (step.action !== 'update' || step.changes.every((change) => change.field === 'notified')) return []
    return [about(step, instance, { code: 'terms-published', severity: 'error', ...termsPublished(step.id) })]
  },
  owedIn: SIDEKIQ,
  intents: ({ kind, id, action, hazard, changes }) =>
    changes.some(({ field, after }) => field === 'notified' && after === true)
      ? [{ kind, id, action, fields: { notified: true }, hazard, what: mailAboutTerms(id), repeatable: false }]
      : [],
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}

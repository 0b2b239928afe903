import { claimOf } from '../../../../reconcile/claims.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { about, managed, rowsOf, send, text } from '../common.ts'
import type { Rows, Write } from '../../tables.ts'

const FILE = 'terms-of-service.yaml'

function writeOf(step: Step): Write {
  const base = { table: 'terms_of_services', serverId: step.serverId, name: step.id } as const
  const { notified, ...fields } = step.target
  const notify = notified === true ? { notify_members: true } : {}
  if (step.action === 'create')
    return { ...base, action: 'create', expect: {}, set: { ...fields, ...notify, effective_date: step.id } }
  return { ...base, action: 'update', expect: { ...step.seen, notified: step.seen['notified'] === true }, set: notify }
}

/** Drafts are nobody's word yet. */
function draftsIn(rows: readonly Rows['terms_of_services'][]): string[] {
  const { length } = rows.filter((row) => row.published_at === null)
  if (length === 0) return []
  const drafts = length === 1 ? '1 draft of the terms of service was' : `${length} drafts of the terms of service were`
  return [`${drafts} not taken over: the files hold what is published.`]
}

export const termsOfService: MastodonKind = {
  name: 'terms-of-service',
  provider: 'mastodon',
  title: { one: 'version of the terms of service', many: 'versions of the terms of service' },
  sources: [FILE],
  drift: 'report',
  tables: ['terms_of_services'],
  writes: ['console'],
  absence: { is: 'release', remove: null },
  bound: [['text', 'changelog', 'notified']],
  claims: (instance) => {
    const versions = instance.documents[FILE]?.terms_of_service
    if (!versions) return claimOf(FILE, undefined)
    const objects = versions.map((version, i) => ({
      id: version.effective_date,
      fields: managed({
        text: text(typeof version.text === 'string' ? version.text : instance.text(version.text.file)),
        changelog: text(version.changelog),
        // Managed only where somebody asked for it, so that mail goes out once and never by default.
        notified: version.notify_members === true ? true : undefined,
      }),
      source: { file: FILE, path: ['terms_of_service', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables) => ({
    // A draft binds nobody and has no date to be known by.
    objects: rowsOf(tables.terms_of_services).flatMap((row) =>
      row.published_at === null || row.effective_date === null
        ? []
        : [
            {
              id: row.effective_date,
              serverId: row.id,
              // No mail yet is nobody's word: asking for one later overwrites nothing.
              fields: {
                text: text(row.text),
                changelog: text(row.changelog),
                notified: row.notification_sent_at === null ? null : true,
              },
              createdAt: row.created_at,
            },
          ],
    ),
    beyond: draftsIn(rowsOf(tables.terms_of_services)),
  }),
  hazard: (step) => (step.changes.some((change) => change.field === 'notified') ? 'irreversible' : 'disruptive'),
  note: (step) =>
    step.changes.some((change) => change.field === 'notified')
      ? 'Mastodon sends a mail to every member who was active in the last year, and shows the terms to everyone else who logs in.'
      : undefined,
  advice: (step, _tables, { instance, now }) => {
    const today = now.toISOString().slice(0, 10)
    if (step.action === 'create' && step.id < today) {
      const hint = 'Give it a date from today on.'
      return [
        about(step, instance, {
          code: 'terms-past',
          severity: 'error',
          message: `Terms can't be published for ${step.id}: that day has passed.`,
          hint,
        }),
      ]
    }
    if (step.action !== 'update' || step.changes.every((change) => change.field === 'notified')) return []
    const message = `The terms of ${step.id} are published: what members were shown does not change afterwards.`
    return [
      about(step, instance, {
        code: 'terms-published',
        severity: 'error',
        message,
        hint: 'Put the old text back and add an entry with a later effective_date.',
      }),
    ]
  },
  owedIn: "Mastodon's Sidekiq",
  intent: ({ kind, id, action, hazard, changes }) =>
    changes.some(({ field, after }) => field === 'notified' && after === true)
      ? {
          kind,
          id,
          action,
          fields: { notified: true },
          hazard,
          what: `the mail to members about the terms of ${id}`,
          repeatable: false,
        }
      : null,
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}

import { CACHED, markdown } from '../api/rendering.ts'
import { anyone } from '../api/route.ts'
import { already, Declined, done, pick, rowFor, type DoneResult, type WriteScope } from '../connections/writing.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, NOT_FOUND, Refusal, type Complaint } from '../failure.ts'
import type { HttpAnswer, Call } from '../http.ts'
import type { Fields, SandboxKind, Write } from '../kind.ts'
import { record } from '../models/audit.ts'
import { textParam } from '../ruby-casts.ts'

interface TermsFields {
  readonly text: string
  readonly changelog: string
  readonly effective_date: string
}

interface TermsRow extends Row {
  readonly id: string
  readonly fields: TermsFields & { readonly notified: boolean }
}

async function publishedTerms(session: DatabaseSession): Promise<readonly TermsRow[]> {
  return session.query<TermsRow>(
    `select id::text, jsonb_build_object('text', text, 'changelog', changelog, 'effective_date', effective_date,
       'notified', notification_sent_at is not null) as fields
     from terms_of_services where published_at is not null order by id`,
  )
}

export async function publishTerms(session: DatabaseSession, actor: string, terms: TermsFields): Promise<string> {
  demand(await termsComplaints(session, terms))
  const [row] = await session.query<{ readonly id: string }>(
    `insert into terms_of_services (text, changelog, effective_date, published_at, created_at, updated_at)
     values ($1, $2, $3::date, now(), now(), now()) returning id::text`,
    [terms.text, terms.changelog, terms.effective_date],
  )
  const id = row?.id ?? ''
  await record(session, actor, [{ action: 'publish', type: 'TermsOfService', id, name: terms.effective_date }])
  return id
}

/** Marks terms as sent to the members, before they are. */
async function notifyOfTerms(session: DatabaseSession, id: string): Promise<void> {
  await session.query('update terms_of_services set notification_sent_at = now() where id = $1::bigint', [id])
}

/** What the model says to terms that are to be published: they may not begin before those in force, nor in the past. */
export async function termsComplaints(session: DatabaseSession, terms: TermsFields): Promise<readonly Complaint[]> {
  const blank = (['text', 'changelog', 'effective_date'] as const)
    .filter((attribute) => terms[attribute].trim() === '')
    .map((attribute) => ({ attribute, message: "can't be blank" }))
  if (blank.length > 0) return blank
  const [state] = await session.query<{ readonly taken: boolean; readonly soon: boolean; readonly first: string }>(
    `with first as (
       select coalesce(max(effective_date), current_date) as day
       from terms_of_services where published_at is not null and effective_date < current_date
     )
     select exists (select from terms_of_services where effective_date = $1::date) as taken,
       $1::date < first.day as soon, first.day::text as first from first`,
    [terms.effective_date],
  )
  const complain = (message: string): Complaint => ({ attribute: 'effective_date', message })
  return [
    ...(state?.taken === true ? [complain('has already been taken')] : []),
    ...(state?.soon === true ? [complain(`is too soon, must be later than ${state.first}`)] : []),
  ]
}

interface Terms {
  readonly effective_date: string
  readonly effective: boolean
  readonly content: string
  readonly succeeded_by: string | null
  readonly [field: string]: unknown
}

/** The terms of a date, or those in force, else the next ones. */
export async function termsOf(call: Call, date: string | null): Promise<Terms | undefined> {
  const rows = await call.session.query<Terms>(
    `select to_char(t.effective_date, 'YYYY-MM-DD') as effective_date,
       t.effective_date < current_date as effective, t.text as content,
       (select to_char(min(n.effective_date), 'YYYY-MM-DD') from terms_of_services n
        where n.published_at is not null and n.effective_date > t.effective_date) as succeeded_by
     from terms_of_services t where t.published_at is not null and ($1::date is null or t.effective_date = $1::date)
     order by t.effective_date < current_date desc, abs(t.effective_date - current_date)`,
    [date],
  )
  return rows[0]
}

/**
 * The date whose terms are asked for: null for those in force, and a word that is no date for what no terms can have.
 */
function askedDate({ params }: Call): string | null {
  const given = params['date']
  if (given === undefined || given === null || (typeof given === 'string' && given.trim() === '')) return null
  const day = /^\d{4}-\d\d-\d\d/.exec(textParam(params, 'date') ?? '')?.[0] ?? 'none'
  return new Date(Date.parse(day) || 0).toISOString().startsWith(day) ? day : 'none'
}

async function showTerms(call: Call): Promise<HttpAnswer> {
  const date = askedDate(call)
  const terms = date !== null && Number.isNaN(Date.parse(date)) ? undefined : await termsOf(call, date)
  if (terms !== undefined) return { headers: CACHED, body: { ...terms, content: markdown(terms.content) } }
  if (call.version !== '4.4.22') throw new Refusal(404, NOT_FOUND, CACHED)
  throw new Refusal(404, date === null ? { error: 'Not Found' } : NOT_FOUND)
}

async function writeTerms({ session, actor, later }: WriteScope, write: Write): Promise<DoneResult> {
  if (write.action === 'delete') throw new Declined('no-delete', 'Mastodon cannot take back published terms')
  const all = await publishedTerms(session)
  const date = write.set['effective_date']
  const same = all.find(({ id, fields }) =>
    write.action === 'update' ? id === write.serverId : fields.effective_date === date,
  )
  const found = write.action === 'update' ? rowFor(write, same, (row) => row.fields as unknown as Fields) : same
  if (write.action === 'create') already(write, found && { id: found.id, live: found.fields as unknown as Fields })
  const id =
    found?.id ??
    (await publishTerms(
      session,
      actor.id,
      pick(write.set, ['text', 'changelog', 'effective_date']) as unknown as TermsFields,
    ))
  if (write.set['notify_members'] === true && found?.fields.notified !== true) {
    await notifyOfTerms(session, id)
    later({ worker: NOTIFYING, calls: [[id]] })
  }
  const after = (await publishedTerms(session)).find((terms) => terms.id === id)
  return done(id, after && (after.fields as unknown as Fields))
}

const NOTIFYING = 'Admin::DistributeTermsOfServiceNotificationWorker'

/** What members agree to, by the day from which it holds. */
export const termsOfService = {
  tables: `
    create table terms_of_services (
      id bigserial primary key, text text not null default '', changelog text not null default '',
      published_at timestamp(6), notification_sent_at timestamp(6), created_at timestamp(6) not null,
      updated_at timestamp(6) not null, effective_date date
    );
    create unique index index_terms_of_services_on_effective_date on terms_of_services (effective_date)
      where effective_date is not null;`,
  readable: ['terms_of_services'],
  routes: [
    anyone('/api/v1/instance/terms_of_service', showTerms),
    anyone('/api/v1/instance/terms_of_service/:date', showTerms),
  ],
  writes: { terms_of_services: writeTerms },
  jobs: [NOTIFYING],
} satisfies SandboxKind

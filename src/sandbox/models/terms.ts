import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { record } from './audit.ts'

export interface TermsFields {
  readonly text: string
  readonly changelog: string
  readonly effective_date: string
}

export interface TermsRow extends Row {
  readonly id: string
  readonly fields: TermsFields & { readonly notified: boolean }
}

export async function publishedTerms(session: DatabaseSession): Promise<readonly TermsRow[]> {
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
export async function notifyOfTerms(session: DatabaseSession, id: string): Promise<void> {
  await session.query('update terms_of_services set notification_sent_at = now() where id = $1::bigint', [id])
}

/** The worker that writes to the members: nobody here has an inbox. */
export const mailMembers = async (): Promise<void> => {}

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

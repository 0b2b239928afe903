import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'

export interface RuleFields {
  readonly text: string
  readonly hint: string
  readonly translations: Readonly<Record<string, { readonly text: string; readonly hint: string }>>
}

export interface RuleRow extends Row {
  readonly id: string
  readonly fields: RuleFields
}

const LIMIT = 300

/** The rules that hold, in order. */
export async function listRules(session: DatabaseSession): Promise<readonly RuleRow[]> {
  return session.query<RuleRow>(
    `select r.id::text, jsonb_build_object('text', r.text, 'hint', r.hint, 'translations', coalesce((
       select jsonb_object_agg(t.language, jsonb_build_object('text', t.text, 'hint', t.hint))
       from rule_translations t where t.rule_id = r.id
     ), '{}')) as fields
     from rules r where r.deleted_at is null order by r.priority, r.id`,
  )
}

/** Creates a rule behind the others (`id` null) or changes one. Translations that are given replace all. */
export async function saveRule(
  session: DatabaseSession,
  id: string | null,
  fields: Partial<RuleFields>,
): Promise<string> {
  const before = (await listRules(session)).find((rule) => rule.id === id)?.fields
  const { text, hint, translations }: RuleFields = { text: '', hint: '', translations: {}, ...before, ...fields }
  demand([
    ...textComplaints('text', text),
    ...Object.values(translations).flatMap((one) => textComplaints('translations.text', one.text)),
  ])
  const [saved] =
    id === null
      ? await session.query<{ readonly id: string }>(
          `insert into rules (text, hint, priority, created_at, updated_at)
           values ($1, $2, (select coalesce(max(priority), -1) + 1 from rules where deleted_at is null), now(), now())
           returning id::text`,
          [text, hint],
        )
      : await session.query<{ readonly id: string }>(
          'update rules set text = $1, hint = $2, updated_at = now() where id = $3::bigint returning id::text',
          [text, hint, id],
        )
  const rule = saved?.id ?? ''
  await session.query('delete from rule_translations where rule_id = $1::bigint', [rule])
  await session.query(
    `insert into rule_translations (rule_id, language, text, hint, created_at, updated_at)
     select $1::bigint, t.key, t.value ->> 'text', coalesce(t.value ->> 'hint', ''), now(), now()
     from jsonb_each($2::jsonb) t`,
    [rule, JSON.stringify(translations)],
  )
  return rule
}

/** Takes a rule down; its row stays, since old reports name it. */
export async function discardRule(session: DatabaseSession, id: string): Promise<void> {
  await session.query('update rules set deleted_at = now() where id = $1::bigint', [id])
}

/** Puts rules in the order of the ids given. */
export async function orderRules(session: DatabaseSession, ids: readonly string[]): Promise<void> {
  await session.query(
    `update rules r set priority = o.place - 1, updated_at = now()
     from unnest($1::bigint[]) with ordinality as o(id, place)
     where o.id = r.id and r.priority <> o.place - 1`,
    [ids],
  )
}

/** What the model says to a rule's text. */
export function textComplaints(attribute: string, text: string): readonly Complaint[] {
  if (text.trim() === '') return [{ attribute, message: "can't be blank" }]
  return text.length > LIMIT ? [{ attribute, message: `is too long (maximum is ${LIMIT} characters)` }] : []
}

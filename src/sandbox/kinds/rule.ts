import { CACHED } from '../api/rendering.ts'
import { anyone } from '../api/route.ts'
import {
  already,
  Changed,
  done,
  expectLive,
  pick,
  rowFor,
  type DoneResult,
  type WriteScope,
} from '../connections/writing.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import type { HttpAnswer, Call } from '../http.ts'
import type { Fields, PersonScope, SandboxKind, Write } from '../kind.ts'
import { one } from '../rows.ts'

interface RuleFields {
  readonly text: string
  readonly hint: string
  readonly translations: Readonly<Record<string, { readonly text: string; readonly hint: string }>>
}

interface RuleRow extends Row {
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
async function orderRules(session: DatabaseSession, ids: readonly string[]): Promise<void> {
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

async function showRules(call: Call): Promise<HttpAnswer> {
  return { headers: CACHED, body: await rulesOf(call) }
}

/** The rules as the API shows them. */
export function rulesOf({ session }: Call): Promise<object[]> {
  return session.query(
    `select r.id::text, r.text, r.hint, coalesce((
       select jsonb_object_agg(t.language, jsonb_build_object('text', t.text, 'hint', t.hint))
       from rule_translations t where t.rule_id = r.id
     ), '{}') as translations
     from rules r where r.deleted_at is null order by r.priority, r.id`,
  )
}

const asFields = (value: object): Fields => value as Fields

async function writeRule({ session }: WriteScope, write: Write): Promise<DoneResult> {
  const rules = await listRules(session)
  const live = (id: string): Promise<Fields | undefined> =>
    listRules(session).then((all) => all.filter((rule) => rule.id === id).map(({ fields }) => asFields(fields))[0])
  const fields = pick(write.set, ['text', 'hint', 'translations']) as Partial<RuleFields>
  if (write.action === 'create') {
    const same = rules.find((rule) => rule.fields.text === write.set['text'])
    const ours = already(write, same && { id: same.id, live: asFields(same.fields) })
    if (ours !== undefined) return ours
    const id = await saveRule(session, null, fields)
    return done(id, await live(id))
  }
  const rule = rowFor(
    write,
    rules.find(({ id }) => id === write.serverId),
    (row) => asFields(row.fields),
  )
  if (rule === undefined) return done(write.serverId)
  if (write.action === 'delete') {
    await discardRule(session, rule.id)
    return done(rule.id)
  }
  await saveRule(session, rule.id, fields)
  return done(rule.id, await live(rule.id))
}

/** The rules named come in that order in the places that they have among them; others keep theirs. */
async function writeRuleOrder({ session }: WriteScope, write: Write): Promise<DoneResult> {
  const order = write.set['order'] as readonly string[]
  const present = (await listRules(session)).map(({ id }) => id)
  if (order.some((id) => !present.includes(id))) throw new Changed({ order: present })
  expectLive(write, { order: present })
  const named = [...order]
  await orderRules(
    session,
    present.map((id) => (order.includes(id) ? (named.shift() ?? id) : id)),
  )
  return done(null, { order })
}

/** The rule of that text, for a person who sees the list. */
async function ruleOf(session: DatabaseSession, text: string): Promise<string> {
  return one(
    (await listRules(session)).filter(({ fields }) => fields.text === text),
    text,
  ).id
}

/** What members keep to, in order. */
export const rule = {
  tables: `
    create table rules (
      id bigserial primary key, priority integer not null default 0, deleted_at timestamp(6),
      text text not null default '', created_at timestamp(6) not null, updated_at timestamp(6) not null,
      hint text not null default ''
    );
    create table rule_translations (
      id bigserial primary key, text text not null default '', hint text not null default '', language varchar not null,
      rule_id bigint not null, created_at timestamp(6) not null, updated_at timestamp(6) not null
    );
    create unique index index_rule_translations_on_rule_id_and_language on rule_translations (rule_id, language);`,
  readable: ['rules', 'rule_translations'],
  routes: [anyone('/api/v1/instance/rules', showRules)],
  writes: { rules: writeRule, rule_order: writeRuleOrder },
  clicks: {
    addRule: ({ session }: PersonScope, fields: Partial<RuleFields>) => saveRule(session, null, fields),
    changeRule: async ({ session }: PersonScope, text: string, fields: Partial<RuleFields>) =>
      saveRule(session, await ruleOf(session, text), fields),
    removeRule: async ({ session }: PersonScope, text: string) => discardRule(session, await ruleOf(session, text)),
  },
} satisfies SandboxKind

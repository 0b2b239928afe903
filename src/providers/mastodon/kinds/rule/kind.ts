import type { Field } from '../../../../instance/field.ts'
import { claimOf } from '../../../../reconcile/claims.ts'
import type { Rule } from '../../../../instance/documents.ts'
import { each, id, table, text as string, time, whole, type RowOf } from '../../table.ts'
import type { Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Fields } from '../../../../instance/values.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { rowsOf, send, setOf, text } from '../common.ts'
import { keysOf } from '../keys.ts'
import { fileRules } from './file-rules.ts'
import { RULE, RULE_WORDS } from './texts.ts'

export const FILE = 'rules.yaml'

export const RULES = table(
  'rules',
  'rules',
  new URL('read.sql', import.meta.url),
  {
    id,
    text: string,
    hint: string,
    priority: whole,
    created_at: time,
    translations: each({ language: string, text: string, hint: string }),
  },
  { grants: [{ table: 'rules' }, { table: 'rule_translations' }] },
)
type Row = RowOf<typeof RULES>

type Translations = { readonly [language: string]: { readonly text: string; readonly hint: string } }

const translation = (t: { readonly text: string; readonly hint?: string }): { text: string; hint: string } => ({
  text: text(t.text),
  hint: text(t.hint),
})

function fieldsOf(rule: Rule): Fields {
  const translations: Translations = Object.fromEntries(
    Object.entries(rule.translations ?? {}).map(([language, t]) => [language, translation(t)]),
  )
  return { text: text(rule.text), hint: text(rule.hint), translations }
}

const liveFields = (row: Row): Fields => ({
  text: text(row.text),
  hint: text(row.hint),
  translations: Object.fromEntries(row.translations.map((t) => [t.language, translation(t)])),
})

function writeOf(step: Step): Write {
  const base = { table: 'rules', serverId: step.serverId, name: step.id } as const
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: step.target }
  return { ...base, action: step.action, expect: step.seen, set: setOf(step) }
}

const place = (step: Step): number => Number(step.source?.path[1] ?? 0)

const FIELDS: readonly Field[] = [
  { name: 'text', form: 'text', required: true, main: true },
  { name: 'hint', form: 'text' },
  { name: 'translations', form: 'texts' },
]

export const rule: MastodonKind = {
  name: 'rule',
  provider: 'mastodon',
  title: RULE,
  sources: [FILE],
  drift: 'report',
  tables: [RULES],
  program: new URL('write.rb', import.meta.url),
  writes: ['console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'rules',
    name: 'key',
    normal: (key) => key,
    display: (id) => id,
    fields: FIELDS,
    spaced: true,
    keyed: true,
  },
  words: RULE_WORDS,
  fileRules,
  identify: (written) => written,
  adopt: { whenEmpty: true },
  bound: [['text', 'hint', 'translations']],
  claims: (instance) => {
    const rules = instance.documents[FILE]?.rules
    if (!rules) return claimOf(FILE, undefined)
    const objects = rules.map((r, i) => ({
      id: r.key,
      fields: fieldsOf(r),
      source: { file: FILE, path: ['rules', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables, hints) => {
    const rows = rowsOf(tables, RULES)
    const keys = keysOf(rows, hints)
    return {
      objects: rows.map((row) => ({
        id: keys.get(row.id) ?? row.id,
        serverId: row.id,
        fields: liveFields(row),
        createdAt: row.created_at,
      })),
    }
  },
  hazard: () => 'reversible',
  // In the order of the file: Mastodon puts each new rule at the end.
  order: (a, b) => place(a) - place(b),
  before: (step) => (step.action === 'create' ? ['rule-order/rules'] : []),
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}

import type { Field } from '../../../../instance/field.ts'
import { claimOf } from '../../../../reconcile/claims.ts'
import type { Rule } from '../../../../instance/documents.ts'
import type { TableRows, Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { KindInput } from '../../../../reconcile/kind.ts'
import type { Fields, Value } from '../../../../instance/values.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { equal } from '../../../../reconcile/equal.ts'
import { rowsOf, send, setOf, text, word } from '../common.ts'
import { RULE, RULE_ORDER, RULE_ORDER_WORDS, RULE_WORDS } from './texts.ts'

const FILE = 'rules.yaml'
/** The one object of the kind rule-order. */
const ORDER = 'rules'

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

const liveFields = (row: TableRows['rules']): Fields => ({
  text: text(row.text),
  hint: text(row.hint),
  translations: Object.fromEntries(row.translations.map((t) => [t.language, translation(t)])),
})

/**
 * Finds the key of each live rule. Mastodon gives rules no name: the ledger knows a rule by the server's id.
 * A new or recreated rule is found by its text. Any other rule is named by its number.
 */
function keysOf(
  rows: readonly TableRows['rules'][],
  { desired, ledger, attempts }: Pick<KindInput, 'desired' | 'ledger' | 'attempts'>,
): Map<string, string> {
  const known = new Map([...ledger.values()].flatMap((e) => (e.serverId === null ? [] : [[e.serverId, e.id]])))
  const taken = new Set(rows.flatMap((row) => known.get(row.id) ?? []))
  const texts = new Map<string, string>()
  for (const { id, fields } of [...attempts.filter((a) => a.action === 'create'), ...desired]) {
    if (!taken.has(id)) texts.set(word(fields['text']), id)
  }
  const keys = new Map<string, string>()
  for (const row of rows.toSorted((a, b) => Number(a.id) - Number(b.id))) {
    const wanted = texts.get(text(row.text))
    keys.set(row.id, known.get(row.id) ?? wanted ?? `#${row.id}`)
    if (!known.has(row.id)) texts.delete(text(row.text))
  }
  return keys
}

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
  tables: ['rules'],
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
    const rows = rowsOf(tables.rules)
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
  before: (step) => (step.action === 'create' ? [`rule-order/${ORDER}`] : []),
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
const list = (value: Value): readonly Value[] => (Array.isArray(value) ? value : [])

/** Compares orders among the rules that both sides have. */
function sameOrder(a: Value, b: Value): boolean {
  const left = new Set(list(a))
  const right = new Set(list(b))
  return equal(
    list(a).filter((key) => right.has(key)),
    list(b).filter((key) => left.has(key)),
  )
}

export const ruleOrder: MastodonKind = {
  name: 'rule-order',
  provider: 'mastodon',
  title: RULE_ORDER,
  sources: [FILE],
  drift: 'report',
  tables: ['rules'],
  writes: ['console'],
  absence: { is: 'release', remove: null },
  fields: [{ name: 'order', form: 'set' }],
  shape: { form: 'order', file: FILE, list: 'rules', name: 'key' },
  words: RULE_ORDER_WORDS,
  identify: (written) => written,
  adopt: {},
  claims: (instance) => {
    const rules = instance.documents[FILE]?.rules
    if (!rules) return claimOf(FILE, undefined)
    return claimOf(FILE, [
      { id: ORDER, fields: { order: rules.map((r) => r.key) }, source: { file: FILE, path: ['rules'] } },
    ])
  },
  read: (tables, hints) => {
    const rows = rowsOf(tables.rules).toSorted((a, b) => a.priority - b.priority || Number(a.id) - Number(b.id))
    const rules = hints.objectsOf('rule')
    const keys = keysOf(rows, rules)
    const live = rows.map((row) => keys.get(row.id) ?? row.id)
    // Mastodon puts new rules at the end, so they count as the end of the live order.
    const coming = rules.desired.map((object) => object.id).filter((key) => !live.includes(key))
    return { objects: [{ id: ORDER, serverId: null, fields: { order: [...live, ...coming], coming } }] }
  },
  // A rule that must be created again has no position that anyone could have changed.
  remembered: ({ order = [] }, _instance, { coming = [] }) => ({
    order: list(order).filter((key) => !list(coming).includes(key)),
  }),
  same: (field, a, b) => (field === 'order' ? sameOrder(a, b) : equal(a, b)),
  hazard: () => 'reversible',
  apply: (steps, context) =>
    send(steps, context, (step) => {
      const ids = (order: Value | undefined): Value[] =>
        list(order ?? []).flatMap((key) => idOf(word(key), context.serverId))
      return [
        {
          table: 'rule_order',
          action: 'update',
          serverId: null,
          name: ORDER,
          expect: { order: ids(step.seen['order']) },
          set: { order: ids(step.target['order']) },
        },
      ]
    }),
}

const idOf = (key: string, serverId: (ref: string) => string | null): Value[] => {
  const id = key.startsWith('#') ? key.slice(1) : serverId(`rule/${key}`)
  return id === null ? [] : [id]
}

import { claimOf } from '../../../../reconcile/claims.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Value } from '../../../../instance/values.ts'
import { equal } from '../../../../reconcile/equal.ts'
import { rowsOf, send, word } from '../common.ts'
import { keysOf } from '../keys.ts'
import { FILE, RULES } from '../rule/kind.ts'
import { RULE_ORDER, RULE_ORDER_WORDS } from './texts.ts'

/** The one object of the kind. */
const ORDER = 'rules'

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
  tables: [RULES],
  program: new URL('write.rb', import.meta.url),
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
    const rows = rowsOf(tables, RULES).toSorted((a, b) => a.priority - b.priority || Number(a.id) - Number(b.id))
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

import type { NamedChange, ReadText } from './changes.ts'
import type { Edit } from './types.ts'
import { itemsOf } from './file.ts'
import { isRecord, stringOf } from './shapes.ts'

const FILE = 'rules.yaml'
const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/
const MAX_KEY = 40

const keysIn = (text: string): string[] =>
  itemsOf(FILE, text, 'rules').map((item) => (isRecord(item) ? stringOf(item['key']) : ''))

/** A permanent key for a rule, made from its text: "Be kind to others." → `be-kind-to-others`. */
export function ruleKey(text: string, taken: ReadonlySet<string>): string {
  // A key is made of the first words; to put a thousand marks on one letter in order takes long.
  const words =
    text
      .slice(0, 10 * MAX_KEY)
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/\p{M}/gu, '')
      .match(/[a-z0-9]+/g) ?? []
  const fitting = words.findIndex((_, index) => words.slice(0, index + 1).join('-').length > MAX_KEY)
  const base =
    words
      .slice(0, fitting < 0 ? words.length : Math.max(1, fitting))
      .join('-')
      .slice(0, MAX_KEY) || 'rule'
  const free = (number: number): string => (taken.has(`${base}-${number}`) ? free(number + 1) : `${base}-${number}`)
  return taken.has(base) ? free(2) : base
}

/** Gives rules that have no key yet, such as `#12`, one made from their text, also where the order names them. */
export function withKeys(read: ReadText, changes: readonly NamedChange[]): readonly NamedChange[] {
  const text = read(FILE)
  const rules = changes.filter((change) => change.kind === 'rule')
  const taken = new Set([
    ...(text === undefined || rules.length === 0 ? [] : keysIn(text)),
    ...rules.map((rule) => rule.id),
  ])
  const keys = new Map<string, string>()
  for (const { id, fields } of rules) {
    if (KEY.test(id) || fields === null) continue
    const key = ruleKey(stringOf(fields['text']), taken)
    taken.add(key)
    keys.set(id, key)
  }
  return changes.map((change) => {
    if (change.kind === 'rule') return { ...change, id: keys.get(change.id) ?? change.id }
    const order = change.kind === 'rule-order' ? change.fields?.['order'] : undefined
    return Array.isArray(order)
      ? { ...change, fields: { order: order.map((key) => keys.get(stringOf(key)) ?? key) } }
      : change
  })
}

/** Puts the rules into the order given; those that it doesn't name keep their places. */
export function orderEdits(text: string, changes: readonly NamedChange[]): readonly Edit[] {
  const keys = keysIn(text)
  const order = changes.at(-1)?.fields?.['order']
  const wanted = Array.isArray(order) ? order.map(stringOf).filter((key) => keys.includes(key)) : []
  const moving = new Set(wanted)
  const next = wanted[Symbol.iterator]()
  const sorted = keys.map((key) => (moving.has(key) ? (next.next().value ?? key) : key))
  if (sorted.every((key, index) => key === keys[index])) return []
  return [{ op: 'order', list: ['rules'], order: sorted.map((key) => keys.indexOf(key)) }]
}

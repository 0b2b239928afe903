import type { NamedChange, ReadText } from './changes.ts'
import type { Edit } from './types.ts'
import { itemsOf } from './file.ts'
import { isRecord, stringOf, type ListShape, type OrderShape, type ShapeOf } from './shapes.ts'

const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/
const MAX_KEY = 40

const keysIn = ({ file, list, name }: ListShape | OrderShape, text: string | undefined): string[] =>
  text === undefined ? [] : itemsOf(file, text, list).map((item) => (isRecord(item) ? stringOf(item[name]) : ''))

/**
 * A permanent key, made from a text: "Be kind to others." → `be-kind-to-others`; `otherwise` if it has no letters.
 */
export function keyFrom(text: string, taken: ReadonlySet<string>, otherwise: string): string {
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
      .slice(0, MAX_KEY) || otherwise
  const free = (number: number): string => (taken.has(`${base}-${number}`) ? free(number + 1) : `${base}-${number}`)
  return taken.has(base) ? free(2) : base
}

/** Gives objects that have no key yet, such as `#12`, one made from their text, also where an order names them. */
export function withKeys(shapeOf: ShapeOf, read: ReadText, changes: readonly NamedChange[]): readonly NamedChange[] {
  const keyed = Map.groupBy(
    changes.flatMap((change) => {
      const shape = shapeOf(change.kind)
      return shape.form === 'list' && shape.keyed === true ? [{ shape, change }] : []
    }),
    ({ shape }) => shape.file,
  )
  const keys = new Map(
    [...keyed].map(([file, list]) => [
      file,
      keysFor(
        list[0] ? keysIn(list[0].shape, read(file)) : [],
        list.map(({ change }) => change),
      ),
    ]),
  )
  return changes.map((change) => {
    const shape = shapeOf(change.kind)
    const names = keys.get(shape.file)
    if (shape.form === 'list') return { ...change, id: names?.get(change.id) ?? change.id }
    const order = shape.form === 'order' ? change.fields?.['order'] : undefined
    return Array.isArray(order)
      ? { ...change, fields: { order: order.map((key) => names?.get(stringOf(key)) ?? key) } }
      : change
  })
}

function keysFor(there: readonly string[], objects: readonly NamedChange[]): ReadonlyMap<string, string> {
  const taken = new Set([...there, ...objects.map(({ id }) => id)])
  const keys = new Map<string, string>()
  for (const { kind, id, fields } of objects) {
    if (KEY.test(id) || fields === null) continue
    const key = keyFrom(stringOf(fields['text']), taken, kind)
    taken.add(key)
    keys.set(id, key)
  }
  return keys
}

/** Puts a list into the order given; items that it doesn't name keep their places. */
export function orderEdits(shape: OrderShape, text: string, changes: readonly NamedChange[]): readonly Edit[] {
  const keys = keysIn(shape, text)
  const order = changes.at(-1)?.fields?.['order']
  const wanted = Array.isArray(order) ? order.map(stringOf).filter((key) => keys.includes(key)) : []
  const moving = new Set(wanted)
  const next = wanted[Symbol.iterator]()
  const sorted = keys.map((key) => (moving.has(key) ? (next.next().value ?? key) : key))
  if (sorted.every((key, index) => key === keys[index])) return []
  return [{ op: 'order', list: [shape.list], order: sorted.map((key) => keys.indexOf(key)) }]
}

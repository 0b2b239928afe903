import { asFile, fileReference, isLong, type EditContext, type NamedChange } from './changes.ts'
import type { Edit } from './types.ts'
import type { Path } from '../yaml/positions.ts'
import { alike, fieldEdits } from './fields.ts'
import { placesIn } from './file.ts'
import { meaningOf } from './original.ts'
import { type Value, type Fields } from '../values.ts'
import { written, type WrittenItem } from '../field.ts'
import { isRecord, stringOf, type Item, type ListShape } from './shapes.ts'

/** The changes of a file that make its list say what the objects should be. */
export function listEdits(
  shape: ListShape,
  text: string,
  changes: readonly NamedChange[],
  context: EditContext,
): readonly Edit[] {
  const root = meaningOf(shape.file, text)
  const document: Item = isRecord(root) ? root : {}
  const listed = document[shape.list]
  const items: readonly Value[] = Array.isArray(listed) ? listed : []
  const nameOf = (item: Value): string => shape.normal(isRecord(item) ? stringOf(item[shape.name]) : '')
  const indexes = Map.groupBy(items.keys(), (index) => nameOf(items[index] ?? null))
  const fresh: Item[] = []
  const edits = changes.flatMap(({ id, fields, extra }): readonly Edit[] => {
    if (id === shape.beside?.id) return besideEdits(shape, document[id], fields)
    const [index, ...repeats] = indexes.get(shape.normal(id)) ?? []
    const without = (gone: readonly number[]): readonly Edit[] =>
      gone.map((one) => ({ op: 'remove', path: [shape.list, one] }))
    if (fields === null) return index === undefined ? [] : without([index, ...repeats])
    const wanted = wantedOf(shape, fields, extra)
    const item = index === undefined ? undefined : items[index]
    if (index !== undefined && isRecord(item)) {
      const changed = itemEdits(shape, [shape.list, index], item, wanted, context)
      // What stood there twice would say two things.
      return changed.length === 0 ? [] : [...changed, ...without(repeats)]
    }
    fresh.push(withLongText(shape, { [shape.name]: shape.display(id), ...defined(wanted) }, id, context))
    return []
  })
  return [...edits, ...additions(shape, items, fresh, nameOf)]
}

const defined = (written: WrittenItem): Item =>
  Object.fromEntries(Object.entries(written).filter((entry): entry is [string, Value] => entry[1] !== undefined))

function wantedOf(shape: ListShape, fields: Fields, extra: Fields): WrittenItem {
  const outdated = Object.fromEntries((shape.outdated?.(fields) ?? []).map((key) => [key, undefined]))
  const beside = Object.fromEntries(Object.entries(extra).map(([key, value]) => [key, value ?? undefined]))
  return { ...written(shape.fields, fields), ...outdated, ...beside }
}

function itemEdits(
  shape: ListShape,
  base: Path,
  item: Item,
  wanted: WrittenItem,
  { read, texts, now }: EditContext,
): readonly Edit[] {
  const { text, ...others } = wanted
  const file = fileReference(shape.file, item['text'])
  if (file !== undefined && typeof text === 'string' && !alike(read(file), text))
    texts.set(file, asFile(text, read(file)))
  const until = item['until']
  const ended =
    now !== undefined && !('until' in wanted) && typeof until === 'string' && Date.parse(until) <= now.getTime()
  const all = { ...(file === undefined ? wanted : others), ...(ended ? { until: undefined } : {}) }
  return fieldEdits(base, item, all, shape.fields)
}

/** A text of more than a line or two goes into a file of its own, if its kind has such files. */
function withLongText(shape: ListShape, item: Item, id: string, { texts }: EditContext): Item {
  const text = stringOf(item['text'])
  if (shape.page === undefined || !isLong(text)) return item
  const file = shape.page(id)
  texts.set(file, asFile(text))
  return { ...item, text: { file } }
}

function additions(
  shape: ListShape,
  items: readonly Value[],
  fresh: readonly Item[],
  nameOf: (item: Value) => string,
): readonly Edit[] {
  const list = [shape.list]
  if (!shape.sort) return fresh.map((item) => ({ op: 'add', list, item }))
  const placeOf = placesIn(items, nameOf)
  return fresh.toSorted(shape.sort).map((item) => {
    const before = placeOf(item)
    return { op: 'add', list, item, ...(before === undefined ? {} : { before }) }
  })
}

function besideEdits(
  { beside, fields: table }: ListShape,
  before: Value | undefined,
  fields: Fields | null,
): readonly Edit[] {
  const { id, fields: names, empty } = beside ?? { id: '', fields: [], empty: {} }
  if (fields === null) return before === undefined ? [] : [{ op: 'remove', path: [id] }]
  const wanted: Item = Object.fromEntries(
    names.flatMap((name) => (fields[name] === undefined || fields[name] === null ? [] : [[name, fields[name]]])),
  )
  return isRecord(before)
    ? fieldEdits([id], before, wanted, table)
    : [{ op: 'set', path: [id], value: { ...empty, ...wanted } }]
}

import { isDeepStrictEqual } from 'node:util'
import { own } from '../get-own.ts'
import { comparable, keyOf, type Field, type WrittenItem } from '../field.ts'
import type { Edit } from './types.ts'
import type { Path } from '../yaml/positions.ts'
import type { Value } from '../values.ts'
import { isRecord, type Item } from './shapes.ts'

/** True where two values of a field mean the same. */
export const alike = (a: Value | undefined, b: Value | undefined, field?: Field): boolean =>
  isDeepStrictEqual(comparable(field, a), comparable(field, b))

/** The changes that give an item's fields their values; a field that already means the same stays as written. */
export function fieldEdits(base: Path, item: Item, wanted: WrittenItem, fields: readonly Field[]): readonly Edit[] {
  return Object.entries(wanted).flatMap(([key, value]) => {
    const field = fields.find((one) => keyOf(one) === key)
    const before = own(item, key)
    return alike(before, value, field) ? [] : fieldEdit([...base, key], field, before, value)
  })
}

function fieldEdit(
  path: Path,
  field: Field | undefined,
  before: Value | undefined,
  value: Value | undefined,
): readonly Edit[] {
  if (value === undefined) {
    if (before === undefined) return []
    if (before === true) return [{ op: 'set', path, value: false }]
    return field?.optional === true ? [{ op: 'set', path, value: '' }] : [{ op: 'remove', path }]
  }
  if (Array.isArray(before) && Array.isArray(value) && before.length > 0 && value.length > 0)
    return listEdits(path, before, value)
  if (!isRecord(before) || !isRecord(value)) return [{ op: 'set', path, value }]
  const gone: WrittenItem = Object.fromEntries(Object.keys(before).map((name) => [name, undefined]))
  return fieldEdits(path, before, { ...gone, ...value }, [])
}

/** The changes of a list whose order means nothing: new items come last, so that the other lines stay. */
function listEdits(list: Path, before: readonly Value[], value: readonly Value[]): readonly Edit[] {
  const removed = before.flatMap((one, index): Edit[] =>
    value.includes(one) ? [] : [{ op: 'remove', path: [...list, index] }],
  )
  const added = value.filter((one) => !before.includes(one)).map((item): Edit => ({ op: 'add', list, item }))
  return [...removed, ...added]
}

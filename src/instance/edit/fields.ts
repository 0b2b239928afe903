import { isDeepStrictEqual } from 'node:util'
import { own } from '../get-own.ts'
import type { Edit } from './types.ts'
import type { Path } from '../yaml/positions.ts'
import type { Value } from '../values.ts'
import { isRecord, severityWord, stringOf, type Item, type WrittenItem } from './shapes.ts'

const MINUTE = 60_000

/** Fields that are not managed if they are absent: an emptied one stays, so that it stays managed. */
const STAY_MANAGED = new Set(['private_comment', 'comment'])

const lines = (text: string): string =>
  text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .trimEnd()

/** A value for comparing: absent, empty and false are the same, and blanks at the end of a text do not count. */
function comparable(key: string, value: Value | undefined): Value {
  if (value === undefined || value === null || value === false || value === '') return null
  if (key === 'severity') return severityWord(stringOf(value))
  if (key === 'color') return stringOf(value).replace(/^#/, '').toLowerCase()
  if (key === 'permissions' && Array.isArray(value)) return value.map(stringOf).toSorted()
  if (key === 'until') return Math.floor(Date.parse(stringOf(value)) / MINUTE)
  if (typeof value === 'string') return lines(value) || null
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, comparable(name, inner)]))
  return value
}

/** True where two values of a field mean the same. */
export const alike = (key: string, a: Value | undefined, b: Value | undefined): boolean =>
  isDeepStrictEqual(comparable(key, a), comparable(key, b))

/** The changes that give an item's fields their values; a field that already means the same stays as written. */
export function fieldEdits(base: Path, item: Item, wanted: WrittenItem): readonly Edit[] {
  return Object.entries(wanted).flatMap(([key, value]) => {
    const before = own(item, key)
    return alike(key, before, value) ? [] : fieldEdit([...base, key], key, before, value)
  })
}

function fieldEdit(path: Path, key: string, before: Value | undefined, value: Value | undefined): readonly Edit[] {
  if (value === undefined) {
    if (before === undefined) return []
    if (before === true) return [{ op: 'set', path, value: false }]
    return STAY_MANAGED.has(key) ? [{ op: 'set', path, value: '' }] : [{ op: 'remove', path }]
  }
  if (Array.isArray(before) && Array.isArray(value) && before.length > 0 && value.length > 0)
    return listEdits(path, before, value)
  if (!isRecord(before) || !isRecord(value)) return [{ op: 'set', path, value }]
  const gone: WrittenItem = Object.fromEntries(Object.keys(before).map((name) => [name, undefined]))
  return fieldEdits(path, before, { ...gone, ...value })
}

/** The changes of a list whose order means nothing: new items come last, so that the other lines stay. */
function listEdits(list: Path, before: readonly Value[], value: readonly Value[]): readonly Edit[] {
  const removed = before.flatMap((one, index): Edit[] =>
    value.includes(one) ? [] : [{ op: 'remove', path: [...list, index] }],
  )
  const added = value.filter((one) => !before.includes(one)).map((item): Edit => ({ op: 'add', list, item }))
  return [...removed, ...added]
}

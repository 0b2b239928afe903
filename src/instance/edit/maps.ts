import { asFile, fileReference, isLong, type EditContext, type NamedChange } from './changes.ts'
import type { Edit } from './types.ts'
import { alike } from './fields.ts'
import { meaningOf } from './original.ts'
import { type Value } from '../values.ts'
import { isRecord, type MapShape } from './shapes.ts'
import { own } from '../get-own.ts'

/** A cleared text or number is "" or null. */
const same = (a: Value, b: Value): boolean =>
  a === b || (typeof (a ?? '') === 'string' && typeof (b ?? '') === 'string' && alike(a, b))

/** The changes of a map for its values; long texts go into the files that it names. */
export function mapEdits(
  { file: name, map, pages }: MapShape,
  text: string,
  changes: readonly NamedChange[],
  { read, texts }: EditContext,
): readonly Edit[] {
  const root = meaningOf(name, text)
  const listed = isRecord(root) ? root[map] : undefined
  const values = isRecord(listed) ? listed : {}
  return changes.flatMap(({ id, fields }): readonly Edit[] => {
    const path = [map, id]
    const before = own(values, id)
    if (fields === null) return before === undefined ? [] : [{ op: 'remove', path }]
    const value = fields['value'] ?? null
    const page = before === undefined && typeof value === 'string' && isLong(value) ? own(pages, id) : undefined
    const file = fileReference(name, before) ?? page
    if (file === undefined || typeof value !== 'string')
      return before !== undefined && same(before, value) ? [] : [{ op: 'set', path, value }]
    if (!alike(read(file), value)) texts.set(file, asFile(value, read(file)))
    return before === undefined ? [{ op: 'set', path, value: { file } }] : []
  })
}

import {
  nameParts,
  type EditContext,
  type EditOptions,
  type FileEdit,
  type NamedChange,
  type ObjectChange,
  type ReadText,
} from './changes.ts'
import { edit } from './edit.ts'
import { type Edit } from './types.ts'
import { schemaComment, startOf } from './file.ts'
import { listEdits } from './lists.ts'
import { orderEdits, withKeys } from './keys.ts'
import { mapEdits } from './maps.ts'
import type { Shape, ShapeOf } from './shapes.ts'
import { type Fields } from '../values.ts'

export type { EditOptions, FileEdit, ObjectChange, ReadText } from './changes.ts'
export { keyFrom } from './keys.ts'

/** Writes what the objects should be into the files. Returns only the files that change. */
export function editObjects(
  shapeOf: ShapeOf,
  read: ReadText,
  changes: readonly ObjectChange[],
  options: EditOptions = {},
): readonly FileEdit[] {
  const files = new Map<string, string>()
  const current: ReadText = (file) => files.get(file) ?? read(file)
  const kinds = Map.groupBy(withKeys(shapeOf, read, changes.map(nameParts)), (change) => change.kind)
  const shaped = [...kinds].map(([kind, ofKind]) => ({ shape: shapeOf(kind), ofKind }))
  // An order comes after the items that it names.
  for (const { shape, ofKind } of shaped.toSorted((a, b) => Number(isOrder(a.shape)) - Number(isOrder(b.shape)))) {
    const context: EditContext = { ...options, read: current, texts: new Map() }
    const before = current(shape.file)
    const after = editKind(shape, before, ofKind, context)
    for (const [name, text] of context.texts) files.set(name, text)
    if (after !== undefined && after !== before) files.set(shape.file, after)
  }
  return [...files].map(([file, text]) => ({ file, text }))
}

const isOrder = ({ form }: Shape): boolean => form === 'order'

function editKind(
  shape: Shape,
  before: string | undefined,
  changes: readonly NamedChange[],
  context: EditContext,
): string | undefined {
  const text = startOf(shape.file, before)
  const edits = editsOf(shape, text, changes, context)
  if (edits.length === 0) return before
  const after = edit(shape.file, text, edits, context.emptied)
  return before === undefined && shape.form === 'list' && shape.spaced === true ? spacedOut(after) : after
}

function editsOf(shape: Shape, text: string, changes: readonly NamedChange[], context: EditContext): readonly Edit[] {
  if (shape.form === 'map') return mapEdits(shape, text, changes, context)
  return shape.form === 'order' ? orderEdits(shape, text, changes) : listEdits(shape, text, changes, context)
}

const spacedOut = (text: string): string => text.replaceAll(/(?<!:)\n(?= {2}- )/g, '\n\n')

/** An object for a new file. */
export interface NewObject {
  readonly id: string
  readonly fields: Fields
  readonly extra?: Fields
}

/** A new file for the objects of a kind, and the long texts beside it. Without objects it needs `emptied`. */
export function newFile(
  shapeOf: ShapeOf,
  kind: string,
  objects: readonly NewObject[],
  options: EditOptions = {},
): readonly FileEdit[] {
  const changes = objects.map(({ id, ...rest }) => ({ ref: `${kind}/${id}`, ...rest }))
  if (changes.length > 0) return editObjects(shapeOf, () => undefined, changes, options)
  const shape = shapeOf(kind)
  const empty: Edit =
    shape.form === 'map' ? { op: 'set', path: [shape.map], value: {} } : { op: 'set', path: [shape.list], value: [] }
  return [{ file: shape.file, text: edit(shape.file, schemaComment(shape.file), [empty], options.emptied) }]
}

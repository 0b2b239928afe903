import { EXIT, fail } from '../diagnostic.ts'
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
import { orderEdits, withKeys } from './rules.ts'
import { settingEdits } from './settings.ts'
import { SHAPES, type ListShape } from './shapes.ts'
import { type Fields } from '../values.ts'
import { own } from '../get-own.ts'
import { noSuchKind } from './texts.ts'

export type { EditOptions, FileEdit, ObjectChange, ReadText } from './changes.ts'
export { ruleKey } from './rules.ts'

/** The file that holds a kind. */
export function fileOf(kind: string): string {
  if (kind === 'setting') return 'settings.yaml'
  return kind === 'rule-order' ? 'rules.yaml' : shapeOf(kind).file
}

function shapeOf(kind: string): ListShape {
  return own(SHAPES, kind) ?? fail(EXIT.invalid, 'unknown-kind', noSuchKind(kind))
}

/** Writes what the objects should be into the files. Returns only the files that change. */
export function editObjects(
  read: ReadText,
  changes: readonly ObjectChange[],
  options: EditOptions = {},
): readonly FileEdit[] {
  const files = new Map<string, string>()
  const current: ReadText = (file) => files.get(file) ?? read(file)
  const kinds = Map.groupBy(withKeys(read, changes.map(nameParts)), (change) => change.kind)
  // The order of the rules comes after the rules that it names.
  for (const [kind, ofKind] of [...kinds].toSorted(
    ([a], [b]) => Number(a === 'rule-order') - Number(b === 'rule-order'),
  )) {
    const context: EditContext = { ...options, read: current, texts: new Map() }
    const file = fileOf(kind)
    const before = current(file)
    const after = editKind(kind, file, before, ofKind, context)
    for (const [name, text] of context.texts) files.set(name, text)
    if (after !== undefined && after !== before) files.set(file, after)
  }
  return [...files].map(([file, text]) => ({ file, text }))
}

function editKind(
  kind: string,
  file: string,
  before: string | undefined,
  changes: readonly NamedChange[],
  context: EditContext,
): string | undefined {
  const text = startOf(file, before)
  const edits = editsOf(kind, text, changes, context)
  if (edits.length === 0) return before
  const after = edit(file, text, edits, context.emptied)
  return before === undefined && SPACED.has(kind) ? spacedOut(after) : after
}

function editsOf(kind: string, text: string, changes: readonly NamedChange[], context: EditContext): readonly Edit[] {
  if (kind === 'setting') return settingEdits(text, changes, context)
  return kind === 'rule-order' ? orderEdits(text, changes) : listEdits(shapeOf(kind), text, changes, context)
}

/** Kinds whose items are long enough to stand apart in a new file. */
const SPACED = new Set(['rule', 'role'])
const spacedOut = (text: string): string => text.replaceAll(/(?<!:)\n(?= {2}- )/g, '\n\n')

/** An object for a new file. */
export interface NewObject {
  readonly id: string
  readonly fields: Fields
  readonly extra?: Fields
}

/** A new file for the objects of a kind, and the long texts beside it. Without objects it needs `emptied`. */
export function newFile(kind: string, objects: readonly NewObject[], options: EditOptions = {}): readonly FileEdit[] {
  const changes = objects.map(({ id, ...rest }) => ({ ref: `${kind}/${id}`, ...rest }))
  if (changes.length > 0) return editObjects(() => undefined, changes, options)
  const file = fileOf(kind)
  const empty: Edit =
    kind === 'setting'
      ? { op: 'set', path: ['settings'], value: {} }
      : { op: 'set', path: [shapeOf(kind).list], value: [] }
  return [{ file, text: edit(file, schemaComment(file), [empty], options.emptied) }]
}

import type { WayOut, Difference } from './types.ts'
import type { Diagnostic, Position, Advice } from '../../instance/diagnostic.ts'
import { canonicalJson } from '../digest.ts'
import { equal } from '../equal.ts'
import type { DesiredObject } from '../objects.ts'
import type { Value } from '../../instance/values.ts'
import { editionMissing, editionUnknown } from './texts.ts'

/** One way to make objects of a file. After its release it makes the same objects of the same file for ever. */
export interface Edition<Input> {
  readonly number: number
  readonly compile: (input: Input) => readonly DesiredObject[]
}

/** Makes objects of the lines of a file. */
export interface Compiler<Input> {
  /** The file of the instance. */
  readonly file: string
  /** The editions that it still has: the last two, or the first alone. */
  readonly editions: readonly [Edition<Input>] | readonly [Edition<Input>, Edition<Input>]
  readonly inverses: Inverses
}

/** The edition that a file names (`edition:`), or why it can't be compiled. */
export type ChosenEdition<Input> =
  | { readonly is: 'known'; readonly edition: Edition<Input> }
  | { readonly is: 'unknown'; readonly finding: Diagnostic }

/** Looks up the edition that a file names. `pinned`: undefined if it names none. */
export function editionOf<Input>(
  { file, editions }: Pick<Compiler<Input>, 'file' | 'editions'>,
  pinned: number | undefined,
  at: Position,
): ChosenEdition<Input> {
  const edition = editions.find(({ number }) => number === pinned)
  if (edition) return { is: 'known', edition }
  const known = editions.map(({ number }) => number)
  const finding = (code: string, { message, hint }: Advice): ChosenEdition<Input> => ({
    is: 'unknown',
    finding: { code, severity: 'error', message, at, hint },
  })
  return pinned === undefined
    ? finding('edition-missing', editionMissing({ file, newest: Math.max(...known) }))
    : finding('edition-unknown', editionUnknown({ file, pinned, known }))
}

/** What to write at a place of the file. */
export interface SourceEdit {
  readonly path: readonly (string | number)[]
  readonly value: Value
}

/** Answers what to write so that the compiler makes this value; null if no line of the file can say it. */
export type InverseEdit = (object: Pick<Difference, 'id' | 'source'>, value: Value) => SourceEdit | null

/** The fields, by kind, that a compiler can turn back into lines of the file. */
export interface Inverses {
  readonly [kind: string]: { readonly [field: string]: InverseEdit }
}

/** The ways out of a difference. A compiled object can be adopted only if the compiler can turn its fields back. */
export function waysOut(difference: Difference, compiler: Pick<Compiler<never>, 'inverses'> | null): readonly WayOut[] {
  if (compiler === null) return ['adopt', 'restore']
  return adoption(difference, compiler) === null ? ['restore', 'left_alone'] : ['adopt', 'restore', 'left_alone']
}

/** Answers what to write so that the compiler makes what is live; null if it cannot turn all differing fields back. */
export function adoption(
  { kind, id, live, fields, source }: Difference,
  { inverses }: Pick<Compiler<never>, 'inverses'>,
): readonly SourceEdit[] | null {
  const ways = Object.hasOwn(inverses, kind) ? (inverses[kind] ?? {}) : {}
  const object = { id, ...(source === undefined ? {} : { source }) }
  const edits = new Map<string, SourceEdit>()
  for (const field of fields) {
    const inverse = Object.hasOwn(ways, field) ? ways[field] : undefined
    const edit = live === null ? null : (inverse?.(object, live[field] ?? null) ?? null)
    const place = edit === null ? '' : canonicalJson(edit.path)
    const before = edits.get(place)
    // Two fields may not want different values in one line.
    if (edit === null || (before && !equal(before.value, edit.value))) return null
    edits.set(place, edit)
  }
  return edits.size === 0 ? null : [...edits.values()]
}

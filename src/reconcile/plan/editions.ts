import type { WayOut, Difference } from './types.ts'
import type { Diagnostic, Position } from '../../instance/diagnostic.ts'
import { canonicalJson } from '../digest.ts'
import { equal } from '../equal.ts'
import type { DesiredObject } from '../objects.ts'
import type { Value } from '../values.ts'

/** One way to make objects of what a file says. Once it was released, it makes the same of the same for ever. */
export interface Edition<Input> {
  readonly number: number
  readonly compile: (input: Input) => readonly DesiredObject[]
}

/** What makes objects of the lines of a file. */
export interface Compiler<Input> {
  /** The file of the instance. */
  readonly file: string
  /** Those that it still has, by their numbers: the last two, or the first alone. */
  readonly editions: readonly [Edition<Input>] | readonly [Edition<Input>, Edition<Input>]
  readonly inverses: Inverses
}

/** The edition that a file names (`edition:`), or why it can't be compiled. */
export type Chosen<Input> =
  | { readonly is: 'known'; readonly edition: Edition<Input> }
  | { readonly is: 'unknown'; readonly finding: Diagnostic }

/** Looks up the edition that a file names; undefined where it names none. */
export function editionOf<Input>(
  { file, editions }: Pick<Compiler<Input>, 'file' | 'editions'>,
  pinned: number | undefined,
  at: Position,
): Chosen<Input> {
  const edition = editions.find(({ number }) => number === pinned)
  if (edition) return { is: 'known', edition }
  const known = editions.map(({ number }) => number)
  const [oldest, newest] = [Math.min(...known), Math.max(...known)]
  const finding = (code: string, message: string, hint: string): Chosen<Input> => ({
    is: 'unknown',
    finding: { code, severity: 'error', message, at, hint },
  })
  if (pinned === undefined)
    return finding('edition-missing', `${file} names no edition`, `Write this line into it: edition: ${newest}`)
  return finding(
    'edition-unknown',
    `${file} is of edition ${pinned}, and this Herdbook knows ${known.join(' and ')}`,
    pinned < oldest
      ? `Set edition: ${oldest} in a pull request of its own. Its plan shows what that changes on the server.`
      : 'Use the version of Herdbook that this edition came with, or a later one.',
  )
}

/** What to write at a place of the file. */
export interface Edit {
  readonly path: readonly (string | number)[]
  readonly value: Value
}

/** What to write so that the compiler makes this value of it; null where no line of the file can say it. */
export type Inverse = (object: Pick<Difference, 'id' | 'source'>, value: Value) => Edit | null

/** The fields, by kind, that a compiler can go back from. */
export interface Inverses {
  readonly [kind: string]: { readonly [field: string]: Inverse }
}

/** The ways out that a difference has. What people wrote themselves can be written anew; of what was compiled, only what the compiler can go back from. */
export function waysOut(difference: Difference, compiler: Pick<Compiler<never>, 'inverses'> | null): readonly WayOut[] {
  if (compiler === null) return ['adopt', 'restore']
  return adoption(difference, compiler) === null ? ['restore', 'left_alone'] : ['adopt', 'restore', 'left_alone']
}

/** What to write so that the compiler makes what is live; null where it can't go back from all that differs. */
export function adoption(
  { kind, id, live, fields, source }: Difference,
  { inverses }: Pick<Compiler<never>, 'inverses'>,
): readonly Edit[] | null {
  const ways = Object.hasOwn(inverses, kind) ? (inverses[kind] ?? {}) : {}
  const object = { id, ...(source === undefined ? {} : { source }) }
  const edits = new Map<string, Edit>()
  for (const field of fields) {
    const inverse = Object.hasOwn(ways, field) ? ways[field] : undefined
    const edit = live === null ? null : (inverse?.(object, live[field] ?? null) ?? null)
    const place = edit === null ? '' : canonicalJson(edit.path)
    const before = edits.get(place)
    // Two fields that want two things of one line can't both be had.
    if (edit === null || (before && !equal(before.value, edit.value))) return null
    edits.set(place, edit)
  }
  return edits.size === 0 ? null : [...edits.values()]
}

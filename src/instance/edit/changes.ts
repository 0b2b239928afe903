import { EXIT, fail } from '../diagnostic.ts'
import { isUnwanted } from '../yaml/characters.ts'
import { BOM, eolBefore, refuse } from './original.ts'
import { type Value, type Fields } from '../values.ts'
import { isRecord, stringOf } from './shapes.ts'
import { notATextFile, unwantedCharacter } from './texts.ts'

/** The new text of a file, by its name in the instance folder. */
export interface FileEdit {
  readonly file: string
  readonly text: string
}

/** What an object should be in the files: its fields, or null if it should not be there. */
export interface ObjectChange {
  /** `kind/id`, such as `domain-block/spam.example`. */
  readonly ref: string
  readonly fields: Fields | null
  /** Keys that only the files have, such as `reported_in` or `until`; null removes one. */
  readonly extra?: Fields
}

export interface EditOptions {
  /** Why a list is empty, if the change empties one. */
  readonly emptied?: string
  /** An `until` before this time is removed from an object that should be there. */
  readonly now?: Date
}

/** Reads a file of the instance folder; undefined if there is none. */
export type ReadText = (file: string) => string | undefined

/** A change with its reference taken apart. */
export interface NamedChange {
  readonly kind: string
  readonly id: string
  readonly fields: Fields | null
  readonly extra: Fields
}

export interface EditContext extends EditOptions {
  readonly read: ReadText
  /** Long texts to write beside the file. */
  readonly texts: Map<string, string>
}

/** Takes a change's reference apart, and refuses characters that no file may contain. */
export function nameParts({ ref, fields, extra = {} }: ObjectChange): NamedChange {
  const slash = ref.indexOf('/')
  checkCharacters(ref, [ref, fields, extra])
  return { kind: ref.slice(0, slash), id: ref.slice(slash + 1), fields, extra }
}

function checkCharacters(ref: string, value: Value): void {
  if (typeof value === 'string' && isUnwanted(value)) {
    const { message, hint } = unwantedCharacter(ref)
    fail(EXIT.invalid, 'unwanted-character', message, hint === undefined ? {} : { hint })
  }
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) checkCharacters(ref, inner)
}

/** Texts longer than this, and those of several lines, get a file of their own. */
const LONG = 200
export const isLong = (text: string): boolean => text.includes('\n') || text.length > LONG

/** A text as it is written to its file, with that file's line ends and byte order mark. */
export function asFile(text: string, before = ''): string {
  const [mark, end] = [before.startsWith(BOM) ? BOM : '', eolBefore(before, 0)]
  return mark + `${text.replace(/\r\n?/g, '\n').trimEnd()}\n`.replaceAll('\n', end)
}

/** The file that `{ file: NAME }` names; undefined for another value. Herdbook writes only files beside this one. */
export function fileReference(name: string, value: Value | undefined): string | undefined {
  if (!isRecord(value)) return undefined
  const file = stringOf(value['file'])
  return /^[^./\\][^/\\]*$/.test(file) && !/\.ya?ml$/.test(file) ? file : refuse(name, notATextFile(file))
}

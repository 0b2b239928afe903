import { EXIT, fail } from '../diagnostic.ts'
import { isUnwanted } from '../yaml/characters.ts'
import { BOM, eolBefore, refuse, type Value } from './original.ts'
import { isRecord, stringOf, type Fields } from './shapes.ts'

/** A file as it is to be written, by its name in the instance folder. */
export interface FileEdit {
  readonly file: string
  readonly text: string
}

/** What an object should be in the files: its fields, or null where it should not be there. */
export interface ObjectChange {
  /** `kind/id`, such as `domain-block/spam.example`. */
  readonly ref: string
  readonly fields: Fields | null
  /** Keys that only the files know, such as `reported_in`, `until` or `accept_severed_relationships`; null takes one out. */
  readonly extra?: Fields
}

export interface EditOptions {
  /** Why a list that this empties is empty. */
  readonly emptied?: string
  /** An `until` that has passed by then goes when its object is to be there. */
  readonly now?: Date
}

/** The text of a file of the instance folder; undefined where there is none. */
export type ReadText = (file: string) => string | undefined

/** A change with its reference taken apart. */
export interface Named {
  readonly kind: string
  readonly id: string
  readonly fields: Fields | null
  readonly extra: Fields
}

export interface Context extends EditOptions {
  readonly read: ReadText
  /** Long texts to be written beside the file. */
  readonly texts: Map<string, string>
}

/** Takes a change's reference apart. What no file may hold is refused here, before it is in one. */
export function nameParts({ ref, fields, extra = {} }: ObjectChange): Named {
  const slash = ref.indexOf('/')
  checkCharacters(ref, [ref, fields, extra])
  return { kind: ref.slice(0, slash), id: ref.slice(slash + 1), fields, extra }
}

function checkCharacters(ref: string, value: Value): void {
  if (typeof value === 'string' && isUnwanted(value)) {
    const message = `${JSON.stringify(ref)} has a control character in it, or one that turns text around, and no file may hold it.`
    fail(EXIT.invalid, 'unwanted-character', message, { hint: 'Change it in Mastodon first.' })
  }
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) checkCharacters(ref, inner)
}

/** Texts longer than this, and those of several lines, get a file of their own. */
const LONG = 200
export const isLong = (text: string): boolean => text.includes('\n') || text.length > LONG

/** A text as a file holds it, with the line ends and the mark at the beginning that the file has. */
export function asFile(text: string, before = ''): string {
  const [mark, end] = [before.startsWith(BOM) ? BOM : '', eolBefore(before, 0)]
  return mark + `${text.replace(/\r\n?/g, '\n').trimEnd()}\n`.replaceAll('\n', end)
}

/** The file that `{ file: NAME }` names; undefined for any other value. Only a file beside this one is ever written. */
export function fileReference(name: string, value: Value | undefined): string | undefined {
  if (!isRecord(value)) return undefined
  const file = stringOf(value['file'])
  return /^[^./\\][^/\\]*$/.test(file) && !/\.ya?ml$/.test(file)
    ? file
    : refuse(name, `${JSON.stringify(file)} is not a text beside it`)
}

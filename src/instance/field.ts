import type { Show } from './documents.ts'
import type { Fields, Value } from './values.ts'
import { own } from './get-own.ts'

/**
 * What values of a field are: a text of any length, a word as it is, a flag, a number, a moment, a set of words, a
 * colour, or texts by language.
 */
export type Form = 'text' | 'word' | 'flag' | 'number' | 'moment' | 'set' | 'colour' | 'texts'

/** A field of a kind: one line of its table of fields. */
export interface Field {
  /** Its name in plans, ledger and digests. */
  readonly name: string
  /** Its key in the file, if that is another; null if it has none. */
  readonly key?: string | null
  readonly form: Form
  /** Each entry has it. Without its key, another field has its empty value or is not managed. */
  readonly required?: true
  /** Without its key, it is not managed: an emptied one keeps its key. */
  readonly optional?: true
  /** It says most about an object. */
  readonly main?: true
  /** `adopt` takes it over only when asked for. */
  readonly onRequest?: true
  /** Only the files have it. */
  readonly inFilesOnly?: true
  /** What `show` in policy.yaml must allow before a live value of it is printed where others read. */
  readonly private?: keyof Show
  /** The files' word for a value, if the API has another one. */
  readonly words?: { readonly [value: string]: string }
}

/** What the keys of an entry should say; undefined for a key that is left out, since that means the same. */
export type WrittenItem = { readonly [key: string]: Value | undefined }

/** The key that holds a field; null if none does. */
export const keyOf = ({ name, key }: Field): string | null => (key === undefined ? name : key)

/** The keys of an entry that say these values. What `values` does not hold is left as it is. */
export function written(fields: readonly Field[], values: Fields): WrittenItem {
  return Object.fromEntries(
    fields.flatMap((field): [string, Value | undefined][] => {
      const key = keyOf(field)
      const value = own(values, field.name)
      return key === null || value === undefined ? [] : [[key, writtenValue(field, value)]]
    }),
  )
}

function writtenValue(field: Field, value: Value): Value | undefined {
  if (field.form === 'moment') return moment(value)
  if (field.form === 'texts') return texts(value)
  const word = typeof value === 'string' ? (own(field.words, value) ?? value) : value
  const isEmpty = word === '' || word === null || word === false
  return isEmpty && field.required !== true ? undefined : word
}

/** A moment as a person writes it: a day if it is midnight, else to the second. */
function moment(iso: Value): Value | undefined {
  if (typeof iso !== 'string') return undefined
  const time = new Date(iso).toISOString()
  return time.endsWith('T00:00:00.000Z') ? time.slice(0, 10) : time.replace(/\.\d+Z$/, 'Z')
}

/** Texts by language, without hints that say nothing. */
function texts(value: Value): Value | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value as { readonly [language: string]: Fields })
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.map(([language, { text = '', hint = '' }]) => [language, hint === '' ? { text } : { text, hint }]),
  )
}

const MINUTE = 60_000
const stringOf = (value: Value): string => (typeof value === 'string' ? value : '')
const lines = (text: string): string =>
  text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .trimEnd()

/**
 * A value of the files for comparing: absent, empty and false are the same, and blanks at the end of a text do not
 * count. A value inside another has no field.
 */
export function comparable(field: Field | undefined, value: Value | undefined): Value {
  if (value === undefined || value === null || value === false || value === '') return null
  if (field?.words !== undefined) return own(field.words, stringOf(value)) ?? stringOf(value)
  if (field?.form === 'colour') return stringOf(value).replace(/^#/, '').toLowerCase()
  if (field?.form === 'set' && Array.isArray(value)) return value.map(stringOf).toSorted()
  if (field?.form === 'moment') return Math.floor(Date.parse(stringOf(value)) / MINUTE)
  if (typeof value === 'string') return lines(value) || null
  if (typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, comparable(undefined, inner)]))
}

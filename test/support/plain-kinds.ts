import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import type { Documents } from '../../src/instance/documents.ts'
import { stringOf } from '../../src/instance/edit/shapes.ts'
import { keyOf, type Field } from '../../src/instance/field.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import type { MastodonKind } from '../../src/providers/mastodon/kind.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'

/**
 * A kind whose table of fields says all: its entries are a list, its rows hold the same and do nothing else. What laws
 * need of it, from generators to the server in memory, is made from that table and its schema.
 */
export interface PlainKind {
  readonly kind: string
  readonly file: keyof Documents
  readonly list: string
  readonly table: string
  /** The key of an entry, and the column of a row, that names it. */
  readonly name: string
  readonly fields: readonly Field[]
  /** Names that its schema gives as examples. */
  readonly names: readonly string[]
  /** Any entry of that name. */
  readonly entry: (name: string) => fc.Arbitrary<Entry>
}

/** An entry of a list in a file. */
export type Entry = { readonly [key: string]: Value }
/** A row of a plain kind's table. */
export type PlainRow = { id: string; created_at: string; [column: string]: Value }

interface Property {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly format?: string
  readonly examples?: readonly string[]
}
interface ListSchema {
  readonly properties: {
    readonly [list: string]: {
      readonly items: {
        readonly required: readonly string[]
        readonly properties: { readonly [key: string]: Property }
      }
    }
  }
}

export const SOON = '2026-12-24'
export const word = fc.constantFrom('', 'spam', 'no moderation', 'two\nlines')

/** Any value of a key. */
function valueOf(property: Property): fc.Arbitrary<Value> {
  if (property.enum !== undefined) return fc.constantFrom(...property.enum)
  if (property.type === 'boolean') return fc.boolean()
  if (property.format === 'date') return fc.constant(SOON)
  if (property.format === 'moment') return fc.constantFrom(SOON, '2027-01-01T18:00:00Z')
  return word
}

function plainKind({ name: kind, shape, tables: [table], fields, measure }: MastodonKind): PlainKind[] {
  if (shape.form !== 'list' || table === undefined || measure !== undefined) return []
  const columns = [...fields.flatMap(({ name, inFilesOnly }) => (inFilesOnly ? [] : [name])), shape.name]
  if (Object.keys(table.columns).toSorted().join() !== [...columns, 'created_at', 'id'].toSorted().join()) return []
  const path = new URL(`../../schema/${shape.file.replace('.yaml', '.schema.json')}`, import.meta.url)
  const schema = JSON.parse(readFileSync(path, 'utf8')) as ListSchema
  const { properties = {}, required = [] } = schema.properties[shape.list]?.items ?? {}
  const { [shape.name]: named, until: _until, ...others } = properties
  const expires = fields.some((field) => keyOf(field) === 'until' && !field.inFilesOnly)
  const values = Object.entries({ ...others, ...(expires ? { until: properties['until'] ?? {} } : {}) })
  return [
    {
      kind,
      file: shape.file as keyof Documents,
      list: shape.list,
      table: table.name,
      name: shape.name,
      fields,
      names: named?.examples ?? [],
      entry: (name) =>
        fc.record<Entry>(
          { [shape.name]: fc.constant(name), ...Object.fromEntries(values.map(([key, one]) => [key, valueOf(one)])) },
          { requiredKeys: [...required] },
        ),
    },
  ]
}

export const PLAIN: readonly PlainKind[] = KINDS.flatMap(plainKind)

/** What a row holds where nobody has said anything. */
export const unset = ({ form }: Field): Value => (form === 'flag' ? false : form === 'moment' ? null : '')

/** What a row should hold for an entry: only the fields that it manages. */
export const wantedOf = ({ fields }: PlainKind, entry: Entry): Fields =>
  Object.fromEntries(
    fields.flatMap((field): [string, Value][] => {
      const written = entry[keyOf(field) ?? '']
      if (field.inFilesOnly || (written === undefined && field.optional)) return []
      if (written === undefined) return [[field.name, unset(field)]]
      return [[field.name, field.form === 'moment' ? new Date(stringOf(written)).toISOString() : written]]
    }),
  )

/** The entries of its list. */
export const entriesOf = ({ file, list }: PlainKind, documents: Documents): readonly Entry[] =>
  (documents[file] as { readonly [list: string]: readonly Entry[] | undefined } | undefined)?.[list] ?? []

/** The name of one of its entries or rows. */
export const nameIn = ({ name }: PlainKind, one: Entry | PlainRow): string => stringOf(one[name])

import { followed, type SchemaNode } from './schema.ts'

/** What a schema says to Herdbook alone: no editor and no page shows it. */
interface Annotation {
  /** Moderators look after the file; all others belong to the owners. */
  readonly moderated?: true
  /** An entry may be in the list twice: two pull requests can add it, and both are right. */
  readonly repeatable?: true
  /** The file whose problems come first. */
  readonly after?: string
}

/** The schema of one file. */
export interface Schema extends SchemaNode {
  readonly $id: string
  readonly $schema: string
  readonly [ANNOTATION]?: Annotation
}

/** The keyword of the annotation. */
export const ANNOTATION = 'x-herdbook'

/** The keyword as ajv knows it. Any other word in it is refused. */
export const KEYWORD = {
  keyword: ANNOTATION,
  metaSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { moderated: { const: true }, repeatable: { const: true }, after: { type: 'string' } },
  },
}

export type Schemas = ReadonlyMap<string, Schema>

const FIRST = ['instance.yaml', 'policy.yaml']
const EMPTIED = 'emptied_on_purpose'

/** Orders the files: those that are about all others, then by name, but a file that says so `after` another. */
export function inOrder(all: Schemas): Schemas {
  const rank = (file: string): number => (FIRST.includes(file) ? FIRST.indexOf(file) : FIRST.length)
  const files = [...all.keys()].toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const later = files.filter((file) => all.get(file)?.[ANNOTATION]?.after !== undefined)
  const placed = files.filter((file) => !later.includes(file))
  for (const file of later) {
    const at = placed.indexOf(all.get(file)?.[ANNOTATION]?.after ?? '')
    if (at < 0) throw new Error(`${file}: after`)
    placed.splice(at + 1, 0, file)
  }
  return new Map(placed.flatMap((file) => [...all].filter(([name]) => name === file)))
}

/** The key of a file's list; undefined if the file is not about one. */
function listKeyOf(file: string, { properties = {} }: Schema): string | undefined {
  if (!Object.hasOwn(properties, EMPTIED)) return undefined
  const [list, ...others] = Object.keys(properties).filter((key) => properties[key]?.type === 'array')
  if (list === undefined || others.length > 0) throw new Error(`${file}: ${EMPTIED}`)
  return list
}

type Wanted = (node: SchemaNode) => boolean

/** The paths of all values that are wanted; `[]` is an entry of a list, `*` any key. */
function* placesOf(
  root: SchemaNode,
  node: SchemaNode,
  wanted: Wanted,
  path: readonly string[] = [],
): Generator<readonly [readonly string[], SchemaNode]> {
  const here = followed(root, node)
  if (wanted(here)) return yield [path, here]
  for (const [key, inner] of Object.entries(here.properties ?? {})) yield* placesOf(root, inner, wanted, [...path, key])
  for (const inner of Object.values(here.patternProperties ?? {})) yield* placesOf(root, inner, wanted, [...path, '*'])
  if (here.items !== undefined) yield* placesOf(root, here.items, wanted, [...path, '[]'])
}

/** The fields that are wanted, by the key of their list or map. */
function fieldsOf(file: string, schema: Schema, wanted: Wanted): ReadonlyMap<string, readonly [string, SchemaNode][]> {
  const places = [...placesOf(schema, schema, wanted)].map(([path, node]) => {
    const [key, field, ...deeper] = path.filter((part, index) => index !== 1 || part !== '[]')
    // Deeper ones no rule would find.
    if (key === undefined || field === undefined || deeper.length > 0) throw new Error(`${file}: ${path.join('.')}`)
    return { key, field, node }
  })
  return new Map(
    [...Map.groupBy(places, ({ key }) => key)].map(([key, found]) => [
      key,
      found.map(({ field, node }) => [field, node]),
    ]),
  )
}

const isDate: Wanted = ({ format }) => format === 'date' || format === 'moment'
const isLongText: Wanted = ({ title }) => title === 'LongText'

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`
const lines = (items: readonly string[]): string => items.map((item) => `  ${item},\n`).join('')

/** A row for each list or map of each file that has such fields. */
const rowsFor = (all: Schemas, wanted: Wanted, fields: (found: readonly [string, SchemaNode][]) => string): string[] =>
  [...all].flatMap(([file, schema]) =>
    [...fieldsOf(file, schema, wanted)].map(
      ([key, found]) => `{ file: ${quoted(file)}, key: ${quoted(key)}, fields: ${fields(found)} }`,
    ),
  )

/** The module of all that is known of each file by its schema. */
export function filesModule(all: Schemas): string {
  const files = [...all.keys()]
  const lists = [...all].flatMap(([file, schema]) => {
    const key = listKeyOf(file, schema)
    return key === undefined ? [] : [[file, key] as const]
  })
  const annotated = (key: 'moderated' | 'repeatable'): string =>
    lines(files.filter((file) => all.get(file)?.[ANNOTATION]?.[key] === true).map(quoted))
  const schemaOf = ([file, { $id }]: readonly [string, Schema]): string =>
    `${quoted(file)}: () => import(${quoted(`../../schema/${$id}`)}, { with: { type: 'json' } })`
  const dates = rowsFor(
    all,
    isDate,
    (found) => `{ ${found.map(([key, { format }]) => `${key}: ${quoted(format ?? '')}`).join(', ')} }`,
  )
  const texts = rowsFor(all, isLongText, (found) => `[${found.map(([key]) => quoted(key)).join(', ')}]`)
  const keys = lists.map(([file, key]) => `${quoted(file)}: ${quoted(key)}`)
  return `import type { Documents } from './schema.gen.ts'

type FileName = keyof Documents

/** Every file that is read, in the order in which problems are told. */
export const FILE_NAMES = [
${lines(files.map(quoted))}] as const satisfies readonly FileName[]

/** The list of each file that is about one, by its key. */
export const LIST_KEYS = {
${lines(keys)}} as const satisfies { readonly [F in FileName]?: string }

/** The files that moderators look after. All other files belong to the owners. */
export const MODERATED: readonly FileName[] = [
${annotated('moderated')}]

/** Lists that may have the same entry twice: two pull requests can add it, and both are right. */
export const REPEATABLE: readonly (keyof typeof LIST_KEYS)[] = [
${annotated('repeatable')}]

/** What is a date: the fields of a list's entries or of a map. A moment is a day, or a time in UTC. */
export const DATES: readonly {
  readonly file: FileName
  readonly key: string
  readonly fields: { readonly [field: string]: 'date' | 'moment' }
}[] = [
${lines(dates)}]

/** What is a long text: the fields of a list's entries or of a map. */
export const LONG_TEXTS: readonly {
  readonly file: FileName
  readonly key: string
  readonly fields: readonly string[]
}[] = [
${lines(texts)}]

/** The schemas, each read when it is needed. Every path is written out, so that bundlers find them. */
export const SCHEMAS = {
${lines([...all].map(schemaOf))}} as const
`
}

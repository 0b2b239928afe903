import { isCollection, isMap, isScalar, visit, type YAMLMap, type YAMLSeq } from 'yaml'
import { isFlow } from './layout.ts'
import { column, type Original } from './original.ts'
import { type Value } from '../values.ts'
import { visible } from './render.ts'

/** Whether a file is written the way JSON is: brackets alone, and all keys in double quotes. */
export function isJson({ doc }: Original): boolean {
  const known = asked.get(doc) ?? allQuoted(doc)
  asked.set(doc, known)
  return known
}

/** Asked of a document for each of its changes. */
const asked = new WeakMap<Original['doc'], boolean>()

function allQuoted({ contents }: Original['doc']): boolean {
  if (!isMap(contents) || !isFlow(contents)) return false
  let quoted = true
  visit(contents, {
    Pair: (_, { key }) => ((quoted &&= isScalar(key) && key.type === 'QUOTE_DOUBLE'), quoted ? undefined : visit.BREAK),
  })
  return quoted
}

/** A value as JSON: over several lines where the one beside it is, indented as that many columns. */
export function writeJson(
  { text }: Original,
  near: YAMLMap | YAMLSeq | undefined,
  value: Value,
  indent: number,
): string {
  const beside: unknown = near?.items.at(-1)
  const [start = 0, end = 0] = isCollection(beside) ? (beside.range ?? []) : []
  const inner = /\n( *)\S/.exec(text.slice(start, end))?.[1]
  if (inner === undefined) return visible(onOneLine(value, /^\{\s/.test(text.slice(start, end)) ? ' ' : ''))
  const step = Math.max(1, inner.length - column(text, start))
  return visible(JSON.stringify(value, null, step)).replaceAll('\n', `\n${' '.repeat(indent)}`)
}

/** A value of JSON on one line, with a space behind each comma and colon. */
export function onOneLine(value: Value, pad = ''): string {
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map((item) => onOneLine(item, pad)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}: ${onOneLine(inner as Value, pad)}`,
  )
  return fields.length === 0 ? '{}' : `{${pad}${fields.join(', ')}${pad}}`
}

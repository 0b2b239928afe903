import { isAction, rowsOfPolicy, type PolicyEntry } from './mrf.ts'
import { refused, type Format } from './row.ts'
import { BAD_ELIXIR, FORMAT } from './texts.ts'

const BEGIN = /^[ \t]*config\s+:(?:pleroma|akkoma)\s*,\s*:mrf_simple\s*,/m
const TOKEN = /"(?<text>(?:[^"\\]|\\.)*)"|(?<key>[a-z_]+):(?=\s)|(?<mark>[[\]{},])|(?<other>[^\s[\]{},"]+)/gs

/** The simple policy of Pleroma or Akkoma: `config :pleroma, :mrf_simple, reject: [{"a.example", "why"}]`. */
export const elixir: Format = {
  name: FORMAT.elixir,
  read: (text, file) => {
    if (!BEGIN.test(text)) return undefined
    const bare = uncommented(text)
    const begin = BEGIN.exec(bare)
    const from = begin ? begin.index + begin[0].length : bare.length
    const end = bare.slice(from).search(/^[ \t]*config\s/m)
    const read = entriesOf(bare, from, end < 0 ? bare.length : from + end)
    if (Array.isArray(read)) return rowsOfPolicy(read as readonly PolicyEntry[], file)
    return refused('elixir-syntax', file, read as number, BAD_ELIXIR)
  },
}

/** Comments as blanks, so that everything keeps its place. */
const uncommented = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|#[^\n]*/gs, (part) => (part.startsWith('#') ? ' '.repeat(part.length) : part))

/** The entries between two places, or the line of what can't be read. */
function entriesOf(text: string, from: number, to: number): readonly PolicyEntry[] | number {
  const entries: PolicyEntry[] = []
  let [action, depth, place, line, counted] = ['', 0, 0, 1, 0]
  const pattern = new RegExp(TOKEN)
  pattern.lastIndex = from
  for (let token = pattern.exec(text); token && token.index < to; token = pattern.exec(text)) {
    for (; counted < token.index; counted++) if (text[counted] === '\n') line++
    const { text: written, key, mark, other } = token.groups ?? {}
    if (other !== undefined || (key !== undefined && depth > 0) || written?.includes('#{')) return line
    if (key !== undefined) action = key
    if (mark === '[' || mark === '{') [depth, place] = [depth + 1, mark === '{' ? 0 : place]
    if (mark === ']' || mark === '}') depth--
    if (written === undefined || !isAction(action)) continue
    const value = written.replaceAll(/\\(.)/gs, '$1').trim()
    const last = entries.at(-1)
    if (depth === 1 || place === 0) entries.push({ action, domain: value, line })
    else if (last) entries[entries.length - 1] = { ...last, reason: value }
    place = depth === 1 ? 0 : place + 1
  }
  return depth === 0 ? entries : line
}

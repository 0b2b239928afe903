import { csv } from './csv.ts'
import { elixir } from './elixir.ts'
import { hosts } from './hosts.ts'
import { json } from './json.ts'
import { markdown } from './markdown.ts'
import { plain } from './plain.ts'
import { reasonIn } from './reasons.ts'
import { refused, type Format, type ListReading } from './row.ts'
import { notAList } from './texts.ts'

/** The formats, in the order in which they are tried: the last one takes any text. */
const FORMATS: readonly Format[] = [json, elixir, hosts, markdown, plain, csv]

/** The rows of a list in any format, and what that format is called. */
export function readRows(text: string, file: string): ListReading & { readonly format: string } {
  const foreign = reasonIn(text)
  if (foreign !== undefined) return { ...refused('no-list', file, 1, notAList(file, foreign)), format: '' }
  for (const { name, read } of FORMATS) {
    const reading = read(text, file)
    if (reading) return { ...reading, format: name }
  }
  return { rows: [], leftOut: [], diagnostics: [], format: '' }
}

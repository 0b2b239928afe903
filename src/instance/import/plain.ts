import { linesOf } from './lines.ts'
import { bareRow, type Format } from './row.ts'
import { columnOf } from './columns.ts'
import { FORMAT } from './texts.ts'

/** One domain a line. */
export const plain: Format = {
  name: FORMAT.plain,
  read: (text) => {
    const lines = linesOf(text).map(({ text: written, line }) => ({
      line,
      name: written
        .replace(/(?<![,;])[,;]+$/, '')
        .replace(/^"([^"]*)"$/, '$1')
        .trim(),
    }))
    if (lines.length === 0 || lines.some(({ name }) => /[,;\t|"]/.test(name))) return undefined
    const [first, ...others] = lines
    const rows = first && columnOf(first.name)?.column === 'domain' ? others : lines
    return { rows: rows.map(({ name, line }) => bareRow(name, line)), leftOut: [], diagnostics: [] }
  },
}

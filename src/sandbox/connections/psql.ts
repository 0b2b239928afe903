import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Database, ScriptResult } from '../database.ts'
import { readAll, type Process } from './control.ts'

const OPTIONS = {
  'no-psqlrc': { type: 'boolean', short: 'X' },
  quiet: { type: 'boolean', short: 'q' },
  'no-align': { type: 'boolean', short: 'A' },
  'tuples-only': { type: 'boolean', short: 't' },
  'no-password': { type: 'boolean', short: 'w' },
  'single-transaction': { type: 'boolean', short: '1' },
  set: { type: 'string', short: 'v', multiple: true },
  dbname: { type: 'string', short: 'd' },
  username: { type: 'string', short: 'U' },
  host: { type: 'string', short: 'h' },
  port: { type: 'string', short: 'p' },
  file: { type: 'string', short: 'f', multiple: true },
  command: { type: 'string', short: 'c', multiple: true },
} as const

/** `psql` as far as scripts use it: the usual flags, SQL from stdin, a file or the command line. */
export async function psql(database: Database, process: Process): Promise<number> {
  const { values } = parseArgs({ args: [...process.args], options: OPTIONS, allowPositionals: true })
  const files = await Promise.all((values.file ?? []).map((file) => sourceOf(file, process)))
  const given = [...(values.command ?? []), ...files]
  const sql = given.length > 0 ? given.join('\n;\n') : await readAll(process.input)
  try {
    const results = await database.script(
      `${settingsOf(process.environment['PGOPTIONS'])}${sql}`,
      values.username ?? process.environment['PGUSER'],
    )
    for (const result of results) process.out(printed(result, values))
    return 0
  } catch (error) {
    process.err(complaint(error, values.command === undefined))
    if ((values.set ?? []).some((set) => /^ON_ERROR_STOP=(1|on|true)$/i.test(set))) return 3
    return values.command === undefined ? 0 : 1
  }
}

function sourceOf(file: string, process: Process): Promise<string> {
  return file === '-' ? readAll(process.input) : readFile(resolve(process.directory, file), 'utf8')
}

/** The settings of `PGOPTIONS='-c name=value'`; a backslash keeps a space. */
function settingsOf(options = ''): string {
  const words = (options.match(/(?:\\.|[^\s\\])+/g) ?? []).map((word) =>
    word.replaceAll(/\\(.)/g, '$1').replace(/^(-c|--)/, ''),
  )
  return words
    .filter((word) => word.includes('='))
    .map(
      (word) =>
        `set ${word.slice(0, word.indexOf('='))} = '${word.slice(word.indexOf('=') + 1).replaceAll("'", "''")}';`,
    )
    .join('')
}

interface Look {
  readonly quiet?: boolean
  readonly 'tuples-only'?: boolean
  readonly 'no-align'?: boolean
}

function printed(result: ScriptResult, look: Look): string {
  if (result.fields.length === 0) return look.quiet === true ? '' : `${result.command}\n`
  const rows = result.rows.map((row) => row.map((value) => value ?? ''))
  const shown = look['tuples-only'] === true ? rows : [[...result.fields], ...rows]
  const widths = result.fields.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    look['no-align'] === true
      ? row.join('|')
      : row
          .map((value, column) => value.padEnd(widths[column] ?? 0))
          .join(' | ')
          .trimEnd()
  const count = look['tuples-only'] === true ? [] : [`(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`]
  return [...shown.map(line), ...count].map((text) => `${text}\n`).join('')
}

function complaint(error: unknown, fromFile: boolean): string {
  const { message, detail } = error as { readonly message?: string; readonly detail?: string }
  return (
    `${fromFile ? 'psql:<stdin>:1: ' : ''}ERROR:  ${message ?? String(error)}\n` +
    (detail === undefined ? '' : `DETAIL:  ${detail}\n`)
  )
}

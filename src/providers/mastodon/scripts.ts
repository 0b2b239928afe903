import { readFileSync } from 'node:fs'
import { KINDS } from './kinds/index.ts'
import { MEASURED, READ } from './database/rows.ts'
import type { TableShape } from './table.ts'

const textOf = (file: URL): string => readFileSync(file, 'utf8')
const beside = (name: string): string => textOf(new URL(name, import.meta.url))

/** A table and its query, as a row of the values that the reader goes through. */
const queryOf = ({ name, sql }: TableShape): string => `('${name}', $table$\n${textOf(sql)}$table$)`

/** Makes the script of SELECTs that reads a snapshot; plain SQL, the same for every connection. */
export function readerScript(): string {
  const queries = (tables: readonly TableShape[]) => (): string => tables.map(queryOf).join(',\n')
  return beside('./database/reader.sql')
    .replace('-- tables --', queries(READ))
    .replace('-- measured --', queries(MEASURED))
}

/** Makes the Ruby program of the console: its protocol and its operations, and what the kinds write. */
export const consoleProgram = (): string =>
  [
    beside('./console/console.rb'),
    beside('./console/acting.rb'),
    ...KINDS.map(({ program }) => textOf(program)),
    beside('./console/token.rb'),
  ].join('\n')

import { readFileSync } from 'node:fs'

const beside = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The script of SELECTs that reads a snapshot; plain SQL, the same for every connection. */
export const readerScript = (): string => beside('./database/reader.sql')

/** The Ruby program that becomes the console: one text of a protocol and what it can do. */
export const consoleProgram = (): string =>
  ['console', 'console-blocks', 'console-community', 'console-token']
    .map((part) => beside(`./console/${part}.rb`))
    .join('\n')

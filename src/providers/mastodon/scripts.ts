import { readFileSync } from 'node:fs'

const beside = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** Reads the script of SELECTs that reads a snapshot; plain SQL, the same for every connection. */
export const readerScript = (): string => beside('./database/reader.sql')

/** Reads the Ruby program of the console: its protocol and its operations. */
export const consoleProgram = (): string =>
  ['console', 'console-blocks', 'console-community', 'console-token']
    .map((part) => beside(`./console/${part}.rb`))
    .join('\n')

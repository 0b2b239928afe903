import { readFileSync } from 'node:fs'
import type { Version } from '../../src/sandbox/tables.ts'

export interface Step {
  readonly name: string
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown; readonly token: string | null }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body?: unknown
    readonly text?: string
    /** How many a list had, of which the first two and the last are in `body`. */
    readonly length?: number
  }
}

export interface ConsoleEntry {
  readonly name: string
  readonly expression: string
  readonly answer: unknown
}

export interface Column {
  readonly column: string
  readonly type: string
  readonly null: boolean
  readonly default: string | null
}

export interface LeftOut {
  readonly file: string
  readonly step: string
  readonly reason: string
  readonly skips: 'step' | 'body'
}

/** The files in the order in which they were recorded. */
export const FILES = [
  'measures', 'people', 'auth', 'public', 'domain-allows', 'domain-blocks-write', 'email-domain-blocks', 'ip-blocks', 'paging', 'rate-limit',
] as const

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

export const steps = (version: Version, file: string): readonly Step[] => read<{ readonly steps: readonly Step[] }>(`recorded/${version}/${file}.json`).steps
export const consoleEntries = (version: Version): readonly ConsoleEntry[] => read(`recorded/${version}/console.json`)
export const columns = (version: Version): Readonly<Record<string, readonly Column[]>> => read(`recorded/${version}/columns.json`)
export const leftOut: readonly LeftOut[] = read('left-out.json')

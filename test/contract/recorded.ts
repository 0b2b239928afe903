import { readFileSync } from 'node:fs'
import type { Version } from '../../src/sandbox/versions.ts'

export interface Step {
  readonly name: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly body?: unknown
    /** A body as it was sent, where it is not what `body` makes as JSON. */
    readonly text?: string
    /** Its content type, where that is not application/json. */
    readonly type?: string
    /** The form that was asked for, where that is not application/json. */
    readonly accept?: string
    readonly token: string | null
  }
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

/** A step of a page of the web interface. */
export interface PageStep {
  readonly request: {
    readonly method: string
    readonly path: string
    readonly body?: { readonly announcement: Readonly<Record<string, string>> }
  }
  readonly response: { readonly status: number; readonly body?: { readonly messages: readonly string[] } }
}

type Rows = readonly Readonly<Record<string, unknown>>[]

/** What was done with empty tables and queues, and what was there after it. */
export type AnnouncementEntry = {
  readonly name: string
  readonly after: {
    readonly announcements?: Rows
    readonly admin_action_logs?: Rows
    readonly jobs?: readonly { readonly class: string; readonly args: readonly unknown[] }[]
  }
} & (
  | { readonly expression: string; readonly answer: unknown }
  | { readonly as: string; readonly prepare?: string; readonly steps: readonly PageStep[] }
  | Pick<Step, 'request' | 'response'>
)

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
  'measures',
  'people',
  'auth',
  'public',
  'domain-allows',
  'domain-blocks-write',
  'email-domain-blocks',
  'ip-blocks',
  'paging',
  'rate-limit',
] as const

/**
 * What servers do with odd requests, a file a rule, by the version that was asked. Each begins with no block and no
 * allow.
 */
export const RULES = {
  '4.5.15': [
    'percent-encoded-names',
    'dots',
    'severities',
    'netmasks',
    'zones',
    'addresses',
    'booleans',
    'comments',
    'expiries',
    'pages',
    'ids',
    'bodies',
    'paths',
    'measures',
    'accepts',
  ],
  '4.6.5': ['people-asked-oddly', 'public-asked-oddly'],
} as const

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

export const steps = (version: Version | keyof typeof RULES, file: string): readonly Step[] =>
  read<{ readonly steps: readonly Step[] }>(`recorded/${version}/${file}.json`).steps
export const consoleEntries = (version: Version): readonly ConsoleEntry[] => read(`recorded/${version}/console.json`)
export const announcements = (
  version: string,
): { readonly clock: string; readonly entries: readonly AnnouncementEntry[] } =>
  read(`recorded/${version}/announcements.json`)
export const columns = (version: Version): Readonly<Record<string, readonly Column[]>> =>
  read(`recorded/${version}/columns.json`)
export const leftOut: readonly LeftOut[] = read('left-out.json')

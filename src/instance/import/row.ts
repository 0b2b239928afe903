import type { Diagnostic } from '../diagnostic.ts'
import type { ListWording } from './texts.ts'

export const FLAGS = ['reject_media', 'reject_reports', 'obfuscate'] as const
export type Flag = (typeof FLAGS)[number]

/** What a list says of one domain, in the list's own words. */
export interface ListRow {
  /** As it is written there: perhaps an address, or a name with stars for letters. */
  readonly domain: string
  /** null where the row gives none. */
  readonly severity: string | null
  /** Only those of which the row says something. */
  readonly flags: { readonly [flag in Flag]?: boolean }
  readonly public_comment?: string
  readonly private_comment?: string
  /** SHA-256 of the domain: Mastodon gives it where it hides a part of the name. */
  readonly digest?: string
  /** Where it stands in the list, from 1. */
  readonly line: number
}

/** A row that is no block, or can't be read as one. */
export interface LeftOutRow {
  readonly line: number
  readonly code: string
  readonly message: string
}

/** What a format makes of a list. An error among its diagnostics refuses the list. */
export interface ListReading {
  readonly rows: readonly ListRow[]
  readonly leftOut: readonly LeftOutRow[]
  readonly diagnostics: readonly Diagnostic[]
}

/** One way to write a list. Adding a format is adding a file that makes one, and its line in formats.ts. */
export interface Format {
  /** For people, as in "read as …". */
  readonly name: string
  /** What it makes of a text; undefined where the text is in another format. */
  readonly read: (text: string, file: string) => ListReading | undefined
}

/** Makes a diagnostic for a line of a list. */
export function diagnosticOf(
  severity: Diagnostic['severity'],
  code: string,
  file: string,
  line: number,
  words: ListWording,
): Diagnostic {
  return { code, severity, ...words, at: { file, line, column: 1 } }
}

/** Refuses a list that cannot be read at all. */
export const refused = (code: string, file: string, line: number, words: ListWording): ListReading => ({
  rows: [],
  leftOut: [],
  diagnostics: [diagnosticOf('error', code, file, line, words)],
})

/** A row of which only the line, its name and its severity are known. */
export const bareRow = (domain: string, line: number, severity: string | null = null): ListRow => ({
  domain,
  severity,
  flags: {},
  line,
})

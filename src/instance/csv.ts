import { CsvError, parse } from 'csv-parse/sync'
import type { Diagnostic } from './diagnostic.ts'
import { normalizeDomain } from './domains.ts'
import { MAX_BYTES } from './source.ts'
import { decode, isUnwanted } from './text.ts'

/** A severity in the words of Mastodon's API. */
export type BlockSeverity = 'suspend' | 'silence' | 'noop'

/** One block of a list that somebody else keeps. */
export interface ListedBlock {
  readonly domain: string
  readonly severity: BlockSeverity
  readonly reject_media: boolean
  readonly reject_reports: boolean
  readonly obfuscate: boolean
  readonly public_comment?: string
  readonly private_comment?: string
  /** Where it stands in the list, from 1. */
  readonly line: number
}

export interface BlockList {
  readonly entries: readonly ListedBlock[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface ListOptions {
  /** The list's name, for its diagnostics. */
  readonly file: string
  /** For rows that give none. */
  readonly defaultSeverity?: BlockSeverity
}

/** The words for a severity in Mastodon's forms and API, and in other lists. */
const SEVERITIES = new Map<string, BlockSeverity>([
  ...(['suspend', 'suspended', 'block', 'blocked', 'reject', 'drop'] as const).map((word) => [word, 'suspend'] as const),
  ...(['silence', 'silenced', 'limit', 'limited', 'filter'] as const).map((word) => [word, 'silence'] as const),
  ...(['noop', 'none', 'accept'] as const).map((word) => [word, 'noop'] as const),
])

export const STRENGTH: { readonly [severity in BlockSeverity]: number } = { noop: 0, silence: 1, suspend: 2 }

/** A severity by any of its names. */
export const severityOf = (word: string): BlockSeverity | undefined => SEVERITIES.get(word.trim().toLowerCase())

interface Row {
  readonly line: number
  readonly cells: { readonly [column: string]: string }
}

/** Reads a list of blocks: Mastodon's or FediBlockHole's CSV, or one domain a line. What can't be read is told, with its line. */
export function readBlockList(bytes: Buffer, options: ListOptions): BlockList {
  const { file } = options
  if (bytes.length > MAX_BYTES)
    return { entries: [], diagnostics: [problem('too-large', file, 1, `${file} is larger than ${MAX_BYTES} bytes`)] }
  const decoded = decode(file, bytes)
  if ('diagnostic' in decoded) return { entries: [], diagnostics: [decoded.diagnostic] }
  const rows = readRows(file, decoded.text)
  if (!Array.isArray(rows)) return { entries: [], diagnostics: [rows as Diagnostic] }
  const read = (rows as readonly Row[]).map((row) => readRow(row, options))
  const found = read.flatMap((one) => one.entry ?? [])
  const missing = read.flatMap((one) => (one.missing === undefined ? [] : [one.missing]))
  const { entries, diagnostics } = once(file, found)
  return { entries, diagnostics: [...read.flatMap((one) => one.diagnostics), ...asksForSeverity(file, missing), ...diagnostics] }
}

function problem(
  code: string,
  file: string,
  line: number,
  message: string,
  hint?: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return { code, severity, message, at: { file, line, column: 1 }, ...(hint === undefined ? {} : { hint }) }
}

interface Parsed {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: { readonly lines: number }
}

function readRows(file: string, text: string): readonly Row[] | Diagnostic {
  try {
    const options = {
      bom: true,
      trim: true,
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: '\n',
    }
    const parsed = parse(text.replaceAll(/\r\n?/g, '\n'), options) as unknown as readonly Parsed[]
    const header = headerOf(parsed[0]?.record ?? [])
    return parsed.slice(header ? 1 : 0).map(({ record, raw, info }) => ({
      line: info.lines - (raw.trim().match(/\n/g)?.length ?? 0),
      cells: Object.fromEntries(header ? record.map((cell, index) => [header[index] ?? '', cell]) : [['domain', record[0] ?? '']]),
    }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line: unknown = error['lines']
    return problem(
      'csv-syntax',
      file,
      typeof line === 'number' ? line : 1,
      `${file} can't be read as CSV: ${error.message}`,
      'A text with commas or quotes stands in quotes, and its own quotes are doubled.',
    )
  }
}

/** The columns' names, with or without Mastodon's `#`; undefined for a plain list of domains. */
function headerOf(record: readonly string[]): readonly string[] | undefined {
  const names = record.map((cell) => cell.replace(/^#/, '').trim().toLowerCase())
  return names.includes('domain') ? names : undefined
}

interface Read {
  readonly entry?: ListedBlock
  /** The line of a row that gives no severity. */
  readonly missing?: number
  readonly diagnostics: readonly Diagnostic[]
}

function readRow({ line, cells }: Row, { file, defaultSeverity }: ListOptions): Read {
  const written = cells['domain'] ?? ''
  if (written === '' || written.startsWith('#')) return { diagnostics: [] }
  const skip = (code: string, message: string): Read => ({
    diagnostics: [problem(code, file, line, message, 'This row is left out.', 'warning')],
  })
  const bare = bareDomain(written)
  if (/[*?]/.test(bare))
    return skip('obfuscated', `${JSON.stringify(written)} hides part of its name, so nobody can tell which server it is`)
  const name = normalizeDomain(bare)
  if ('refused' in name) return skip('not-a-domain', `${JSON.stringify(written)} is not a domain: ${name.refused}`)
  const word = cells['severity'] ?? ''
  const severity = word === '' ? defaultSeverity : severityOf(word)
  if (severity === undefined && word === '') return { missing: line, diagnostics: [] }
  if (severity === undefined) {
    return {
      diagnostics: [problem('unknown-severity', file, line, `${JSON.stringify(word)} is no severity`, 'Write suspend, limit or none.')],
    }
  }
  const comments = ['public_comment', 'private_comment']
    .map((column) => [column, (cells[column] ?? '').trim()] as const)
    .filter(([, text]) => text !== '')
  const unfit = comments
    .filter(([, text]) => isUnwanted(text))
    .map(([column]) =>
      problem(
        'unwanted-character',
        file,
        line,
        `the ${column} of ${name.domain} has a control character in it`,
        'The comment is left out.',
        'warning',
      ),
    )
  const flag = (column: string): boolean => ['true', 't', '1', 'yes'].includes((cells[column] ?? '').toLowerCase())
  const flags = { reject_media: flag('reject_media'), reject_reports: flag('reject_reports'), obfuscate: flag('obfuscate') }
  return {
    entry: { domain: name.domain, severity, ...flags, ...Object.fromEntries(comments.filter(([, text]) => !isUnwanted(text))), line },
    diagnostics: unfit,
  }
}

/** A domain out of what lists hold in its place: a web address, a name with a star for its subdomains, a last dot. */
const bareDomain = (written: string): string =>
  written
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/(?:\/|(?<!\s)\s+#).*$/s, '')
    .replace(/^\*\.|^[.@]/, '')
    .replace(/\.$/, '')

function asksForSeverity(file: string, lines: readonly number[]): readonly Diagnostic[] {
  const [first] = lines
  if (first === undefined) return []
  const many = lines.length === 1 ? 'This row gives' : `${lines.length} rows give`
  return [problem('severity-missing', file, first, `${many} no severity.`, 'Give one for them: --severity suspend, limit or none.')]
}

/** Each domain once: the stricter of two rows counts. */
function once(file: string, found: readonly ListedBlock[]): BlockList {
  const entries = new Map<string, ListedBlock>()
  const diagnostics: Diagnostic[] = []
  for (const entry of found) {
    const earlier = entries.get(entry.domain)
    if (!earlier || STRENGTH[entry.severity] > STRENGTH[earlier.severity]) entries.set(entry.domain, entry)
    if (earlier)
      diagnostics.push(
        problem(
          'listed-twice',
          file,
          entry.line,
          `${entry.domain} stands in line ${earlier.line} too`,
          'The stricter of the two counts.',
          'info',
        ),
      )
  }
  return { entries: [...entries.values()], diagnostics }
}

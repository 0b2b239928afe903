import { type Diagnostic } from '../diagnostic.ts'
import { STRENGTH, type BlockSeverity } from '../severity.ts'
import { MAX_BYTES } from '../source.ts'
import { decode } from '../yaml/characters.ts'
import { byDigest, merged, resolve, type ListEntry } from './entries.ts'
import { readRows } from './formats.ts'
import { diagnosticOf, FLAGS, type LeftOutRow, type ListRow } from './row.ts'
import { accountsListed, CAUSES, noneRead, noRows, ROW_LEFT_OUT, severityMissing, tooLarge } from './texts.ts'

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
  readonly leftOut: readonly LeftOutRow[]
  /** What it was read as, for people. */
  readonly format: string
  /** How many rows there are, left out or not. */
  readonly rows: number
  /** Digests of names that are hidden and that nobody knew. */
  readonly hidden: readonly string[]
  /** Domains whose severity is the one that was given for rows without one. */
  readonly defaulted: number
  /** Domains whose block was made weaker by `atMost`. */
  readonly capped: number
}

export interface ListOptions {
  /** The list's name, for its diagnostics. */
  readonly file: string
  /** For rows that give none. */
  readonly defaultSeverity?: BlockSeverity
  /** No row counts as stricter than that. */
  readonly atMost?: BlockSeverity
  /** What rows say that say nothing of it themselves. */
  readonly otherwise?: {
    readonly reject_media?: boolean
    readonly reject_reports?: boolean
    readonly obfuscate?: boolean
    readonly public_comment?: string
    readonly private_comment?: string
  }
  /** Domains by which hidden names are known again, by their digest. */
  readonly known?: readonly string[]
}

const EMPTY_LIST = { entries: [], leftOut: [], rows: 0, hidden: [], defaulted: 0, capped: 0 }

/**
 * Reads a list of blocks in any known format, and lists the rows that it cannot read. If it reads none, it is an error.
 */
export function readBlockList(bytes: Buffer, options: ListOptions): BlockList {
  const { file } = options
  const refuse = (diagnostics: readonly Diagnostic[], format = ''): BlockList => ({
    ...EMPTY_LIST,
    format,
    diagnostics,
  })
  if (bytes.length > MAX_BYTES) return refuse([diagnosticOf('error', 'too-large', file, 1, tooLarge(file, MAX_BYTES))])
  const decoded = decode(file, bytes)
  if ('diagnostic' in decoded) return refuse([decoded.diagnostic])
  const read = readRows(decoded.text.replaceAll(/\r\n?/g, '\n').replaceAll(/^\uFEFF/gm, ''), file)
  if (read.diagnostics.some(({ severity }) => severity === 'error')) return refuse(read.diagnostics, read.format)
  return listOf(read, options)
}

function listOf(read: ReturnType<typeof readRows>, options: ListOptions): BlockList {
  const { file, defaultSeverity, atMost } = options
  // A comment that a spreadsheet put into quotes stands where the domain would.
  const given = read.rows.filter(({ domain }) => domain !== '' && !domain.startsWith('#'))
  const resolved = resolvedRows(given, options)
  const one = merged(
    resolved.flatMap(({ entry }) => entry ?? []),
    file,
  )
  const leftOut = [...read.leftOut, ...resolved.flatMap(({ out }) => out ?? [])].toSorted((a, b) => a.line - b.line)
  const missing = defaultSeverity === undefined ? one.entries.filter(({ severity }) => severity === null) : []
  const complete = one.entries.flatMap((entry) => blockOf(entry, options) ?? [])
  const rows = given.length + read.leftOut.length
  const accounts = accountsIn(file, given)
  return {
    entries: complete.map((block) => ({ ...block, severity: cap(block.severity, atMost) })),
    diagnostics: [
      ...leftOut.map(({ code, line, message }) =>
        diagnosticOf('warning', code, file, line, { message, hint: ROW_LEFT_OUT }),
      ),
      ...read.diagnostics,
      ...resolved.flatMap(({ diagnostics }) => diagnostics),
      ...one.diagnostics,
      ...(accounts.length > 0 ? accounts : asksForSeverity(file, missing)),
      ...nothingRead(file, one.entries.length, leftOut, rows),
    ],
    leftOut,
    format: read.format,
    rows,
    hidden: resolved.flatMap(({ hidden }) => hidden ?? []),
    defaulted: defaultSeverity === undefined ? 0 : one.entries.filter(({ severity }) => severity === null).length,
    capped: complete.filter(({ severity }) => cap(severity, atMost) !== severity).length,
  }
}

function resolvedRows(rows: readonly ListRow[], { file, known = [] }: ListOptions): ReturnType<typeof resolve>[] {
  // Its own rows too: two lists may have been joined, and one of them hides what the other shows.
  const digests = byDigest(
    rows.some(({ digest }) => digest !== undefined)
      ? [...known, ...rows.map(({ domain }) => domain.toLowerCase())]
      : [],
  )
  return rows.map((row) => resolve(row, file, digests))
}

function blockOf(entry: ListEntry, { defaultSeverity, otherwise = {} }: ListOptions): ListedBlock | undefined {
  const { flags, severity: own, ...rest } = entry
  const severity = own ?? defaultSeverity
  if (severity === undefined) return undefined
  const said = Object.fromEntries(FLAGS.map((flag) => [flag, flags[flag] ?? otherwise[flag] ?? false])) as {
    readonly [flag in (typeof FLAGS)[number]]: boolean
  }
  const comments = Object.fromEntries(
    (['public_comment', 'private_comment'] as const).flatMap((column) =>
      otherwise[column] === undefined ? [] : [[column, otherwise[column]]],
    ),
  )
  return { ...comments, ...rest, severity, ...said }
}

const cap = (severity: BlockSeverity, most: BlockSeverity | undefined): BlockSeverity =>
  most !== undefined && STRENGTH[severity] > STRENGTH[most] ? most : severity

function asksForSeverity(file: string, missing: readonly ListEntry[]): readonly Diagnostic[] {
  const [first] = missing
  if (first === undefined) return []
  return [diagnosticOf('error', 'severity-missing', file, first.line, severityMissing(missing.length))]
}

/** Refuses a list of blocked accounts: read as servers, it would block everybody there. */
function accountsIn(file: string, rows: readonly ListRow[]): readonly Diagnostic[] {
  const accounts = rows.filter(({ domain }) => /^@?[^@/\s]+@[^@\s]+$/.test(domain))
  const [first] = accounts
  if (first === undefined || accounts.length * 2 <= rows.length) return []
  return [diagnosticOf('error', 'accounts-listed', file, first.line, accountsListed(accounts.length, rows.length))]
}

function nothingRead(file: string, read: number, leftOut: readonly LeftOutRow[], rows: number): readonly Diagnostic[] {
  if (read > 0) return []
  const [first] = leftOut
  if (rows === 0 || first === undefined) return [diagnosticOf('error', 'nothing-read', file, 1, noRows(file))]
  const codes = new Set(leftOut.map(({ code }) => code))
  const hint = codes.size === 1 ? CAUSES.get(first.code) : undefined
  return [diagnosticOf('error', 'nothing-read', file, first.line, noneRead(file, rows, hint))]
}

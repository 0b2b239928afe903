import { type Diagnostic } from '../diagnostic.ts'
import { STRENGTH, type BlockSeverity } from '../severity.ts'
import { MAX_BYTES } from '../source.ts'
import { decode } from '../yaml/characters.ts'
import { byDigest, merged, resolve, type Entry } from './entries.ts'
import { ONE_OF, readRows } from './formats.ts'
import { FLAGS, toldOf, type LeftOut, type ListRow } from './row.ts'

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
  readonly leftOut: readonly LeftOut[]
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

const NOTHING = { entries: [], leftOut: [], rows: 0, hidden: [], defaulted: 0, capped: 0 }

/** Reads a list of blocks in any format that Herdbook knows. What can't be read is told, with its line; where that is all, it is an error. */
export function readBlockList(bytes: Buffer, options: ListOptions): BlockList {
  const { file } = options
  const refuse = (diagnostics: readonly Diagnostic[], format = ''): BlockList => ({ ...NOTHING, format, diagnostics })
  if (bytes.length > MAX_BYTES)
    return refuse([toldOf('error', 'too-large', file, 1, `${file} is larger than ${MAX_BYTES} bytes`)])
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
  const accounts = accountsListed(file, given)
  return {
    entries: complete.map((block) => ({ ...block, severity: cap(block.severity, atMost) })),
    diagnostics: [
      ...leftOut.map((out) => toldOf('warning', out.code, file, out.line, out.message, 'This row is left out.')),
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

function blockOf(entry: Entry, { defaultSeverity, otherwise = {} }: ListOptions): ListedBlock | undefined {
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

function asksForSeverity(file: string, missing: readonly Entry[]): readonly Diagnostic[] {
  const [first] = missing
  if (first === undefined) return []
  const many = missing.length === 1 ? 'This row gives' : `${missing.length} rows give`
  return [
    toldOf(
      'error',
      'severity-missing',
      file,
      first.line,
      `${many} no severity.`,
      'Give one for them: --severity suspend, limit or none.',
    ),
  ]
}

/** A list of accounts that somebody blocks: taken for their servers, it would block everybody there. */
function accountsListed(file: string, rows: readonly ListRow[]): readonly Diagnostic[] {
  const accounts = rows.filter(({ domain }) => /^@?[^@/\s]+@[^@\s]+$/.test(domain))
  const [first] = accounts
  if (first === undefined || accounts.length * 2 <= rows.length) return []
  return [
    toldOf(
      'error',
      'accounts-listed',
      file,
      first.line,
      `${accounts.length} of ${rows.length} rows name accounts: this is a list of people, not of servers`,
      'Where servers are meant, write only what follows the last @.',
    ),
  ]
}

function nothingRead(file: string, read: number, leftOut: readonly LeftOut[], rows: number): readonly Diagnostic[] {
  if (read > 0) return []
  const [first] = leftOut
  if (rows === 0 || first === undefined)
    return [toldOf('error', 'nothing-read', file, 1, `${file} holds no row`, ONE_OF)]
  const codes = new Set(leftOut.map(({ code }) => code))
  const hint = codes.size === 1 ? CAUSES.get(first.code) : undefined
  return [
    toldOf(
      'error',
      'nothing-read',
      file,
      first.line,
      rows === 1 ? `the one row of ${file} can't be read` : `not one row of ${rows} can be read`,
      hint ?? ONE_OF,
    ),
  ]
}

/** The likely cause where all rows are left out for one reason. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  [
    'obfuscated',
    "Ask whoever keeps the list for the whole names; Mastodon's export in Moderation → Federation has them.",
  ],
  ['unknown-severity', 'Herdbook knows suspend, limit (silence) and none (noop) in the column of severities.'],
  ['allowed', 'It is a list of servers that are allowed, which blocks none.'],
  [
    'not-a-domain',
    'Does something stand beside the domains? Separate the columns with commas, semicolons or tabs, below a line with their names.',
  ],
])

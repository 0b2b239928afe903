import { createHash } from 'node:crypto'
import { namedDomain } from '../named-domain.ts'
import { severityOf, stricterOf, STRENGTH, type BlockSeverity } from '../severity.ts'
import { isUnwanted } from '../yaml/characters.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { FLAGS, diagnosticOf, type LeftOutRow, type ListRow } from './row.ts'
import { commentLeftOut, hiddenName, listedTwice, noDot, notADomain, unknownSeverity } from './texts.ts'

/** A row whose domain and severity are understood. */
export interface ListEntry extends Omit<ListRow, 'severity' | 'digest'> {
  /** null where no row of that domain gives one. */
  readonly severity: BlockSeverity | null
}

export type ResolvedEntry = {
  readonly entry?: ListEntry
  readonly out?: LeftOutRow
  readonly hidden?: string
  readonly diagnostics: readonly Diagnostic[]
}

/** Domains by the digest that Mastodon gives for them. */
export const byDigest = (domains: readonly string[]): ReadonlyMap<string, string> =>
  new Map(domains.map((domain) => [createHash('sha256').update(domain).digest('hex'), domain]))

/** What a row means, or why it is left out. */
export function resolve(row: ListRow, file: string, known: ReadonlyMap<string, string>): ResolvedEntry {
  const { line } = row
  const left = (code: string, message: string): ResolvedEntry => ({ out: { line, code, message }, diagnostics: [] })
  const bare = bareDomain(row.domain)
  const obfuscated = /[*?•…]/.test(bare)
  const digest = row.digest?.toLowerCase()
  const found = obfuscated && digest !== undefined ? known.get(digest) : undefined
  if (obfuscated && found === undefined) {
    return {
      ...left('obfuscated', hiddenName(quoted(row.domain))),
      ...(digest === undefined ? {} : { hidden: digest }),
    }
  }
  const name = found === undefined ? namedDomain(bare) : { domain: found }
  if ('refused' in name) return left('not-a-domain', notADomain(quoted(row.domain), name.refused))
  if (!name.domain.includes('.')) return left('no-dot', noDot(quoted(row.domain)))
  const severity = row.severity === null ? null : severityOf(row.severity)
  if (severity === undefined) return left('unknown-severity', unknownSeverity(quoted(row.severity)))
  const { fit, unfit } = commentsOf(row)
  const diagnostics = unfit.map((column) =>
    diagnosticOf('warning', 'unwanted-character', file, line, commentLeftOut(column, name.domain)),
  )
  return { entry: { domain: name.domain, severity, flags: row.flags, ...fit, line }, diagnostics }
}

const quoted = (text: string | null): string =>
  JSON.stringify(text !== null && text.length > 200 ? `${text.slice(0, 200)}…` : text)

/** What programs write where there is no comment. */
const NO_COMMENT = /^(?:null|none|nil|undefined|nan|n\/a)$/i

function commentsOf(row: ListRow): {
  readonly fit: Pick<ListEntry, 'public_comment' | 'private_comment'>
  readonly unfit: readonly string[]
} {
  const given = (['public_comment', 'private_comment'] as const)
    .map((column) => [column, (row[column] ?? '').trim()] as const)
    .filter(([, text]) => text !== '' && !NO_COMMENT.test(text))
  return {
    fit: Object.fromEntries(given.filter(([, text]) => !isUnwanted(text))),
    unfit: given.filter(([, text]) => isUnwanted(text)).map(([column]) => column),
  }
}

/** The domain without what lists add to it: a star for its subdomains, a last dot, a comment behind a `#`. */
const bareDomain = (written: string): string =>
  (/^[a-z]+:\/\//i.test(written) ? written : written.replace(/(?:\/|(?<!\s)\s+#).*$/s, ''))
    .replace(/^\*\.|^\./, '')
    .replace(/\.$/, '')

/** Each domain once: the stricter of each field counts, and what one row does not say another may. */
export function merged(
  entries: readonly ListEntry[],
  file: string,
): { readonly entries: readonly ListEntry[]; readonly diagnostics: readonly Diagnostic[] } {
  const domains = new Map<string, ListEntry>()
  const diagnostics: Diagnostic[] = []
  for (const entry of entries) {
    const earlier = domains.get(entry.domain)
    domains.set(entry.domain, earlier ? both(earlier, entry) : entry)
    if (earlier)
      diagnostics.push(diagnosticOf('info', 'listed-twice', file, entry.line, listedTwice(entry.domain, earlier.line)))
  }
  return { entries: [...domains.values()], diagnostics }
}

function both(a: ListEntry, b: ListEntry): ListEntry {
  const [first, second] = strength(b) > strength(a) ? [b, a] : [a, b]
  const flags = FLAGS.flatMap((flag) =>
    first.flags[flag] === undefined && second.flags[flag] === undefined
      ? []
      : [[flag, first.flags[flag] === true || second.flags[flag] === true]],
  )
  const severity =
    a.severity !== null && b.severity !== null ? stricterOf(a.severity, b.severity) : (a.severity ?? b.severity)
  return { ...second, ...first, severity, flags: Object.fromEntries(flags) }
}

const strength = ({ severity }: ListEntry): number => (severity === null ? -1 : STRENGTH[severity])

import type { BlockList, ListedBlock } from '../instance/import/read.ts'
import { SEVERITY_WORDS, type BlockSeverity } from '../instance/severity.ts'
import { count } from '../words/text.ts'

/** What was read from a list and what was left out. */
export function readOf(
  name: string,
  { entries, rows, leftOut, format, defaulted, capped }: BlockList,
): readonly string[] {
  const severities = (['suspend', 'silence', 'noop'] as const).flatMap((severity) =>
    some(entries.filter((entry) => entry.severity === severity).length, SEVERITY_WORDS[severity]),
  )
  const others = [
    ...some(entries.filter((entry) => entry.reject_media).length, 'with reject_media'),
    ...some(entries.filter((entry) => entry.reject_reports).length, 'with reject_reports'),
    ...some(entries.filter((entry) => entry.obfuscate).length, 'with obfuscate'),
    ...some(entries.filter(has('public_comment')).length, 'with a public comment'),
    ...some(entries.filter(has('private_comment')).length, 'with a private comment'),
  ]
  const notes = [
    ...some(defaulted, 'with the severity of --severity, because their rows give none'),
    ...some(capped, 'made weaker by --at-most'),
  ]
  return [
    `${name}: ${count(rows, 'row', 'rows')}, read as ${format}.`,
    `  Domains: ${[...severities, ...others].join(', ')}.`,
    ...(notes.length > 0 ? [`  Of these: ${notes.join(', ')}.`] : []),
    ...(leftOut.length > 0
      ? [
          '  Left out: ' +
            [...Map.groupBy(leftOut, ({ code }) => code)]
              .map(([code, of]) => `${of.length} ${WHY.get(code) ?? code}`)
              .join(', ') +
            '.',
        ]
      : []),
  ]
}

const some = (amount: number, what: string): readonly string[] => (amount > 0 ? [`${amount} ${what}`] : [])
const has = (field: 'public_comment' | 'private_comment') => (entry: ListedBlock) => entry[field] !== undefined

/** Why rows are left out, as it follows a number. */
const WHY: ReadonlyMap<string, string> = new Map([
  ['obfuscated', 'hiding part of the name'],
  ['not-a-domain', 'not a domain'],
  ['no-dot', 'without a dot in the name'],
  ['no-domain', 'without a domain'],
  ['unknown-severity', 'with an unknown severity'],
  ['no-severity', 'without a severity'],
  ['too-many-cells', 'with more cells than the header'],
  ['allowed', 'allowed by the list'],
  ['no-counterpart', 'that Mastodon does not support'],
])

/** The number of each severity, in brackets; empty if there are none. */
export function bySeverity(severities: readonly BlockSeverity[]): string {
  const parts = (['suspend', 'silence', 'noop'] as const).flatMap((severity) =>
    some(severities.filter((one) => one === severity).length, SEVERITY_WORDS[severity]),
  )
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

import { bareRow, diagnosticOf, type LeftOutRow, type ListRow, type ListReading } from './row.ts'
import { allowed, noCounterpart, READ_AS_LIMIT } from './texts.ts'

/** One entry of a policy: what is done, to whom, and why. */
export interface PolicyEntry {
  readonly action: string
  readonly domain: string
  readonly reason?: string
  readonly line: number
}

/** What Pleroma and Akkoma do to posts of a server, in the words of Mastodon. */
const ACTIONS: ReadonlyMap<string, Pick<ListRow, 'severity' | 'flags'>> = new Map([
  ['reject', { severity: 'suspend', flags: {} }],
  ['federated_timeline_removal', { severity: 'silence', flags: {} }],
  ['media_removal', { severity: 'noop', flags: { reject_media: true } }],
  ['report_removal', { severity: 'noop', flags: { reject_reports: true } }],
])

/** For which Mastodon has nothing, or which allow. */
const OTHERS = new Set(
  (
    'accept|media_nsfw|followers_only|reject_deletes|avatar_removal|banner_removal|background_removal' +
    '|quarantined_instances|handle_threads'
  ).split('|'),
)

export const isAction = (word: string): boolean => ACTIONS.has(word) || OTHERS.has(word)

/** The rows of a simple policy. */
export function rowsOfPolicy(entries: readonly PolicyEntry[], file: string): ListReading {
  const rows = entries.flatMap(({ action, domain, reason, line }): ListRow[] => {
    const does = ACTIONS.get(action)
    return does
      ? [{ ...bareRow(domain, line), ...does, ...(reason === undefined ? {} : { public_comment: reason }) }]
      : []
  })
  const leftOut = entries.flatMap(({ action, domain, line }): LeftOutRow[] => {
    if (ACTIONS.has(action)) return []
    if (action === 'accept') return [{ line, code: 'allowed', message: allowed(domain) }]
    return [{ line, code: 'no-counterpart', message: noCounterpart(action, domain) }]
  })
  const nearest = rows.find(({ severity }) => severity === 'silence')
  return {
    rows,
    leftOut,
    diagnostics: nearest ? [diagnosticOf('warning', 'nearest-severity', file, nearest.line, READ_AS_LIMIT)] : [],
  }
}

/** A severity in the words of Mastodon's API. */
export type BlockSeverity = 'suspend' | 'silence' | 'noop'

/** The words for a severity in Mastodon's forms and API, and in other lists. */
const SEVERITIES = new Map<string, BlockSeverity>([
  ...(['suspend', 'suspended', 'suspension', 'block', 'blocked', 'reject', 'drop', '⛔'] as const).map(
    (word) => [word, 'suspend'] as const,
  ),
  ...(['silence', 'silenced', 'limit', 'limited', 'filter', '🔇'] as const).map((word) => [word, 'silence'] as const),
  ...(['noop', 'none', 'accept'] as const).map((word) => [word, 'noop'] as const),
])

export const STRENGTH: { readonly [severity in BlockSeverity]: number } = { noop: 0, silence: 1, suspend: 2 }

/** A severity as the files say it. */
export const SEVERITY_WORDS: { readonly [severity in BlockSeverity]: 'suspend' | 'limit' | 'none' } = {
  suspend: 'suspend',
  silence: 'limit',
  noop: 'none',
}

/** A severity by any of its names. */
export const severityOf = (word: string): BlockSeverity | undefined => SEVERITIES.get(word.trim().toLowerCase())

/** The stricter of two. */
export const stricterOf = (a: BlockSeverity, b: BlockSeverity): BlockSeverity => (STRENGTH[a] >= STRENGTH[b] ? a : b)

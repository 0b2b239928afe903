/** A minor release of Mastodon, as far as the files depend on it. */
export type MastodonRelease = '4.4' | '4.5' | '4.6' | '4.7'

const RELEASES: readonly MastodonRelease[] = ['4.4', '4.5', '4.6', '4.7']

/** The release of a version such as `4.6.5+glitch`, or the nearest known one; null if the version is not known. */
export function releaseOf(version: string | null | undefined): MastodonRelease | null {
  const found = /^v?(\d+)\.(\d+)/.exec(version ?? '')
  if (found === null) return null
  const rank = (text: string): number => Number(text.split('.')[0]) * 1000 + Number(text.split('.')[1])
  const wanted = rank(`${found[1]}.${found[2]}`)
  return RELEASES.findLast((release) => rank(release) <= wanted) ?? '4.4'
}

export interface ReleaseSpan {
  readonly since?: MastodonRelease
  /** The last release that has it. */
  readonly until?: MastodonRelease
}

/** Whether a release has it; where that is not known, any may. */
export const within = ({ since, until }: ReleaseSpan, release: MastodonRelease | null): boolean =>
  release === null || ((since ?? release) <= release && release <= (until ?? release))

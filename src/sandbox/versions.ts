/** Releases of Mastodon that the sandbox can be. */
export const VERSIONS = ['4.4.22', '4.6.5'] as const
export type Version = (typeof VERSIONS)[number]

/** Releases in which something began, behind 4.4, which is the oldest. */
export type Release = '4.5' | '4.6'

/** Whether a version has what began with a release; what names none was always there. */
export function has(version: Version, since: Release | undefined): boolean {
  return since === undefined || minorOf(version) >= minorOf(since)
}

const minorOf = (version: string): number => Number(version.split('.')[1])

/** The oldest versions that Herdbook works with, and why. An older Node.js must be able to read this file. */
export const MINIMUM = {
  /** On this machine: the language that it is written in. */
  node: '24',
  /** On this machine: `git merge-tree --write-tree`. */
  git: '2.38',
  /** On the server: `restrict` in authorized_keys. */
  openssh: '7.2',
  /** The server's database; Mastodon 4.4 needs it, too. */
  postgresql: '13',
  /** The server: from this version on, its tables, its console and its API are known. */
  mastodon: '4.4',
} as const

/** Whether a version, as a program prints it, is older than another. False for a text without a version. */
export function isOlder(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number))
  if (have === undefined || need === undefined || Number.isNaN(have[0] ?? Number.NaN) || version.search(/\d/) < 0)
    return false
  const differs = need.findIndex((part, i) => (have[i] ?? 0) !== part)
  return differs >= 0 && (have[differs] ?? 0) < (need[differs] ?? 0)
}

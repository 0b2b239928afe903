/** What Herdbook needs at least, and what it needs that for. Read by the oldest Node.js that starts it: plain words of JavaScript alone. */
export const MINIMUM = {
  /** On this machine: the language that it is written in. */
  node: '24',
  /** On this machine: `git merge-tree --write-tree`. */
  git: '2.38',
  /** On the server: `restrict` in authorized_keys. */
  openssh: '7.2',
  /** The server's database: what Mastodon 4.4 asks for, too. */
  postgresql: '13',
  /** The server: what its tables, its console and its API are known for. */
  mastodon: '4.4',
} as const

/** Whether a version, as programs say theirs, is before another. False where it is none. */
export function isOlder(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number))
  if (have === undefined || need === undefined || Number.isNaN(have[0] ?? Number.NaN) || version.search(/\d/) < 0)
    return false
  const differs = need.findIndex((part, i) => (have[i] ?? 0) !== part)
  return differs >= 0 && (have[differs] ?? 0) < (need[differs] ?? 0)
}

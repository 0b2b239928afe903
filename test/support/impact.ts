import { requestText } from '../../src/providers/mastodon/database/database.ts'
import type { ReadRequest } from '../../src/providers/mastodon/tables.ts'
import type { TableRows } from './rows.ts'

/** What a server knows of accounts, follows and blocks: enough to count by hand what a block touches. */
export interface Known {
  readonly accounts: readonly { readonly id: number; readonly domain: string | null }[]
  /** Who follows, and whom. */
  readonly follows: readonly (readonly [number, number])[]
  readonly blocks: readonly { readonly domain: string; readonly severity: number }[]
}

type Measured = ReadRequest['measure'][number]

/** Numbers below a bound, the same for a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Hosts below, above and beside each other, and such as only look like it. */
const HOSTS = [
  'a.example',
  'sub.a.example',
  'x.sub.a.example',
  'a.sub.a.example',
  'xa.example',
  'sub.xa.example',
  'b.example',
  'example',
  'a.example.org',
  'A.example',
  'Sub.a.example',
  'a_b.example',
  'a%b.example',
  'a.example.',
  '.a.example',
  'a..example',
  'x.a..example',
  '',
  '.',
  'xn--bcher-kva.example',
  'de.xn--bcher-kva.example',
  'localhost',
]
const SEVERITIES = ['suspend', 'silence'] as const

/** A small server of its own for each seed, and domains to measure there. */
export function randomHerd(seed: number): { readonly known: Known; readonly measure: readonly Measured[] } {
  const below = numbers(seed)
  const any = <One>(list: readonly One[]): One => list[below(list.length)] as One
  const hosts = HOSTS.filter(() => below(4) > 0)
  const accounts = Array.from({ length: 20 + below(120) }, (_, i) => ({
    id: i + 1,
    domain: below(3) === 0 || hosts.length === 0 ? null : any(hosts),
  }))
  const pairs = Array.from({ length: below(600) }, () => [any(accounts).id, any(accounts).id] as const)
  const follows = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()]
  const blocks = HOSTS.filter(() => below(5) === 0).map((domain) => ({ domain, severity: below(3) }))
  const measure = Array.from({ length: below(40) }, () => ({
    domain: below(8) === 0 ? 'nowhere.example' : any(HOSTS),
    severity: any(SEVERITIES),
  }))
  return { known: { accounts, follows, blocks }, measure }
}

const quoted = (text: string | null): string => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`)
const insert = (into: string, rows: readonly string[]): string =>
  rows.length === 0 ? '' : `insert into ${into} values ${rows.join(', ')};\n`

/** The same in Mastodon's tables, whatever was there before. */
export function herdSql({ accounts, follows, blocks }: Known): string {
  return [
    'truncate accounts, follows, domain_blocks;\n',
    insert(
      'accounts (id, username, domain, created_at, updated_at)',
      accounts.map(({ id, domain }) => `(${id}, 'user${id}', ${quoted(domain)}, now(), now())`),
    ),
    insert(
      'follows (account_id, target_account_id, created_at, updated_at)',
      follows.map(([who, whom]) => `(${who}, ${whom}, now(), now())`),
    ),
    insert(
      'domain_blocks (domain, severity, created_at, updated_at)',
      blocks.map(({ domain, severity }) => `(${quoted(domain)}, ${severity}, now(), now())`),
    ),
  ].join('')
}

/** Whether a block of a domain holds for accounts from a host. */
const covers = (domain: string, host: string | null): boolean =>
  host !== null && host !== '' && (host === domain || host.endsWith(`.${domain}`))

/** What is in force already: Mastodon's 0 is silence, 1 suspend, 2 noop. */
const isRaise = (severity: Measured['severity'], standing: number | undefined): boolean =>
  standing !== 1 && (severity === 'suspend' || standing !== 0)

/** What the reader has to answer, counted one by one. */
export function countedImpact(
  { accounts, follows, blocks }: Known,
  measure: readonly Measured[],
): TableRows['impact'][] {
  const domains = new Set(
    measure
      .filter(({ domain, severity }) => isRaise(severity, blocks.find((block) => block.domain === domain)?.severity))
      .map(({ domain }) => domain),
  )
  return [...domains]
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .flatMap((domain) => {
      const theirs = new Set(accounts.filter((account) => covers(domain, account.domain)).map(({ id }) => id))
      const [followed, following] = [
        follows.filter(([, whom]) => theirs.has(whom)),
        follows.filter(([who]) => theirs.has(who)),
      ]
      const members = new Set([...followed.map(([who]) => who), ...following.map(([, whom]) => whom)])
      return theirs.size === 0
        ? []
        : [
            {
              domain,
              follows: followed.length,
              followers: following.length,
              accounts: theirs.size,
              members: members.size,
            },
          ]
    })
}

/** One request of the reader to measure, as psql gets it. */
export function measuring(
  script: string,
  measure: readonly Measured[],
  more: { readonly [key: string]: unknown } = {},
): string {
  const request = JSON.stringify({ ...JSON.parse(requestText({ tables: ['impact'], accounts: [], measure })), ...more })
  return (
    'begin transaction isolation level repeatable read read only; set local role herdbook_reader; ' +
    `set local herdbook.request = ${quoted(request)};\n${script}\ncommit;\n`
  )
}

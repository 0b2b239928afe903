import { normalizeAddress } from '../../../../instance/addresses.ts'
import { parseMoment } from '../../../../instance/dates.ts'
import type { Diagnostic, Position } from '../../../../instance/diagnostic.ts'
import { covered, networksOf, type Network } from '../../../../instance/networks.ts'
import { duplicates, error, rows } from '../../../../instance/rules/rule.ts'
import type { InstanceRule, RuleInput } from '../../../../instance/rules/rule.ts'
import { blocksEveryone, EVERYBODY, networksTooWide, networkTooWide, notAnAddress } from './texts.ts'

const FILE = 'ip-blocks.yaml'
/** The widest network that one entry may block, by its prefix length. */
const WIDEST = { ipv4: 8, ipv6: 24 } as const
/** All addresses that people use; of IPv6 only this part is in use. */
const IN_USE = {
  ipv4: { low: 0n, high: (1n << 32n) - 1n },
  ipv6: { low: 1n << 125n, high: (1n << 126n) - 1n },
} as const
const FAMILIES = ['ipv4', 'ipv6'] as const
/** All entries together may block one address in this many. */
const ONE_IN = 16n
/** How many of the largest entries are listed. */
const MAX_LISTED = 3

/** An entry that blocks all access from its networks. */
interface NoAccess {
  readonly ip: string
  readonly at: () => Position
  readonly networks: readonly Network[]
}

/** Checks that IP blocks name addresses, each once, and block only a small part of all addresses. */
export const fileRules: InstanceRule = function* (input) {
  const taken = []
  const closed: NoAccess[] = []
  for (const [entry, index] of rows(input.documents[FILE]?.ip_blocks)) {
    const { ip, severity, until } = entry
    const place = () => input.at(FILE, ['ip_blocks', index, 'ip'])
    const name = normalizeAddress(ip)
    if ('refused' in name) {
      yield error('not-an-address', notAnAddress(ip, name.refused), place())
      continue
    }
    taken.push({ name: name.address, shown: ip, at: place, entry })
    if (severity !== 'no_access') continue
    const networks = networksOf(name.address)
    const [wide] = networks
      .filter(({ family, prefix }) => prefix < WIDEST[family])
      .toSorted((a, b) => a.prefix - b.prefix)
    if (wide !== undefined) yield tooWide(ip, wide, place)
    else if (!hasPassed(until, input.now)) closed.push({ ip, at: place, networks })
  }
  yield* duplicates(taken, 'the address')
  for (const family of FAMILIES) yield* allTogether(input, family, closed)
}

function tooWide(ip: string, { family, prefix }: Network, at: () => Position): Diagnostic {
  if (prefix === 0) return error('blocks-everyone', blocksEveryone(ip), at())
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6'
  return error('network-too-wide', networkTooWide(ip, { family: name, prefix, widest: WIDEST[family] }), at())
}

const hasPassed = (until: string | undefined, now: Date | undefined): boolean => {
  const end = until === undefined ? undefined : parseMoment(until)
  return end !== undefined && now !== undefined && end <= now
}

/** Many small networks can block as many people as one that is too wide. */
function* allTogether(
  { keyAt }: RuleInput,
  family: (typeof FAMILIES)[number],
  closed: readonly NoAccess[],
): Generator<Diagnostic> {
  const { low, high } = IN_USE[family]
  const sized = closed.flatMap(({ ip, at, networks }) => {
    const own = networks.filter((network) => network.family === family)
    return own.length === 0 ? [] : [{ ip, at, own, size: covered(own, low, high) }]
  })
  const all = high - low + 1n
  const out = covered(
    sized.flatMap(({ own }) => own),
    low,
    high,
  )
  if (out * ONE_IN <= all) return
  const largest = sized.toSorted((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0)).slice(0, MAX_LISTED)
  const shown = largest.map(({ ip, at }) => `${ip} (line ${at().line})`).join(', ')
  const words = networksTooWide({
    entries: sized.length,
    percent: percentOf(out, all),
    everybody: EVERYBODY[family],
    largest: shown,
  })
  yield error('networks-too-wide', words, keyAt(FILE, ['ip_blocks']))
}

/** A share in percent, rounded up: what is too much must never read as what is allowed. */
const percentOf = (part: bigint, all: bigint): string => (Number((part * 10_000n + all - 1n) / all) / 100).toFixed(2)

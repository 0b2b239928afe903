import { normalizeAddress } from '../addresses.ts'
import { parseMoment } from '../dates.ts'
import type { Diagnostic, Position } from '../diagnostic.ts'
import { covered, networksOf, type Network } from '../networks.ts'
import { duplicates, error, rows } from './rule.ts'
import type { Rule, RuleInput } from './rule.ts'

const FILE = 'ip-blocks.yaml'
/** The widest network that one entry may keep out, by the bits of an address that are fixed. */
const WIDEST = { ipv4: 8, ipv6: 24 } as const
/** All that people come from; of IPv6 only this part is given out. */
const EVERYBODY = {
  ipv4: { named: 'all IPv4 addresses', low: 0n, high: (1n << 32n) - 1n },
  ipv6: { named: 'all IPv6 addresses that are in use (2000::/3)', low: 1n << 125n, high: (1n << 126n) - 1n },
} as const
const FAMILIES = ['ipv4', 'ipv6'] as const
/** One part in this many is the most that all entries together may keep out. */
const PART = 16n
const SHOWN = 3

/** A network that nobody comes in from while its entry lasts. */
interface Shut {
  readonly ip: string
  readonly at: () => Position
  readonly networks: readonly Network[]
}

/** IP blocks name addresses, each once, and keep out no more than a small part of everybody. */
export const addresses: Rule = function* (input) {
  const taken = []
  const shut: Shut[] = []
  for (const [entry, index] of rows(input.documents[FILE]?.ip_blocks)) {
    const { ip, severity, until } = entry
    const place = () => input.at(FILE, ['ip_blocks', index, 'ip'])
    const name = normalizeAddress(ip)
    if ('refused' in name) {
      yield error(
        'not-an-address',
        `${ip} can not be blocked: ${name.refused}`,
        place(),
        'Write it like 203.0.113.7 or 203.0.113.0/24.',
      )
      continue
    }
    taken.push({ name: name.address, shown: ip, at: place, entry })
    if (severity !== 'no_access') continue
    const networks = networksOf(name.address)
    const [wide] = networks
      .filter(({ family, prefix }) => prefix < WIDEST[family])
      .toSorted((a, b) => a.prefix - b.prefix)
    if (wide !== undefined) yield tooWide(ip, wide, place)
    else if (!hasPassed(until, input.now)) shut.push({ ip, at: place, networks })
  }
  yield* duplicates(taken, 'the address')
  for (const family of FAMILIES) yield* together(input, family, shut)
}

const OTHERWISE = 'or write severity: sign_up_requires_approval.'

function tooWide(ip: string, { family, prefix }: Network, at: () => Position): Diagnostic {
  if (prefix === 0)
    return error(
      'blocks-everyone',
      `${ip} with no_access keeps everybody out, you too`,
      at(),
      `Name the network that is meant, ${OTHERWISE}`,
    )
  const [name, widest] = [family === 'ipv4' ? 'IPv4' : 'IPv6', WIDEST[family]]
  const message = `${ip} with no_access keeps out a whole /${prefix} of ${name}, and /${widest} is the widest that is taken`
  return error('network-too-wide', message, at(), `Name the networks that are meant, ${OTHERWISE}`)
}

const hasPassed = (until: string | undefined, now: Date | undefined): boolean => {
  const end = until === undefined ? undefined : parseMoment(until)
  return end !== undefined && now !== undefined && end <= now
}

/** Many networks that are each taken can keep out as many people as one that is not. */
function* together(
  { keyAt }: RuleInput,
  family: (typeof FAMILIES)[number],
  shut: readonly Shut[],
): Generator<Diagnostic> {
  const { named, low, high } = EVERYBODY[family]
  const sized = shut.flatMap(({ ip, at, networks }) => {
    const own = networks.filter((network) => network.family === family)
    return own.length === 0 ? [] : [{ ip, at, own, size: covered(own, low, high) }]
  })
  const all = high - low + 1n
  const out = covered(
    sized.flatMap(({ own }) => own),
    low,
    high,
  )
  if (out * PART <= all) return
  const largest = sized.toSorted((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0)).slice(0, SHOWN)
  const shown = largest.map(({ ip, at }) => `${ip} (line ${at().line})`).join(', ')
  const message = `${sized.length} entries with no_access together keep out ${percentOf(out, all)} % of ${named}; a sixteenth (6.25 %) is the most`
  yield error(
    'networks-too-wide',
    message,
    keyAt(FILE, ['ip_blocks']),
    `The largest are ${shown}. Delete those that are not meant, ${OTHERWISE}`,
  )
}

/** Rounded up, so that what is too much never reads as what is not. */
const percentOf = (part: bigint, all: bigint): string => (Number((part * 10_000n + all - 1n) / all) / 100).toFixed(2)

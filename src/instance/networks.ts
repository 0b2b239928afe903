import ipaddr from 'ipaddr.js'

export type Family = 'ipv4' | 'ipv6'

/** A network as a stretch of the addresses of its family; `last` belongs to it. */
export interface Network {
  readonly family: Family
  readonly first: bigint
  readonly last: bigint
  /** How many bits of an address are fixed, counted in its family. */
  readonly prefix: number
}

const BITS = { ipv4: 32, ipv6: 128 } as const

/**
 * Where a server may see IPv4 addresses in IPv6: mapped addresses, and the well-known prefix of a translator.
 * 6to4 (2002::/16) is not here: people use those IPv6 addresses beside their IPv4 address.
 */
const INSIDE_IPV6 = [0xffffn << 32n, 0x64ff9bn << 96n]

/** The address ranges of a network as `normalizeAddress` writes it, with the IPv4 addresses inside an IPv6 network. */
export function networksOf(address: string): readonly Network[] {
  const [host = '', prefix = ''] = address.split('/')
  const parsed = ipaddr.parse(host)
  const family: Family = parsed.kind() === 'ipv4' ? 'ipv4' : 'ipv6'
  const first = BigInt(`0x${Buffer.from(parsed.toByteArray()).toString('hex')}`)
  const whole = stretch(family, first, Number(prefix))
  if (family === 'ipv4') return [whole]
  const embedded = INSIDE_IPV6.flatMap((from) => inside(whole, from))
  return whole.prefix >= 96 && embedded.length > 0 ? embedded : [whole, ...embedded]
}

function stretch(family: Family, first: bigint, prefix: number): Network {
  return { family, first, last: first + (1n << BigInt(BITS[family] - prefix)) - 1n, prefix }
}

/** What a network of IPv6 holds of IPv4, which is written there from one address on. */
function inside({ first, last, prefix }: Network, from: bigint): readonly Network[] {
  const to = from + (1n << 32n) - 1n
  if (last < from || first > to) return []
  return [prefix <= 96 ? stretch('ipv4', 0n, 0) : stretch('ipv4', first - from, prefix - 96)]
}

/** How many addresses of a family lie in at least one of the networks, of those from `low` to `high`. */
export function covered(networks: readonly Network[], low: bigint, high: bigint): bigint {
  let [count, next] = [0n, low]
  for (const { first, last } of networks.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const from = first > next ? first : next
    const to = last < high ? last : high
    if (from > to) continue
    count += to - from + 1n
    next = to + 1n
  }
  return count
}

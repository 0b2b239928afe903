import ipaddr from 'ipaddr.js'
import { badPrefix, NOT_AN_ADDRESS } from './texts.ts'

export type NormalizedAddress = { readonly address: string } | { readonly refused: string }

/** Four plain numbers: the library would read 010 as octal, and 1.2 as 1.0.0.2. */
const IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/
const IPV6 = /^(?=[^:]*:)[0-9A-Fa-f:]*$/
const MAPPED = /^::ffff:(.*)$/i
/** No address is longer. */
const MAX_LENGTH = 45

/** An address or network as Mastodon stores it, with its prefix length: `203.0.113.77/24` → `203.0.113.0/24`. */
export function normalizeAddress(text: string): NormalizedAddress {
  const [host = '', prefix, ...rest] = text.trim().split('/')
  const plain = host.length <= MAX_LENGTH && (IPV6.test(host) || IPV4.test(MAPPED.exec(host)?.[1] ?? host))
  if (rest.length > 0 || !plain || !ipaddr.isValid(host)) return { refused: NOT_AN_ADDRESS }
  const address = ipaddr.parse(host)
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (prefix !== undefined && !(/^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= bits))
    return { refused: badPrefix(bits) }
  return { address: masked(address, prefix === undefined ? bits : Number(prefix)) }
}

function masked(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): string {
  const bytes = address
    .toByteArray()
    .map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8))))
  return `${written(ipaddr.fromByteArray(bytes))}/${prefix}`
}

/** As Ruby writes it: an IPv4 address inside an IPv6 one keeps its dots. */
function written(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return `::ffff:${address.toIPv4Address().toString()}`
  return address.toString()
}

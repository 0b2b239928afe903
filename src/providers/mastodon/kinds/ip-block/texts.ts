import type { KindWords } from '../../../described.ts'
import type { Wording } from '../../../../instance/diagnostic.ts'

export const IP_BLOCK = { one: 'IP block', many: 'IP blocks' }

/** An option of `herdbook adopt`. */
export const ALSO_IP_BLOCKS = 'also adopt the IP blocks'

// What is wrong in the file.

export const notAnAddress = (ip: string, reason: string): Wording => ({
  message: `${ip} cannot be blocked: ${reason}`,
  hint: 'Write it like 203.0.113.7 or 203.0.113.0/24.',
})

const OR_APPROVE = 'or write severity: sign_up_requires_approval.'

export const blocksEveryone = (ip: string): Wording => ({
  message: `${ip} with no_access blocks everyone, including you`,
  hint: `Write the network that you mean, ${OR_APPROVE}`,
})

export const networkTooWide = (
  ip: string,
  { family, prefix, widest }: { readonly family: string; readonly prefix: number; readonly widest: number },
): Wording => ({
  message: `${ip} with no_access blocks a whole /${prefix} of ${family}; the widest that is allowed is /${widest}`,
  hint: `Write the smaller networks that you mean, ${OR_APPROVE}`,
})

export const EVERYBODY = {
  ipv4: 'all IPv4 addresses',
  ipv6: 'all IPv6 addresses that are in use (2000::/3)',
} as const

export const networksTooWide = ({
  entries,
  percent,
  everybody,
  largest,
}: {
  readonly entries: number
  readonly percent: string
  readonly everybody: string
  readonly largest: string
}): Wording => ({
  message: `${entries} entries with no_access together block ${percent} % of ${everybody}; at most 6.25 % is allowed`,
  hint: `The largest are ${largest}. Delete the entries that you do not mean, ${OR_APPROVE}`,
})

export const IP_BLOCK_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { severity: 'no_access' },
      one: 'blocks all access from {id}',
      many: 'blocks all access from {n} addresses',
    },
    {
      action: 'create',
      to: { severity: 'sign_up_block' },
      one: 'refuses sign-ups from {id}',
      many: 'refuses sign-ups from {n} addresses',
    },
    {
      action: 'create',
      one: 'holds sign-ups from {id} for approval',
      many: 'holds sign-ups from {n} addresses for approval',
    },
    { action: 'update', one: 'edits the IP block of {id}', many: 'edits {n} IP blocks' },
    { action: 'delete', one: 'lifts the IP block of {id}', many: 'lifts {n} IP blocks' },
  ],
}

import type { DomainBlock } from '../documents.ts'
import { parseMoment } from '../dates.ts'
import { isPublicSuffix, normalizeDomain, parentsOf } from '../domains.ts'
import { error, info, rows } from './rule.ts'
import type { Rule, RuleInput } from './rule.ts'

const FILE = 'domain-blocks.yaml'
const STRENGTH = { suspend: 2, limit: 1, silence: 1, none: 0, noop: 0 } as const
const DOES = {
  suspend: 'suspends',
  limit: 'limits',
  silence: 'limits',
  none: 'hardly touches',
  noop: 'hardly touches',
} as const

const asciiOf = (written: string): string | undefined => {
  const name = normalizeDomain(written)
  return 'domain' in name ? name.domain : undefined
}

/** Domain blocks that must never be, that mean less than they seem to, or that consent to nothing. */
export const blocks: Rule = function* (input) {
  const named = [...rows(input.documents[FILE]?.domain_blocks)].flatMap(([block, index]) => {
    const domain = asciiOf(block.domain)
    return domain === undefined ? [] : [{ block, index, domain }]
  })
  // What has ended is no block, and covers nothing.
  const byDomain = new Map(
    named.filter(({ block }) => !isOver(block, input.now)).map(({ block, domain }) => [domain, block]),
  )
  const safe = untouchable(input)
  for (const { block, index, domain } of named) {
    const at = (key: string) => input.at(FILE, ['domain_blocks', index, key])
    const why =
      safe.get(domain) ??
      (isPublicSuffix(domain)
        ? `everybody registers names below ${block.domain}, and a block covers them all`
        : undefined)
    if (why !== undefined)
      yield error(
        'never-blocked',
        `${block.domain} can not be blocked: ${why}`,
        at('domain'),
        'Delete this entry, or name the one server that is meant.',
      )
    const parent = parentsOf(domain).find((name) => byDomain.has(name))
    const above = parent === undefined ? undefined : byDomain.get(parent)
    if (above !== undefined && weaker(block, above) && byDomain.has(domain)) {
      const message = `this entry ${DOES[block.severity]} ${block.domain} although ${above.domain}, which is above it, ${PASSIVE[above.severity]}: the nearer entry wins for what comes from now on`
      yield info(
        'weaker-than-parent',
        message,
        at('severity'),
        'If that is meant: Mastodon takes it only before the one above is live, and the plan says where it is too late. Otherwise delete this entry: the one above covers it.',
      )
    }
    if (block.accept_severed_relationships !== undefined && block.severity !== 'suspend')
      yield error(
        'consent-without-suspension',
        'accept_severed_relationships only goes with severity: suspend',
        at('accept_severed_relationships'),
        'Delete the line: nothing else cuts follows.',
      )
  }
}

const isOver = ({ until }: DomainBlock, now: Date | undefined): boolean => {
  const end = until === undefined ? undefined : parseMoment(until)
  return end !== undefined && now !== undefined && end <= now
}

const PASSIVE = {
  suspend: 'is suspended',
  limit: 'is limited',
  silence: 'is limited',
  none: 'has more refused',
  noop: 'has more refused',
} as const

function weaker(child: DomainBlock, parent: DomainBlock): boolean {
  const difference = STRENGTH[child.severity] - STRENGTH[parent.severity]
  if (difference !== 0) return difference < 0
  if (child.severity === 'suspend') return false
  return (
    (parent.reject_media === true && child.reject_media !== true) ||
    (parent.reject_reports === true && child.reject_reports !== true)
  )
}

/** Domains that no block may cover, each with the reason. */
function untouchable({ documents }: RuleInput): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>()
  const keep = (written: string, self: string, above: string): void => {
    const domain = asciiOf(written)
    if (domain === undefined) return
    for (const parent of parentsOf(domain)) if (!reasons.has(parent)) reasons.set(parent, above)
    reasons.set(domain, self)
  }
  for (const [written] of rows(documents['policy.yaml']?.protected_domains))
    keep(written, 'policy.yaml protects it', `it covers ${written}, which policy.yaml protects`)
  const own = documents['instance.yaml']?.domain
  if (own !== undefined) keep(own, 'it is your own domain', `it covers your own domain ${own}`)
  return reasons
}

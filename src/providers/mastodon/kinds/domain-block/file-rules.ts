import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import type { DomainBlock } from '../../../../instance/documents.ts'
import { parseMoment } from '../../../../instance/dates.ts'
import { isPublicSuffix, normalizeDomain, parentsOf } from '../../../../instance/domains.ts'
import { listedDomains } from '../../../../instance/rules/domains.ts'
import { error, info, rows } from '../../../../instance/rules/rule.ts'
import type { InstanceRule, RuleInput } from '../../../../instance/rules/rule.ts'
import { CONSENT_WITHOUT_SUSPENSION, neverBlocked, weakerThanParent, WHY_NOT } from './texts.ts'

const FILE = 'domain-blocks.yaml'
const STRENGTH = { suspend: 2, limit: 1, silence: 1, none: 0, noop: 0 } as const

const asciiOf = (written: string): string | undefined => {
  const name = normalizeDomain(written)
  return 'domain' in name ? name.domain : undefined
}

/** Checks the names of domain blocks, and what each block says. */
export const fileRules: InstanceRule = function* (input) {
  yield* listedDomains(input, FILE, 'domain_blocks', input.documents[FILE]?.domain_blocks)
  yield* blocks(input)
}

/** Finds domain blocks that must never be, that are weaker than their parent, or whose consent means nothing. */
function* blocks(input: RuleInput): Generator<Diagnostic> {
  const named = [...rows(input.documents[FILE]?.domain_blocks)].flatMap(([block, index]) => {
    const domain = asciiOf(block.domain)
    return domain === undefined ? [] : [{ block, index, domain }]
  })
  // A block that has ended covers nothing.
  const byDomain = new Map(
    named.filter(({ block }) => !isOver(block, input.now)).map(({ block, domain }) => [domain, block]),
  )
  const safe = neverBlockedIn(input)
  for (const { block, index, domain } of named) {
    const at = (key: string) => input.at(FILE, ['domain_blocks', index, key])
    const why = safe.get(domain) ?? (isPublicSuffix(domain) ? WHY_NOT.publicSuffix : undefined)
    if (why !== undefined) yield error('never-blocked', neverBlocked(block.domain, why), at('domain'))
    const parent = parentsOf(domain).find((name) => byDomain.has(name))
    const above = parent === undefined ? undefined : byDomain.get(parent)
    if (above !== undefined && weaker(block, above) && byDomain.has(domain))
      yield info('weaker-than-parent', weakerThanParent(block, above), at('severity'))
    if (block.accept_severed_relationships !== undefined && block.severity !== 'suspend')
      yield error('consent-without-suspension', CONSENT_WITHOUT_SUSPENSION, at('accept_severed_relationships'))
  }
}

const isOver = ({ until }: DomainBlock, now: Date | undefined): boolean => {
  const end = until === undefined ? undefined : parseMoment(until)
  return end !== undefined && now !== undefined && end <= now
}

function weaker(child: DomainBlock, parent: DomainBlock): boolean {
  const difference = STRENGTH[child.severity] - STRENGTH[parent.severity]
  if (difference !== 0) return difference < 0
  if (child.severity === 'suspend') return false
  return (
    (parent.reject_media === true && child.reject_media !== true) ||
    (parent.reject_reports === true && child.reject_reports !== true)
  )
}

/** Lists the domains that no block may cover, each with the reason. */
function neverBlockedIn({ documents }: RuleInput): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>()
  const keep = (written: string, self: string, above: string): void => {
    const domain = asciiOf(written)
    if (domain === undefined) return
    for (const parent of parentsOf(domain)) if (!reasons.has(parent)) reasons.set(parent, above)
    reasons.set(domain, self)
  }
  for (const [written] of rows(documents['policy.yaml']?.protected_domains))
    keep(written, WHY_NOT.protected, WHY_NOT.coversProtected(written))
  const own = documents['instance.yaml']?.domain
  if (own !== undefined) keep(own, WHY_NOT.own, WHY_NOT.coversOwn(own))
  return reasons
}

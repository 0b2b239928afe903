import { refOf } from './batches.ts'
import type { Impact, Plan, Step } from './types.ts'

/** The code of the finding that a step asks for a consent that its file does not hold; it is about the step's object. */
export const CONSENT_MISSING = 'consent-missing'

/** Relations that a step severs, both directions. */
export const severed = (impact: Impact): number => impact.follows + impact.followers

/** How much more than was measured that is, in words. */
export const MARGIN = 'a fifth more, and at least ten more'

/** The consent that a file should hold for a measured number: a fifth more, at least ten, and never the number that was used up. */
export function consentFor(relations: number, used?: number): number {
  const enough = relations + Math.max(10, Math.ceil(relations / 5))
  return enough === used ? enough + 1 : enough
}

/** The consent that the file should hold for a step of a plan. */
export const consentOf = ({ impact, usedConsent }: Pick<Step, 'impact' | 'usedConsent'>): number =>
  consentFor(impact === undefined ? 0 : severed(impact), usedConsent)

/** The steps of a plan that its findings say lack their consent. */
export function unconsented({ steps, findings }: Pick<Plan, 'steps' | 'findings'>): Step[] {
  const lacking = new Set(findings.flatMap(({ code, about }) => (code === CONSENT_MISSING ? (about ?? []) : [])))
  return steps.filter((step) => lacking.has(refOf(step)))
}

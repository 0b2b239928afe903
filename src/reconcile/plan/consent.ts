import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import type { PlanInput } from './input.ts'
import type { Consent, Kind } from '../kind.ts'
import type { UnmeasuredImpact } from '../provider.ts'
import {
  accepts,
  ACCEPTS_NOTHING,
  acceptsTooMuch,
  consentMissing,
  consentUsed,
  unmeasuredButAccepted,
  unmeasuredImpact,
} from './texts.ts'
import type { Impact, Plan, Step } from './types.ts'

/** The code of the finding that a file lacks a consent; it is about the step's object. */
export const CONSENT_MISSING = 'consent-missing'

export { MARGIN } from './texts.ts'

/** The consent for a measured number: a fifth more, at least ten more, and never the used-up number. */
export function consentFor(weight: number, used?: number): number {
  const enough = weight + Math.max(10, Math.ceil(weight / 5))
  return enough === used ? enough + 1 : enough
}

/** Whether an impact could not be counted. */
export const isUnmeasured = (impact: Impact | UnmeasuredImpact): impact is UnmeasuredImpact => 'unmeasured' in impact

/** The consent that the file should hold for a step of a plan. */
export const consentOf = ({ impact, usedConsent }: Pick<Step, 'impact' | 'usedConsent'>): number =>
  consentFor(impact?.weight ?? 0, usedConsent)

/** The steps of a plan that its findings say lack their consent. */
export function unconsented({ steps, findings }: Pick<Plan, 'steps' | 'findings'>): Step[] {
  const lacking = new Set(findings.flatMap(({ code, about }) => (code === CONSENT_MISSING ? (about ?? []) : [])))
  return steps.filter((step) => lacking.has(refOf(step)))
}

/** Finds an impact that the files do not accept, or a consent that is far too high. */
export function checkConsent(kind: Kind, step: Step, { live, instance }: PlanInput): Diagnostic[] {
  const { consent } = kind
  const { impact } = consent === undefined ? {} : live.assess(step)
  if (consent === undefined || impact === undefined) return []
  // Only for a finding: looking up a position parses the file again.
  const at = (): Pick<Diagnostic, 'at'> => (step.source === undefined ? {} : { at: instance.position(step.source) })
  if (isUnmeasured(impact)) return step.hazard === 'irreversible' ? [unmeasured(step, impact, consent, at())] : []
  if (isGenerous(step, impact)) return [generous(step, impact, consent, at())]
  if (!consent.needed(step, impact) || (step.consent !== undefined && step.consent >= impact.weight)) return []
  return [missing(step, impact, consent, at())]
}

const missing = (step: Step, impact: Impact, consent: Consent, place: Pick<Diagnostic, 'at'>): Diagnostic => ({
  code: CONSENT_MISSING,
  severity: 'error',
  about: refOf(step),
  ...consentMissing({
    ref: refOf(step),
    impact: impact.text,
    held: heldBy(step, consent),
    line: `${consent.key}: ${consentFor(impact.weight, step.usedConsent)}`,
  }),
  ...place,
})

/** The finding for an impact that could not be counted. It needs a consent, and is counted again before the write. */
function unmeasured(
  step: Step,
  { unmeasured }: UnmeasuredImpact,
  { key, unit, uncounted }: Consent,
  place: Pick<Diagnostic, 'at'>,
): Diagnostic {
  const about = refOf(step)
  const found = { code: 'impact-unmeasured', about, ...place }
  const known = { ref: about, why: unmeasured }
  if (step.consent === undefined)
    return { ...found, severity: 'error', ...unmeasuredImpact({ ...known, unit, key, more: uncounted }) }
  return { ...found, severity: 'warning', message: unmeasuredButAccepted({ ...known, accepted: step.consent }) }
}

/** A consent is too high if it is more than twice what the file should hold and more than this many above it. */
const SPARE = 50

function isGenerous({ hazard, consent, usedConsent }: Step, { weight }: Impact): boolean {
  const enough = consentFor(weight, usedConsent)
  return hazard === 'irreversible' && consent !== undefined && consent > 2 * enough && consent > enough + SPARE
}

const generous = (step: Step, impact: Impact, { key }: Consent, place: Pick<Diagnostic, 'at'>): Diagnostic => ({
  code: 'consent-generous',
  severity: 'warning',
  about: refOf(step),
  ...acceptsTooMuch({
    ref: refOf(step),
    impact: impact.text,
    accepted: step.consent ?? 0,
    line: `${key}: ${consentFor(impact.weight, step.usedConsent)}`,
  }),
  ...place,
})

function heldBy({ consent, usedConsent }: Step, { usedBy }: Consent): string {
  if (consent !== undefined) return accepts(consent)
  return usedConsent === undefined ? ACCEPTS_NOTHING : consentUsed({ used: usedConsent, by: usedBy })
}

import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import type { PlanInput } from './input.ts'
import type { Consent, Kind } from '../kind.ts'
import type { Unmeasured } from '../provider.ts'
import type { Impact, Plan, Step } from './types.ts'

/** The code of the finding that a step asks for a consent that its file does not hold; it is about the step's object. */
export const CONSENT_MISSING = 'consent-missing'

/** How much more than was measured that is, in words. */
export const MARGIN = 'a fifth more, and at least ten more'

/** The consent that a file should hold for a measured number: a fifth more, at least ten, and never the number that was used up. */
export function consentFor(weight: number, used?: number): number {
  const enough = weight + Math.max(10, Math.ceil(weight / 5))
  return enough === used ? enough + 1 : enough
}

/** Whether nobody could count it. */
export const isUnmeasured = (impact: Impact | Unmeasured): impact is Unmeasured => 'unmeasured' in impact

/** The consent that the file should hold for a step of a plan. */
export const consentOf = ({ impact, usedConsent }: Pick<Step, 'impact' | 'usedConsent'>): number =>
  consentFor(impact?.weight ?? 0, usedConsent)

/** The steps of a plan that its findings say lack their consent. */
export function unconsented({ steps, findings }: Pick<Plan, 'steps' | 'findings'>): Step[] {
  const lacking = new Set(findings.flatMap(({ code, about }) => (code === CONSENT_MISSING ? (about ?? []) : [])))
  return steps.filter((step) => lacking.has(refOf(step)))
}

/** What of a step's impact the files have to accept and do not, or accept for too much. */
export function checkConsent(kind: Kind, step: Step, { live, instance }: PlanInput): Diagnostic[] {
  const { consent } = kind
  const { impact } = consent === undefined ? {} : live.assess(step)
  if (consent === undefined || impact === undefined) return []
  // Only where something is found: to find a place the file is parsed again.
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
  message: `${refOf(step)} ${impact.text}; ${heldBy(step, consent)}.`,
  ...place,
  hint: `If it is meant, write in that entry (${MARGIN}, since it is measured again before it is done): ${consent.key}: ${consentFor(impact.weight, step.usedConsent)}`,
})

/** What nobody could count is unknown: it needs a consent in the file, and it is counted again before it is written, for longer. */
function unmeasured(
  step: Step,
  { unmeasured }: Unmeasured,
  { key, unit, uncounted }: Consent,
  place: Pick<Diagnostic, 'at'>,
): Diagnostic {
  const ref = refOf(step)
  const why = unmeasured === null ? '' : ` (${unmeasured})`
  const known = `${ref} can't be undone and its impact could not be measured${why}`
  const found = { code: 'impact-unmeasured', about: ref, ...place }
  if (step.consent !== undefined)
    return {
      ...found,
      severity: 'warning',
      message: `${known}; the file accepts ${step.consent}, and it is counted again before anything is written.`,
    }
  const hint = `If it is meant, write in that entry how many ${unit} it may touch: ${key}: NUMBER. They are counted again before anything is written. ${uncounted}`
  return { ...found, severity: 'error', message: `${known}.`, hint }
}

/** A consent may be more than twice what the file should hold, or so many more, and not both: it is measured again before writing, and this much could grow unseen. */
const SPARE = 50

function isGenerous({ hazard, consent, usedConsent }: Step, { weight }: Impact): boolean {
  const enough = consentFor(weight, usedConsent)
  return hazard === 'irreversible' && consent !== undefined && consent > 2 * enough && consent > enough + SPARE
}

const generous = (step: Step, impact: Impact, { key }: Consent, place: Pick<Diagnostic, 'at'>): Diagnostic => ({
  code: 'consent-generous',
  severity: 'warning',
  about: refOf(step),
  message: `${refOf(step)} ${impact.text}, and the file accepts ${step.consent ?? 0}: it would be applied even if that grew as far.`,
  ...place,
  hint: `Write in that entry: ${key}: ${consentFor(impact.weight, step.usedConsent)}`,
})

function heldBy({ consent, usedConsent }: Step, { usedBy }: Consent): string {
  if (consent !== undefined) return `the file accepts ${consent}`
  return usedConsent === undefined
    ? 'the file holds no consent for it'
    : `the consent of ${usedConsent} in the file was used up by an earlier ${usedBy}`
}

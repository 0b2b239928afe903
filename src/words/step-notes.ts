import type { Step } from '../reconcile/plan/types.ts'
import { effect, notBeforeInWords, noticeInWords } from './describe-step.ts'
import { sourcesInWords } from './files.ts'
import { capital, number } from './text.ts'

/** What else to know about a step, a sentence each. `safe` makes text from outside harmless where it is shown. */
export function notesOf(step: Step, safe: (text: string) => string): string[] {
  const impact = effect(step)
  const accepted =
    step.consent !== undefined && step.hazard === 'irreversible'
      ? `; the file accepts that at most ${number(step.consent)} are removed`
      : ''
  const others = [step.note ?? null, noticeInWords(step), sourcesInWords(step), notBeforeInWords(step)]
  return [
    ...(impact === null ? [] : [`${capital(impact)}${accepted}.`]),
    ...(step.createdAt === undefined ? [] : [`The account was created on ${safe(step.createdAt.slice(0, 10))}.`]),
    ...others.flatMap((text) => (text === null ? [] : [safe(text)])),
  ]
}

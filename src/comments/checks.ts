import { inline } from '../redaction/neutralise.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { areGreen, notGreen, totals, type PlanChecks } from '../words/checks.ts'
import { clip, count, listed } from '../words/text.ts'
import { alert, code, prose } from './markdown.ts'
import { framed, shortening, type CommentSection } from './fit-comment.ts'

/** For a comment: each check that is not green; if names may not be shown, their number and how to see them. */
export function checkSection(plan: PlanChecks): CommentSection {
  if (areGreen(plan)) return []
  if (notGreen(plan).some(({ message }) => message === HIDDEN)) return [() => counted(plan)]
  const items = notGreen(plan).map(
    ({ about, state, message }) =>
      () =>
        `- ${code(inline(about))} is ${state}: ${prose(clip(inline(message), 300))}`,
  )
  return framed(
    shortening(items, '\n', (rest) => `- and ${count(rest, 'other', 'others')}`),
    (list) => alert('WARNING', `**Checks that are not green:**\n${list}`),
  )
}

/** "2 checks are red and 1 is unknown. To see them: `herdbook plan`" */
function counted(plan: PlanChecks): string {
  const parts = totals(plan)
    .filter(([, state]) => state !== 'green')
    .map(
      ([number, state], i) =>
        `${i === 0 ? count(number, 'check', 'checks') : number} ${number === 1 ? 'is' : 'are'} ${state}`,
    )
  return `${listed(parts)}. To see them: ${code('herdbook plan')}`
}

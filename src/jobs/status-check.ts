import type { Status } from '../forges/forge.ts'
import type { Diagnostic, ExitCode } from '../instance/diagnostic.ts'
import { EXIT } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import { KINDS } from '../providers/index.ts'
import { placesOf } from '../reconcile/claims.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { byDanger, capitalised, effect, sentence, noticeInWords, verdict, type Sentence } from '../words/describe.ts'
import { hasEdits, needsLook, type Edits } from '../words/config-changes.ts'
import { onlyEdits, othersIn } from '../comments/config-changes.ts'
import { capital, clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

/** A plan may be merged unless something speaks against it; what was changed by hand is no fault of whoever proposes. */
export const stateOf = (exit: ExitCode): Status['state'] =>
  ([EXIT.ok, EXIT.changes, EXIT.drift, EXIT.conflict, EXIT.red] as readonly ExitCode[]).includes(exit)
    ? 'success'
    : 'failure'

const plain = (parts: Sentence): string =>
  parts.map((part) => (typeof part === 'string' ? part : inline(part.name))).join('')

/** A line for a check, no longer than forges take it. */
export const checkLine = (text: string): string => clip(inline(text), 140)

/** A plan's verdict as one line. */
export function oneLine(plan: Plan, edits: Edits): string {
  if (plan.steps.length + plan.letGo.length > 0 || !hasEdits(edits)) return checkLine(plain(verdict(plan, KINDS)))
  return checkLine(needsLook(edits) ? onlyEdits(edits) : `Nothing on the server; ${othersIn(edits.others)}`)
}

/** As many as GitHub shows of a step, of each severity. */
const MOST = 10

/** What the steps of a plan do, at the lines that ask for it: the most dangerous first. */
export function stepNotes(plan: Plan, instance: Instance): Diagnostic[] {
  const grave = ({ hazard }: Step): boolean => hazard === 'irreversible'
  const { true: severing = [], false: others = [] } = Object.groupBy(
    plan.steps.toSorted(byDanger),
    (step) => `${grave(step)}`,
  )
  return [...severing.slice(0, MOST), ...others.slice(0, MOST)].flatMap((step): Diagnostic[] => {
    const [touched, told] = [effect(step), noticeInWords(step)]
    const facts = [
      ...(grave(step) ? ["It can't be undone."] : []),
      ...(touched === null ? [] : [`${capital(inline(touched))}.`]),
      ...(told === null ? [] : [told]),
    ]
    const message = [`${plain(capitalised(sentence(step, KINDS)))}.`, ...facts].join(' ')
    const severity = grave(step) ? 'warning' : 'info'
    return placesOf(step).map((source) => ({ code: step.action, severity, message, at: instance.position(source) }))
  })
}

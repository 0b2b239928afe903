import type { CommitStatus } from '../forges/forge.ts'
import type { Diagnostic, ExitCode } from '../instance/diagnostic.ts'
import { EXIT } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import { KINDS } from '../providers/kinds.ts'
import { placesOf } from '../reconcile/claims.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { byDanger, capitalised, effect, sentence, noticeInWords, type Sentence } from '../words/describe-step.ts'
import { verdict } from '../words/describe-plan.ts'
import { hasEdits, needsLook, type ConfigChanges } from '../words/config-changes.ts'
import { onlyEdits, othersIn } from '../comments/config-changes.ts'
import { capital, clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { CANNOT_BE_UNDONE, nothingOnServer } from './texts.ts'

/** Says whether a plan may be merged. Manual changes on the server do not fail the check of a pull request. */
export const stateOf = (exit: ExitCode): CommitStatus['state'] =>
  ([EXIT.ok, EXIT.changes, EXIT.drift, EXIT.conflict, EXIT.red] as readonly ExitCode[]).includes(exit)
    ? 'success'
    : 'failure'

const plain = (parts: Sentence): string =>
  parts.map((part) => (typeof part === 'string' ? part : inline(part.name))).join('')

/** Shortens a text to what forges accept for a check. */
export const checkLine = (text: string): string => clip(inline(text), 140)

/** Writes a plan's verdict as one line. */
export function oneLine(plan: Plan, edits: ConfigChanges): string {
  if (plan.steps.length + plan.letGo.length > 0 || !hasEdits(edits)) return checkLine(plain(verdict(plan, KINDS)))
  return checkLine(needsLook(edits) ? onlyEdits(edits) : nothingOnServer(othersIn(edits.others)))
}

/** How many notes of one severity GitHub shows for a step of a job. */
const MAX_NOTES = 10

/** Says what the steps of a plan do, at the lines of the files that cause them, the most dangerous first. */
export function stepNotes(plan: Plan, instance: Instance): Diagnostic[] {
  const isIrreversible = ({ hazard }: Step): boolean => hazard === 'irreversible'
  const { true: irreversible = [], false: others = [] } = Object.groupBy(
    plan.steps.toSorted(byDanger),
    (step) => `${isIrreversible(step)}`,
  )
  return [...irreversible.slice(0, MAX_NOTES), ...others.slice(0, MAX_NOTES)].flatMap((step): Diagnostic[] => {
    const [touched, notice] = [effect(step), noticeInWords(step)]
    const facts = [
      ...(isIrreversible(step) ? [CANNOT_BE_UNDONE] : []),
      ...(touched === null ? [] : [`${capital(inline(touched))}.`]),
      ...(notice === null ? [] : [notice]),
    ]
    const message = [`${plain(capitalised(sentence(step, KINDS)))}.`, ...facts].join(' ')
    const severity = isIrreversible(step) ? 'warning' : 'info'
    return placesOf(step).map((source) => ({ code: step.action, severity, message, at: instance.position(source) }))
  })
}

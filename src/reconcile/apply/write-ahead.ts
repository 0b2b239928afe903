import { idInLedger } from '../object-ref.ts'
import { canonicalJson } from '../digest.ts'
import type { Kind } from '../kind.ts'
import type { Attempt, Intent, Ledger } from '../ledger/types.ts'
import type { Fields } from '../../instance/values.ts'
import type { Step } from '../plan/types.ts'

/** What is written into the ledger before a step is sent. */
export interface WriteAheadRecord {
  /** As the plan has it. */
  readonly step: Step
  readonly attempts: readonly Attempt[]
  readonly intents: readonly Intent[]
}

/** A step of a plan, and the same with values in place of references. */
export interface ResolvedStep {
  readonly step: Step
  readonly written: Step
}

/** Notes of steps that are about to be sent. */
export function notesOf(
  sent: readonly ResolvedStep[],
  kinds: readonly Kind[],
  commit: string | null,
): WriteAheadRecord[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  return sent.map(({ step, written }) => {
    const kind = byName.get(step.kind)
    return { step, attempts: attemptsOf(written, kind, commit), intents: kind?.intents?.(written) ?? [] }
  })
}

/** Adds the attempts and intents of these notes to the ledger's. */
export const withNotes = (
  ledger: Ledger,
  notes: readonly WriteAheadRecord[],
): Pick<Ledger, 'attempts' | 'intents'> => ({
  attempts: unique([...ledger.attempts, ...notes.flatMap(({ attempts }) => attempts)]),
  intents: unique([...ledger.intents, ...notes.flatMap(({ intents }) => intents)]),
})

/** Each once, however often it was tried. */
const unique = <Entry extends Attempt | Intent>(list: readonly Entry[]): Entry[] => [
  ...new Map(list.map((one) => [canonicalJson(one), one])).values(),
]

/** The attempts of a step: under its old name, too; with a delete if an update replaces the object. */
function attemptsOf(step: Step, kind: Kind | undefined, commit: string | null): Attempt[] {
  const { formerly, action, changes, target } = step
  const fields: Fields =
    action === 'delete' ? {} : action === 'create' ? target : Object.fromEntries(changes.map((c) => [c.field, c.after]))
  const attempt: Attempt = { kind: step.kind, id: idInLedger(step), action, fields, commit }
  const removed: Attempt[] = action === 'update' && kind?.replaces ? [{ ...attempt, action: 'delete', fields: {} }] : []
  const renamed: Attempt[] = formerly === undefined ? [] : [{ ...attempt, id: formerly }]
  return [...removed, ...renamed, attempt]
}

import { HerdbookError, type Diagnostic, EXIT } from '../../../instance/diagnostic.ts'
import type { Instance } from '../../../instance/instance.ts'
import type { TableShape } from '../table.ts'
import { tableIn, type Tables, type Write, type WriteResult } from '../tables.ts'
import type { ApplyContext } from '../kind.ts'
import type { DraftStep, StepOutcome } from '../../../reconcile/kind.ts'
import type { DesiredObject } from '../../../reconcile/objects.ts'
import type { Fields, Value } from '../../../instance/values.ts'
import type { Step } from '../../../reconcile/plan/types.ts'
import { changedSincePlan, NO_RESULT } from './texts.ts'

/** Returns a table's rows. Throws for an unknown table, which makes its kind unknown, never empty. */
export function rowsOf<Row>(tables: Tables, shape: TableShape<Row>): readonly Row[] {
  const table = tableIn(tables, shape)
  if (table.state === 'unknown') throw new HerdbookError(EXIT.unreadable, [table.reason])
  return table.rows
}

/** Throws for an answer that is not as expected, which makes the kind unknown. */
export function odd(message: string, hint?: string): never {
  throw new HerdbookError(EXIT.unreadable, [
    { code: 'odd-answer', severity: 'error', message, ...(hint === undefined ? {} : { hint }) },
  ])
}

/** Returns the moment at which an `until` has passed: a date means midnight UTC. */
export function untilTime(until: string): number {
  return Date.parse(until.includes('T') ? until : `${until}T00:00:00Z`)
}

export const hasEnded = (until: string | undefined, now: Date): boolean =>
  until !== undefined && untilTime(until) <= now.getTime()

/** Normalises a text for comparison: one kind of line end, no space at the end; null is "". */
export const text = (value: string | null | undefined): string => (value ?? '').replace(/\r\n?/g, '\n').trimEnd()

/** Returns a value that is a string, else "". */
export const word = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

/** Removes fields that are undefined: they are not managed. */
export function managed(fields: { readonly [field: string]: Value | undefined }): Fields {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}

export const changed = (step: Pick<DraftStep, 'changes'>, field: string): boolean =>
  step.changes.some((change) => change.field === field)

/** Collects the values that a step sets. */
export const setOf = (step: Pick<Step, 'changes'>): Record<string, Value> =>
  Object.fromEntries(step.changes.map((change) => [change.field, change.after]))

/** Makes a finding about a step, at its source in the files. */
export function about(step: DraftStep, instance: Instance, diagnostic: Omit<Diagnostic, 'at' | 'about'>): Diagnostic {
  const finding = { ...diagnostic, about: `${step.kind}/${step.id}` }
  return step.source === undefined ? finding : { ...finding, at: instance.position(step.source) }
}

/** Sends the writes of each step and yields its outcome: a step is done when all its writes are. */
export async function* send(
  steps: readonly Step[],
  context: ApplyContext,
  writesOf: (step: Step) => readonly Write[],
): AsyncGenerator<StepOutcome> {
  const groups = steps.map((step) => ({ step, writes: writesOf(step) }))
  const results = context.writer
    .write(
      groups.flatMap((group) => group.writes),
      context.connection,
    )
    [Symbol.asyncIterator]()
  for (const { step, writes } of groups) {
    const answers: WriteResult[] = []
    for (let i = 0; i < writes.length; i++) {
      const next = await results.next()
      answers.push(
        next.done
          ? {
              state: 'failed',
              reason: { code: 'no-answer', severity: 'error', message: NO_RESULT },
            }
          : next.value,
      )
    }
    yield outcomeOf(step, answers)
  }
}

function outcomeOf(step: Step, answers: readonly WriteResult[]): StepOutcome {
  const bad = answers.find((answer) => answer.state !== 'done')
  if (bad) {
    const untouched = answers.every(({ state }) => state === 'changed' || state === 'refused')
    return {
      state: untouched ? 'refused' : 'failed',
      step,
      reason: bad.state === 'changed' ? changedMeanwhile(step) : bad.reason,
    }
  }
  const last = answers.at(-1)
  return { state: 'done', step, serverId: last?.state === 'done' ? last.serverId : null }
}

/** Makes the reason for an object that has changed since the plan: nothing was written. */
const changedMeanwhile = (step: Pick<Step, 'kind' | 'id'>): Diagnostic => ({
  code: 'moved',
  severity: 'error',
  about: `${step.kind}/${step.id}`,
  ...changedSincePlan(`${step.kind}/${step.id}`),
})

/** Makes the objects of a list that have not ended, each once: duplicates are equal. */
export function current<Item extends { readonly until?: string }>(
  items: readonly Item[],
  now: Date,
  object: (item: Item, index: number) => DesiredObject,
): DesiredObject[] {
  const objects = new Map<string, DesiredObject>()
  for (const [index, item] of items.entries()) {
    const one = hasEnded(item.until, now) ? null : object(item, index)
    if (one !== null && !objects.has(one.id)) objects.set(one.id, one)
  }
  return [...objects.values()]
}

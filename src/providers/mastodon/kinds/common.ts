import { HerdbookError, type Diagnostic, EXIT } from '../../../instance/diagnostic.ts'
import type { Instance } from '../../../instance/instance.ts'
import type { Table, Write, WriteResult } from '../tables.ts'
import type { ApplyContext } from '../kind.ts'
import type { Draft, Outcome } from '../../../reconcile/kind.ts'
import type { DesiredObject } from '../../../reconcile/objects.ts'
import type { Fields, Value } from '../../../reconcile/values.ts'
import type { Step } from '../../../reconcile/plan/types.ts'

/** A table's rows. An unknown table makes its kind unknown: never empty. */
export function rowsOf<Row>(table: Table<Row>): readonly Row[] {
  if (table.state === 'unknown') throw new HerdbookError(EXIT.unreadable, [table.reason])
  return table.rows
}

/** An odd shape makes the kind unknown. */
export function odd(message: string, hint?: string): never {
  throw new HerdbookError(EXIT.unreadable, [
    { code: 'odd-answer', severity: 'error', message, ...(hint === undefined ? {} : { hint }) },
  ])
}

/** The moment from which an `until` has passed: a date is midnight UTC. */
export function untilTime(until: string): number {
  return Date.parse(until.includes('T') ? until : `${until}T00:00:00Z`)
}

export const hasEnded = (until: string | undefined, now: Date): boolean =>
  until !== undefined && untilTime(until) <= now.getTime()

/** Texts as they are compared: one kind of line end, nothing after the last line. "" and null are the same. */
export const text = (value: string | null | undefined): string => (value ?? '').replace(/\r\n?/g, '\n').trimEnd()

/** A value that is a word; empty where it is none. */
export const word = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

/** Fields without those that are undefined: not managed. */
export function managed(fields: { readonly [field: string]: Value | undefined }): Fields {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}

export const changed = (step: Pick<Draft, 'changes'>, field: string): boolean =>
  step.changes.some((change) => change.field === field)

/** The values that a step sets. */
export const setOf = (step: Pick<Step, 'changes'>): Record<string, Value> =>
  Object.fromEntries(step.changes.map((change) => [change.field, change.after]))

/** A finding about a step, at its place in the files. */
export function about(step: Draft, instance: Instance, diagnostic: Omit<Diagnostic, 'at' | 'about'>): Diagnostic {
  const finding = { ...diagnostic, about: `${step.kind}/${step.id}` }
  return step.source === undefined ? finding : { ...finding, at: instance.position(step.source) }
}

/** Sends the writes of each step and answers what came of it: a step is done when all its writes are. */
export async function* send(
  steps: readonly Step[],
  context: ApplyContext,
  writesOf: (step: Step) => readonly Write[],
): AsyncGenerator<Outcome> {
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
              reason: {
                code: 'no-answer',
                severity: 'error',
                message: 'The server did not say what came of this write.',
              },
            }
          : next.value,
      )
    }
    yield outcomeOf(step, answers)
  }
}

function outcomeOf(step: Step, answers: readonly WriteResult[]): Outcome {
  const bad = answers.find((answer) => answer.state !== 'done')
  if (bad) {
    const untouched = answers.every(({ state }) => state === 'changed' || state === 'refused')
    return { state: untouched ? 'refused' : 'failed', step, reason: bad.state === 'changed' ? moved(step) : bad.reason }
  }
  const last = answers.at(-1)
  return { state: 'done', step, serverId: last?.state === 'done' ? last.serverId : null }
}

/** Somebody was faster: nothing was written. */
const moved = (step: Pick<Step, 'kind' | 'id'>): Diagnostic => ({
  code: 'moved',
  severity: 'error',
  about: `${step.kind}/${step.id}`,
  message: `${step.kind}/${step.id} is no longer what the plan saw, so nothing was done to it.`,
  hint: 'Plan again: `herdbook plan` shows what it is now.',
})

/** The objects of a list that have not ended, each once: what stands twice says the same. */
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

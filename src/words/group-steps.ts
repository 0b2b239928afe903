import type { Plan, Step } from '../reconcile/plan/types.ts'
import { areGreen } from './checks.ts'
import { byDanger, rank, type KindName } from './describe-step.ts'
import { readable } from '../redaction/idn.ts'
import { count } from './text.ts'

/** Steps by file, the file with the most dangerous step first; within it the most dangerous step. */
export function filesOf(steps: readonly Step[], kinds: readonly KindName[]): [string, Step[]][] {
  const file = (step: Step): string =>
    step.source?.file ?? step.files?.[0] ?? kinds.find(({ name }) => name === step.kind)?.sources[0] ?? step.kind
  const groups = [...Map.groupBy(steps, file)].map(([name, members]): [string, Step[]] => [
    name,
    members.toSorted(byDanger),
  ])
  const worst = ([, members]: [string, Step[]]): number =>
    members.reduce((least, step) => Math.min(least, rank(step)), Number.POSITIVE_INFINITY)
  return groups.toSorted((a, b) => worst(a) - worst(b))
}

/** Whether the server matches the files and there is nothing else to say. */
export function isQuiet(plan: Plan): boolean {
  const lists = [
    plan.unfinished,
    plan.steps,
    plan.owed,
    plan.letGo,
    plan.drift,
    plan.conflicts,
    plan.takeovers,
    plan.waiting,
    plan.findings,
  ]
  return (
    lists.every((list) => list.length === 0) &&
    plan.reads.every((read) => read.complete) &&
    areGreen(plan) &&
    !plan.unmanaged.some((one) => one.addedByHand)
  )
}

/** What the files leave alone, by name; null if nothing. */
export const leftInWords = ({ leftAlone }: Plan): string | null =>
  leftAlone.length === 0
    ? null
    : `Herdbook leaves these alone, because the files say so in left_alone: ${leftAlone.map(readable).join(', ')}.`

/** "142 objects read", and how many the ledger does not know yet. */
export function readCount(plan: Plan): string {
  const objects = plan.reads.reduce((sum, read) => sum + read.objects, 0)
  const records = plan.adjustments.filter(({ to }) => to === 'record').length
  return (
    `${count(objects, 'object', 'objects')} ` +
    `read${records === 0 ? '' : `; ${count(records, 'object is', 'objects are')} new to the ledger`}`
  )
}

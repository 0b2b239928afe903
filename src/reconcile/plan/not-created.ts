import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import type { PlanPart } from './compare.ts'
import { entriesOf, type PlanInput } from './input.ts'
import type { Kind } from '../kind.ts'
import type { Observed } from '../objects.ts'
import type { ObjectRef } from '../values.ts'
import { lost, makerMissing } from './texts.ts'
import type { WaitingObject } from './types.ts'

type NotCreated = Extract<Observed, { state: 'not-created' }>

/** What a new one of its version holds, as if it were read: untouched, so that a change is no takeover. */
export const asNew = ({ initial }: NotCreated): Extract<Observed, { state: 'complete' }> => ({
  state: 'complete',
  objects: initial.map((object) => ({ ...object, untouched: true, initial: true })),
  prospects: new Map(),
  connection: null,
  requests: 0,
})

/** The object whose step makes what a kind is part of; undefined if that exists or is unknown. */
export function makerOf(kind: string, observed: ReadonlyMap<string, Observed>): ObjectRef | undefined {
  const one = observed.get(kind)
  return one?.state === 'not-created' ? one.by : undefined
}

/** The code of the finding that something in the ledger is gone as a whole. */
export const LOST = 'lost'

/** Whether the ledger holds objects of a kind that does not exist. Entries that say `absent` are no loss. */
export function isLost(kind: string, { live, ledger }: Pick<PlanInput, 'live' | 'ledger'>): boolean {
  return (
    makerOf(kind, live.observed) !== undefined &&
    [...entriesOf(kind, ledger).values()].some(({ state }) => state !== 'absent')
  )
}

/** Refuses to make again what was verified once and is gone as a whole. */
export function checkLost(input: Pick<PlanInput, 'kinds' | 'desired' | 'live' | 'ledger'>): Diagnostic[] {
  return input.kinds
    .filter(({ name }) => input.desired.get(name)?.state === 'managed' && isLost(name, input))
    .map(({ name, title }) => ({
      code: LOST,
      severity: 'error',
      about: `${name}#${LOST}`,
      ...lost({
        maker: makerOf(name, input.live.observed) ?? name,
        objects: title.many,
        known: entriesOf(name, input.ledger).size,
      }),
    }))
}

/** Lets steps wait whose maker no step makes. `kinds` and `parts` have the same order. */
export function withMakers(
  kinds: readonly Kind[],
  parts: readonly PlanPart[],
  observed: ReadonlyMap<string, Observed>,
): readonly PlanPart[] {
  const drafts = parts.flatMap((part) => part.drafts)
  const made = new Set(drafts.filter(({ action }) => action !== 'delete').map(refOf))
  const next = parts.map((part, i) => {
    const maker = makerOf(kinds[i]?.name ?? '', observed)
    return maker === undefined || made.has(maker) || part.drafts.length === 0 ? part : waitingFor(maker, part)
  })
  // A waiting step makes nothing, so others may wait for it.
  return next.every((part, i) => part === parts[i]) ? parts : withMakers(kinds, next, observed)
}

function waitingFor(maker: ObjectRef, part: PlanPart): PlanPart {
  const reason = makerMissing(maker)
  const waiting = part.drafts.flatMap(({ kind, id, source }): WaitingObject[] =>
    source === undefined ? [] : [{ kind, id, reason, source }],
  )
  return { ...part, drafts: [], waiting: [...part.waiting, ...waiting] }
}

/** The kinds with one more rule for the order: their steps come after the step that makes what they are part of. */
export const afterMakers = (kinds: readonly Kind[], observed: ReadonlyMap<string, Observed>): Kind[] =>
  kinds.map((kind) => {
    const maker = makerOf(kind.name, observed)
    return maker === undefined ? kind : { ...kind, after: (step) => [...(kind.after?.(step) ?? []), maker] }
  })

import type { Diagnostic } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import type { Part } from './compare.ts'
import { entriesOf, type PlanInput } from './input.ts'
import type { Kind } from '../kind.ts'
import type { Observed } from '../objects.ts'
import type { ObjectRef } from '../values.ts'
import type { Waiting } from './types.ts'

type NotCreated = Extract<Observed, { state: 'not-created' }>

/** What a new one of its version holds, as if it were read: nobody's word, so that a change takes nothing over. */
export const asNew = ({ initial }: NotCreated): Extract<Observed, { state: 'complete' }> => ({
  state: 'complete',
  objects: initial.map((object) => ({ ...object, untouched: true, initial: true })),
  prospects: new Map(),
  connection: null,
  requests: 0,
})

/** The object whose step makes what a kind is part of; undefined where that is there, or where nobody knows. */
export function makerOf(kind: string, observed: ReadonlyMap<string, Observed>): ObjectRef | undefined {
  const one = observed.get(kind)
  return one?.state === 'not-created' ? one.by : undefined
}

/** The code of the finding that something is gone which the ledger holds. */
export const LOST = 'lost'

/** Whether the ledger holds objects of a kind that is not there. That some must not be there is no loss. */
export function isLost(kind: string, { live, ledger }: Pick<PlanInput, 'live' | 'ledger'>): boolean {
  return (
    makerOf(kind, live.observed) !== undefined &&
    [...entriesOf(kind, ledger).values()].some(({ state }) => state !== 'absent')
  )
}

/** What was verified once and is gone as a whole is not made anew as if it had never been. */
export function checkLost(input: Pick<PlanInput, 'kinds' | 'desired' | 'live' | 'ledger'>): Diagnostic[] {
  return input.kinds
    .filter(({ name }) => input.desired.get(name)?.state === 'managed' && isLost(name, input))
    .map(({ name, title }) => ({
      code: LOST,
      severity: 'error',
      about: `${name}#${LOST}`,
      message: `${makerOf(name, input.live.observed) ?? name} is gone, and with it all ${title.many}: the ledger holds ${entriesOf(name, input.ledger).size}. Nothing is made in its place.`,
      hint: 'Bring it back first. If you gave it up on purpose, take it out of the files: then it is no longer managed.',
    }))
}

/** The parts of a plan, in which steps wait whose maker is not to be made by a step. `kinds` and `parts` go together. */
export function withMakers(
  kinds: readonly Kind[],
  parts: readonly Part[],
  observed: ReadonlyMap<string, Observed>,
): readonly Part[] {
  const drafts = parts.flatMap((part) => part.drafts)
  const made = new Set(drafts.filter(({ action }) => action !== 'delete').map(refOf))
  const next = parts.map((part, i) => {
    const maker = makerOf(kinds[i]?.name ?? '', observed)
    return maker === undefined || made.has(maker) || part.drafts.length === 0 ? part : waitingFor(maker, part)
  })
  // What waits makes nothing either.
  return next.every((part, i) => part === parts[i]) ? parts : withMakers(kinds, next, observed)
}

function waitingFor(maker: ObjectRef, part: Part): Part {
  const reason = `${maker} is not there yet, and no step of this plan makes it`
  const waiting = part.drafts.flatMap(({ kind, id, source }): Waiting[] =>
    source === undefined ? [] : [{ kind, id, reason, source }],
  )
  return { ...part, drafts: [], waiting: [...part.waiting, ...waiting] }
}

/** Kinds for the order of their steps: what is not there yet comes after what makes it. */
export const afterMakers = (kinds: readonly Kind[], observed: ReadonlyMap<string, Observed>): Kind[] =>
  kinds.map((kind) => {
    const maker = makerOf(kind.name, observed)
    return maker === undefined ? kind : { ...kind, after: (step) => [...(kind.after?.(step) ?? []), maker] }
  })

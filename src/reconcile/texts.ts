import type { Advice } from '../instance/diagnostic.ts'

/** The hint of an error that only a defect of ours can cause. */
export const DEFECT = 'This is a defect in Herdbook. Please report it with this text.'

export const kindTwice = ({ name, one, other }: { name: string; one: string; other: string }): Advice => ({
  message: `Two kinds have the name ${name}: one of ${one}, and one of ${other}.`,
  hint: DEFECT,
})

export const environmentName = (name: string): string =>
  `${JSON.stringify(name)} cannot name an environment: use letters, digits and hyphens.`

/** `places`: file and line of each; `fields`: those whose values differ. */
export const twiceInFiles = (one: { ref: string; places: string; fields: string }): Advice => ({
  message: `${one.ref} is in the files twice, with different values (${one.places})${one.fields === '' ? '' : `: ${one.fields}`}`,
  hint: 'Delete one of the two entries, or give both the same values.',
})

export const unprovenFarEnd = (provider: string): Advice => ({
  message: `${provider} answered, but it does not prove that it is the one that Herdbook verified last.`,
  hint: 'Ask the people who run it whether it was replaced, or why it gives no proof. Herdbook applies nothing to it until that is clear.',
})

export const otherFarEnd = (provider: string): Advice => ({
  message: `${provider} is not the one that Herdbook verified last. It was replaced, or another one answers in its place.`,
  hint: 'Ask the people who run it whether it was replaced. Herdbook applies nothing to it until that is clear.',
})

/** `work`: "the suspension of spam.example, 12 more". */
export const workLeft = (work: string): Advice => ({
  message: `An interrupted run did not finish ${work}. The next apply finishes it.`,
  hint: 'If you no longer want it, take it out of the files first.',
})

export const outcomeUnknown = ({ work, place }: { work: string; place: string }): Advice => ({
  message: `A run was interrupted during ${work}. Herdbook does not know whether it was done, and does not repeat it.`,
  hint: `Check ${place}. The next apply says this once more, and then never again.`,
})

/** Where to look for what a kind names no place for. */
export const THE_SERVER = 'the server'

export const waitsForUnfinished = (ref: string): string => `It waits: ${ref} is unfinished.`

/** `progress`: how far it got, "1 of 3 phases are done". */
export const unfinished = ({ ref, progress }: { ref: string; progress: string }): string =>
  `${ref} is unfinished: ${progress}.`
export const FINISHED_NEXT = 'The next apply finishes it.'
export const UNDONE_NEXT = 'The files no longer ask for it: the next apply undoes it.'
export const WAITS_FOR_APPROVAL = 'It waits until it is approved and Herdbook can read its kind.'
export const finished = (ref: string): string => `${ref} was finished.`
export const undone = (ref: string): string => `${ref} was undone.`

export const impossibleTurn = (counter: number): string =>
  `The server says that ${counter} runs have held its lock. That is impossible, so Herdbook writes nothing there.`

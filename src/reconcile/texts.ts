import type { Advice } from '../instance/diagnostic.ts'

/** The hint of an error that only a defect of ours can cause. */
export const DEFECT = 'This is a defect in Herdbook. Please report it with this text.'

export const kindTwice = ({ name, one, other }: { name: string; one: string; other: string }): Advice => ({
  message: `Two kinds have the name ${name}: one belongs to ${one}, the other to ${other}.`,
  hint: DEFECT,
})

export const environmentName = (name: string): string =>
  `${JSON.stringify(name)} cannot be the name of an environment. Use only letters, digits and hyphens.`

/** `places`: file and line of each; `fields`: those whose values differ. */
export const twiceInFiles = (one: { ref: string; places: string; fields: string }): Advice => ({
  message:
    `${one.ref} is in the files twice, with different values ` +
    `(${one.places})${one.fields === '' ? '' : `: ${one.fields}`}`,
  hint: 'Delete one of the two entries, or give both the same values.',
})

export const unprovenFarEnd = (provider: string): Advice => ({
  message: `${provider} answered, but gave no proof that it is the same server that Herdbook verified last.`,
  hint:
    `Ask the people who run ${provider} whether they replaced it, or why it gives no proof. ` +
    'Without this proof, Herdbook applies nothing to it.',
})

export const otherFarEnd = (provider: string): Advice => ({
  message:
    `${provider} is not the server that Herdbook verified last. ` +
    'Someone replaced it, or another server answers in its place.',
  hint: `Ask the people who run ${provider} whether they replaced it. Herdbook applies nothing to another server.`,
})

/** `work`: "the suspension of spam.example, 12 more". */
export const workLeft = (work: string): Advice => ({
  message: `An earlier run was interrupted and did not finish ${work}. The next apply finishes this work.`,
  hint:
    'If you want this work, you need to do nothing. ' +
    'If you no longer want it, take it out of the files before the next apply.',
})

export const outcomeUnknown = ({ work, place }: { work: string; place: string }): Advice => ({
  message:
    `An earlier run was interrupted during ${work}. ` +
    'Herdbook does not know whether this work was done, and does not repeat it.',
  hint: `Check in ${place} whether it was done. The next apply shows this message once more, and later applies do not.`,
})

/** Where to look for what a kind names no place for. */
export const THE_SERVER = 'the server'

export const waitsForUnfinished = (ref: string): string =>
  `This step waits for work on ${ref} that an earlier run did not finish.`

/** `progress`: how far it got, "1 of 3 phases are done". */
export const unfinished = ({ ref, progress }: { ref: string; progress: string }): string =>
  `An earlier run did not finish its work on ${ref}: ${progress}.`
export const FINISHED_NEXT = 'The next apply finishes this work.'
export const UNDONE_NEXT = 'The files no longer ask for this work, so the next apply undoes it.'
export const WAITS_FOR_APPROVAL = 'This work goes on when it is approved and Herdbook can read objects of this kind.'
export const finished = (ref: string): string => `The work on ${ref} is now finished.`
export const undone = (ref: string): string => `The work on ${ref} is now undone.`

export const impossibleTurn = (counter: number): string =>
  'The server counts the runs that held the lock (only one apply runs at a time). ' +
  `Its number is ${counter}, which is impossible, so Herdbook writes nothing there. ` +
  'Ask the people who run the server who changed this number.'

import { DEFECT } from '../texts.ts'
import { type Advice } from '../../instance/diagnostic.ts'

// What the files say.

/** `newest`: the number of the newest edition. */
export const editionMissing = ({ file, newest }: { file: string; newest: number }): Advice => ({
  message: `${file} names no edition`,
  hint: `Add this line to the file: edition: ${newest}`,
})

export const editionUnknown = (one: { file: string; pinned: number; known: readonly number[] }): Advice => ({
  message: `${one.file} has edition ${one.pinned}, but this Herdbook knows only ${one.known.join(' and ')}`,
  hint:
    one.pinned < Math.min(...one.known)
      ? `Set edition: ${Math.min(...one.known)} in a pull request of its own. ` +
        'Its plan shows what that changes on the server.'
      : 'Use a newer Herdbook: the version that this edition came with, or a later one.',
})

/** Why a reference cannot be read. */
export const WRONG_REFERENCE = {
  noField: 'it names no field: write KIND/ID#FIELD',
  noObject: 'it names no object: write KIND/ID#FIELD',
  noKind: 'it does not begin with a kind',
  emptyObject: 'the name of the object is empty',
  emptyField: 'the name of the field is empty',
  unknownKind: 'there is no such kind',
} as const

export const wrongReference = ({ text, why }: { text: string; why: string }): string =>
  `The reference "${text}" cannot be read: ${why}.`

export const leftAloneUnknown = ({ file, ref }: { file: string; ref: string }): Advice => ({
  message: `${file} has ${ref} under left_alone, but no other line of that file makes ${ref}`,
  hint: `Take ${ref} out of left_alone, or write its name as the plan shows it.`,
})

/** `day`: "2026-12-04". */
export const removedButNamed = (one: { ref: string; by: string; day: string; why: string }): string =>
  `${one.by} removed ${one.ref} on ${one.day}: ${one.why}. The files still name it, but Herdbook ignores that.`
export const TAKE_OUT = 'Take the line of this object out of the files.'

// What was read.

export const notRead = (objects: string): string => `Herdbook did not read the ${objects}.`
export const MAKER_GONE = 'What these objects are part of is gone from the server.'

export const lost = (one: { maker: string; objects: string; known: number }): Advice => ({
  message:
    `${one.maker} is gone, and with it all ${one.objects}. ` +
    `The ledger (Herdbook's record in Git) holds ${one.known} of them. Herdbook does not create ${one.maker} again.`,
  hint:
    `Bring ${one.maker} back first. If you gave it up on purpose, take it out of the files. ` +
    'Then Herdbook no longer manages it.',
})

export const makerMissing = (maker: string): string =>
  `This object is part of ${maker}, which does not exist yet, and no step of this plan makes ${maker}`

/** `field`: the one that holds the secret. */
export const secretChanged = (one: { ref: string; field: string; secret: string; version: number }): Advice => ({
  message:
    `On the server, ${one.ref} has another value of the secret ${one.secret} (${one.field}) than this run has. ` +
    `But the version in the files is still ${one.version}`,
  hint:
    `If this run has the right value, raise the version to ${one.version + 1} in the files. ` +
    'The next apply then writes it.',
})

export const secretsUncompared = (names: readonly string[]): string =>
  names.length === 1
    ? `1 secret was not compared: this run does not have it (${names.join(', ')}). The ledger keeps its version.`
    : `${names.length} secrets were not compared: this run does not have them (${names.join(', ')}). ` +
      'The ledger keeps their versions.'

// What is known of a step.

export const lockedBut = (stays: string): string => `It is locked. It keeps ${stays}.`

export const staysOnServer = ({ refs, remove }: { refs: readonly string[]; remove: string }): string => {
  const [stay, them] = refs.length === 1 ? ['stays', 'it'] : ['stay', 'them']
  return `${refs.join(', ')} ${stay} on the server. To remove ${them}: ${remove}`
}

/** Why a step waits: `until` is a day or a minute. */
export const waitsUntil = (until: string): string => `This step waits until ${until}.`
export const announced = ({ on, from }: { on: string; from: string }): string =>
  `This step was announced on ${on}. Herdbook applies it from ${from} on.`

export const notATime = ({ ref, text }: { ref: string; text: string }): Advice => ({
  message: `${ref} waits for "${text}", which is not a time in UTC.`,
  hint: DEFECT,
})

export const stepsInACircle = ({ refs, more }: { refs: readonly string[]; more: number }): Advice => ({
  message:
    'These steps need each other in a circle, ' +
    `so none of them can be the first: ${refs.join(', ')}${more > 0 ? `, ${more} more` : ''}.`,
  hint: DEFECT,
})

/** What is wrong with an object that a step needs. */
export const UNMET = {
  open: 'which is not as the files have it',
  missing: 'which is not there, and no step makes it',
  deleted: 'which this plan deletes',
} as const
export const unmet = ({ needs, why }: { needs: string; why: keyof typeof UNMET }): string =>
  `This step needs ${needs}, ${UNMET[why]}.`

// What speaks against a plan.

/** `counted`: "26 creates of domain blocks"; `limit`: "25 for one apply"; `lately`: a sentence, or nothing. */
export const overBudget = (one: { counted: string; limit: string; lately: string; raise: string }): Advice => ({
  message:
    `The plan has ${one.counted}, but the limit ` +
    `(budgets in policy.yaml) is ${one.limit}.${one.lately === '' ? '' : ` ${one.lately}`}`,
  hint:
    'Make fewer changes at once. ' +
    `Or, if you want them all, raise the limit for a while in policy.yaml under raises: - ${one.raise}`,
})
export const perApply = (most: number): string => `${most} for one apply`
export const perDay = (most: number): string => `${most} in 24 hours`
export const doneLately = ({ many, until }: { many: number; until: string }): string =>
  `Herdbook already did ${many} of them in the last 24 hours. Those count until ${until} UTC.`

/** `action`: "delete moderator/bob"; `what`: a sentence. */
export const breaksRule = ({ action, what }: { action: string; what: string }): string =>
  `${action} would break a rule that must always hold: ${what}`
export const KEEP_RULE =
  'Change the files so that no step breaks the rule. For example, do it in two pull requests. ' +
  'If the rule has a number in policy.yaml, you can also lower that number.'
export const ruleUnchecked = ({ rule, kinds }: { rule: string; kinds: string }): string =>
  `Herdbook cannot check the rule ${rule}, because it could not read all ${kinds} objects of the server.`

/** How much more than the measured number a file should accept. */
export const MARGIN = 'a fifth more, and at least ten more'

/** `impact`: "removes 12 follows"; `held`: what the file accepts, a sentence; `line`: what to write. */
export const consentMissing = (one: { ref: string; impact: string; held: string; line: string }): Advice => ({
  message: `${one.ref} ${one.impact}. ${one.held}`,
  hint:
    `Herdbook counts again just before it applies, so accept a higher number (${MARGIN}). ` +
    `If you want this change, write in the entry of this object: ${one.line}`,
})
export const accepts = (weight: number): string => `The file accepts only ${weight}.`
export const ACCEPTS_NOTHING = 'The files do not accept this yet.'
export const consentUsed = ({ used, by }: { used: number; by: string }): string =>
  `The file accepts ${used}, but an earlier ${by} used up that number.`

const unmeasured = ({ ref, why }: { ref: string; why: string | null }): string =>
  `${ref} cannot be undone, and Herdbook could not count whom it affects${why === null ? '' : ` (${why})`}.`
export const unmeasuredButAccepted = (one: { ref: string; why: string | null; accepted: number }): string =>
  `${unmeasured(one)} The file accepts ${one.accepted}. Herdbook counts again before it writes.`
/** `unit`: "follow relations"; `more`: what to do if nothing can count it. */
export const unmeasuredImpact = (one: {
  readonly ref: string
  readonly why: string | null
  readonly unit: string
  readonly key: string
  readonly more: string
}): Advice => ({
  message: unmeasured(one),
  hint:
    `If you want this change, write in the entry of this object how many ${one.unit} it may touch: ` +
    `${one.key}: NUMBER. Herdbook counts again before it writes. ${one.more}`,
})

export const acceptsTooMuch = (one: { ref: string; impact: string; accepted: number; line: string }): Advice => ({
  message:
    `${one.ref} ${one.impact}. But the file accepts ${one.accepted}. ` +
    `Herdbook would apply this even if the number grew to ${one.accepted}.`,
  hint: `To accept less, write in the entry of this object: ${one.line}`,
})

// Why `restore` cannot be done.

const adopt = (word: string): string => `herdbook adopt ${word}`
const cannotRestore = (ref: string, why: string): string => `You cannot restore ${ref}: ${why}`

export const restoresNothing = (ref: string): Advice => ({
  message: cannotRestore(ref, 'it is not in the files, and it was not added by hand.'),
  hint: 'Look up the name in the plan: herdbook plan',
})

/** `word`: the object as it is typed in a shell. */
export const restoresLeft = ({ ref, word }: { ref: string; word: string }): Advice => ({
  message: cannotRestore(
    ref,
    'no file names it. It was on the server when Herdbook first looked, or someone decided to leave it there.',
  ),
  hint: `To remove it, first write it into the files: ${adopt(word)}. Then delete its entry there.`,
})

const adoptOrLeave = (word: string): string =>
  `To write it into the files: ${adopt(word)}. To leave it on the server and in no file: herdbook leave ${word} "why"`

export const restoresChanged = ({ ref, word }: { ref: string; word: string }): Advice => ({
  message: cannotRestore(ref, 'someone changed it by hand, and Herdbook does not know how it was before.'),
  hint: adoptOrLeave(word),
})

export const restoresUnknown = ({ ref, word }: { ref: string; word: string }): Advice => ({
  message: cannotRestore(ref, 'no file says what it should be.'),
  hint: adoptOrLeave(word),
})

export const restoresLeftAlone = ({ ref, files }: { ref: string; files: string }): Advice => ({
  message: cannotRestore(ref, `it is under left_alone in ${files}.`),
  hint: `First take ${ref} out of left_alone.`,
})

import type { Wording } from '../diagnostic.ts'

/** Where a change has to be made by hand, and what to type then. */
export interface ManualEdit {
  readonly why: string
  readonly hint: string
}

export const cannotEdit = (file: string, why: string): string => `${file} cannot be edited safely: ${why}.`
export const notYaml = (file: string, problem: string): Wording => ({
  message: `${file} cannot be edited, because it is not valid YAML: ${problem}`,
  hint: 'Run: herdbook validate',
})
export const otherYaml = (file: string, message: string): string => `${file}: ${message}.`
export const changeByHand = (file: string): string => `Change ${file} by hand, then run: herdbook validate`

export const meansSomethingElse = (line: number): ManualEdit => ({
  why: `line ${line} is written in a way that Herdbook cannot change without changing its meaning`,
  hint: `Change line ${line} and what belongs to it by hand, then run: herdbook validate`,
})

// Names for values (&name and *name).

export const usedElsewhere = ({ line, source, name }: { line: number; source: number; name: string }): ManualEdit => ({
  why: `line ${line} uses the value of line ${source} (*${name}), and that value would change`,
  hint: `In line ${line}, write the value of line ${source} in place of *${name}, then run this again.`,
})

export const isAliasHere = (name: string, line: number): ManualEdit => ({
  why: `*${name} in line ${line} stands for a value that is written elsewhere`,
  hint: `In line ${line}, write the value in place of *${name}, then run this again.`,
})

export const BAD_ALIAS =
  'an alias (*name) in this file stands for no value (&name), or the aliases repeat too many values'

// Comments that Herdbook cannot keep in their place.

export const commentOnLostLine = (line: number): ManualEdit => ({
  why: `the comment in line ${line} is on a line that would be deleted`,
  hint: `Move the comment in line ${line} onto its own line above the entry, then run this again.`,
})

export const commentBehindNewEntry = (line: number): ManualEdit => ({
  why: `the comment in line ${line} would be behind a new entry`,
  hint: `In line ${line}, put the comma before the comment, then run this again.`,
})

export const commentBesideRemoved = (line: number): ManualEdit => ({
  why: `the comment in line ${line} shares its line with an entry that would be deleted`,
  hint: `Give each entry its own line, with the comment of line ${line} behind its entry, then run this again.`,
})

export const commentOfSeveral = (line: number): ManualEdit => ({
  why: `the comment in line ${line} is behind several entries, and one of them would be deleted`,
  hint: `In line ${line}, give each entry its own line with its comment behind it, then run this again.`,
})

// What the file does not have.

export const noCollection = (path: string): string => `there is no list or map at ${path}`
export const notAMap = (path: string): string => `${path} is not a map`
export const nothingToRemove = (part: string | number): string => `there is no ${part} to remove`
export const notATextFile = (file: string): string => `${JSON.stringify(file)} is not a text file beside it`
export const NOTHING_LEFT = 'the change would leave nothing in the file'
export const NO_SOURCE = 'a field has no source'
export const NO_COLON = 'a key has no colon'
export const SAME_WORDS = 'two of the changes are at the same place'

export const noSuchKind = (kind: string): string => `The files have no kind ${kind}.`

export const unwantedCharacter = (ref: string): Wording => ({
  message:
    `${JSON.stringify(ref)} contains a control character, or one that changes the direction of text. ` +
    'No file may contain it.',
  hint: 'Change this text in Mastodon first.',
})

export const emptyWithoutReason = (key: string, file: string): Wording => ({
  message: `That was the last entry of ${key} in ${file}. An empty list needs a reason.`,
  hint:
    'Add the reason to your command: --emptied "why it is empty". ' +
    'Herdbook writes the reason beside the list as emptied_on_purpose.',
})

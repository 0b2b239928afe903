import type { Wording } from '../diagnostic.ts'

/** Which characters a file must not have, in words. */
export const NUL = 'a NUL character'
export const controlCharacter = (code: string): string => `a control character (U+${code})`
export const directionCharacter = (code: string): string => `a character that changes the direction of text (U+${code})`

export const notUtf8 = (file: string): Wording => ({
  message: `${file} is not UTF-8 text`,
  hint: 'Save the file as UTF-8.',
})

export const MERGE_CONFLICT: Wording = {
  message: 'this file still has a merge conflict',
  hint: 'Keep the right lines of both sides. Then delete the lines that begin with <<<<<<<, ======= and >>>>>>>.',
}

export const unwantedCharacter = (character: string): Wording => ({
  message: `there is ${character} here`,
  hint: 'You cannot see it, so delete the word around it and type that again.',
})

export const CARRIAGE_RETURN: Wording = {
  message: 'this line ends with a carriage return (U+000D) alone, and only some programs see a line end there',
  hint: 'Save the file with Unix line ends (LF) or Windows line ends (CRLF).',
}

// The whole file.

export const TOO_LARGE: Wording = {
  message: 'this file has too many lines, words or brackets',
  hint: 'Check that this is the right file.',
}

export const MORE_DOCUMENTS: Wording = {
  message: 'a second document begins here, and Herdbook reads only one in each file',
  hint: 'Delete the line --- and everything after it, or move that into its own file.',
}

export const DIRECTIVE: Wording = {
  message: 'a line with % above --- changes how the file is read',
  hint: 'Delete that line.',
}

/** In YAML 1.1, `yes` is no text, nor is `12:30`: what is read would not be what people see. */
export const OTHER_VERSION = {
  code: 'yaml-version',
  message:
    'this line asks for YAML 1.1, where words such as yes and 12:30 mean something else; Herdbook reads YAML 1.2',
  hint: 'Delete the line %YAML 1.1.',
} as const

// What YAML allows, and a file of the instance does not.

export const TOO_DEEP: Wording = {
  message: 'there are too many lists and keys inside each other here',
  hint: 'Check the dashes, the brackets and the spaces at the start of the lines.',
}

const WRITE_OUT = 'Write the values out instead.'
export const tooManyAliases = (most: number): Wording => ({
  message: `there are more than ${most} aliases (*name) in this file`,
  hint: WRITE_OUT,
})
export const ENDLESS_ALIASES: Wording = { message: 'aliases (*name) repeat each other without end', hint: WRITE_OUT }

const QUOTE_IT = 'Put the text in quotes.'
const special = (what: string): string => `${what} has a special meaning in YAML`
export const STAR: Wording = { message: special('a text that begins with *'), hint: QUOTE_IT }

const NO_TAGS = 'Herdbook does not read tags (words that begin with !)'
export const TAG: Wording = { message: NO_TAGS, hint: 'Delete the tag, or put the text in quotes.' }
export const TAG_OF_KEY: Wording = { message: NO_TAGS, hint: 'Delete the tag.' }

export const escapedCharacter = (character: string): Wording => ({
  message: `this text contains ${character}`,
  hint: 'This character is written with a backslash, such as \\u200b. Delete the backslash and the code after it.',
})

export const KEY_NOT_A_WORD: Wording = {
  message: 'a key must be a word',
  hint: 'Write a word with a colon after it.',
}

export const duplicateKey = (line: number): Wording => ({
  message: `line ${line} already has this key`,
  hint: 'Keep one of the two.',
})

export const UNWANTED_IN_KEY: Wording = {
  message: 'this key contains a character that you cannot see',
  hint: 'Delete the key and type it again.',
}

// What is not YAML, for people who have never seen YAML. None repeats the text, which may be a secret.

export const unclosed = (what: string, begin: string, end: string): Wording => ({
  message: `${what} begins with ${begin} here, but its ${end} is missing`,
  hint: `Type ${end} where it ends.`,
})
export const UNCLOSED = { text: 'a text', list: 'a list', keys: 'a group of keys' } as const

export const TAB: Wording = {
  message: 'this line begins with a tab',
  hint: 'Begin it with spaces instead, as many as the lines beside it.',
}

export const NOT_A_SPACE: Wording = {
  message: 'a character in this line only looks like a space',
  hint: 'Type a normal space in its place. Look after each colon and dash.',
}

export const NO_SPACE_AFTER_DASH: Wording = {
  message: 'this line has no space after its dash',
  hint: 'Type a space after the dash.',
}

export const NO_SPACE_AFTER_COLON: Wording = {
  message: 'this line has no space after its colon',
  hint: 'Type a space after the colon.',
}

const QUOTES_ENDED = 'the text in quotes ended just before this'
export const APOSTROPHE: Wording = {
  message: QUOTES_ENDED,
  hint: "Inside ' quotes, type an apostrophe twice: 'it''s'.",
}
export const QUOTE: Wording = { message: QUOTES_ENDED, hint: 'Inside " quotes, type a backslash before a quote: \\"' }

export const BACKSLASH: Wording = {
  message: 'a backslash has a special meaning inside " quotes',
  hint: "Put the text in ' quotes.",
}

export const badStart = (sign: string): Wording => ({ message: `a text cannot begin with ${sign}`, hint: QUOTE_IT })
export const DASH_START: Wording = {
  message: 'a text cannot begin with a dash',
  hint: 'If this is a text, put it in quotes. If it is a list, begin the list on the next line.',
}
export const AND_OR_STAR: Wording = { message: special('a text that begins with & or *'), hint: QUOTE_IT }
export const EXCLAMATION_MARK: Wording = {
  message: special('a word that begins with !'),
  hint: 'Delete it, or put the text in quotes.',
}

export const BLOCK_TEXT: Wording = {
  message: '| and > begin a text of several lines',
  hint: 'Begin the text on the next line, or put it in quotes.',
}

export const COMMA_MISSING: Wording = {
  message: 'a comma is missing here',
  hint: 'Put a comma between two keys inside { }.',
}

export const COMMENT_SIGN: Wording = {
  message: 'a # needs a space before it',
  hint: 'Type a space before the #, or put the text in quotes.',
}

export const UNEXPECTED: Wording = {
  message: 'this does not belong here',
  hint: 'Look for a missing comma or quote before it. Put a text with special characters in quotes.',
}

export const COLON_MISSING: Wording = {
  message: 'this line has no colon, or the next line has too many spaces in front',
  hint: 'Write the line as key: value, with a colon and a space.',
}

export const COLUMNS: Wording = {
  message: 'this line begins with a different number of spaces than the lines that it belongs to',
  hint: 'Begin this line with as many spaces as those lines.',
}

export const COLON_INSIDE: Wording = { message: 'this text has a colon and a space in it', hint: QUOTE_IT }
export const COLON_AT_END: Wording = {
  message: 'this text ends with a colon, so YAML reads it as a key',
  hint: QUOTE_IT,
}
export const LONG_KEY: Wording = {
  message: 'the text before a colon is longer than 1,024 characters',
  hint: 'Put a text that contains a colon in quotes.',
}

export const TOO_FAR_IN: Wording = {
  message: 'the line below has too many spaces in front',
  hint: 'Begin that line with as many spaces as the keys beside it.',
}

export const NOT_YAML: Wording = {
  message: 'Herdbook cannot read this as YAML',
  hint: 'Put texts with special characters in quotes. Check the spaces at the start of the lines.',
}

/** The words for what a schema refuses. The hint is often the schema's own description. */
export interface SchemaWording {
  readonly message: string
  readonly hint?: string | undefined
}

/** What a message calls a value. */
export const named = (name: string, shown: string | undefined): string =>
  shown === undefined ? name : `${name}: ${shown}`
export const entryName = (index: number, list: string): string => `entry ${index + 1} of ${list}`

export const moreProblems = (file: string, count: number): string => `${file} has ${count} more problems`

// Keys.

export const missingKey = (key: string, name: string, description: string | undefined): SchemaWording => ({
  message: `${key} is missing in ${name}`,
  hint: [`Add a line "${key}: …".`, description].filter(Boolean).join(' '),
})

export const unknownKey = (key: string, hint: string | undefined): SchemaWording => ({
  message: `the key ${key} is not known in this place`,
  hint,
})

export const keyNotAllowed = (key: string, hint: string | undefined): SchemaWording => ({
  message: `${key} is not a language code, so it cannot stand before the colon here`,
  hint,
})

export const didYouMean = (word: string): string => `Did you mean ${word}?`
export const keysHere = (keys: readonly string[]): string => `The keys here are ${keys.join(', ')}.`

/** Keys that people try, and that are not there for a reason. */
export const EXPLAINED_KEYS: Readonly<Record<string, string>> = {
  '<<': 'Herdbook does not read <<. Write the keys of the other place here, one by one.',
  ...Object.fromEntries(
    ['thumbnail', 'mascot', 'app_icon', 'favicon'].map((key) => [
      key,
      `Herdbook does not manage pictures. Upload the ${key} in Mastodon, and delete this line.`,
    ]),
  ),
}

// Secrets.

const ENV_OR_FILE =
  'Write { env: NAME } to read it from an environment variable, or { file: PATH } to read it from a file.'

export const emptySecret = (name: string): SchemaWording => ({ message: `${name} is empty`, hint: ENV_OR_FILE })
export const secretKeys = (name: string): SchemaWording => ({
  message: `${name} can only have env or file`,
  hint: ENV_OR_FILE,
})
export const notOneSecret = (name: string): SchemaWording => ({
  message: `${name} needs exactly one of env and file`,
  hint: ENV_OR_FILE,
})

export const literalSecret = (name: string): SchemaWording => ({
  message: `${name} contains the secret itself`,
  hint:
    'Write { env: NAME } or { file: PATH } instead. ' +
    'Then make a new secret, because this one may be in the history of the repository.',
})

// Values.

export const onlyValue = (name: string, value: string): SchemaWording => ({
  message: `${name} can only be ${value}`,
  hint: `Write ${name}: ${value}, or delete the line.`,
})

export const emptyText = (name: string, description: string | undefined): SchemaWording => ({
  message: `${name} is empty`,
  hint: description,
})

export const tooLong = (name: string, length: number, limit: string): SchemaWording => ({
  message: `${name} has ${length} characters; at most ${limit} are allowed`,
  hint: 'Shorten it.',
})

export const tooSmall = (value: string, limit: string, description: string | undefined): SchemaWording => ({
  message: `${value} is too small; write at least ${limit}`,
  hint: description,
})

export const tooLarge = (value: string, limit: string, description: string | undefined): SchemaWording => ({
  message: `${value} is too large; write at most ${limit}`,
  hint: description,
})

export const listedTwice = (name: string): SchemaWording => ({
  message: `${name} has the same entry twice`,
  hint: 'Keep one of the two.',
})

export const notAllowed = (value: string, description: string | undefined): SchemaWording => ({
  message: `${value} is not allowed here`,
  hint: description,
})

export const unknownWord = (value: string, hint: string): SchemaWording => ({ message: `${value} is not known`, hint })
export const writeOneOf = (words: readonly string[]): string => `Write one of ${words.join(', ')}.`
export const WORDS_IN_SCHEMA = 'The schema of this file, in the folder schema/, lists the words that you can write.'

// Values of another type.

export const wrongType = (value: string, types: readonly string[], hint: string | undefined): SchemaWording => ({
  message: `${value} must be ${types.join(' or ')}`,
  hint,
})

export const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys, each with a value',
  null: 'null',
}

export const beginFile = (key: string): string => `Begin the file with ${key}:`
export const writeAs = (key: string, value: string): string => `Write it as ${key}: ${value}`
export const withDashes = (name: string, day: string): string => `Write it with dashes: ${name}: ${day}`
export const inQuotes = (value: string | undefined): string =>
  value === undefined ? 'Write it in quotes.' : `Write '${value}' in quotes.`
export const withoutQuotes = (name: string, value: string): string => `Write ${name}: ${value} without quotes.`
export const writeFlag = (name: string, value: boolean): string => `Write ${name}: ${String(value)}`

export const textMissing = (name: string): string =>
  `Write the text after ${name}:, or delete the line. Put the text in quotes if it begins with # or another sign.`

export const listMissing = (name: string): string =>
  'If Herdbook should not manage the list, delete the line. ' +
  `If the list is empty on purpose, write ${name}: [] and emptied_on_purpose: 'why'.`
export const LIST_ENTRIES = 'Write each entry on its own line, with a dash in front.'

/** What a list's problem says, and what to do about it. */
export interface ListWording {
  readonly message: string
  readonly hint?: string
}

const quoted = (text: string): string => JSON.stringify(text)

// Formats, as in "read as …".

export const FORMAT = {
  elixir: 'a configuration of Pleroma or Akkoma',
  hosts: 'a hosts file',
  markdown: 'a table in Markdown',
  plain: 'one domain per line',
} as const

export const ONE_OF =
  "Write one domain per line, or use Mastodon's CSV (domain,severity,…), or the JSON of a server's public list."

// A text that is no list.

export const notAList = (file: string, what: string): ListWording => ({ message: `${file}: ${what}`, hint: ONE_OF })
export const WHAT_IT_IS = {
  empty: 'it is empty',
  webPage: 'it is a web page, not a list',
  yaml: 'it is YAML, and Herdbook does not read YAML as a list',
  adBlock: 'it is a list for ad blockers, not a list of servers',
  error: 'it is an error message, not a list',
  onlyComments: 'it contains only comments',
} as const

export const tooLarge = (file: string, bytes: number): ListWording => ({
  message: `${file} is larger than ${bytes} bytes, and Herdbook reads no larger list`,
  hint: 'Check that this is the right file. If it is, split it into several lists.',
})

export const badCsv = (file: string, problem: string): ListWording => ({
  message: `Herdbook cannot read ${file} as CSV: ${problem}`,
  hint: 'Put a text with commas or quotes in quotes, and double the quotes inside it.',
})

export const badJson = (file: string): ListWording => ({
  message: `${file} looks like JSON, but Herdbook cannot read it`,
  hint: 'Check that the whole file was saved.',
})

const KNOWN_JSON =
  "Herdbook reads Mastodon's public list of blocks, GoToSocial's export, " +
  "RapidBlock's list, FIRES, and Pleroma's or Akkoma's MRF simple policy."
export const jsonError = (file: string, error: string): ListWording => ({
  message: `${file} is not a list. It says ${quoted(error.slice(0, 200))}`,
  hint: KNOWN_JSON,
})
export const unknownJson = (file: string): ListWording => ({
  message: `${file} is JSON, but not a list that Herdbook knows`,
  hint: KNOWN_JSON,
})

export const BAD_ELIXIR: ListWording = {
  message: 'this configuration has more than names in quotes, and Herdbook reads only those',
  hint: 'Use the list as JSON instead. Copy metadata.federation from the nodeinfo of that server.',
}

// The columns of a table.

const NAME_COLUMNS = 'Write a first line with the names of the columns, such as: domain,severity,public_comment'

export const tooManyColumns = (count: number, most: number): string =>
  `the first line names ${count} columns; a list has at most ${most}`
export const columnTwice = (name: string): string => `two columns have the name ${quoted(name)}`
export const SEVERITY_ELSEWHERE = 'no column has the name severity, but a column with another name contains severities'
export const badColumns = (message: string): ListWording => ({ message, hint: NAME_COLUMNS })
export const noDomainColumn = (line: number): string =>
  `line ${line} seems to name the columns, but none of them is called domain`
export const noSeverities = (width: number): string =>
  `the rows have ${width} columns without names, and the second one contains no severities`
export const severitiesInSeveral = (width: number): string =>
  `the rows have ${width} columns without names, and more than one of them contains severities`

export const columnsNotRead = (names: readonly string[]): ListWording => ({
  message: `Herdbook does not read the ${names.length === 1 ? 'column' : 'columns'} ${names.map(quoted).join(', ')}`,
})

export const columnsWithoutNames = (width: number): ListWording => ({
  message:
    'the columns have no names: Herdbook reads the first as domain and the second as severity, ' +
    `and not ${width === 3 ? 'the third' : `the other ${width - 2}`}`,
  hint: NAME_COLUMNS,
})

// One row.

export const ROW_LEFT_OUT = 'Herdbook leaves this row out.'

export const SEVERITY_BEHIND = 'this row has no severity in the column severity, but in a later column'
export const tooManyCells = (cells: number, columns: number): string =>
  `this row has ${cells} cells, but there are ${columns} columns`
export const REST_UNREAD =
  'Herdbook does not read what is behind its first text. Put a text that contains the separator in quotes.'
export const REST_IN_COMMENT = 'Herdbook reads the rest as part of its comment.'

export const unknownFlag = (word: string, flag: string): ListWording => ({
  message: `${quoted(word)} says neither yes nor no to ${flag}`,
  hint: 'Herdbook reads it as no. Write true or false.',
})

export const hiddenName = (name: string): string =>
  `${name} hides part of its name, so Herdbook cannot know which server it is`
export const notADomain = (name: string, reason: string): string => `${name} is not a domain: ${reason}`
export const noDot = (name: string): string =>
  `${name} has no dot, so it is not a server; it would cover every domain that ends in it`
export const unknownSeverity = (word: string): string => `Herdbook does not know the severity ${word}`
export const commentLeftOut = (column: string, domain: string): ListWording => ({
  message: `the ${column} of ${domain} contains a control character`,
  hint: 'Herdbook leaves the comment out.',
})
export const listedTwice = (domain: string, line: number): ListWording => ({
  message: `${domain} is in line ${line} too`,
  hint: 'The stricter of the two counts.',
})

export const noDomain = (index: number): string => `entry ${index + 1} has no domain`
export const notAboutDomain = (index: number): string => `entry ${index + 1} is not about a domain`
export const allowed = (domain: string): string => `the list allows ${domain} and does not block it`
export const notASeverity = (type: string): string => `a value that is not text (${type})`
export const recommendsNothing = (domain: string): string => `the list says nothing about what to do with ${domain}`
export const blockedUnknown = (domain: string): string => `the list does not say if ${domain} is blocked`
export const noCounterpart = (action: string, domain: string): string =>
  `${action} of ${domain}: Mastodon has nothing like it`

export const READ_AS_LIMIT: ListWording = {
  message:
    'Herdbook reads federated_timeline_removal as limit, as Pleroma itself shows it to Mastodon. ' +
    'A limit also hides posts from searches, and messages from people whom nobody follows.',
  hint: 'To add these domains with the severity none instead: --at-most none.',
}

// The whole list.

export const severityMissing = (rows: number): ListWording => ({
  message: rows === 1 ? 'This row has no severity.' : `${rows} rows have no severity.`,
  hint: 'Add --severity suspend, --severity limit or --severity none for these rows.',
})

export const accountsListed = (accounts: number, rows: number): ListWording => ({
  message: `${accounts} of ${rows} rows name accounts: this is a list of people, not of servers`,
  hint: 'If you mean servers, write only the part after the last @.',
})

export const noRows = (file: string): ListWording => ({ message: `${file} has no rows`, hint: ONE_OF })
export const noneRead = (file: string, rows: number, hint = ONE_OF): ListWording => ({
  message: rows === 1 ? `Herdbook cannot read the only row of ${file}` : `Herdbook cannot read any of the ${rows} rows`,
  hint,
})

/** The likely cause if all rows are left out for one reason. */
export const CAUSES: ReadonlyMap<string, string> = new Map([
  [
    'obfuscated',
    'Ask the person who keeps the list for the whole names. ' +
      "Mastodon's export in Moderation → Federation has the whole names, too.",
  ],
  ['unknown-severity', 'In the column severity, Herdbook knows suspend, limit (silence) and none (noop).'],
  ['allowed', 'It is a list of servers that are allowed, so it blocks none.'],
  [
    'not-a-domain',
    'Is there other text beside the domains? ' +
      'Separate the columns with commas, semicolons or tabs. Write their names in the line above.',
  ],
])

// What a list changes in the blocks of the files.

export const SKIPPED = {
  publicSuffix: 'people register names below it, so it is not a server',
  notBlocked: 'the list says that you need not block it',
  strictAlready: (until: string | undefined): string =>
    `already blocked at least as strictly${until === undefined ? '' : `, until ${until}`}`,
  covered: (parent: string | undefined): string => `covered by the block of ${parent}`,
} as const

export const stricterParent = (parent: string | undefined, severity: string): string =>
  `the block of ${parent} is stricter, so Herdbook adds it with the stricter of both: ${severity}`
export const endDropped = (until: string): string =>
  'the list makes this block stricter and has no end date, ' +
  `so Herdbook takes the end date ${until} out of the file: the block then stays until someone lifts it`

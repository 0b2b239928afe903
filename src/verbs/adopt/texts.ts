import { shellWord } from '../../instance/shell-word.ts'
import { capital, count, listed } from '../../words/text.ts'

export const HELP = {
  what: (onRequest: readonly string[]): string =>
    'what to write: kinds, or objects as KIND/ID ' +
    `(default: all kinds, but ${listed(onRequest)} only if the files manage them)`,
  privateComments: 'also write the private comments of blocks into the files',
  examples: `
Examples:
  herdbook adopt --moderators              # everything, also the moderators
  herdbook adopt domain-block/spam.example # only this block

Herdbook writes the server's version into the files. It writes nothing to the server.`,
}

/** Why a list in the files is empty, as the file says it. */
export const EMPTY_ON_SERVER = 'it was empty on the server when it was adopted'

export const adopted = (amount: number, domain: string): string =>
  `${count(amount, 'object', 'objects')} adopted from ${domain}.`

export const adoptSubject = (what: readonly string[]): string =>
  what.length > 0 ? `Adopt ${listed(what)}` : 'Adopt what is live'

export const kindLeft = (kind: string, option: string): string =>
  `${capital(kind)} were not adopted. To adopt them, add ${option}.`

export const actingAccountLeft = (own: {
  readonly account: string
  readonly file: string
  readonly ref: string
}): string =>
  `Herdbook acts as @${own.account}, so this account was not adopted. It keeps its role, whatever the list says. ` +
  `To write the account into ${own.file}: herdbook adopt ${own.ref}`

export const unreadableFiles = (files: readonly string[]): string =>
  `Herdbook cannot read what belongs in ${listed(files)}. ` +
  "For that, instance.yaml must say how to reach Mastodon's database (mastodon.database) " +
  'or its console, bin/rails (mastodon.console).'

export const privateCommentsLeft = (amount: number): string =>
  `${count(amount, 'block has', 'blocks have')} a private comment that the files do not have. ` +
  'To write these comments, add --private-comments.'

export const badCharacter = (ref: string, where: string, command: string): string =>
  `${ref} was not adopted: its ${where}. Change this text in Mastodon, then: herdbook adopt ${shellWord(command)}`

/** "public_comment has a control character (U+0007)". */
export const hasCharacter = (field: string, character: string): string => `${field} has ${character}`

export const badName = (ref: string, character: string): string =>
  `${ref} was not adopted: its name has ${character}. ` +
  'A file cannot contain that name. Change the name in Mastodon first.'

export const sameText = (ref: string, other: string, what: string): string =>
  `${ref} was not adopted: ${other} has the same text, and Herdbook knows each ${what} by its text. ` +
  'Change or delete one of them in Mastodon.'

export const moreLeft = (amount: number): string =>
  `${amount} more objects were not adopted for reasons like these. ` +
  'Solve the problems above first. To see the others: herdbook adopt'

export const noSuchObject = (ref: string) => ({
  message: `${ref} is neither on the server nor in the files.`,
  hint: 'To see the names of all objects: herdbook drift --verbose',
})

export const notShown = (ref: string, fields: readonly string[]) => ({
  message: `Herdbook does not propose ${ref}, because it must not show the server's ${listed(fields)} here.`,
  hint: `If everybody who reads the files may see this, type in your own clone: herdbook adopt ${shellWord(ref)}`,
})

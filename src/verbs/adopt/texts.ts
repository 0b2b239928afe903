import { shellWord } from '../../instance/shell-word.ts'
import { count, listed } from '../../words/text.ts'

export const HELP = {
  what: 'kinds, or objects as KIND/ID (default: all kinds, but IP blocks and moderators only if the files manage them)',
  privateComments: 'also write the private comments of blocks into the files',
  ipBlocks: 'also adopt the IP blocks',
  moderators: 'also adopt the moderators: who has which role',
  examples: `
Examples:
  herdbook adopt --moderators
  herdbook adopt domain-block/spam.example

Herdbook writes the server's version into the files. It writes nothing to the server.`,
}

/** Why a list in the files is empty, as the file says it. */
export const EMPTY_ON_SERVER = 'it was empty on the server when it was adopted'

export const adopted = (amount: number, domain: string): string =>
  `${count(amount, 'object', 'objects')} adopted from ${domain}.`

export const adoptSubject = (what: readonly string[]): string =>
  what.length > 0 ? `Adopt ${listed(what)}` : 'Adopt what is live'

export const IP_BLOCKS_LEFT = 'IP blocks were not adopted. To adopt them, add --ip-blocks.'

export const MODERATORS_LEFT = 'Moderators were not adopted. To adopt them, add --moderators.'

export const actingAccountLeft = (account: string, id: string): string =>
  `Herdbook acts as @${account}, so this account was not adopted. No list takes its role away. To write it into moderators.yaml: herdbook adopt moderator/${id}`

export const unreadableFiles = (files: readonly string[]): string =>
  `No connection can read what belongs in ${listed(files)}. That needs the database or the console.`

export const privateCommentsLeft = (amount: number): string =>
  `${count(amount, 'block has', 'blocks have')} a private comment that the files do not have. To write them, add --private-comments.`

export const badCharacter = (ref: string, where: string, command: string): string =>
  `${ref} was not adopted: its ${where}. Change it in Mastodon, then: herdbook adopt ${shellWord(command)}`

/** "public_comment has a control character (U+0007)". */
export const hasCharacter = (field: string, character: string): string => `${field} has ${character}`

export const badName = (ref: string, character: string): string =>
  `${ref} was not adopted: its name has ${character}. No file can contain that name.`

export const sameRule = (ref: string, other: string): string =>
  `${ref} was not adopted: ${other} has the same text, and Herdbook knows a rule by its text. Change or delete one of them in Mastodon.`

export const moreLeft = (amount: number): string =>
  `${amount} more were not adopted for reasons like these. Fix these first. To see the others: herdbook adopt`

export const noSuchObject = (ref: string) => ({
  message: `${ref} is neither on the server nor in the files.`,
  hint: 'See the names: herdbook drift --verbose',
})

export const notShown = (ref: string, fields: readonly string[]) => ({
  message: `Herdbook does not propose ${ref}: the server's ${listed(fields)} must not be shown here.`,
  hint: `If everybody who reads the files may see it, type this in your own clone: herdbook adopt ${shellWord(ref)}`,
})

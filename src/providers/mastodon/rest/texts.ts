import type { Advice } from '../../../instance/diagnostic.ts'
type Explained = { readonly message: string; readonly hint?: string }

export const THE_TOKEN = 'the token'
export const STORE_TOKEN = 'Store the right token where mastodon.api in instance.yaml names it.'
export const MAKE_TOKEN =
  'Make a new token in Mastodon (Preferences, Development). ' +
  'Store it where instance.yaml says: mastodon.api.token names the variable or the file.'

/** `command` makes and stores the token; with `file` it is stored in the file that instance.yaml names. */
export const rotateToken = ({ command, file }: { readonly command: string; readonly file: boolean }): string =>
  'Store the right token, or make a new one: ' +
  `${command}${file ? '' : " --store-with 'COMMAND', where COMMAND reads the new token from stdin"}`

export const apiUnreadable = ({ origin, why }: { readonly origin: string; readonly why: string }): string =>
  `${origin} cannot be read: ${why}`
export const apiSilent = ({ origin, why }: { readonly origin: string; readonly why: string }): string =>
  `${origin} cannot be reached: ${why}`
export const CHECK_URL = 'Check mastodon.api.url in instance.yaml.'

export const oddAnswer = (path: string): string => `the answer of ${path} is not as expected`
export const notAList = (path: string): string => `the answer of ${path} is not a list`
export const rowWithoutId = (path: string): string => `the answer of ${path} has a row without an id`
export const endlessList = (list: { readonly path: string; readonly rows: number; readonly pages: number }): string =>
  `the list of ${list.path} does not end: ${list.rows} rows on ${list.pages} pages so far`
export const pagesInCircle = (list: { readonly path: string; readonly id: bigint; readonly before: bigint }): string =>
  `the list of ${list.path} does not end: row ${list.id} comes after row ${list.before}`
export const oddMeasure = ({ key, domain }: { readonly key: string; readonly domain: string }): string =>
  `the number of ${key} that the server gives for ${domain} is not a number`

export const notPosted = ({ origin, why }: { readonly origin: string; readonly why: string }): string =>
  `${origin} did not accept the post: ${why}`
export const postingScopes = (scopes: readonly string[]): string =>
  `The token of the account that posts needs the scopes ${scopes.join(' and ')}. See which it has: herdbook token check`
export const NEXT_RUN_TRIES_AGAIN = 'The next run tries again.'

export const NO_USERNAME = 'the server does not say which account the token belongs to'

export const noSuchToken = (answer: string): string => `the server does not know this token (${answer})`

/** A token, as the server describes it. `refusal` is the server's answer if the token belongs to no account. */
export interface TokenOwner {
  readonly username: string | null
  readonly refusal: string | null
  readonly application: string | null
}

const belongsTo = ({ username, refusal, application }: TokenOwner): string => {
  const account = username === null ? `no account${refusal === null ? '' : ` (${refusal})`}` : `@${username}`
  return `the token belongs to ${account}, application ${application ?? 'unknown'}`
}

export const lacksScope = ({ scope, ...owner }: TokenOwner & { readonly scope: string }): Advice => ({
  message: `${belongsTo(owner)}. This token lacks the scope ${scope}`,
  hint:
    `In Mastodon (Preferences, Development), give the application of the token the scope ${scope}. ` +
    'Then make a new token, and store it where instance.yaml says (mastodon.api.token).',
})

export const refusedAnyway = ({
  role,
  permission,
  answer,
  ...owner
}: TokenOwner & {
  readonly role: string | null
  readonly permission: string
  readonly answer: string
}): Explained => ({
  message:
    `the server refused this: ${answer}. ` +
    `But ${belongsTo(owner)}, and the role ${role} has the permission ${permission}`,
  hint:
    'Check that this account can log in on the server and that the token is still valid. ' +
    'Then run the command again.',
})

/** `role` is null if the server does not show it, and empty if the account has none but that of every member. */
export const lacksPermission = ({
  role,
  permission,
  ...owner
}: TokenOwner & {
  readonly role: string | null
  readonly permission: string
}): Advice => ({
  message:
    role === null
      ? `${belongsTo(owner)}. The token needs an account whose role has the permission ${permission}`
      : `${belongsTo(owner)}. The role ${role === '' ? 'everyone' : role} lacks the permission ${permission}`,
  hint: `In Mastodon, give the role of that account the permission ${permission}.`,
})

export const notThroughApi = (table: string): string => `${table} cannot be written through the API`
export const NO_EMAIL_BLOCK_UPDATE = 'Mastodon cannot change an e-mail domain block'
export const coveredBy = ({ parent, name }: { readonly parent: string; readonly name: string }): string =>
  `${parent} has a stricter block already, ` +
  `and Mastodon accepts no weaker block of ${name} below it: first lower or lift the block of ${parent}`
/** In the words of the console's program. */
export const consentExceeded = (block: {
  readonly name: string
  readonly count: number
  readonly consent: number
}): string =>
  `${block.name}: the block would remove ${block.count} follow relations, but the file accepts only ${block.consent}`
export const notThere = (name: string): string => `${name} is missing after it was written`
export const storedAs = ({ stored, name }: { readonly stored: string; readonly name: string }): string =>
  `the server stored ${stored} instead of ${name}`
export const notAsSent = (name: string): string => `the server did not store ${name} as Herdbook sent it`

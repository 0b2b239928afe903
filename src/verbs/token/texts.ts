export const HELP = {
  create: 'Create the role, the bot account, its application and a token, through the console.',
  createExample: 'herdbook token create',
  rotate: 'Herdbook creates a new token, tests it, and then destroys the old one.',
  rotateExample: "herdbook token rotate \\\n    --store-with 'gh secret set HERDBOOK_TOKEN --env herdbook-apply'",
  check: 'Compare what the tokens may do with what Herdbook needs.',
  checkAfter: `
Example:
  herdbook token check

Exit 10 if a token lacks something.`,
  read: 'use the read-only token (mastodon.api.read_token)',
  storeWith: 'give the token to this command on its standard input, and write no file',
  stored: 'Herdbook stores the token where instance.yaml says, and never prints it.',
  after: `
Example:
  herdbook token create

Each of these commands has its own help: herdbook token create --help`,
}

export const noTokenSetting = (which: string) => ({
  message: `instance.yaml does not say where to store the token mastodon.api.${which}.`,
  hint: `Write under mastodon.api: ${which}: { file: /path/outside/of/the/repository }`,
})

export const NO_CONSOLE = {
  message: 'Herdbook creates a token through the console, but instance.yaml has no console.',
  hint: 'Create the token in the web interface instead. The README says how.',
}

export const OPENING_CONSOLE = 'Opening the console'

export const notProved = ({ url, which }: { readonly url: string; readonly which: string }) => ({
  message: `${url} does not know the new token for mastodon.api.${which}. Herdbook destroyed that token again.`,
  hint: 'In instance.yaml, check that this URL and the console belong to the same server.',
})

export const created = ({
  username,
  role,
  origin,
}: {
  readonly username: string
  readonly role: string
  readonly origin: string
}): string => `@${username} (${role}) has a token for ${origin}. Check it: herdbook token check`

export const ROTATED = 'The new token works and is stored. The old one is destroyed.'
export const ROTATED_UNKNOWN = 'The new token works and is stored. The server did not know the old one.'

// Storing

export const nowhereToStore = (env: string | undefined) => ({
  message: `instance.yaml reads this token from the environment (${env ?? ''}). Herdbook cannot store it there.`,
  hint:
    `Let a command store it: --store-with 'gh secret set ${env ?? 'NAME'} --env herdbook-apply'. ` +
    'Or name a file in instance.yaml: { file: PATH }',
})

/** The command that replaces a token. */
export const rotateCommand = (isRead: boolean): string => `herdbook token rotate${isRead ? ' --read' : ''}`

export const fileExists = ({ file, rotate }: { readonly file: string; readonly rotate: string }) => ({
  message: `${file} already exists.`,
  hint: `To replace the token in it: ${rotate}`,
})

/** `end` is how the command ended and what it said. */
export const notStored = (end: string) => ({
  message: `The command that should store the token ${end}.`,
  hint: 'Herdbook destroyed the new token again. An older token still works. Correct that command, then try again.',
})

// Checking

export const NO_API = 'instance.yaml has no mastodon.api, so there is no token to check.'
export const TOKEN_UNKNOWN = 'the server does not know this token'

/** The account and the application of a token; `refusal` is why the server names no account. */
export function tokenOwner({
  username,
  role,
  refusal,
  application,
}: {
  readonly username: string | null
  readonly role: string | null
  readonly refusal: string | null
  readonly application: string | null
}): string {
  const account =
    username === null ? `no account (${refusal ?? 'the server names none'})` : `@${username} (${role ?? 'no role'})`
  return `${account}, application ${application ?? 'unknown'}`
}

/** Some servers do not say which scopes a token has. */
export const scopeLine = ({ scope, isKnown }: { readonly scope: string; readonly isKnown: boolean }): string =>
  `scope ${scope}${isKnown ? '' : ' (this server does not say)'}`

export const permissionLine = (permission: string): string => `permission ${permission}`

export const hasOrLacks = ({ ok, what }: { readonly ok: boolean; readonly what: string }): string =>
  ok ? `    has ${what}` : `  ! lacks ${what}`

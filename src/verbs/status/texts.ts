import { count } from '../../words/text.ts'

export const HELP = {
  console: 'also open the console, which takes a while to start',
  json: 'print it as JSON',
  after: `
Example:
  herdbook status

Exit 10 if a connection does not open.`,
}

export const TRYING = 'Trying the connections'

export const instanceFact = ({
  domain,
  environment,
  files,
}: {
  readonly domain: string
  readonly environment: string
  readonly files: number
}): string => `${domain}, ${environment}, ${count(files, 'file', 'files')}`

export const NO_GIT = 'none. Without Git there is no ledger, and Herdbook never deletes anything'

export function gitFact({
  branch,
  commit,
  uncommitted,
  remote,
}: {
  readonly branch: string | null
  readonly commit: string | null
  readonly uncommitted: number
  readonly remote: string | null
}): string {
  const open = uncommitted > 0 ? `, ${count(uncommitted, 'file', 'files')} not committed` : ''
  return `${branch ?? 'detached'} at ${commit?.slice(0, 12) ?? 'no commit yet'}${open}; ${remote ?? 'no remote'}`
}

export const NO_LEDGER_YET = 'none yet. The first apply creates it'

export const ledgerFact = ({
  objects,
  applied,
  written,
  signed,
}: {
  readonly objects: number
  readonly applied: string | null
  readonly written: string
  readonly signed: boolean
}): string =>
  [
    count(objects, 'object', 'objects'),
    `applied ${applied?.slice(0, 12) ?? 'nothing'}`,
    `written ${written}`,
    signed ? 'signed' : 'not signed',
  ].join(', ')

export const pausedFact = ({
  by,
  at,
  why,
}: {
  readonly by: string
  readonly at: string
  readonly why: string
}): string => `by ${by} since ${at}: ${why}. To end the pause: herdbook resume`

export const unfinishedFact = (writes: number): string =>
  `${count(writes, 'write', 'writes')} that an earlier run did not finish. The next apply finishes this work`

export const LOCK_FREE = 'free'

export const lockFact = ({ name, holder }: { readonly name: string; readonly holder: string | null }): string =>
  `${name}, held by ${holder ?? 'an unknown run'}`

export const NOT_CONFIGURED = 'not in instance.yaml'

export const opened = ({ text, seconds }: { readonly text: string; readonly seconds: number }): string =>
  `${text} (${seconds.toFixed(1)} s)`

export const apiFact = ({ version, origin }: { readonly version: string; readonly origin: string }): string =>
  `Mastodon ${version} at ${origin}`

export const tokenUnknown = (origin: string) => ({
  message: `${origin} does not know this token`,
  hint: 'To check the tokens: herdbook token check',
})

export const CONSOLE_NOT_TRIED = 'not tried. To try it: herdbook status --console'

export const consoleFact = ({
  version,
  actor,
}: {
  readonly version: string
  readonly actor: { readonly username: string; readonly role: string } | null
}): string => `Mastodon ${version}, acting as ${actor ? `@${actor.username} (${actor.role})` : 'no account'}`

export const noSuchAccount = (account: string): string => `This server has no account @${account}.`

/** `reason` is a sentence. */
export const cannotAct = (reason: string) => ({
  message: `${reason} So Herdbook cannot act as this account.`,
  hint: 'In instance.yaml, set acting_account to an account that exists and can log in.',
})

export const HELP = {
  account: 'the username, with or without @',
  now: 'take the role away on the server at once, before the files change; only an owner may do this',
  letGo: 'undo --now: the account gets the role that the files give it, with the next apply',
  yes: 'with --now: do not ask',
  print: 'with --now: only show what would be done',
  emptied: 'the reason why the list of moderators is empty afterwards',
  examples:
    `
Examples:
  herdbook demote alice
  herdbook demote alice --now "the account was taken over"

Without --now, this changes the files, not the server. The next apply takes the role away.
With --now, the role is gone at once, even if only one account with the role Owner is left. ` +
    'Then take the account out of the files, too.',
}

export const NO_EFFECT = {
  message: '--yes and --print work only with --now.',
  hint: 'To use them, add --now: herdbook demote ACCOUNT --now "why" --print',
}

export const notInFiles = (id: string) => ({
  message: `moderators.yaml does not name @${id}.`,
  hint: `If the account has a role in Mastodon, write it into the files first: herdbook adopt moderator/${id}`,
})

export const roleEnds = (id: string, role: string): string =>
  `When this is applied, @${id} loses the role ${role}. All sessions and tokens of the account end then.`

export const stillHas = (id: string, lines: readonly string[]): string =>
  `What @${id} still has:\n${lines.map((line) => `  ${line}`).join('\n')}`

export const demoteSubject = (id: string): string => `Take the role of ${id} away`

/** What a removal at once does, for the person who confirms it. */
export const removalSteps = (removal: {
  readonly ref: string
  readonly by: string
  readonly why: string
  readonly domain: string
}): readonly string[] => [
  `1. Herdbook writes into the ledger that ${removal.by} removed ${removal.ref}: ${removal.why}`,
  `2. Herdbook takes the role away on ${removal.domain}. All sessions and tokens of the account end.`,
  '3. Herdbook reads the server again.',
]

export const removalQuestion = (account: string): string => `Take the role away from ${account} now? [y/N] `

export const NOT_CONFIRMED = { message: 'Nothing was done.', hint: 'To take the role away, answer y, or add --yes.' }

const IN_MASTODON = 'Take the role away in Mastodon: Administration, Accounts.'

export const NOTHING_APPLIED = {
  message: "Nothing was ever applied here, so there is no ledger (Herdbook's record in Git) that can record this.",
  hint: `${IN_MASTODON} The first apply begins the ledger: herdbook apply`,
}

export const ROLES_NOT_MANAGED = {
  message: 'The files have no list of moderators, so Herdbook does not manage roles here.',
  hint: `${IN_MASTODON} To manage roles here: herdbook adopt moderator`,
}

export const NO_CONSOLE = {
  message: 'Only the console can take a role away, and instance.yaml has no console.',
  hint: IN_MASTODON,
}

export const ACTING_ACCOUNT = {
  message: 'Herdbook acts as this account (acting_account in instance.yaml), so it cannot take its role away.',
  hint: 'First name another account as acting_account.',
}

export const alreadyRemoved = (ref: string) => ({
  message: `The role of ${ref} was already taken away.`,
  hint: 'To see what is left to do: herdbook plan',
})

export const hasNoRole = (ref: string, domain: string): string => `${ref} has no role on ${domain}.`

/** Subjects of commits to the ledger. */
export const removed = (ref: string, why: string): string => `Removed ${ref}: ${why}`
export const notRemovedAfterAll = (ref: string): string => `Not removed: ${ref}`
export const removalEnded = (ref: string, why: string): string => `End the removal of ${ref}: ${why}`

export const neverRemoved = (ref: string) => ({
  message:
    `--let-go ends a removal that \`demote --now\` began, but nobody began one for ${ref}. ` +
    'Herdbook changed nothing.',
  hint: 'To see whose removal has begun: herdbook plan',
})

export const filesCountAgain = (ref: string): string =>
  `The removal is cancelled: Herdbook does not keep the role of ${ref} away any longer. ` +
  'What the files say counts again. To see what this changes: herdbook plan'

export const whatElse = (id: string): string => `What @${id} may still know or have, and how to change it:`

export const TOKENS = 'the tokens: herdbook token rotate'

export const SSH_KEYS = 'the SSH keys: make new ones, and remove the old ones from authorized_keys'

export const LEDGER_KEY =
  'the ledger_key: store a new one, store the old one as old_ledger_key, then: herdbook ledger sign "why"'

export const writeAccess = (repository: string): string =>
  `write access to ${repository}: https://github.com/${repository}/settings/access, and owners in policy.yaml`

export const CONTACT = 'settings.yaml: the server shows this account as the contact (site_contact_username)'

export const FOLLOWED = 'settings.yaml: new members follow this account (bootstrap_timeline_accounts)'

export const ACTS_FOR_HERDBOOK = 'instance.yaml: Herdbook acts as this account (acting_account)'

export const OUTSIDE = 'outside these files: shell and VPN access, shared passwords, and the account itself'

export const takeOutOfFiles = (id: string, folder: string): string =>
  `Take the account out of the files, too:\n  herdbook demote ${id}\n` +
  `  git commit -m "${demoteSubject(id)}" -- ${folder}`

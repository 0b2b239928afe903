import type { Wording } from '../instance/diagnostic.ts'

/** What `herdbook --help` says. */
export const HELP = {
  summary:
    'Manage a Mastodon server with files in Git: see what a change does, merge it, get reports of manual changes.',
  after: '\nEvery verb has its own help with an example: herdbook plan --help',
}

export const CONFIRM_STEPS = 'Apply these changes? [y/N] '

export const confirmIrreversible = ({ count, domain }: { readonly count: number; readonly domain: string }): string =>
  `${count} of these changes can't be undone. Type the domain (${domain}) to apply: `

export const SAY_YES = 'Answer y, or add --yes'

export const typeTheDomain = (domain: string): string =>
  `Some of these changes can't be undone. Type the domain, ${domain}, or add --yes`

export const NO_TERMINAL = 'Herdbook has no terminal on which it can ask you. Add --yes'

/** Instead of a message that holds a secret. */
export const MESSAGE_WITH_SECRET =
  'The message contains a secret, so Herdbook does not show it. What to do follows below.'

/** Why the machine did not read or write a file, by the code of the error. */
export const FILE_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'you are not allowed to read or write it',
  EDQUOT: 'your disk quota is full',
  EFBIG: 'it would become larger than this machine allows',
  EISDIR: 'it is a folder',
  ENOENT: 'it does not exist, or its folder does not exist',
  ENOSPC: 'its disk is full',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'you are not allowed to read or write it',
  EROFS: 'its disk is read-only',
}

/** A file that the machine did not read or write. */
export const fileRefused = ({ path, why }: { readonly path: string; readonly why: string }): Wording => ({
  message: `${path}: ${why}.`,
  hint: 'Solve this problem, then run the command again.',
})

export const REPORT_DEFECT =
  'This is a defect in Herdbook. Please report it to the developers of Herdbook, with this text.'

import { code } from '../../comments/markdown.ts'

/** What the pull request says that takes expired entries out of the files. */

export const expiredTitle = (objects: string): string => `Take out expired entries: ${objects}`
export const EXPIRED_NOTE = 'These entries have expired.'

/** Why a list is empty on purpose. */
export const ALL_EXPIRED = 'all entries of this list have expired'

export const expiredBody = (entries: readonly { readonly ref: string; readonly until: string }[]): string =>
  [
    'These entries have expired:',
    entries.map(({ ref, until }) => `- ${code(ref)}: until ${code(until)}`).join('\n'),
    'Merging removes them from the files, and from the server if they are still there.',
  ].join('\n\n')

import type { Comment, Forge } from './forge.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { DUPLICATE_COMMENT } from './texts.ts'

/** The first line of a comment of ours; `of` says which of our comments it is. */
export const markerOf = (environment: string, of: 'plan' | 'applied' | 'consent'): string =>
  `<!-- herdbook:${environment}${of === 'plan' ? '' : `:${of}`} -->`

/** A comment that a workflow's token wrote is a program's. */
const byProgram = ({ byBot }: Comment): boolean => byBot

/** A comment is ours if it begins with our marker and we wrote it: anyone may write the marker. */
const allOurs = (comments: readonly Comment[], marker: string, byUs: (comment: Comment) => boolean): Comment[] =>
  comments.filter((one) => byUs(one) && one.body.startsWith(`${marker}\n`))

/** Finds the comment that is kept up to date: the first of ours. */
export const ours = (comments: readonly Comment[], marker: string): Comment | undefined =>
  allOurs(comments, marker, byProgram)[0]

/** Creates the comment with this marker, or updates the one that exists: a discussion holds only one. */
export async function upsertComment(
  { forge, io }: { readonly forge: Forge; readonly io: { readonly secrets: Pick<Secrets, 'abortOnSecret'> } },
  issue: number,
  marker: string,
  body: string,
  byUs = byProgram,
): Promise<void> {
  io.secrets.abortOnSecret(body)
  const existing = async (): Promise<readonly Comment[]> => allOurs(await forge.comments(issue), marker, byUs)
  const before = await existing()
  if (before.length === 0) await forge.comment(issue, body)
  // two runs that begin together both find none: the first comment stays, the other points to it
  const [first, ...others] = before.length === 0 ? await existing() : before
  if (first !== undefined && first.body.trim() !== body.trim()) await forge.editComment(first.id, body)
  for (const { id } of others) await forge.editComment(id, DUPLICATE_COMMENT)
}

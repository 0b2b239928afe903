import type { Comment, Forge } from './forge.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { DUPLICATE_COMMENT } from './texts.ts'

/** The first line of a comment of Herdbook; `of` says which one it is. */
export const markerOf = (environment: string, of: 'plan' | 'applied' | 'consent'): string =>
  `<!-- herdbook:${environment}${of === 'plan' ? '' : `:${of}`} -->`

/** A workflow's token writes as a program. */
const byProgram = ({ byBot }: Comment): boolean => byBot

/** Finds Herdbook's comments. The marker alone is not enough: anyone may write it, so the author counts too. */
const allOurs = (comments: readonly Comment[], marker: string, byUs: (comment: Comment) => boolean): Comment[] =>
  comments.filter((one) => byUs(one) && one.body.startsWith(`${marker}\n`))

/** Finds the comment that Herdbook keeps up to date: its first one. */
export const findOurComment = (comments: readonly Comment[], marker: string): Comment | undefined =>
  allOurs(comments, marker, byProgram)[0]

/** Writes the comment of a marker, or updates it: a discussion has only one, with its history. */
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
  // Two runs at the same time may both have found none: the first comment stays, the other points to it.
  const [first, ...others] = before.length === 0 ? await existing() : before
  if (first !== undefined && first.body.trim() !== body.trim()) await forge.editComment(first.id, body)
  for (const { id } of others) await forge.editComment(id, DUPLICATE_COMMENT)
}

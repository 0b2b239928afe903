import type { Comment, Forge } from './forge.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** The first line of a comment of ours; `of` says which of ours it is. */
export const markerOf = (environment: string, of: 'plan' | 'applied' | 'consent'): string =>
  `<!-- herdbook:${environment}${of === 'plan' ? '' : `:${of}`} -->`

/** What a workflow's token writes is a program's. */
const byProgram = ({ byBot }: Comment): boolean => byBot

/** Ours is what begins with our marker and was written by who we are: anybody may write the marker, and only programs are told apart by the forge. */
const allOurs = (comments: readonly Comment[], marker: string, byUs: (comment: Comment) => boolean): Comment[] =>
  comments.filter((one) => byUs(one) && one.body.startsWith(`${marker}\n`))

/** The one that is kept up to date: the first of ours. */
export const ours = (comments: readonly Comment[], marker: string): Comment | undefined =>
  allOurs(comments, marker, byProgram)[0]

/** What is left of a comment that another run wrote at the same time. */
const ELSEWHERE = 'Herdbook keeps one comment up to date, further up.'

/** Writes the one comment of a marker: brings the one that is there up to date, so that the discussion holds one, with its history behind it. */
export async function upsertComment(
  { forge, io }: { readonly forge: Forge; readonly io: { readonly secrets: Pick<Secrets, 'abortOnSecret'> } },
  issue: number,
  marker: string,
  body: string,
  byUs = byProgram,
): Promise<void> {
  io.secrets.abortOnSecret(body)
  const there = async (): Promise<readonly Comment[]> => allOurs(await forge.comments(issue), marker, byUs)
  const before = await there()
  if (before.length === 0) await forge.comment(issue, body)
  // Two runs that begin together both found none: the first comment holds, and the other says so.
  const [first, ...others] = before.length === 0 ? await there() : before
  if (first !== undefined && first.body.trim() !== body.trim()) await forge.editComment(first.id, body)
  for (const { id } of others) await forge.editComment(id, ELSEWHERE)
}

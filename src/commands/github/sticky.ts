import type { Comment, Forge } from '../../clients/forge.ts'
import type { Io } from '../io.ts'

/** The first line of a comment of ours; `of` says which of ours it is. */
export const markerOf = (environment: string, of: 'plan' | 'applied' | 'consent'): string => `<!-- herdbook:${environment}${of === 'plan' ? '' : `:${of}`} -->`

/** What a workflow's token writes is a program's. */
const byProgram = ({ byBot }: Comment): boolean => byBot

/** Ours is what begins with our marker and was written by who we are: anybody may write the marker, and only programs are told apart by the forge. */
export const ours = (comments: readonly Comment[], marker: string, byUs = byProgram): Comment | undefined => comments.find((one) => byUs(one) && one.body.startsWith(`${marker}\n`))

/** Writes the one comment of a marker: brings the one that is there up to date, so that the discussion holds one, with its history behind it. */
export async function stick({ forge, io }: { readonly forge: Forge; readonly io: Io }, issue: number, marker: string, body: string, byUs = byProgram): Promise<void> {
  io.secrets.abortOnSecret(body)
  const there = ours(await forge.comments(issue), marker, byUs)
  if (there === undefined) await forge.comment(issue, body)
  else if (there.body.trim() !== body.trim()) await forge.editComment(there.id, body)
}

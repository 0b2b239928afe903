import { EXIT, fail } from '../../instance/diagnostic.ts'
import { isUnwanted } from '../../instance/yaml/characters.ts'
import { inNameOf, type Job } from '../../session/job.ts'
import type { Io } from '../../session/io.ts'
import { code } from '../../comments/markdown.ts'
import { stateOf } from '../status-check.ts'
import { NO_REASON, oddInput, ranInNameOf } from './texts.ts'

/** What a person wrote beside the button, and who that is. */
export interface ButtonPress {
  readonly object: string
  readonly reason: string
  readonly by: string
}

export interface Button {
  /** It decides about the server, so only an owner may press it. */
  readonly ownersOnly?: true
  /** It was meant for what the person saw: starting the run again does not repeat it. */
  readonly onceOnly?: true
  /** Does it, and returns what the summary of the run says. */
  readonly press: (job: Job, press: ButtonPress) => Promise<string>
}

const MAX_LENGTH = 300

/** Returns an input as it is. Throws (exit 9) if it is not one line of plain text. */
export function oneLine(field: 'object' | 'reason', text: string): string {
  if (!/[\r\n]/.test(text) && !isUnwanted(text) && text.length <= MAX_LENGTH) return text
  const { message, hint } = oddInput({ field, max: MAX_LENGTH })
  return fail(EXIT.invalid, 'odd-input', message, { hint })
}

/** Returns the reason. Throws (exit 9) if none was given. */
export const reasonOf = ({ reason }: ButtonPress): string =>
  reason === '' ? fail(EXIT.invalid, 'no-reason', NO_REASON.message, { hint: NO_REASON.hint }) : reason

/** Returns the object. Throws (exit 9) with what to write if none was given. */
export const objectOf = (
  { object }: ButtonPress,
  missing: { readonly message: string; readonly hint: string },
): string => (object === '' ? fail(EXIT.invalid, 'no-object', missing.message, { hint: missing.hint }) : object)

/** The beginning of a digest, as a summary shows it. */
export const DIGEST = /^[0-9a-f]{16,64}$/

/** Does work in the name of the person who pressed the button. */
export async function inTheirName({ io }: Job, by: string, work: (io: Io) => Promise<void>): Promise<string> {
  const theirs = inNameOf(io, by)
  await work(theirs)
  // A plan that holds other changes is no failure of this button.
  io.exit = stateOf(theirs.exit) === 'success' ? EXIT.ok : theirs.exit
  return ranInNameOf(code(`@${by}`))
}

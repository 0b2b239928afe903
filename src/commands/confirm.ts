import { createInterface } from 'node:readline/promises'
import type { Plan } from '../reconcile/types.ts'
import type { Io } from './io.ts'

/** Asks whether to apply. For what can't be undone, the domain must be typed. */
export function confirm(io: Io, plan: Plan): Promise<boolean> {
  const irreversible = [...plan.steps, ...plan.owed].filter(({ hazard }) => hazard === 'irreversible').length
  if (irreversible === 0) return asked(io, 'Apply these changes? [y/N] ')
  return asked(io, `${irreversible} of these can't be undone. Type the domain (${plan.domain}) to apply: `, [plan.domain])
}

/** Asks a person at a terminal. Where nobody can answer, the answer is no. */
export async function asked(io: Io, question: string, yes: readonly string[] = ['y', 'yes']): Promise<boolean> {
  if (!io.stdin.isTTY) return false
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = (await lines.question(question, { signal: io.signal })).trim().toLowerCase()
    return yes.some((word) => word.toLowerCase() === answer)
  } catch {
    // Ctrl-C and a closed terminal say no.
    return false
  } finally {
    lines.close()
  }
}

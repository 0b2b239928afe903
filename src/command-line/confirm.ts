import { createInterface } from 'node:readline/promises'
import type { Plan } from '../reconcile/plan/types.ts'
import type { Io } from '../session/io.ts'

/** Asks whether to apply. For what can't be undone, the domain must be typed. Null where the answer is yes, else how to say it. */
export async function confirm(io: Io, plan: Plan): Promise<string | null> {
  const irreversible = [...plan.steps, ...plan.owed].filter(({ hazard }) => hazard === 'irreversible').length
  const [question, words, how] =
    irreversible === 0
      ? ['Apply these changes? [y/N] ', YES, 'Say yes, or give --yes']
      : [
          `${irreversible} of these can't be undone. Type the domain (${plan.domain}) to apply: `,
          [plan.domain],
          `Where something can't be undone, the answer is the domain, ${plan.domain}. Type that, or give --yes`,
        ]
  if (!io.stdin.isTTY) return 'Nobody is at a terminal here to say yes: give --yes'
  return (await asked(io, question, words)) ? null : how
}

const YES: readonly string[] = ['y', 'yes']

/** Asks a person at a terminal. Where nobody can answer, the answer is no. */
export async function asked(io: Io, question: string, yes = YES): Promise<boolean> {
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

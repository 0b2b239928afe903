import { createInterface } from 'node:readline/promises'
import type { Plan } from '../reconcile/plan/types.ts'
import type { Io } from '../session/io.ts'
import { confirmIrreversible, CONFIRM_STEPS, NO_TERMINAL, SAY_YES, typeTheDomain } from './texts.ts'

/** Asks whether to apply; if a step can't be undone, the person types the domain. Null for yes, else how to say it. */
export async function confirm(io: Io, plan: Plan): Promise<string | null> {
  const count = [...plan.steps, ...plan.owed].filter(({ hazard }) => hazard === 'irreversible').length
  const { domain } = plan
  const [question, answers, how] =
    count === 0
      ? [CONFIRM_STEPS, YES, SAY_YES]
      : [confirmIrreversible({ count, domain }), [domain], typeTheDomain(domain)]
  if (!io.stdin.isTTY) return NO_TERMINAL
  return (await asked(io, question, answers)) ? null : how
}

const YES: readonly string[] = ['y', 'yes']

/** Asks a person at a terminal. Without a terminal the answer is no. */
export async function asked(io: Io, question: string, yes = YES): Promise<boolean> {
  if (!io.stdin.isTTY) return false
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = (await lines.question(question, { signal: io.signal })).trim().toLowerCase()
    return yes.some((word) => word.toLowerCase() === answer)
  } catch {
    // Ctrl-C and a closed terminal mean no.
    return false
  } finally {
    lines.close()
  }
}

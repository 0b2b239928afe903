import { createInterface } from 'node:readline/promises'
import type { Plan } from '../reconcile/types.ts'
import type { Io } from './io.ts'

/** Asks a person at a terminal. Where nobody can answer, the answer is no. */
export async function confirm(io: Io, plan: Plan): Promise<boolean> {
  if (!io.stdin.isTTY) return false
  const irreversible = plan.steps.filter((step) => step.hazard === 'irreversible').length
  const asked = irreversible > 0 ? `${irreversible} of these can't be undone. Type the domain (${plan.domain}) to apply: ` : 'Apply these changes? [y/N] '
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = (await lines.question(asked, { signal: io.signal })).trim().toLowerCase()
    return irreversible > 0 ? answer === plan.domain.toLowerCase() : answer === 'y' || answer === 'yes'
  } catch {
    return false
  } finally {
    lines.close()
  }
}

import { rows, warning } from './rule.ts'
import type { InstanceRule } from './rule.ts'
import { RAISES_NOTHING } from './texts.ts'

const FILE = 'policy.yaml'

/** Checks that each raise names a limit. */
export const budgets: InstanceRule = function* ({ documents, at }) {
  for (const [raise, index] of rows(documents[FILE]?.raises)) {
    const amounts = [raise.create, raise.update, raise.delete, raise.weaken]
    if (amounts.every((amount) => amount === undefined))
      yield warning('raises-nothing', RAISES_NOTHING, at(FILE, ['raises', index]))
  }
}

import { rows, warning } from './rule.ts'
import type { Rule } from './rule.ts'

const FILE = 'policy.yaml'

/** A raise says what it raises. */
export const budgets: Rule = function* ({ documents, at }) {
  for (const [raise, index] of rows(documents[FILE]?.raises)) {
    const amounts = [raise.create, raise.update, raise.delete, raise.weaken]
    if (amounts.every((amount) => amount === undefined))
      yield warning(
        'raises-nothing',
        'this entry raises nothing',
        at(FILE, ['raises', index]),
        'Add create, update, delete or weaken with a number.',
      )
  }
}

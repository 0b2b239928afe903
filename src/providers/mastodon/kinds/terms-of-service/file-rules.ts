import { percent } from '../../../../instance/rules/percent.ts'
import { duplicates, rows } from '../../../../instance/rules/rule.ts'
import type { InstanceRule } from '../../../../instance/rules/rule.ts'

const FILE = 'terms-of-service.yaml'

/** Checks that each version of the terms has its own day, and that its text can be shown. */
export const fileRules: InstanceRule = function* (input) {
  const list = [...rows(input.documents[FILE]?.terms_of_service)]
  yield* duplicates(
    list.map(([{ effective_date: day }, index]) => ({
      name: day,
      shown: day,
      at: () => input.at(FILE, ['terms_of_service', index, 'effective_date']),
    })),
    'the effective date',
  )
  for (const [{ text }, index] of list) yield* percent(input, FILE, ['terms_of_service', index, 'text'], text)
}

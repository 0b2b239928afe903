import { duplicates, rows } from './rule.ts'
import type { Rule } from './rule.ts'

const FILE = 'rules.yaml'

/** Rules are told apart by key, and translated once into a language. */
export const serverRules: Rule = function* ({ documents, at, keyAt }) {
  const list = [...rows(documents[FILE]?.rules)]
  yield* duplicates(
    list.map(([{ key }, index]) => ({ name: key, shown: key, at: () => at(FILE, ['rules', index, 'key']) })),
    'the key',
  )
  for (const [{ translations }, index] of list) {
    const languages = Object.keys(translations ?? {})
    yield* duplicates(
      languages.map((language) => ({
        name: language.toLowerCase().replaceAll('_', '-'),
        shown: language,
        at: () => keyAt(FILE, ['rules', index, 'translations', language]),
      })),
      'the language',
    )
  }
}

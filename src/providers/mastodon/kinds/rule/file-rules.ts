import { duplicates, rows, warning } from '../../../../instance/rules/rule.ts'
import type { InstanceRule } from '../../../../instance/rules/rule.ts'
import { oddLanguage } from './texts.ts'

const FILE = 'rules.yaml'

/** Checks that each rule has its own key and its own text, and one translation for each language. */
export const fileRules: InstanceRule = function* ({ documents, at, keyAt }) {
  const list = [...rows(documents[FILE]?.rules)]
  yield* duplicates(
    list.map(([{ key }, index]) => ({ name: key, shown: key, at: () => at(FILE, ['rules', index, 'key']) })),
    'the key',
  )
  // On the server a rule has no key: Herdbook could not tell two rules with the same text apart.
  yield* duplicates(
    [...new Map(list.toReversed().map((row) => [row[0].key, row])).values()].toReversed().map(([{ text }, index]) => ({
      name: text.trimEnd().replaceAll(/\r\n?/g, '\n'),
      shown: JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text),
      at: () => at(FILE, ['rules', index, 'text']),
    })),
    'the text',
  )
  for (const [{ translations }, index] of list) {
    const languages = Object.keys(translations ?? {})
    for (const language of languages) {
      const usual = usualOf(language)
      if (usual !== language)
        yield warning(
          'odd-language',
          oddLanguage(language, usual),
          keyAt(FILE, ['rules', index, 'translations', language]),
        )
    }
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

/** A language as Mastodon writes it: `de`, `zh-TW`. */
function usualOf(language: string): string {
  const written = language.replaceAll('_', '-')
  try {
    const [usual = written] = Intl.getCanonicalLocales(written)
    // An alias is another language.
    return usual.toLowerCase() === written.toLowerCase() ? usual : written
  } catch {
    return written
  }
}

import type { KindWords } from '../../../described.ts'
import type { Wording } from '../../../../instance/diagnostic.ts'

export const RULE = { one: 'rule', many: 'rules' }

// What is wrong in the file.

export const oddLanguage = (language: string, usual: string): Wording => ({
  message: `Mastodon writes the language ${language} as ${usual}, and does not show a translation under another name`,
  hint: `Write ${usual}:`,
})

export const RULE_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'adds the rule {id}', many: 'adds {n} rules' },
    { action: 'update', one: 'rewords the rule {id}', many: 'rewords {n} rules' },
    { action: 'delete', one: 'removes the rule {id}', many: 'removes {n} rules' },
  ],
}

import type { KindWords } from '../../../described.ts'

export const RULE = { one: 'rule', many: 'rules' }

export const RULE_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'adds the rule {id}', many: 'adds {n} rules' },
    { action: 'update', one: 'rewords the rule {id}', many: 'rewords {n} rules' },
    { action: 'delete', one: 'removes the rule {id}', many: 'removes {n} rules' },
  ],
}

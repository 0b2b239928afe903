import type { KindWords } from '../../../described.ts'

export const RULE_ORDER = { one: 'order of the rules', many: 'orders of the rules', whole: 'the order of the rules' }

export const RULE_ORDER_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'orders the rules', many: 'orders the rules' },
    { action: 'update', one: 'puts the rules in another order', many: 'puts the rules in another order' },
    { action: 'delete', one: 'drops the order of the rules', many: 'drops the order of the rules' },
  ],
}

import type { PolicyKind } from './generate-policy.ts'

/** The article by the first letter, which is no rule for a `u`: "a user". */
const withArticle = (noun: string): string => `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`

export const limitsOf = ({ many, whole = many }: PolicyKind['title']): string =>
  `The limits for changes of ${whole}. Absent: the default, those of \`default\`.`

export const driftOf = ({ title: { one, whole = withArticle(one) }, drift }: PolicyKind): string =>
  `If someone changed ${whole} by hand: report it, or correct it back to the files' version. ` +
  `Absent: the default of its kind, ${drift}.`

const LONGEST = 40

/** A permanent key for a rule, made from its text: "Be kind to others." → `be-kind-to-others`. */
export function ruleKey(text: string, taken: ReadonlySet<string>): string {
  const words = text.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '').match(/[a-z0-9]+/g) ?? []
  const key = words.reduce((made, word) => (made === '' ? word.slice(0, LONGEST) : made.length + word.length < LONGEST ? `${made}-${word}` : `${made}-`), '')
  const base = key.replace(/-+.?$/, '') || 'rule'
  return [base, ...Array.from({ length: taken.size + 1 }, (_, index) => `${base}-${index + 2}`)].find((one) => !taken.has(one)) ?? base
}

import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Plan } from './plan/types.ts'

/** The key of a finding: its code and what it is about, or else its place. Never its text. */
export const keyOf = ({ code, about, at }: Diagnostic): string =>
  JSON.stringify(about !== undefined ? [code, about] : at === undefined ? [code] : [code, at.file, at.line])

/** The findings that are new, or count more than before. */
export function worseThan(before: readonly Diagnostic[], now: readonly Diagnostic[]): Diagnostic[] {
  const [had, has] = [amounts(before), amounts(now)]
  return now.filter((finding) => (has.get(keyOf(finding)) ?? 0) > (had.get(keyOf(finding)) ?? 0))
}

/** Adds up findings with the same key. */
function amounts(findings: readonly Diagnostic[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const finding of findings) sums.set(keyOf(finding), (sums.get(keyOf(finding)) ?? 0) + (finding.by ?? 1))
  return sums
}

/** Tests whether a finding says why a kind was not read. Such a kind has no other findings. */
export function whyUnread({ reads }: Pick<Plan, 'reads'>): (finding: Diagnostic) => boolean {
  const unread = new Set(reads.filter(({ complete }) => !complete).map(({ kind }) => kind))
  return ({ about }) => about !== undefined && unread.has(about)
}

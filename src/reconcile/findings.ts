import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Plan } from './plan/types.ts'

/** What a finding is known by: its code and what it is about; where that is nothing, its place. Never its words. */
export const keyOf = ({ code, about, at }: Diagnostic): string =>
  JSON.stringify(about !== undefined ? [code, about] : at === undefined ? [code] : [code, at.file, at.line])

/** Findings that are not among those of before, or say that there is more of it. */
export function worseThan(before: readonly Diagnostic[], now: readonly Diagnostic[]): Diagnostic[] {
  const [had, has] = [amounts(before), amounts(now)]
  return now.filter((finding) => (has.get(keyOf(finding)) ?? 0) > (had.get(keyOf(finding)) ?? 0))
}

/** Twice the same is twice as much. */
function amounts(findings: readonly Diagnostic[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const finding of findings) sums.set(keyOf(finding), (sums.get(keyOf(finding)) ?? 0) + (finding.by ?? 1))
  return sums
}

/** Tells the findings that say why a kind was not read: of such a kind there is nothing else to find. */
export function whyUnread({ reads }: Pick<Plan, 'reads'>): (finding: Diagnostic) => boolean {
  const unread = new Set(reads.filter(({ complete }) => !complete).map(({ kind }) => kind))
  return ({ about }) => about !== undefined && unread.has(about)
}

import type { Diagnostic, Severity } from '../instance/diagnostic.ts'
import { count, listed } from './text.ts'

/** The text of a file of the instance, for code frames; undefined if it can't be read. */
export type SourceOf = (file: string) => string | undefined

/** Sorts by file and place; diagnostics without a place come last, in the order given. */
export function sorted(list: readonly Diagnostic[]): Diagnostic[] {
  return list.toSorted((a, b) => {
    if (a.at === undefined || b.at === undefined) return Number(a.at === undefined) - Number(b.at === undefined)
    if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1
    return a.at.line - b.at.line || a.at.column - b.at.column
  })
}

/** Longer messages are cut. */
export const MAX_MESSAGE = 4000

/** "2 errors and 1 warning". */
export function totals(list: readonly Diagnostic[]): string {
  const of = (severity: Severity): number => list.filter((diagnostic) => diagnostic.severity === severity).length
  const parts = [
    of('error') && count(of('error'), 'error', 'errors'),
    of('warning') && count(of('warning'), 'warning', 'warnings'),
    of('info') && count(of('info'), 'note', 'notes'),
  ]
  return listed(parts.filter((part) => typeof part === 'string'))
}

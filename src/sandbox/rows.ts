import { Declined } from './connections/writing.ts'

/** The first of the rows that were looked for by a name. */
export function one<T>(rows: readonly (T | undefined)[], name: string): T {
  const [row] = rows
  if (row === undefined) throw new Declined('not-there', `there is no ${name}`)
  return row
}

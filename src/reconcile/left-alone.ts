import type { Diagnostic, Position } from '../instance/diagnostic.ts'
import type { ObjectRef } from './types.ts'

/** What each file leaves alone (`left_alone`): objects that it makes, and whose differences nobody is told and nobody touches. */
export type LeftAlone = ReadonlyMap<string, ReadonlySet<ObjectRef>>

/** An object that a plan is about, with the files that yield it; where none does, those that the ledger has for it. */
export interface Known {
  readonly ref: ObjectRef
  readonly files: readonly string[]
}

/** Whether an object is left alone: all files that it comes from say so. What comes from another file is not theirs to leave. */
export const isLeftAlone = ({ ref, files }: Known, leftAlone: LeftAlone): boolean =>
  files.length > 0 && files.every((file) => leftAlone.get(file)?.has(ref) === true)

/** Those objects that a plan compares, and those that it neither compares nor forgets. */
export function setAside<One extends Known>(
  objects: readonly One[],
  leftAlone: LeftAlone,
): { readonly compared: readonly One[]; readonly left: readonly One[] } {
  const { compared = [], left = [] } = Object.groupBy(objects, (one) =>
    isLeftAlone(one, leftAlone) ? 'left' : 'compared',
  )
  return { compared, left }
}

/** Told where a file leaves something alone that does not come from it: the line does nothing. */
export function checkLeftAlone(
  leftAlone: LeftAlone,
  objects: readonly Known[],
  position: (file: string, ref: ObjectRef) => Position,
): Diagnostic[] {
  const filesOf = new Map(objects.map(({ ref, files }) => [ref, files]))
  return [...leftAlone].flatMap(([file, refs]) =>
    [...refs]
      .filter((ref) => filesOf.get(ref)?.includes(file) !== true)
      .map((ref) => ({
        code: 'left-alone-unknown',
        severity: 'warning' as const,
        about: ref,
        message: `${file} leaves ${ref} alone, and nothing in it makes that`,
        at: position(file, ref),
        hint: 'Take it out of left_alone, or write its name as the plan has it.',
      })),
  )
}

/** Told where somebody wants an object as the files have it, and the files leave it alone. */
export const leftAndRestored = (restore: ReadonlySet<ObjectRef>, left: readonly Known[]): Diagnostic[] =>
  left
    .filter(({ ref }) => restore.has(ref))
    .map(({ ref, files }) => ({
      code: 'not-restorable',
      severity: 'error',
      about: ref,
      message: `${ref} can't be restored: ${files.join(' and ')} leaves it alone.`,
      hint: 'Take it out of left_alone first.',
    }))

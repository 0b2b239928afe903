import type { Diagnostic, Position } from '../../instance/diagnostic.ts'
import type { LeftObject } from '../objects.ts'
import { filesOfEntry, placesOf } from '../claims.ts'
import type { PlanInput } from './input.ts'
import type { Kind } from '../kind.ts'
import { removalOf } from './removed.ts'
import type { ObjectRef } from '../values.ts'

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
        message: `${file} leaves ${ref} alone, and no line of it makes ${ref}`,
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
      message: `${ref} can't be restored: it stands under left_alone in ${files.join(' and ')}.`,
      hint: 'Take it out there first.',
    }))

type Input = Pick<PlanInput, 'desired' | 'instance' | 'ledger' | 'sealing'>

/** The objects of a kind that its files leave alone. Who was removed at once is not one of them. */
export function leftIn(kind: Kind, input: Input): readonly Known[] {
  const said = saidOf(kind, input)
  if (said.length === 0) return []
  const isRemoved = ({ ref }: Known): boolean => removalOf(ref, input.ledger.removed, input.sealing) !== undefined
  return setAside(knownOf(kind, said, input), byFile(kind, said)).left.filter((one) => !isRemoved(one))
}

/** What a kind's files leave alone and that does not come from them. */
export function leftInVain(kind: Kind, input: Input): Diagnostic[] {
  const said = saidOf(kind, input)
  if (said.length === 0) return []
  const places = new Map(said.map(({ id, source }) => [`${source.file} ${kind.name}/${id}`, source]))
  return checkLeftAlone(byFile(kind, said), knownOf(kind, said, input), (file, ref) =>
    input.instance.position(places.get(`${file} ${ref}`) ?? { file, path: [] }),
  )
}

function saidOf({ name }: Kind, { desired }: Input): readonly LeftObject[] {
  const files = desired.get(name)
  return files?.state === 'managed' ? (files.leftAlone ?? []) : []
}

const byFile = ({ name }: Kind, said: readonly LeftObject[]): LeftAlone =>
  new Map(
    [...Map.groupBy(said, ({ source }) => source.file)].map(([file, own]) => [
      file,
      new Set(own.map(({ id }) => `${name}/${id}`)),
    ]),
  )

/** The objects that are named there, with the files that yield them; where none does, those that the ledger has. */
function knownOf(kind: Kind, said: readonly LeftObject[], { desired, ledger }: Input): Known[] {
  const files = desired.get(kind.name)
  const wanted = new Map((files?.state === 'managed' ? files.objects : []).map((object) => [object.id, object]))
  return [...new Set(said.map(({ id }) => id))].map((id) => {
    const [object, entry] = [wanted.get(id), ledger.entries.get(`${kind.name}/${id}`)]
    const from = object ? placesOf(object).map(({ file }) => file) : entry ? filesOfEntry(kind, entry) : []
    return { ref: `${kind.name}/${id}`, files: [...new Set(from)] }
  })
}

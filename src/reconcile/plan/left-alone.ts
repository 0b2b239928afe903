import type { Diagnostic, Position } from '../../instance/diagnostic.ts'
import type { LeftAloneObject } from '../objects.ts'
import { filesOfEntry, placesOf } from '../claims.ts'
import type { PlanInput } from './input.ts'
import type { Kind } from '../kind.ts'
import { removalOf } from './removed.ts'
import type { ObjectRef } from '../values.ts'
import { leftAloneUnknown, restoresLeftAlone } from './texts.ts'

/** The objects that each file makes and leaves alone (`left_alone`): they are not compared, shown or touched. */
export type LeftAloneObjects = ReadonlyMap<string, ReadonlySet<ObjectRef>>

/** An object with the files that make it; if none does, those that the ledger has for it. */
export interface ObjectFiles {
  readonly ref: ObjectRef
  readonly files: readonly string[]
}

/** Whether an object is left alone: every file that it comes from has to say so. */
export const isLeftAlone = ({ ref, files }: ObjectFiles, leftAlone: LeftAloneObjects): boolean =>
  files.length > 0 && files.every((file) => leftAlone.get(file)?.has(ref) === true)

/** Splits objects: those that a plan compares, and those that it leaves alone and does not forget. */
export function setAside<One extends ObjectFiles>(
  objects: readonly One[],
  leftAlone: LeftAloneObjects,
): { readonly compared: readonly One[]; readonly left: readonly One[] } {
  const { compared = [], left = [] } = Object.groupBy(objects, (one) =>
    isLeftAlone(one, leftAlone) ? 'left' : 'compared',
  )
  return { compared, left }
}

/** Finds lines of `left_alone` that do nothing, since the object does not come from that file. */
export function checkLeftAlone(
  leftAlone: LeftAloneObjects,
  objects: readonly ObjectFiles[],
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
        ...leftAloneUnknown({ file, ref }),
        at: position(file, ref),
      })),
  )
}

/** Finds objects that someone wants to restore although the files leave them alone. */
export const leftAndRestored = (restore: ReadonlySet<ObjectRef>, left: readonly ObjectFiles[]): Diagnostic[] =>
  left
    .filter(({ ref }) => restore.has(ref))
    .map(({ ref, files }) => ({
      code: 'not-restorable',
      severity: 'error',
      about: ref,
      ...restoresLeftAlone({ ref, files: files.join(' and ') }),
    }))

type Input = Pick<PlanInput, 'desired' | 'instance' | 'ledger' | 'sealing'>

/** The objects of a kind that its files leave alone, without people who were removed at once. */
export function leftIn(kind: Kind, input: Input): readonly ObjectFiles[] {
  const lines = linesOf(kind, input)
  if (lines.length === 0) return []
  const isRemoved = ({ ref }: ObjectFiles): boolean => removalOf(ref, input.ledger.removed, input.sealing) !== undefined
  return setAside(withFiles(kind, lines, input), byFile(kind, lines)).left.filter((one) => !isRemoved(one))
}

/** Finds what a kind's files leave alone although it does not come from them. */
export function leftInVain(kind: Kind, input: Input): Diagnostic[] {
  const lines = linesOf(kind, input)
  if (lines.length === 0) return []
  const places = new Map(lines.map(({ id, source }) => [`${source.file} ${kind.name}/${id}`, source]))
  return checkLeftAlone(byFile(kind, lines), withFiles(kind, lines, input), (file, ref) =>
    input.instance.position(places.get(`${file} ${ref}`) ?? { file, path: [] }),
  )
}

function linesOf({ name }: Kind, { desired }: Input): readonly LeftAloneObject[] {
  const files = desired.get(name)
  return files?.state === 'managed' ? (files.leftAlone ?? []) : []
}

const byFile = ({ name }: Kind, lines: readonly LeftAloneObject[]): LeftAloneObjects =>
  new Map(
    [...Map.groupBy(lines, ({ source }) => source.file)].map(([file, own]) => [
      file,
      new Set(own.map(({ id }) => `${name}/${id}`)),
    ]),
  )

/** The objects that are named there, each with its files. */
function withFiles(kind: Kind, lines: readonly LeftAloneObject[], { desired, ledger }: Input): ObjectFiles[] {
  const files = desired.get(kind.name)
  const wanted = new Map((files?.state === 'managed' ? files.objects : []).map((object) => [object.id, object]))
  return [...new Set(lines.map(({ id }) => id))].map((id) => {
    const [object, entry] = [wanted.get(id), ledger.entries.get(`${kind.name}/${id}`)]
    const from = object ? placesOf(object).map(({ file }) => file) : entry ? filesOfEntry(kind, entry) : []
    return { ref: `${kind.name}/${id}`, files: [...new Set(from)] }
  })
}

import type { ObjectRef } from '../reconcile/types.ts'
import type { KindName } from './describe.ts'

/** A way out of a difference that somebody has ticked. */
export interface Tick {
  /** Live wins, or the files win. */
  readonly what: 'adopt' | 'restore'
  readonly ref: ObjectRef
}

/** A name that can't end the comment that it stands in. */
const written = ({ what, ref }: Tick): string => `${what} ${encodeURIComponent(ref.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3A', ':')}`

/** The line of a box to tick. The words are ours. */
export const boxLine = (tick: Tick, words: string): string => `- [ ] ${words} <!-- ${written(tick)} -->`

const LINE = /^- \[[ xX]\] [^\r\n]* <!-- (?<what>adopt|restore) (?<ref>[a-z-]+\/[\w.!~*'():/%-]+) -->$/
const BOX = /^- \[[ xX]\] /

/**
 * The boxes that were ticked between two bodies of the drift issue. Strict: only lines that stood in the body before,
 * unticked, and differ in nothing but their tick; of known kinds, each object once.
 */
export function parseTicks(before: string, after: string, kinds: readonly Pick<KindName, 'name'>[]): Tick[] {
  const open = new Set(linesOf(before).filter((line) => line.startsWith('- [ ] ')))
  const ticked = linesOf(after).filter((line) => /^- \[[xX]\] /.test(line) && open.has(line.replace(BOX, '- [ ] ')))
  const ticks = [...new Set(ticked)].flatMap((line) => tickOf(line, kinds))
  // Both ways out of one difference at once are none.
  const asked = Map.groupBy(ticks, ({ ref }) => ref)
  return ticks.filter(({ ref }) => asked.get(ref)?.length === 1)
}

const linesOf = (body: string): string[] => body.split(/\r?\n/)

function tickOf(line: string, kinds: readonly Pick<KindName, 'name'>[]): Tick[] {
  const { what, ref = '' } = LINE.exec(line)?.groups ?? {}
  const name = decoded(ref)
  const known = kinds.some((kind) => name?.startsWith(`${kind.name}/`) && name.length > kind.name.length + 1)
  return name !== null && known && (what === 'adopt' || what === 'restore') ? [{ what, ref: name }] : []
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

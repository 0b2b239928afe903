import { isAlias, visit, type Alias, type Document } from 'yaml'
import { lineNumber, refuseAt, type Original, type Splice } from './original.ts'
import { nodeAt, type Path } from './splices.ts'

/** A word (*name) that stands for what another place (&name) says. */
interface Use {
  readonly name: string
  readonly at: number
  /** What it stands for, from its & to its last character. */
  readonly start: number
  readonly end: number
}

/** Every use of a name, with the place that it stands for. */
function usesIn(doc: Document.Parsed, text: string): readonly Use[] {
  const named = new Map<string, { readonly start: number; readonly end: number }>()
  const uses: Use[] = []
  visit(doc, {
    Node: (_, node) => {
      const [start = 0, end = 0] = node.range ?? []
      if (isAlias(node)) {
        const meant = named.get(node.source)
        if (meant) uses.push({ name: node.source, at: start, ...meant })
      } else if (node.anchor !== undefined)
        named.set(node.anchor, { start: text.lastIndexOf(`&${node.anchor}`, start), end })
    },
  })
  return uses
}

/** Refuses a change of what a name further down stands for: that would change, too, or stand for nothing. */
export function refuseNamed(source: Original, splices: readonly Splice[]): void {
  const touched = (start: number, end: number): boolean =>
    splices.some(
      (splice) => splice.start < end && splice.end >= start && (splice.end > splice.start || splice.start > start),
    )
  const gone = (at: number): boolean => splices.some((splice) => splice.start <= at && splice.end > at)
  const use = usesIn(source.doc, source.text).find(({ at, start, end }) => touched(start, end) && !gone(at))
  if (use === undefined) return
  const meant = lineNumber(source.text, use.start)
  refuseAt(source, use.at, (line) => ({
    why: `line ${line} uses what line ${meant} says (*${use.name}), and that would change`,
    hint: `In line ${line}, write out what line ${meant} says in place of *${use.name}, then run it again.`,
  }))
}

/** Refuses a change of something that is written elsewhere: on the way there, a name stands for it. */
export function refuseAlias(source: Original, path: Path): void {
  const alias = path
    .map((_, length) => nodeAt(source, path.slice(0, length + 1)))
    .find((node): node is Alias => isAlias(node))
  if (alias === undefined) return
  refuseAt(source, alias.range?.[0] ?? 0, (line) => ({
    why: `*${alias.source} in line ${line} stands for what is written elsewhere`,
    hint: `In line ${line}, write it out in place of *${alias.source}, then run it again.`,
  }))
}

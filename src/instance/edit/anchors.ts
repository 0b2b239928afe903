import { isAlias, visit, type Alias, type Document } from 'yaml'
import { lineNumber, refuseAt, type Original, type Splice } from './original.ts'
import { nodeAt } from './splices.ts'
import type { Path } from '../yaml/positions.ts'
import { isAliasHere, usedElsewhere } from './texts.ts'

/** A word (*name) that stands for a value written elsewhere (&name). */
interface Use {
  readonly name: string
  readonly at: number
  /** That value, from its & to its last character. */
  readonly start: number
  readonly end: number
}

/** Finds every use of a name, with the value that it stands for. */
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

/** Refuses to change a value that a name further down stands for: that one would change too, or mean nothing. */
export function refuseNamed(source: Original, splices: readonly Splice[]): void {
  const touched = (start: number, end: number): boolean =>
    splices.some(
      (splice) => splice.start < end && splice.end >= start && (splice.end > splice.start || splice.start > start),
    )
  const gone = (at: number): boolean => splices.some((splice) => splice.start <= at && splice.end > at)
  const use = usesIn(source.doc, source.text).find(({ at, start, end }) => touched(start, end) && !gone(at))
  if (use === undefined) return
  const meant = lineNumber(source.text, use.start)
  refuseAt(source, use.at, (line) => usedElsewhere({ line, source: meant, name: use.name }))
}

/** Refuses to change a value that is written elsewhere: a name on its path stands for it. */
export function refuseAlias(source: Original, path: Path): void {
  const alias = path
    .map((_, length) => nodeAt(source, path.slice(0, length + 1)))
    .find((node): node is Alias => isAlias(node))
  if (alias === undefined) return
  refuseAt(source, alias.range?.[0] ?? 0, (line) => isAliasHere(alias.source, line))
}

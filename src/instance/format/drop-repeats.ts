import { isAlias, isMap, isNode, isSeq, visit, type Document, type Node } from 'yaml'
import { repeatableIn, repeatsIn } from '../repeats.ts'

/** Takes out of a document what stands in its list twice; the comments of what goes stand above what stays. */
export function dropRepeats(name: string, doc: Document): void {
  const key = repeatableIn(name)
  const list = key === undefined || !isMap(doc.contents) ? undefined : doc.contents.get(key, true)
  if (!isSeq(list)) return
  const entries: unknown = list.toJS(doc)
  const repeats = [...repeatsIn(Array.isArray(entries) ? entries : [])].filter(([index]) => isFree(list.items[index]))
  for (const [index, first] of repeats) {
    const [gone, kept] = [list.items[index], list.items[first]]
    const moved = isNode(gone) ? commentsOf(gone) : []
    if (isNode(kept) && moved.length > 0) kept.commentBefore = [...written(kept.commentBefore), ...moved].join('\n')
  }
  const gone = new Set(repeats.map(([index]) => index))
  list.items = list.items.filter((_, index) => !gone.has(index))
}

/** The same for what a document means. */
export function withoutRepeats(name: string, meaning: unknown): unknown {
  const key = repeatableIn(name)
  const list =
    key !== undefined && typeof meaning === 'object' && meaning !== null ? Reflect.get(meaning, key) : undefined
  if (key === undefined || !Array.isArray(list)) return meaning
  const repeats = repeatsIn(list)
  return { ...Object(meaning), [key]: list.filter((_, index) => !repeats.has(index)) }
}

/** Whether nothing else leans on a node: what an anchor names may be used further down. */
function isFree(node: unknown): boolean {
  if (!isNode(node) || isAlias(node)) return false
  let free = true
  visit(node, { Node: (_key, inner) => void (free &&= isAlias(inner) || inner.anchor === undefined) })
  return free
}

const written = (comment: string | null | undefined): readonly string[] =>
  typeof comment === 'string' ? [comment] : []

/** All comments in a node, in the order in which they stand there. */
function commentsOf(node: Node): readonly string[] {
  const found: string[] = []
  visit(node, { Node: (_key, inner) => void found.push(...written(inner.commentBefore), ...written(inner.comment)) })
  return found
}

/** A text between quotes in a source of ours. What is put into a template stands as … in it. */
export interface Literal {
  readonly text: string
  readonly line: number
  /** What stands before it, to tell help from hints. */
  readonly before: string
}

/** Signs after which a slash begins an expression and no division. */
const OPENS = /(?:^|[(,=:[!&|?{};+]|=>|\breturn)\s*$/

/**
 * Every text between quotes in a source, without comments and expressions; pieces with a + between them are one text.
 * Those within a template stand by themselves, too.
 */
export function literalsOf(source: string): readonly Literal[] {
  const found: Literal[] = []
  /** The text that ended last, and where. */
  let last: { readonly literal: Literal; readonly end: number } | undefined
  let at = 0
  const skipTo = (end: RegExp): void => {
    end.lastIndex = at
    at = end.exec(source) === null ? source.length : end.lastIndex
  }
  const quoted = (quote: string): void => {
    const start = at
    const pieceOf = last !== undefined && /^\s*\+\s*$/.test(source.slice(last.end, start)) ? last.literal : undefined
    let text = ''
    at += 1
    for (; at < source.length && source[at] !== quote; at += 1) {
      if (source[at] === '\\') {
        at += 1
        text += source[at] === 'n' ? '\n' : (source[at] ?? '')
      } else if (quote === '`' && source.startsWith('${', at)) {
        at += 2
        code('}')
        text += '…'
      } else text += source[at]
    }
    const literal: Literal =
      pieceOf === undefined
        ? {
            text,
            line: source.slice(0, start).split('\n').length,
            before: source.slice(Math.max(0, start - 400), start),
          }
        : { ...pieceOf, text: pieceOf.text + text }
    if (pieceOf !== undefined) found.splice(found.indexOf(pieceOf), 1)
    found.push(literal)
    last = { literal, end: at + 1 }
  }
  /** Reads code up to a closing brace of its own, or to the end; leaves `at` on it. */
  function code(closing: string | null): void {
    for (let depth = 0; at < source.length; at += 1) {
      const sign = source[at] ?? ''
      if (source.startsWith('//', at)) skipTo(/(?=\n)|$/g)
      else if (source.startsWith('/*', at)) skipTo(/\*\//g)
      else if (sign === '/' && OPENS.test(source.slice(Math.max(0, at - 20), at)))
        skipTo(/\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\//g)
      if (`'"\``.includes(source[at] ?? ' ')) quoted(source[at] ?? '')
      else if (source[at] === '{') depth += 1
      else if (source[at] === '}' && closing !== null) {
        if (depth === 0) return
        depth -= 1
      }
    }
  }
  code(null)
  return found.toSorted((a, b) => a.line - b.line)
}

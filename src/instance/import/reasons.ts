import { linesOf } from './lines.ts'

/** What a text is that holds no list, by how it begins. */
const CAUSES: readonly { readonly is: RegExp; readonly why: string }[] = [
  { is: /^\s*$/, why: 'it is empty' },
  { is: /^\s*<(?:!doctype|html|head|\?xml|!--)/i, why: 'it is a web page, and no list' },
  {
    is: /^[ \t]*(?:-[ \t]+["']?(?:domain|host|instance)["']?[ \t]*:|(?:domain_blocks|blocks|domains):[ \t]*$)/im,
    why: 'it is YAML, which is not read as a list',
  },
  { is: /^\|\|[^\s^]+\^/m, why: 'it is a list for ad blockers, which says nothing of servers' },
  {
    is: /^\s*(?:http\/\S+ )?[45]\d\d(?:[: ][^\n]{0,100})?\s*$|^\s*(?:not found|forbidden|access denied|internal server error|bad gateway)\.?\s*$/i,
    why: 'it is the message of an error, and no list',
  },
]

/** Why a text is no list at all; undefined where it could be one. */
export function networkErrorOf(text: string): string | undefined {
  // Long texts of blanks would cost more than their length.
  const begin = text.trimStart().slice(0, 4000)
  const cause = CAUSES.find(({ is }) => is.test(begin))?.why
  return cause ?? (linesOf(text).length === 0 ? 'it holds only comments' : undefined)
}

import { linesOf } from './lines.ts'
import { WHAT_IT_IS } from './texts.ts'

/** What a text is that holds no list, by how it begins. */
const CAUSES: readonly { readonly is: RegExp; readonly why: string }[] = [
  { is: /^\s*$/, why: WHAT_IT_IS.empty },
  { is: /^\s*<(?:!doctype|html|head|\?xml|!--)/i, why: WHAT_IT_IS.webPage },
  {
    is: /^[ \t]*(?:-[ \t]+["']?(?:domain|host|instance)["']?[ \t]*:|(?:domain_blocks|blocks|domains):[ \t]*$)/im,
    why: WHAT_IT_IS.yaml,
  },
  { is: /^\|\|[^\s^]+\^/m, why: WHAT_IT_IS.adBlock },
  { is: /^\s*(?:http\/\S+ )?[45]\d\d(?:[: ][^\n]{0,100})?\s*$/i, why: WHAT_IT_IS.error },
  {
    is: /^\s*(?:not found|forbidden|access denied|internal server error|bad gateway)\.?\s*$/i,
    why: WHAT_IT_IS.error,
  },
]

/** Why a text is no list at all; undefined where it could be one. */
export function reasonIn(text: string): string | undefined {
  // Long texts of blanks would cost more than their length.
  const begin = text.trimStart().slice(0, 4000)
  const cause = CAUSES.find(({ is }) => is.test(begin))?.why
  return cause ?? (linesOf(text).length === 0 ? WHAT_IT_IS.onlyComments : undefined)
}

import fc from 'fast-check'
import { type Whose, stanceOf, type Draft, blockList, flowList, oneLine } from './layout-lists.ts'

/** A file as somebody may have written it, and whose each line and each comment is. */
export interface Layout {
  readonly text: string
  /** The lines with their ends. */
  readonly lines: readonly Line[]
  readonly entries: number
}

export interface Line {
  readonly text: string
  /** The entries that stand on it, wholly or in part. */
  readonly of: readonly number[]
  /** Whose its comment is: it goes with that entry, and with no other. */
  readonly comment?: Whose | undefined
}

const heads: readonly (readonly string[])[] = [
  [],
  ['# yaml-language-server: $schema=x'],
  ['# top', ''],
  ['---'],
  ['%YAML 1.2', '---'],
  ['before: &anchor 1', 'again: *anchor'],
]
const tails: readonly (readonly string[])[] = [
  [],
  ['other: 1   # kept'],
  ['', '# about other', 'other: { a: 1 }'],
  ['# list: []'],
  ['', '# the end'],
  ['other: |', '  # text', '  text'],
  ['...', '# after'],
]

const plain = (lines: readonly string[]): readonly Draft[] =>
  lines.map((text) => {
    const at = text.startsWith('  #') ? -1 : text.indexOf('#')
    return at < 0 ? { text } : { text, comment: { text: text.slice(at), of: null } }
  })

/**
 * Files by the thousand: block and flow lists, indentations, blank lines, comments in every place, line ends, marks,
 * words in all their forms.
 */
export const layouts: fc.Arbitrary<Layout> = fc.integer({ min: 1, max: 5 }).chain((entries) =>
  fc
    .record({
      list: fc.oneof(
        { weight: 3, arbitrary: blockList(entries) },
        { weight: 3, arbitrary: flowList(entries) },
        oneLine(entries),
      ),
      head: fc.constantFrom(...heads),
      tail: fc.constantFrom(...tails),
      bom: fc.boolean(),
      ends: fc.oneof(
        fc.constant(['\n']),
        fc.constant(['\r\n']),
        fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 2, maxLength: 6 }),
      ),
      finalEnd: fc.boolean(),
    })
    .map(({ list, head, tail, bom, ends, finalEnd }) => {
      const drafts = [...plain(head), ...list, ...plain(tail)]
      const lines = drafts.map(({ text, of = [], ...rest }, index): Line => {
        const end = index === drafts.length - 1 && !finalEnd ? '' : (ends[index % ends.length] ?? '\n')
        return { text: (index === 0 && bom ? '\uFEFF' : '') + text + end, of, ...rest }
      })
      return { text: lines.map(({ text }) => text).join(''), lines, entries }
    }),
)

/** The lines of a text with their ends. */
export const split = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
/** A line without its end and the mark at the beginning of a file. */
export const bare = (line: string): string => line.replace(/^\uFEFF/, '').replace(/\r?\n$/, '')

/** The lines of an edited file, and which of the comments that are known stands on each. */
export function commented(
  text: string,
  known: ReadonlySet<string>,
): readonly { readonly line: string; readonly comment: string | undefined }[] {
  return split(text).map((line) => {
    const at = line.indexOf('#')
    const comment = at < 0 ? undefined : [...known].find((one) => bare(line).endsWith(one))
    return { line: bare(line), comment }
  })
}

const codeOf = ({ line, comment }: { readonly line: string; readonly comment: string | undefined }): string =>
  (comment === undefined ? line : line.slice(0, -comment.length)).trim()

/** Whether a comment stands where it stood to its entry. */
export function isWithEntry(all: ReturnType<typeof commented>, at: number): boolean {
  const { stance, of } = stanceOf(all[at]?.comment ?? '')
  const own = (line: { readonly line: string; readonly comment: string | undefined } | undefined): boolean =>
    line !== undefined && codeOf(line).includes(`n${of}.`)
  if (of === null || stance === 'other') return true
  const code = (line: (typeof all)[number]): boolean => codeOf(line) !== ''
  if (stance === 'above')
    return own(all.slice(at + 1).find((line) => code(line) && codeOf(line) !== '{' && codeOf(line) !== '-'))
  // An entry of several lines has its name on the first, or below its brace.
  const lines = all.slice(0, at + 1).map(codeOf)
  return lines.findLast((line) => /\bn\d\./.test(line))?.includes(`n${of}.`) === true
}

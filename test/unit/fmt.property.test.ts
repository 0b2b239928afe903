import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { formatFile } from '../../src/instance/format/format.ts'
import { commented, isWithEntry, layouts } from '../support/layouts.ts'

const FILE = 'domain-blocks.yaml'

/** Words of a file without its layout and comments. */
const wordsOf = (text: string, known: ReadonlySet<string>): string =>
  commented(text, known)
    .map(({ line, comment }) => (comment === undefined ? line : line.slice(0, -comment.length)))
    .join('')
    .replaceAll(/[\s,]/g, '')

test('however people lay it out, all words stay as written, each comment with its entry, and line ends', async () => {
  let tidied = 0
  await fc.assert(
    fc.asyncProperty(layouts, async (layout) => {
      const { text, diagnostics } = await formatFile('x.yaml', layout.text)
      if (diagnostics.length > 0) {
        expect(text).toBe(layout.text)
        return
      }
      const known = new Set(layout.lines.flatMap(({ comment }) => comment?.text ?? []))
      expect(wordsOf(text, known)).toBe(wordsOf(layout.text, known))
      const after = commented(text, known)
      expect(after.flatMap(({ comment }) => comment ?? [])).toEqual(
        layout.lines.flatMap(({ comment }) => comment?.text ?? []),
      )
      for (const [index, { comment }] of after.entries())
        if (comment !== undefined)
          expect(isWithEntry(after, index), `${comment} of\n${layout.text}\nin\n${text}`).toBe(true)
      expect(text.startsWith('\uFEFF')).toBe(layout.text.startsWith('\uFEFF'))
      const ends = new Set(layout.text.match(/\r?\n/g) ?? ['\n'])
      for (const end of text.match(/\r?\n/g) ?? []) expect(ends).toContain(end)
      tidied++
    }),
    { numRuns: 500 },
  )
  expect(tidied).toBeGreaterThan(200)
})

const word = fc.stringMatching(/^[a-z]{3,8}$/)
const comment = word.map((text) => `# ${text}`)
const trailing = fc.option(
  comment.map((text) => `   ${text}`),
  { nil: '' },
)
const value = fc.constantFrom(
  'plain words',
  "'single'",
  '"double: x"',
  '|-\n      two\n      # lines\n',
  '>\n      folded\n      text\n\n      more\n',
  'no',
  '[a, b]',
)
const field = fc.tuple(
  fc.constantFrom('domain', 'severity', 'reject_media', 'public_comment', 'private_comment', 'until', 'other'),
  value,
  trailing,
  fc.option(comment, { nil: undefined }),
)
const item = fc.record({
  fields: fc.uniqueArray(field, { selector: ([key]) => key, minLength: 1, maxLength: 5 }),
  lead: fc.array(comment, { maxLength: 2 }),
  blank: fc.boolean(),
})
/** Entries as people type them, some of which they typed before. */
const items = fc
  .tuple(fc.array(item, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(8), { maxLength: 3 }))
  .map(([list, again]) => [...list, ...again.flatMap((at) => list.slice(at, at + 1))])
const document = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.constantFrom('', '  ', '   '),
  top: fc.array(comment, { maxLength: 2 }),
  after: trailing,
  items,
  end: fc.array(comment, { maxLength: 1 }),
})

type Document = typeof document extends fc.Arbitrary<infer T> ? T : never

function typeOut({ eol, indent, top, after, items, end }: Document): string {
  const lines = [...top, `domain_blocks:${after}`]
  for (const { fields, lead, blank } of items) {
    if (blank) lines.push('')
    lines.push(...lead.map((text) => indent + text))
    for (const [row, [key, written, behind, above]] of fields.entries()) {
      if (above !== undefined && row > 0) lines.push(`${indent}  ${above}`)
      lines.push(
        `${indent}${row === 0 ? '- ' : '  '}${key}: ${written.includes('\n') ? written.trimEnd() : written + behind}`,
      )
    }
  }
  return `${[...lines, ...end].join('\n')}\n`.replaceAll('\n', eol)
}

const entriesOf = (text: string): readonly object[] =>
  (parse(text) as { readonly domain_blocks: readonly object[] }).domain_blocks
/** Without what is a text of an entry, which goes with it. */
const commentsOf = (text: string): string[] =>
  [...text.matchAll(/# [a-z]+/g)]
    .map(([found]) => found)
    .filter((found) => found !== '# lines')
    .toSorted()

test('law 11: fmt is stable and keeps meaning and comments', async () => {
  let done = 0
  await fc.assert(
    fc.asyncProperty(document, async (typed) => {
      const text = typeOut(typed)
      const once = await formatFile(FILE, text)
      const told = [
        ...new Map(
          entriesOf(text).map((entry) => [
            JSON.stringify(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))),
            entry,
          ]),
        ).values(),
      ]
      if (once.diagnostics.length > 0) expect(once.text).toBe(text)
      else expect(entriesOf(once.text)).toEqual(told)
      expect(commentsOf(once.text)).toEqual(commentsOf(text))
      expect((await formatFile(FILE, once.text)).text).toBe(once.text)
      if (once.diagnostics.length === 0) done++
    }),
    { numRuns: 500 },
  )
  expect(done).toBeGreaterThan(400)
})

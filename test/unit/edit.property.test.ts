import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { edit } from '../../src/instance/edit/edit.ts'
import { type Edit } from '../../src/instance/edit/types.ts'

/** An item as somebody may have typed it: its own lines, and what it means. */
interface Typed {
  readonly lines: readonly string[]
  readonly lead: readonly string[]
  readonly blank: boolean
}

interface Shape {
  readonly eol: string
  readonly indent: number
  readonly gap: number
  readonly bom: boolean
  readonly finalNewline: boolean
  readonly head: readonly string[]
  readonly items: readonly Typed[]
  readonly tail: readonly string[]
}

const word = fc.stringMatching(/^[a-z][a-z0-9 ]{0,8}[a-z]$/)
const nasty = fc.oneof(
  word,
  fc.constantFrom(
    'no',
    'yes',
    '0123',
    '12:30',
    '1.20',
    '~',
    '',
    ' lead',
    'trail ',
    '# not a comment',
    'a: b',
    "it's",
    '"q"',
    '- x',
    '*',
    '&a',
    '!t',
    '%x',
    '@y',
    '{',
    ']',
    'null',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.array(word, { minLength: 2, maxLength: 3 }).map((lines) => lines.join('\n')),
  fc
    .array(fc.constantFrom('', ' ', 'a', '  b', '\t', '\r', '# c', '\u202e'), { maxLength: 5 })
    .map((lines) => lines.join('\n')),
)
const comment = fc.option(
  word.map((text) => `   # ${text}`),
  { nil: '' },
)
const quoted = word.chain((text) =>
  fc.constantFrom(text, `'${text}'`, `"${text}: x"`, `|-\n  ${text}\n  more`, `>\n  ${text}\n\n  # in the text`),
)

const typed = (name: string): fc.Arbitrary<Typed> =>
  fc
    .record({
      flow: fc.boolean(),
      about: comment,
      text: fc.option(quoted, { nil: undefined }),
      after: comment,
      list: fc.constantFrom(undefined, 'tags: [a, b]', 'tags:\n  - a   # first\n  - b'),
      below: fc.option(word, { nil: undefined }),
      lead: fc.array(
        word.map((text) => `# ${text}`),
        { maxLength: 2 },
      ),
      blank: fc.boolean(),
    })
    .map(({ flow, about, text, after, list, below, lead, blank }) => ({
      lead,
      blank,
      lines: flow
        ? [`{ name: ${name}, text: 'x' }${about}`]
        : [
            `name: ${name}${about}`,
            ...(text === undefined ? [] : `text: ${text}${text.includes('\n') ? '' : after}`.split('\n')),
            ...(list?.split('\n') ?? []),
            ...(below === undefined ? [] : [`# ${below}`]),
          ],
    }))

const shape: fc.Arbitrary<Shape> = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.integer({ min: 0, max: 4 }),
  gap: fc.integer({ min: 1, max: 3 }),
  bom: fc.boolean(),
  finalNewline: fc.boolean(),
  head: fc.constantFrom([], ['# heading'], ['# heading', '']),
  items: fc
    .integer({ min: 1, max: 5 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => typed(`n${index}`)))),
  tail: fc.constantFrom([], ['other: 1   # kept'], ['', '# about other', 'other: { a: 1 }']),
})

/** The document's text, and for each item the numbers of the lines that are surely its own. */
function typeOut(shape: Shape): { text: string; lines: readonly string[]; own: readonly (readonly number[])[] } {
  const pad = ' '.repeat(shape.indent)
  const lines = ['# top', 'list:   # all of them', ...shape.head.map((line) => line && pad + line)]
  const own = shape.items.map(({ lead, lines: typedLines, blank }) => {
    if (blank) lines.push('')
    for (const line of lead) lines.push(pad + line)
    const first = lines.length
    const deeper = ' '.repeat(shape.indent + 1 + shape.gap)
    for (const [row, line] of typedLines.entries())
      lines.push(row === 0 ? `${pad}-${' '.repeat(shape.gap)}${line}` : line && deeper + line)
    return Array.from({ length: lines.length - first }, (_, index) => first + index)
  })
  lines.push(...shape.tail)
  const text = lines.join(shape.eol) + (shape.finalNewline ? shape.eol : '')
  return { text: (shape.bom ? '\uFEFF' : '') + text, lines, own }
}

interface Item {
  readonly name: string
  readonly [key: string]: unknown
}
const listOf = (text: string): Item[] => (parse(text.replace(/^\uFEFF/, '')) as { list: Item[] }).list
const rest = (text: string): unknown => ({ ...(parse(text.replace(/^\uFEFF/, '')) as object), list: undefined })
const run = (text: string, ...edits: Edit[]): string => edit('x.yaml', text, edits)
const linesOf = (text: string, eol: string): string[] => text.replace(/^\uFEFF/, '').split(eol)

/** True where all of `part` stands in `whole`, in that order. */
function within(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0
  for (const line of whole) if (at < part.length && line === part[at]) at++
  return at === part.length
}

const RUNS = { numRuns: 500 }

test('adding an item keeps every line that was there, and adds just that item', () => {
  fc.assert(
    fc.property(shape, nasty, fc.nat(6), (shape, value, place) => {
      const { text, lines } = typeOut(shape)
      const item = { name: 'new', text: value, tags: ['c'] }
      const before = place > shape.items.length ? {} : { before: place }
      const edited = run(text, { op: 'add', list: ['list'], item, ...before })
      expect(listOf(edited)).toEqual(listOf(text).toSpliced(before.before ?? shape.items.length, 0, item as Item))
      expect(rest(edited)).toEqual(rest(text))
      expect(within(lines, linesOf(edited, shape.eol))).toBe(true)
      expect(edited.startsWith('\uFEFF')).toBe(shape.bom)
      expect(edited.endsWith('\n')).toBe(shape.finalNewline)
      if (shape.eol === '\r\n') expect(edited.replaceAll('\r\n', '')).not.toContain('\n')
    }),
    RUNS,
  )
})

test('removing items keeps every line of the others, and nothing of their own', () => {
  fc.assert(
    fc.property(shape, fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }), (shape, wanted) => {
      const gone = wanted.filter((index) => index < shape.items.length)
      const { text, lines, own } = typeOut(shape)
      const edited = run(text, ...gone.map((index): Edit => ({ op: 'remove', path: ['list', index] })))
      expect(listOf(edited)).toEqual(listOf(text).filter((_, index) => !gone.includes(index)))
      expect(rest(edited)).toEqual(rest(text))
      const kept = own.flatMap((numbers, index) =>
        gone.includes(index) ? [] : numbers.map((number) => lines[number] ?? ''),
      )
      const after = linesOf(edited, shape.eol)
      expect(within([...kept, ...shape.tail.filter(Boolean)], after)).toBe(true)
      const emptied = gone.length === shape.items.length
      expect(within(emptied ? after.filter((line) => !line.startsWith('list:')) : after, [...lines, ''])).toBe(true)
      if (gone.length === 0) expect(edited).toBe(text)
    }),
    RUNS,
  )
})

test('setting and removing a field changes the lines of that field alone', () => {
  fc.assert(
    fc.property(
      shape,
      nasty,
      fc.nat(4),
      fc.constantFrom('text', 'fresh', 'tags'),
      fc.boolean(),
      (shape, value, place, field, drop) => {
        const index = place % shape.items.length
        const { text, lines, own } = typeOut(shape)
        const there = listOf(text)[index] ?? { name: '' }
        if (drop && !(field in there)) return
        const path = ['list', index, field]
        const edited = run(text, drop ? { op: 'remove', path } : { op: 'set', path, value })
        const wanted = Object.fromEntries(
          Object.entries({ ...there, [field]: value }).filter(([key]) => !drop || key !== field),
        )
        expect(listOf(edited)).toEqual(listOf(text).with(index, wanted as Item))
        expect(rest(edited)).toEqual(rest(text))
        const mine = new Set(own[index])
        const others = lines.filter((_, number) => !mine.has(number))
        expect(within(others, linesOf(edited, shape.eol))).toBe(true)
        const flow = (shape.items[index]?.lines[0] ?? '').startsWith('{')
        if (!flow) expect(linesOf(edited, shape.eol)).toContain(lines[own[index]?.[0] ?? 0])
      },
    ),
    RUNS,
  )
})

test('a new order moves items with their lines and loses none', () => {
  fc.assert(
    fc.property(shape, fc.infiniteStream(fc.nat()), (shape, dice) => {
      const { text, lines, own } = typeOut(shape)
      const order = shape.items
        .map((_, index) => ({ index, at: dice.next().value }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ index }) => index)
      const edited = run(text, { op: 'order', list: ['list'], order })
      const before = listOf(text)
      expect(listOf(edited)).toEqual(order.map((index) => before[index]))
      const after = linesOf(edited, shape.eol)
      expect(after.toSorted()).toEqual(linesOf(text, shape.eol).toSorted())
      expect(
        within(
          order.flatMap((index) => own[index] ?? []).map((number) => lines[number] ?? ''),
          after,
        ),
      ).toBe(true)
    }),
    RUNS,
  )
})

test('many changes at once mean the same as one after the other', () => {
  fc.assert(
    fc.property(shape, nasty, fc.nat(4), fc.nat(4), (shape, value, changed, dropped) => {
      const size = shape.items.length
      const [set, gone] = [changed % size, dropped % size]
      if (set === gone) return
      const { text } = typeOut(shape)
      const item = { name: 'new', text: value }
      const edited = run(
        text,
        { op: 'set', path: ['list', set, 'text'], value },
        { op: 'remove', path: ['list', gone] },
        { op: 'add', list: ['list'], item },
        { op: 'add', list: ['list'], item: { ...item, name: 'newer' } },
        { op: 'set', path: ['made', 'here'], value },
        { op: 'set', path: ['made', 'too'], value: 1 },
      )
      const before = listOf(text)
      const expected = before
        .map((one, index) => (index === set ? { ...one, text: value } : one))
        .filter((_, index) => index !== gone)
      expect(listOf(edited)).toEqual([...expected, item, { ...item, name: 'newer' }])
      expect(rest(edited)).toEqual({ ...(rest(text) as object), made: { here: value, too: 1 } })
    }),
    RUNS,
  )
})

import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { edit } from '../../src/instance/edit/edit.ts'
import { type Edit } from '../../src/instance/edit/types.ts'
import { bare, commented, isWithEntry, layouts, split, type Layout } from '../support/layouts.ts'

// Files as people write them, and everything that a verb does to them: all other lines stay byte for byte, each comment
// stays with its entry, or the edit is refused with the line that it can't keep.

/** What a verb does, and which entries it touches. */
interface Change {
  readonly edits: readonly Edit[]
  readonly removed: readonly number[]
  readonly set: readonly number[]
  readonly added: number
}

const changes = fc.oneof(
  // block, promote: an entry more, at the end or where it sorts in.
  fc
    .record({ before: fc.option(fc.nat(5), { nil: undefined }), more: fc.boolean() })
    .map(({ before, more }) => (entries: number): Change => {
      const add = (name: string): Edit => ({
        op: 'add',
        list: ['list'],
        item: { name, text: 'new' },
        ...(before === undefined || before >= entries ? {} : { before }),
      })
      return { edits: more ? [add('x1'), add('x2')] : [add('x1')], removed: [], set: [], added: more ? 2 : 1 }
    }),
  // unblock, demote.
  fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }).map((wanted) => (entries: number): Change => {
    const removed = [...new Set(wanted.map((index) => index % entries))]
    return { edits: removed.map((index) => ({ op: 'remove', path: ['list', index] })), removed, set: [], added: 0 }
  }),
  // block of what is blocked already, promote to another role.
  fc
    .record({
      at: fc.nat(4),
      key: fc.constantFrom('text', 'fresh', 'name'),
      value: fc.constantFrom('plain', 'it is: quoted', 'two\nlines', true),
    })
    .map(({ at, key, value }) => (entries: number): Change => {
      const index = at % entries
      return {
        edits: [{ op: 'set', path: ['list', index, key], value: key === 'name' ? `n${index}.` : value }],
        removed: [],
        set: [index],
        added: 0,
      }
    }),
  // adopt: some go, some come, some change, all at once.
  fc
    .record({ gone: fc.nat(4), changed: fc.nat(4), before: fc.nat(5) })
    .map(({ gone, changed, before }) => (entries: number): Change => {
      const [out, other] = [gone % entries, changed % entries]
      const set = other === out ? [] : [other]
      const place = before < entries ? { before } : {}
      return {
        edits: [
          { op: 'remove', path: ['list', out] },
          { op: 'add', list: ['list'], item: { name: 'x1', text: 'new' }, ...place },
          ...set.map((index): Edit => ({ op: 'set', path: ['list', index, 'fresh'], value: 'new' })),
          { op: 'set', path: ['made', 'here'], value: 1 },
        ],
        removed: [out],
        set,
        added: 1,
      }
    }),
)

const isBlank = (line: string): boolean => bare(line).trim() === ''
/**
 * A comma more or less is what an entry that becomes or stops being the last one may need, and the bracket where that
 * stands behind the last one.
 */
const withoutComma = (line: string): string =>
  bare(line)
    .replace(/,(?=\s*(?:#|$))/, '')
    .replace(/,? \]$/, '')

const endOf = (line: string): string => /\r?\n$/.exec(line)?.[0] ?? ''

function check(layout: Layout, { edits, removed, set, added }: Change): 'edited' | 'refused' {
  const { text, lines } = layout
  let edited: string
  try {
    edited = edit('x.yaml', text, edits, 'all is well')
  } catch (error) {
    const [told] = error instanceof HerdbookError ? error.diagnostics : []
    if (told === undefined) throw error
    expect(told).toMatchObject({
      code: 'edit-by-hand',
      message: expect.stringMatching(/line \d+/),
      hint: expect.stringMatching(/line \d+/),
    })
    expect(told.message, `${text}\n${JSON.stringify(edits)}`).not.toContain('without changing its meaning')
    expect(bare(lines[(told.at?.line ?? 0) - 1]?.text ?? ''), 'the line that is told has a comment').toContain('#')
    return 'refused'
  }
  const touched = new Set([...removed, ...set])
  const result = split(edited)
  // Every other line is there, in its order, to the last byte; at one of them a comma may come or go.
  let commas = 0
  let at = 0
  const foreign: string[] = []
  const finalEnd = text.endsWith('\n')
  for (const one of lines.filter(({ of, text: line }) => !isBlank(line) && !of.some((index) => touched.has(index)))) {
    const same = (line: string): boolean => line === one.text || (!finalEnd && bare(line) === bare(one.text))
    const alike = (line: string): boolean => one.of.length > 0 && withoutComma(line) === withoutComma(one.text)
    const found = result.findIndex((line, index) => index >= at && (same(line) || alike(line)))
    const shared = one.of.length > 0 && added > 0 && found < 0
    const opening = one.text.includes('list:') || one.text.startsWith(']')
    if (found < 0 && !shared && !opening) expect.fail(`lost ${JSON.stringify(one.text)} of\n${text}\nin\n${edited}`)
    if (found < 0 && !opening) foreign.push(one.text)
    else if (found >= 0) {
      if (!same(result[found] ?? '') && /\w/.test(one.text)) commas++
      at = found + 1
    }
  }
  expect(commas, edited).toBeLessThanOrEqual(1)
  // A line that entries share may take a new one in; no other changes.
  expect(foreign.length, edited).toBeLessThanOrEqual(1)
  // Each comment is still there with its entry; those of entries that went are gone.
  const known = new Set(lines.flatMap(({ comment }) => comment?.text ?? []))
  const after = commented(edited, known)
  const expected = lines.flatMap(({ comment }) =>
    comment === undefined || (comment.of !== null && removed.includes(comment.of)) ? [] : [comment.text],
  )
  expect(after.flatMap(({ comment }) => comment ?? []).toSorted(), `${text}\nbecame\n${edited}`).toEqual(
    expected.toSorted(),
  )
  for (const [index, { comment }] of after.entries())
    if (comment !== undefined) expect(isWithEntry(after, index), `${comment} of\n${text}\nin\n${edited}`).toBe(true)
  // A new line ends as one that was there, and the marks at both ends of the file stay.
  expect([edited.startsWith('\uFEFF'), edited.endsWith('\n')]).toEqual([text.startsWith('\uFEFF'), finalEnd])
  const ends = (all: string): Set<string> => new Set(all.match(/\r?\n/g) ?? [])
  if (ends(text).size > 0) expect(ends(edited).difference(ends(text)).size, edited).toBe(0)
  // Nothing goes together with what is new here: a new line ends as the line before it does.
  if (removed.length === 0)
    for (const [index, line] of result.entries())
      if (/^[ {-]*name: x[12]\b[^\]]*$/.test(bare(line)) && index > 0 && line.endsWith('\n'))
        expect(endOf(line), edited).toBe(endOf(result[index - 1] ?? ''))
  const names = (
    parse(edited.replace(/^\uFEFF/, '')) as { readonly list: readonly { readonly name: string }[] }
  ).list.map(({ name }) => name)
  expect(names.filter((name) => name.startsWith('n'))).toEqual(
    Array.from({ length: layout.entries }, (_, index) => `n${index}.`).filter((_, index) => !removed.includes(index)),
  )
  expect(names.length).toBe(layout.entries - removed.length + added)
  return 'edited'
}

test('an edit leaves all other lines byte for byte and each comment with its entry, or is refused', () => {
  const came = { edited: 0, refused: 0 }
  fc.assert(
    fc.property(layouts, changes, (layout, change) => {
      came[check(layout, change(layout.entries))]++
    }),
    { numRuns: 4000 },
  )
  // Refusals are for what nobody could keep, and rare.
  expect(came.refused).toBeLessThan(came.edited / 10)
})

test('a JSON file stays JSON in its layout, whatever an edit does', () => {
  const words = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(words, fc.constantFrom(1, 2, 4), fc.constantFrom('\n', '\r\n'), changes, (texts, step, end, make) => {
      const list = texts.map((text, index) => ({ name: `n${index}.`, text }))
      const { edits, removed, set, added } = make(texts.length)
      const written = (value: unknown): string => `${JSON.stringify(value, null, step)}\n`.replaceAll('\n', end)
      const edited = edit('x.yaml', written({ list, other: [1, 2] }), edits, 'all is well')
      const meant = JSON.parse(edited) as { readonly list: readonly { readonly name: string }[] }
      expect(meant.list.length).toBe(list.length - removed.length + added)
      for (const [index, one] of list.entries())
        if (!removed.includes(index) && !set.includes(index)) expect(meant.list).toContainEqual(one)
      // What was taken out of a list to its last entry leaves its brackets on lines of their own.
      if (meant.list.length > 0)
        expect(
          edited.replaceAll(
            /\{ ?"here": 1 ?\}/g,
            JSON.stringify({ here: 1 }, null, step).replaceAll('\n', `${end}${' '.repeat(step)}`),
          ),
        ).toBe(written(meant))
    }),
    { numRuns: 500 },
  )
})

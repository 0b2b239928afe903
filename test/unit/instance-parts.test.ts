import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { meaning, open } from '../../src/instance/edit/original.ts'
import { parseInParts } from '../../src/instance/yaml/parse-in-chunks.ts'
import type { Path, Places } from '../../src/instance/yaml/positions.ts'
import type { PositionOf } from '../../src/instance/yaml/syntax.ts'
import { parseWhole } from '../../src/instance/yaml/parse.ts'
import { lines, load } from '../support/instance.ts'

const FILE = 'domain-blocks.yaml'

/** Offsets themselves, so that nothing is lost between them and lines. */
const at: PositionOf = (start, end) => ({ file: FILE, line: start, column: end })

/** Every path of a value, and some that lead nowhere. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path
  yield [...path, 'nowhere']
  yield [...path, 1_000]
  if (typeof value !== 'object' || value === null) return
  for (const [key, inside] of Object.entries(value))
    yield* pathsOf(inside, [...path, Array.isArray(value) ? Number(key) : key])
}

const told = ({ position, keyPosition, typed }: Places, value: unknown) =>
  Array.from(pathsOf(value), (path) => ({ path, position: position(path), key: keyPosition(path), typed: typed(path) }))

/** Parses both ways; whether it was possible in parts. */
function bothWays(text: string, entries: number): boolean {
  const whole = parseWhole(FILE, text, at)
  const parts = parseInParts(text, at, entries)
  if (parts === undefined) return false
  expect({ value: parts.value, told: told(parts, parts.value) }).toEqual({
    value: whole.value,
    told: told(whole, whole.value),
  })
  expect(whole.diagnostics).toEqual([])
  expect(meaning(open(FILE, text))).toEqual(whole.value)
  return true
}

const entry = fc.constantFrom(
  '- domain: a.example\n  severity: suspend\n',
  '- domain: a.example # of R&D\n  # more of it\n  severity: limit\n\n',
  '- { domain: a.example, severity: none }\n',
  '- a\n',
  '-\n',
  '- \n',
  '- # nothing yet\n',
  '-\n  domain: a.example\n',
  '- - a\n  - b\n',
  '- "a\n\n  b"\n',
  "- 'a\n  - b'\n",
  '- a\n  b\n',
  '- [a,\n  - b]\n',
  '- |\n  a\n  - b\n',
  '- |+\n   a\n\n\n',
  '- >-\n\n  a\n# less\n',
  '- comment: |\n    - a\n     b\n  more: 1\n',
  '- ? a\n  : - b\n    - c\n',
  '- 1: a\n  ~: b\n  true: c\n',
  '- __proto__: { a: 1 }\n',
  '-   wide: 1\n    more: [1, 0x1F, 1e3, ~]\n',
  "- \"a\\u00e9\": 'it''s'\n",
  '# a comment\n',
  '    # a comment far in\n',
  '\n',
  '   \n',
  '- a\u2028  - b\n',
  '- a\r  - b\n',
  '- a\u00a0\n  \u00a0\n',
)
const rare = fc.constantFrom(
  '- &name a\n',
  '- *name\n',
  '- !!str a\n',
  '- a: 1\n  a: 2\n',
  '- "open\n',
  '- [open\n',
  '- {a: }}\n',
  '-\ta\n',
  '\t- a\n',
  '  more: 1\n',
  'a: 1\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '? a\n',
  ': a\n',
  '- ? [a]\n  : b\n',
  '- "\\0"\n',
  '- - - - a\n - b\n',
  '- |1\n a\n',
  '- a: b: c\n',
  '- @a\n',
)
const head = fc.constantFrom(
  'domain_blocks:\n',
  '# R&D\nemptied_on_purpose: why\ndomain_blocks: # these\n\n',
  '"domain_blocks":\n',
  '1:\n',
  '__proto__:\n',
  '---\na: 1\nb:\n',
)
const oddHead = fc.constantFrom(
  '',
  'a: &name 1\nb:\n',
  'text: |\n',
  'text: "\n',
  'a:\n  b:\n',
  'a: [\n',
  'a: !!seq\n',
  '%YAML 1.1\n---\na:\n',
  '%TAG ! x\n---\na:\n',
  '? ',
  'a:\n - b\nc:\n',
  'a: 1\na:\n',
  '? [a]\n:\n',
)
const tail = fc.constantFrom(
  '',
  '',
  'emptied_on_purpose: why\n',
  '# the end',
  'more:\n  - a\n  - b\n',
  'more: |\n  - a\n',
  '...\n',
  '---\n- a\n',
  'more: {a: [b]}\n',
  'domain_blocks: []\n',
  'more',
  '- a\n',
  '"\n',
  ']\n',
)

const indented = (text: string, indent: string): string => text.replace(/^(?!$)/gm, indent)

const file = (entries: fc.Arbitrary<string>, heads: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(heads, fc.constantFrom('', ' ', '  ', '    '), fc.array(entries, { maxLength: 12 }), tail, fc.boolean())
    .map(([top, indent, list, end, windows]) => {
      const text = top + indented(list.join(''), indent) + end
      return windows ? text.replaceAll('\n', '\r\n') : text
    })

/** What random files found. */
const found: [string, number][] = [
  ['a:\n- >-\n\n  a\n# less\n- \n', 1],
  ['a:\n  - b\n  - ? c\n    : - d\n      # far in\n  - e\n', 2],
  ['a:\n- b: c\n-- "d": \'e\'\n- f: g\n', 1],
]

describe('a long list that is parsed in parts', () => {
  test('is the same value with the same places, or is parsed as a whole', () => {
    let inParts = 0
    fc.assert(
      fc.property(file(entry, head), fc.integer({ min: 1, max: 3 }), (text, entries) => {
        if (bothWays(text, entries)) inParts += 1
      }),
      { numRuns: 1_500, examples: found },
    )
    expect(inParts).toBeGreaterThan(200)
  })

  test('is read as a whole where a comment is below a dash that is alone on its line', () => {
    bothWays('a:\n- domain: a.example\n-\n#- |\n  a\n  - b\n- domain: b.example\n', 1)
  })

  test('is read as a whole below an empty key', () => {
    bothWays('a:\n:\n- domain: a.example\n  severity: suspend\n- domain: a.example\n  severity: suspend\n', 1)
  })

  test('is never read where the whole is refused, whatever is in it', () => {
    const any = fc.oneof({ weight: 5, arbitrary: entry }, { weight: 1, arbitrary: rare })
    const lines = fc
      .array(
        fc.oneof(
          any,
          fc.string({
            unit: fc.constantFrom(
              '- ',
              ':',
              ' ',
              '#',
              '"',
              "'",
              '[',
              ']',
              '{',
              '}',
              '|',
              '>',
              '&',
              '*',
              '!',
              '?',
              '%',
              ',',
              '\n',
              '\t',
              'a',
            ),
            maxLength: 8,
          }),
        ),
        { maxLength: 12 },
      )
      .map((all) => `a:\n${all.join('')}`)
    fc.assert(
      fc.property(
        fc.oneof(file(any, head), file(any, fc.oneof(head, oddHead)), lines),
        fc.integer({ min: 1, max: 3 }),
        (text, entries) => {
          bothWays(text, entries)
        },
      ),
      { numRuns: 4_000 },
    )
  })

  const blocks = (count: number, nth: (n: number) => string): string =>
    `domain_blocks:\n${Array.from({ length: count }, (_, n) => nth(n)).join('')}`
  const block = (n: number): string => `  - domain: blocked-${n}.example\n    severity: suspend\n`

  test('is told of by the lines of the file', async () => {
    const text = blocks(2_000, (n) => (n === 1_555 ? block(n).replace('suspend', 'suspnd') : block(n % 1_990)))
    expect(parseInParts(text, at)?.value).toEqual(parseWhole(FILE, text).value)
    expect(lines(await load({ [FILE]: text })).filter((line) => /^(error|warning)/.test(line))).toEqual([
      expect.stringContaining('domain-blocks.yaml:3113:15 severity: suspnd is not known'),
      ...Array.from({ length: 10 }, (_, n) =>
        expect.stringContaining(
          `domain-blocks.yaml:${3_982 + 2 * n}:13 the domain blocked-${n}.example is here twice, ` +
            `with the same content; first in line ${2 + 2 * n}`,
        ),
      ),
    ])
  })

  test('has no more brackets than a file may have', async () => {
    const text = blocks(15_000, (n) => `  - { domain: blocked-${n}.example, severity: suspend }\n`)
    expect(parseInParts(text, at)).toBeUndefined()
    expect(lines(await load({ [FILE]: text }))[0]).toContain('error too-large')
  })
})

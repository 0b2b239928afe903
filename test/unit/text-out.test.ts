import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inline, lines, steady } from '../../src/redaction/neutralise.ts'
import { code, prose } from '../../src/comments/markdown.ts'
import { expectNoControls } from '../support/github-html.ts'
import { commands, type Ran } from '../support/run-output.ts'

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '::add-mask::',
        '##[add-path]',
        '\n',
        ' ',
        '\t',
        '\u001b[8m',
        '\u001b[2J',
        '\u001b]0;x\u0007',
        '\r',
        '\u202e',
        '\u{e0041}',
        '\ud800',
        '"',
        '\\',
        '{',
        'a',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))
/** Colours alone are ours. */
const bare = (text: string): string => text.replaceAll(new RegExp(String.raw`\u001b\[[\d;]*m`, 'g'), '')

describe('what leaves by a stream', () => {
  it('steers no terminal and no runner, whoever forgot to make it safe', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const out = steady(text)
        expectNoControls(bare(out).replaceAll('\t', ''))
        expect(commands({ stdout: out, stderr: '' } as Ran)).toEqual([])
      }),
      { numRuns: 2_000, examples: [['##[#\n##[[##['], [' \u3000::x y\n\t::Set-Output::'], ['\u001b\u001b[31m[31m']] },
    )
  })

  it('is the JSON that it was', () => {
    fc.assert(
      fc.property(fc.array(hostile), (value) => {
        for (const indent of [0, 2]) expect(JSON.parse(steady(JSON.stringify(value, null, indent)))).toEqual(value)
      }),
      { numRuns: 1_000, examples: [[['##[x', '\u{e0041}', '\u202e\u007f', 'a\n::add-mask::']]] },
    )
  })

  it('keeps what is ours: colours, tabs, lines and accents', () => {
    const text = '\u001b[1mIn sync\u001b[0m:\tmünchen.example\n  – done ❤️\n'
    expect(steady(text)).toBe(text)
  })
})

describe('text of anybody', () => {
  it('has no heap of marks that would cover its neighbours, and keeps those of any language', () => {
    for (const text of ['n\u0303', 'ก็้', 'क्षि', '❤️', 'שָּׁ']) expect(inline(text)).toBe(text)
    const heap = `a${'\u0301\u0336'.repeat(150)}b`
    for (const shown of [inline(heap), lines(heap).join(''), code(heap), prose(heap)])
      expect(shown).not.toMatch(/\p{M}{7}/u)
    expect(inline(`a${'\u0301'.repeat(8)}`)).toBe(`a${'\u0301'.repeat(6)}\\u0301\\u0301`)
  })

  it('puts nothing out of sight behind blanks, of whatever kind', () => {
    for (const blank of [' ', '\u00a0', '\u2003', '\u2800', '\u3000', '\t'])
      expect(inline(`Spam${blank.repeat(500)}and all else`)).toMatch(/^Spam \[500 blanks\] and all else$/)
    expect(inline(`a${' '.repeat(39)}b${' '.repeat(100)}`)).toBe(`a${' '.repeat(39)}b${' '.repeat(100)}`)
  })
})

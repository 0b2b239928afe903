import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../src/instance/diagnostic.ts'
import { renderAnnotations } from '../../src/terminal/annotations.ts'
import { renderDiagnostics } from '../../src/terminal/diagnostics.ts'
import { safeWrite } from '../../src/redaction/safe-write.ts'
import { width } from '../../src/words/text.ts'
import { text } from '../support/plan-arbitrary.ts'

const SOURCE = 'domain_blocks:\n  - domain: 漢字.example\n    severty: suspend\n'
const LIST: Diagnostic[] = [
  { code: 'general', severity: 'info', message: 'Said last.' },
  {
    code: 'unknown-key',
    severity: 'error',
    message: 'There is no key severty here.',
    at: { file: 'b.yaml', line: 3, column: 5, end: { line: 3, column: 12 } },
    hint: 'severity: suspend',
  },
  {
    code: 'odd-name',
    severity: 'warning',
    message: 'An odd name.',
    at: { file: 'b.yaml', line: 2, column: 13, end: { line: 2, column: 23 } },
  },
  { code: 'first', severity: 'error', message: 'Said first.', at: { file: 'a.yaml', line: 900, column: 1 } },
]

test('a command to type is never broken', () => {
  const hint = 'Say yes, give --yes, or save the plan and apply it: herdbook plan --out plan.json'
  const shown = renderDiagnostics(
    [{ code: 'not-confirmed', severity: 'error', message: 'Nothing was applied.', hint }],
    { colour: false, width: 80 },
  )
  expect(shown).toContain(
    '  → Say yes, give --yes, or save the plan and apply it:\n    herdbook plan --out plan.json\n',
  )
  const two =
    'Put it back: git push --force origin 0123456789abcdef:refs/herdbook/production/ledger. ' +
    'If the older one is right: herdbook unlock --new-key "why"'
  for (const line of [
    'git push --force origin 0123456789abcdef:refs/herdbook/production/ledger.',
    'herdbook unlock --new-key "why"',
  ]) {
    expect(
      renderDiagnostics([{ code: 'x', severity: 'error', message: 'x', hint: two }], { colour: false, width: 80 }),
    ).toContain(line)
  }
})

describe('diagnostics on a terminal', () => {
  test('come all at once, by file and place, with the line, a caret, and what to type', () => {
    expect(
      renderDiagnostics(LIST, {
        colour: false,
        width: 80,
        sourceOf: (file) => (file === 'b.yaml' ? SOURCE : undefined),
      }),
    ).toMatchInlineSnapshot(`
      "a.yaml:900:1 error first
        Said first.

      b.yaml:2:13 warning odd-name
        An odd name.
          1 │ domain_blocks:
          2 │   - domain: 漢字.example
            │             ^^^^^^^^^^^^

      b.yaml:3:5 error unknown-key
        There is no key severty here.
          2 │   - domain: 漢字.example
          3 │     severty: suspend
            │     ^^^^^^^
        → severity: suspend

      info general
        Said last.

      2 errors, 1 warning and 1 note
      "
    `)
  })

  test('put the caret under the place, however odd or long the line', () => {
    const place = fc.tuple(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
      fc.string({ maxLength: 50 }),
    )
    fc.assert(
      fc.property(place, ([before, word, after]) => {
        const row = `${before}${word}${after}`.replace(/[\r\n]/g, ' ')
        const at = {
          file: 'x',
          line: 1,
          column: before.length + 1,
          end: { line: 1, column: before.length + word.length + 1 },
        }
        const output = renderDiagnostics([{ code: 'x', severity: 'error', message: 'x', at }], {
          colour: false,
          sourceOf: () => row,
        })
        const shown = output.split('\n')
        const text = shown.find((one) => one.startsWith('    1 │ ')) ?? ''
        const caret = shown.find((one) => one.startsWith('      │ ')) ?? ''
        expect(width(text)).toBeGreaterThanOrEqual(width(caret.trimEnd()) - caret.trimStart().length)
        expect(caret).toMatch(/\^+$/)
      }),
    )
    const long = renderDiagnostics(
      [{ code: 'x', severity: 'error', message: 'x', at: { file: 'x', line: 1, column: 500_001 } }],
      { colour: false, sourceOf: () => `${'a'.repeat(500_000)}b${'c'.repeat(500_000)}` },
    )
    expect(long.length).toBeLessThan(500)
    const [row = '', caret = ''] = long.split('\n').slice(2, 4)
    expect(row[caret.indexOf('^')]).toBe('b')
  })
})

describe('annotations', () => {
  test('are workflow commands with everything escaped', () => {
    const hostile: Diagnostic = {
      code: 'a:b,c',
      severity: 'error',
      message: '100%\n::stop-commands::x',
      at: { file: 'a,b:c.yaml', line: 1, column: 2 },
    }
    const annotations = renderAnnotations([hostile, ...LIST.slice(1, 2), ...LIST.slice(0, 1)], 'instance/')
    expect(annotations.split('\n')).toEqual([
      '::error file=instance/a%2Cb%3Ac.yaml,line=1,col=2,title=a%3Ab%2Cc::100%25%0A: :stop-commands::x',
      '::error file=instance/b.yaml,line=3,col=5,endLine=3,endColumn=12,title=unknown-key::' +
        'There is no key severty here.%0Aseverity: suspend',
      '::notice title=general::Said last.',
      '',
    ])
  })

  test('stay one line each, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ code: text, severity: fc.constantFrom('error', 'warning', 'info'), message: text, hint: text }),
          { maxLength: 4 },
        ),
        (list) => {
          const rows = renderAnnotations(list).split('\n')
          expect(rows.pop()).toBe('')
          expect(rows.length).toBe(list.length)
          for (const row of rows) expect(row).toMatch(/^::(error|warning|notice) title=[^:,]*::/)
        },
      ),
    )
  })
})

test('nothing is written of a text that holds a secret', () => {
  const out: string[] = []
  const scan = (output: string): void => {
    if (output.includes('s3cret')) throw new Error('a secret')
  }
  safeWrite('fine', scan, (output) => out.push(output))
  expect(() => safeWrite('a s3cret', scan, (output) => out.push(output))).toThrow('a secret')
  expect(out).toEqual(['fine'])
})

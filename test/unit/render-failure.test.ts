import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXIT, type Diagnostic } from '../../src/instance/diagnostic.ts'
import { renderFailure } from '../../src/comments/failure.ts'
import { expectInert } from '../support/github-html.ts'
import { html } from '../support/github-page.ts'
import { text } from '../support/plan-arbitrary.ts'
import { RUN, FILES, MARKER, BLOCKS } from '../support/proposals.ts'

describe('files that are not valid', () => {
  const problems: Diagnostic[] = [
    {
      code: 'unknown-key',
      severity: 'error',
      message: 'Unknown key `severty` @owner.',
      at: { file: 'domain-blocks.yaml', line: 5, column: 5, end: { line: 5, column: 13 } },
      hint: 'Did you mean severity?',
    },
    {
      code: 'odd',
      severity: 'error',
      message: 'The token is not a reference.',
      at: { file: 'instance.yaml', line: 1, column: 1 },
      hint: '{ env: NAME }',
    },
  ]

  test('are told with the line, what to write instead and a link; instance.yaml is never quoted', () => {
    const comment = renderFailure(EXIT.invalid, problems, {
      visibility: 'public',
      sourceOf: (file) => (file === 'instance.yaml' ? 'token: hush' : BLOCKS),
      filesAt: FILES,
      run: RUN,
      marker: MARKER,
    })
    expect(comment.split('\n').slice(0, 2)).toEqual([MARKER, '### The files are not valid: 2 errors'])
    expect(comment).toContain(
      '  ```text\n  4 │   - domain: spam.example\n  5 │     severity: suspend\n' +
        '    │     ^^^^^^^^\n  ```\n\n  → Did you mean severity?',
    )
    expect(comment).not.toContain('hush')
    expectInert(comment, { links: [FILES, RUN], comments: [MARKER] })
    expect(html(comment)).toMatch(/<li>[^]*<pre><code class="language-text">4 │[^]*<\/li>/)
  })

  test('are as many as fit', () => {
    const thousand = Array.from({ length: 10_000 }, (_, i) => ({
      code: 'x',
      severity: 'error' as const,
      message: `Problem ${i} with something that is long to tell`,
    }))
    const comment = renderFailure(EXIT.invalid, thousand, { visibility: 'public' })
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536)
    expect(comment).toMatch(/^### The files are not valid: 10,000 errors[^]*Problem 99 [^]*and 9,900 more/)
  })

  test('are inert and within the limit, whatever they hold', () => {
    const problem = fc.record({
      code: text,
      severity: fc.constantFrom('error', 'warning', 'info'),
      message: text,
      hint: text,
      at: fc.record({ file: text, line: fc.integer({ min: 1, max: 4 }), column: fc.integer({ min: 1, max: 9 }) }),
    })
    fc.assert(
      fc.property(fc.array(problem, { maxLength: 30 }), text, (list, source) => {
        const comment = renderFailure(EXIT.invalid, list, {
          visibility: 'public',
          sourceOf: () => source,
          filesAt: FILES,
          limit: 4000,
        })
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(4000)
        expectInert(comment, { links: [FILES] })
      }),
      { numRuns: 200 },
    )
  })
})

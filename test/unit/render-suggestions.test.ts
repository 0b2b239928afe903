import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { suggestionsFor } from '../../src/comments/suggestions.ts'
import { expectInert } from '../support/github-html.ts'
import { text } from '../support/plan-arbitrary.ts'
import { PUBLIC, FILES, BLOCKS, lacking, textOf } from '../support/proposals.ts'

describe('missing consent', () => {
  test('is shown as the line to add, where it belongs', () => {
    const comment = renderMarkdown(lacking([undefined]), { ...PUBLIC, sourceOf: textOf, filesAt: FILES })
    expect(comment).toContain(
      '> ```diff\n> @@ domain-blocks.yaml @@\n>      severity: suspend\n' +
        '>      public_comment: Spam, no moderation\n> +    accept_severed_relationships: 31\n',
    )
    expect(comment).toContain(`[\`domain-blocks.yaml:14\`](${FILES}/domain-blocks.yaml#L14)`)
    expect(comment).not.toContain('`accept_severed_relationships: 31`')
    expectInert(comment, { links: [FILES] })
  })

  test('is told in words where the file can not be quoted', () => {
    expect(renderMarkdown(lacking([undefined]), PUBLIC)).toContain('`accept_severed_relationships: 31`')
  })

  test('is a suggestion on the line that it belongs under, or that it replaces', () => {
    const [added, replaced, ...others] = suggestionsFor(lacking([undefined, 12]), textOf)
    expect(others).toEqual([])
    expect(added).toMatchObject({ file: 'domain-blocks.yaml', line: 6 })
    expect(added?.body).toBe(
      '`spam.example`: removes 12 follows and 9 followers of 5 members; the server knows 3 accounts from there. ' +
        "You can't undo this. If you want it, accept this suggestion. If not, take the change out of the file.\n\n" +
        '```suggestion\n    public_comment: Spam, no moderation\n    accept_severed_relationships: 31\n```\n',
    )
    expect(replaced).toMatchObject({ line: 9 })
    expect(replaced?.body).toContain(
      '```suggestion\n  - { domain: raid.example, severity: suspend, accept_severed_relationships: 31 }\n```',
    )
  })

  test('is what the plan finds to be missing, and nothing besides', () => {
    const plan = lacking([undefined, 12])
    const found = suggestionsFor(
      { ...plan, findings: plan.findings.filter(({ about }) => about === 'domain-block/raid.example') },
      textOf,
    )
    expect(found.map(({ line }) => line)).toEqual([9])
  })

  test('of neighbours is one suggestion', () => {
    const together = (file: string): string | undefined => textOf(file)?.replace(/  - domain: quiet[^{]*(?=  - \{)/, '')
    const { steps, ...plan } = lacking([undefined, 12])
    const moved = steps.map((one, i) => ({
      ...one,
      source: { file: 'domain-blocks.yaml', path: ['domain_blocks', i + 1] },
    }))
    expect(suggestionsFor({ ...plan, steps: moved }, together)).toEqual([
      {
        file: 'domain-blocks.yaml',
        line: 7,
        body:
          "You can't undo this. If you want it, accept this suggestion. " +
          'If not, take the change out of the file.\n\n```suggestion\n    accept_severed_relationships: 31\n' +
          '  - { domain: raid.example, severity: suspend, accept_severed_relationships: 31 }\n```\n',
      },
    ])
  })

  test('of any file is one that arrives as it was sent, or none', () => {
    fc.assert(
      fc.property(text, (comment) => {
        const source =
          'domain_blocks:\n  - domain: x.example\n' +
          `    public_comment: ${JSON.stringify(comment)} # ${comment.replaceAll(/\s/g, ' ')}\n`
        const plan = lacking([undefined])
        const steps = plan.steps.map((one) => ({
          ...one,
          source: { file: 'domain-blocks.yaml', path: ['domain_blocks', 0] },
        }))
        for (const { body } of suggestionsFor({ ...plan, steps }, () => source)) {
          const [, , lines = ''] = /(`{3,})suggestion\n([^]*)\n\1\n$/.exec(body) ?? []
          expect(lines.split('\n')).toEqual([source.split('\n')[2], '    accept_severed_relationships: 31'])
          expectInert(body)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('is not suggested in a file that is not sound', () => {
    expect(suggestionsFor(lacking([undefined]), () => 'domain_blocks: [')).toEqual([])
    expect(suggestionsFor(lacking([undefined]), () => BLOCKS.replace('Spam, no moderation', 'Spam \u202e'))).toEqual([])
  })
})

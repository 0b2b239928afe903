import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine } from '../../src/jobs/status-check.ts'
import { NO_EDITS } from '../../src/words/config-changes.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { renderDifferences, type PublicServer } from '../../src/comments/stranger-pull-request.ts'
import { expectInert } from '../support/github-html.ts'
import { anyPlan, text } from '../support/plan-arbitrary.ts'
import { EMPTY, SAMPLE, step } from '../support/plans.ts'
import { regexOf } from '../support/regex-of.ts'

const HEAD = '1d4f00cafe2b3c4d5e6f1d4f00cafe2b3c4d5e6f'
const BASE = '9e8d7c6b5a4f3e2d1c0b9e8d7c6b5a4f3e2d1c0b'
const OPTIONS = { kinds: KINDS, head: HEAD, base: BASE }
const SEEN: PublicServer = {
  domainBlocks: new Map([['raid.example', { severity: 'silence', comment: 'Raids @owner' }]]),
  rules: ['Be kind. No racism, sexism, homophobia or transphobia is tolerated here.'],
}
const plan = { ...EMPTY, steps: SAMPLE.steps }

test('a comment on a stranger’s files says first that live was not asked, and how a maintainer asks', () => {
  const comment = renderDifferences(plan, { ...OPTIONS, marker: '<!-- herdbook:production -->' })
  expect(comment.split('\n')[1]).toMatch(/^### Commit `1d4f00cafe2b`, files only: blocks `spam\.example`, raises/)
  expect(comment).toContain(
    'the label `herdbook: plan`. It counts only for the commit that this comment shows at that moment.',
  )
  expect(comment).toContain(`> \`\`\`text\n> /plan ${HEAD}\n> \`\`\``)
  expect(comment).toContain('#### `domain-blocks.yaml` · 4 changes')
  expectInert(comment, { comments: ['<!-- herdbook:production -->'] })
})

test('what the server shows in public stands beside each block and rule', () => {
  const comment = renderDifferences(plan, { ...OPTIONS, publicView: SEEN })
  const today = comment.slice(comment.indexOf('#### What the server shows in public today'))
  expect(today).toContain('- `spam.example`: the server shows no block\n')
  expect(today).toContain('- `raid.example`: the server shows it as limited, with the comment `Raids @owner`\n')
  expect(today).toContain('- `be-kind`: the rule on the server has the text of the main branch\n')
  expect(today).not.toContain('alice')
  const changed = {
    ...SEEN,
    rules: ['Be kind. No racism, sexism, homophobia, transphobia or ableism is tolerated here.'],
  }
  expect(renderDifferences(plan, { ...OPTIONS, publicView: changed })).toContain(
    '- `be-kind`: the rule on the server already has the text of this pull request',
  )
  expect(renderDifferences(plan, { ...OPTIONS, publicView: { ...SEEN, rules: [] } })).toContain(
    '- `be-kind`: the rule on the server has neither the text of the main branch nor the text of this pull request',
  )
  const shy = renderDifferences(plan, { ...OPTIONS, publicView: { domainBlocks: null, rules: null } })
  expect(shy).toContain('- The server does not publish its domain blocks.\n- The server does not publish its rules.')
  expect(
    renderDifferences({ ...EMPTY, steps: [step('moderator', 'alice')] }, { ...OPTIONS, publicView: SEEN }),
  ).not.toContain('in public today')
})

test('files that mean the same are one line', () => {
  expect(renderDifferences(EMPTY, OPTIONS)).toBe(
    '**No changes**: the files of `1d4f00cafe2b` mean the same as those of `9e8d7c6b5a4f`. ' +
      'Herdbook did not read the server.\n',
  )
})

test('files that change what Herdbook itself goes by do not mean the same', () => {
  const edits = {
    notUsed: ['instance.yaml: acting_account'],
    inForce: [{ key: 'minimum_owners', before: '2', after: '1' }],
    runs: [],
    others: [],
  }
  const comment = renderDifferences(EMPTY, { ...OPTIONS, edits })
  expect(comment).toMatch(
    regexOf(
      /^### Commit `1d4f00cafe2b`, files only: no changes on the server\. /,
      /This pull request changes Herdbook's own settings\./,
    ),
  )
  expect(comment).toContain('`policy.yaml`: `minimum_owners`: `2` → `1`')
  expect(comment).toMatch(
    /Herdbook uses these changes only after the merge:\*\*\n> - `instance\.yaml`: `acting_account`/,
  )
  expect(comment).toContain('the label `herdbook: plan`')
})

test('other files are shown as what they are, and never called no change', () => {
  const others = ['README.md', 'docs/@everyone.md', 'c.md', 'd.md', 'e`.md']
  const comment = renderDifferences(EMPTY, { ...OPTIONS, edits: { ...NO_EDITS, others } })
  expect(comment).toMatch(
    /^### Commit `1d4f00cafe2b`, files only: no changes on the server\. This pull request changes 5 other files\./,
  )
  expect(comment).toMatch(
    regexOf(
      /> \*\*5 other files change\.\*\* Herdbook neither reads nor runs them:\n/,
      /> - `README\.md`\n> - `docs\/@everyone\.md`/,
    ),
  )
  expect(comment).not.toMatch(/\*\*No changes\*\*|mean the same/)
  expectInert(comment)
  expect(oneLine(EMPTY, { ...NO_EDITS, others })).toBe(
    'Changes nothing on the server; changes 5 other files: README.md, docs/@everyone.md, c.md and 2 more',
  )
  expect(oneLine(EMPTY, { ...NO_EDITS, others: ['README.md'] })).toBe(
    'Changes nothing on the server; changes 1 other file: README.md',
  )
  expect(
    renderMarkdown(EMPTY, {
      kinds: KINDS,
      visibility: 'public',
      proposal: {
        pullRequest: 1,
        base: BASE,
        head: HEAD,
        leftover: new Set(),
        withheld: new Map(),
        byFiles: [],
        edits: { ...NO_EDITS, others },
        run: 'https://github.com/x',
      },
    }),
  ).toMatch(/^### No changes on the server\. This pull request changes 5 other files\.\n[^]*`README\.md`/)
})

test('it is inert and within the limit, whatever the plan, the commits and the server', () => {
  const views: fc.Arbitrary<PublicServer> = fc.record({
    domainBlocks: fc.option(
      fc
        .array(fc.tuple(text, fc.record({ severity: text, comment: text })), { maxLength: 5 })
        .map((entries) => new Map(entries)),
    ),
    rules: fc.option(fc.array(text, { maxLength: 3 })),
  })
  fc.assert(
    fc.property(
      anyPlan,
      text,
      text,
      views,
      fc.integer({ min: 3000, max: 65_536 }),
      (any, head, base, publicView, limit) => {
        const comment = renderDifferences(any, { kinds: KINDS, head, base, publicView, limit })
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(limit)
        expectInert(comment)
      },
    ),
    { numRuns: 200 },
  )
})

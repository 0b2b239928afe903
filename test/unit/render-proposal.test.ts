import { KINDS } from '../../src/providers/kinds.ts'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_EDITS } from '../../src/words/config-changes.ts'
import { renderMarkdown, showsPlanOf } from '../../src/comments/plan.ts'
import { marksBlock, marksOf, parseMarks, sealComment } from '../../src/reconcile/approval-marks.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import { expectInert } from '../support/github-html.ts'
import { anyPlan, text } from '../support/plan-arbitrary.ts'
import { announced, EMPTY, SAMPLE, step } from '../support/plans.ts'
import { sealingWith } from '../support/sealing.ts'
import { PUBLIC, RUN, FILES, PROPOSAL, MARKER, MARK, HIDDEN, BLOCKS, lacking } from '../support/proposals.ts'
import { regexOf } from '../support/regex-of.ts'

describe('the comment on a pull request', () => {
  test('says whom it touches, and what merging does', () => {
    const plan = { ...lacking([30]), findings: [] }
    const comment = renderMarkdown(plan, { ...PUBLIC, proposal: PROPOSAL, marker: MARKER, hidden: HIDDEN })
    const lines = comment.split('\n')
    expect(lines.slice(0, 3)).toEqual([
      MARKER,
      MARK,
      '### Blocks `spam.example`. Removes 21 follow relations of 5 members.',
    ])
    expect(comment).toContain("**Merging this approves 1 change** and applies it: 1 call to Mastodon's API (seconds).")
    expect(comment).toContain('commit `1d4f00cafe2b` on `9e8d7c6b5a4f`')
    expect(comment).toContain(`[this run](${RUN})`)
    expect(comment).toContain('`/plan 1d4f00cafe2b`')
    expect(comment.endsWith(`\n\n${HIDDEN}\n`)).toBe(true)
    expectInert(comment, { links: [RUN], comments: [MARKER, MARK, HIDDEN] })
  })

  test('does not say that merging applies at once what members are told of first', () => {
    const told = (...steps: Step[]): string =>
      renderMarkdown({ ...EMPTY, steps }, { ...PUBLIC, proposal: PROPOSAL }).split('\n')[2] ?? ''
    const held =
      '1 change waits until 4 December 2026 or later, because members are informed first. ' +
      'The first apply from that day on makes it.'
    expect(told(announced('bad.example'))).toBe(`**Merging this approves 1 change**. ${held}`)
    expect(told(announced('bad.example'), step('rule', 'kind'))).toBe(
      `**Merging this approves 2 changes** and applies them: 1 call to Mastodon's API (seconds). ${held}`,
    )
  })

  test('shows apart what earlier merges left over, and counts it in', () => {
    const left = step('moderator', 'bessie', {
      target: { role: 'Moderator' },
      digest: 'a'.repeat(64),
      hazard: 'disruptive',
    })
    const comment = renderMarkdown(
      { ...EMPTY, steps: [...SAMPLE.steps.slice(0, 1), left] },
      { ...PUBLIC, proposal: { ...PROPOSAL, leftover: new Set([left.digest]) } },
    )
    expect(comment.split('\n')[0]).toBe(
      '### Blocks `spam.example`. Left over from earlier merges: gives `Moderator` to `bessie`. ' +
        'Removes 21 follow relations.',
    )
    expect(comment).toMatch(
      regexOf(
        /#### Left over from earlier merges · 1 change\n\n/,
        /The main branch already asks for these changes\.[^]*Gives `Moderator` to `bessie`/,
      ),
    )
    expect(comment).toContain('**Merging this approves 2 changes**')
    expect(
      renderMarkdown(
        { ...EMPTY, steps: [left] },
        { ...PUBLIC, proposal: { ...PROPOSAL, leftover: new Set([left.digest]) } },
      ),
    ).toMatch(/^### This pull request adds no changes\. Left over/)
  })

  test('says which kinds were compared with files, and which edits are not used', () => {
    const proposal = {
      ...PROPOSAL,
      byFiles: ['role', 'moderator'],
      edits: { ...NO_EDITS, notUsed: ['mastodon.api of instance.yaml points to https://evil.example @owner'] },
    }
    const comment = renderMarkdown({ ...EMPTY, steps: SAMPLE.steps.slice(0, 1) }, { ...PUBLIC, proposal })
    expect(comment).toContain('Roles and moderators are compared with the main branch only')
    expect(comment).toContain('**Herdbook uses these changes only after the merge:**')
    expectInert(comment, { links: [RUN] })
    expect(renderMarkdown(EMPTY, { ...PUBLIC, proposal })).toContain(
      '**Herdbook uses these changes only after the merge:**',
    )
  })

  test('never calls a change of the policy no change, and shows its values', () => {
    const inForce = [
      { key: 'budgets.domain_block.create', before: '25', after: '1000' },
      { key: 'protected_domains', before: 'friend.example', after: null },
    ]
    const comment = renderMarkdown(EMPTY, { ...PUBLIC, proposal: { ...PROPOSAL, edits: { ...NO_EDITS, inForce } } })
    expect(comment).toMatch(/^### No changes on the server\. This pull request changes Herdbook's own settings\.\n/)
    expect(comment).toContain(
      '> **The policy changes.** From the merge on, every apply uses these new values:\n' +
        '> - `policy.yaml`: `budgets.domain_block.create`: `25` → `1000`\n' +
        '> - `policy.yaml`: `protected_domains`: `friend.example` → not set',
    )
    expectInert(comment, { links: [RUN] })
  })

  test('is one line between marker and hidden block where nothing changes', () => {
    const comment = renderMarkdown(EMPTY, { ...PUBLIC, proposal: PROPOSAL, marker: MARKER, hidden: HIDDEN })
    expect(comment.replace(`${MARKER}\n${MARK}`, '').replace(HIDDEN, '').trim().split('\n')).toEqual([
      `**No changes**: \`herd.example\` matches the files (0 objects read). [Run](${RUN}) for \`1d4f00cafe2b\`.`,
    ])
  })

  test('says to us of which commit it is, whatever its words and its line ends', () => {
    const shown = (plan: Plan): string =>
      renderMarkdown(plan, { ...PUBLIC, proposal: PROPOSAL, marker: MARKER, hidden: HIDDEN })
    for (const comment of [
      shown(SAMPLE),
      shown(EMPTY),
      shown(EMPTY).replaceAll('\n', '\r\n'),
      shown(SAMPLE).replace(/<sub>.*/, ''),
    ]) {
      expect(showsPlanOf(comment, PROPOSAL.head)).toBe(true)
      expect(showsPlanOf(comment, PROPOSAL.base)).toBe(false)
      expect(showsPlanOf(comment, PROPOSAL.head.slice(0, 12))).toBe(false)
    }
    // The mark counts alone where there is one, and only where we write it.
    expect(showsPlanOf(shown(SAMPLE).replace(MARK, MARK.replace('1d4f', 'aaaa')), PROPOSAL.head)).toBe(false)
    expect(showsPlanOf(`${MARKER}\n### Limits\n${MARK}\n`, PROPOSAL.head)).toBe(false)
    expect(renderMarkdown(SAMPLE, { ...PUBLIC, proposal: PROPOSAL })).not.toContain('herdbook-plan')
  })

  test('is known again in a comment of the version before, and sealed with its mark', async () => {
    const read = (name: string): Promise<string> => readFile(new URL(`golden/615b2b0/${name}`, import.meta.url), 'utf8')
    const [old, about] = [
      await read('comment.md'),
      JSON.parse(await read('about.json')) as { key: string; comment: { head: string } },
    ]
    expect(showsPlanOf(old, about.comment.head)).toBe(true)
    expect(showsPlanOf(old, PROPOSAL.head)).toBe(false)
    const planned = { pullRequest: 12, head: PROPOSAL.head }
    const sealing = sealingWith(Buffer.from(about.key))
    const hidden = marksBlock(marksOf([], { pullRequest: 12, restore: [], askedBy: [], isOurs: false }, sealing))
    const comment = sealComment(
      renderMarkdown(SAMPLE, { ...PUBLIC, proposal: PROPOSAL, marker: MARKER, hidden }),
      planned,
      sealing,
    )
    expect(parseMarks(comment, planned, sealing)).toMatchObject({ marks: [] })
    expect(parseMarks(comment.replace('head=1d4f', 'head=aaaa'), planned, sealing)).toBe('altered')
  })

  test('is inert and within the limit, its hidden block counted, whatever the plan and the branch', () => {
    const options = fc.record({
      base: text,
      head: text,
      run: text,
      leftover: fc.constant(new Set(['f'.repeat(64)])),
      withheld: fc
        .constantFrom(...([[], ['refused'], ['not-asked'], ['unknown-account']] as const))
        .map((whys) => new Map(whys.map((why) => ['f'.repeat(64), why]))),
      byFiles: fc.subarray(KINDS.map(({ name }) => name)),
      edits: fc.record({
        notUsed: fc.array(text, { maxLength: 2 }),
        inForce: fc.array(fc.record({ key: text, before: fc.option(text), after: fc.option(text) }), { maxLength: 2 }),
        runs: fc.array(text, { maxLength: 2 }),
        others: fc.array(text, { maxLength: 2 }),
      }),
      pullRequest: fc.nat(),
    })
    fc.assert(
      fc.property(anyPlan, options, fc.integer({ min: 3000, max: 65_536 }), (plan, proposal, limit) => {
        const comment = renderMarkdown(plan, {
          ...PUBLIC,
          proposal,
          limit,
          marker: MARKER,
          hidden: HIDDEN,
          filesAt: FILES,
          sourceOf: () => BLOCKS,
        })
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(limit)
        const { hostname = '', protocol = '' } = URL.parse(proposal.run) ?? {}
        expectInert(comment, {
          links: [FILES, ...(/^https?:$/.test(protocol) ? [`${protocol}//${hostname}`] : [])],
          comments: [MARKER, MARK.replace(PROPOSAL.head, proposal.head.replaceAll(/[^0-9a-f]/g, '')), HIDDEN],
        })
      }),
      { numRuns: 150 },
    )
  })

  test('holds the whole plan of 10,000 changes in the summary of a job', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) =>
      step('domain-block', `server-${i}.example`, { target: { severity: 'silence' } }),
    )
    const summary = renderMarkdown({ ...EMPTY, steps }, { ...PUBLIC, limit: 1_048_576 })
    for (const { id } of steps) expect(summary).toContain(`\`${id}\``)
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_048_576)
  })
})

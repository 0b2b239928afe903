import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { renderDriftIssue } from '../../src/comments/drift-issue.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { expectInert } from '../support/github-html.ts'
import { html } from '../support/github-page.ts'
import { anyPlan, text } from '../support/plan-arbitrary.ts'
import { announced, EMPTY, difference, step } from '../support/plans.ts'
import { RUN, PULL, OPTIONS, PLAN, BOX, issueOf, boxesIn } from '../support/drift-issue.ts'
import { regexOf } from '../support/regex-of.ts'

describe('the drift issue', () => {
  const issue = issueOf(PLAN, {
    ended: [
      { ref: 'domain-block/politics.example', until: '2026-12-24', pullRequest: { number: 31, url: PULL } },
      { ref: 'moderator/bob', until: '2026-12-31', pullRequest: null },
    ],
  })

  test('counts what there is in its title', () => {
    expect(issue.title).toBe(
      'herd.example: 1 changed by hand, 1 changed on both sides, ' +
        '1 added by hand, 2 ended, 1 not applied yet, 1 waiting and 1 not read',
    )
  })

  test('offers both ways out of a difference, in words', () => {
    expect(issue.body).toContain(
      '**Domain block** `flood.example`<br>`severity`: `suspend` on the server, `limit` in the files\n\n' +
        "- [ ] **Adopt**: keep the server's version <!-- adopt domain-block/flood.example -->\n" +
        "- [ ] **Restore**: use the files' version <!-- restore domain-block/flood.example -->",
    )
    expect(issue.body).toContain(
      '**Domain block** `tonight.example`: `suspend`\n\n' +
        '- [ ] **Adopt**: copy it into the files <!-- adopt domain-block/tonight.example -->\n' +
        '- [ ] **Restore**: remove it from the server <!-- restore domain-block/tonight.example -->\n' +
        '- [ ] **Leave**: keep it on the server and in no file. ' +
        `If it changes, it comes back to this list <!-- leave domain-block/tonight.example ${'a'.repeat(64)} -->`,
    )
    expect(issue.body).not.toContain('adopt domain-block/older.example')
    expect(html(issue.body).match(/<input type="checkbox"/g)).toHaveLength(7)
  })

  test('links the pull request that ends what has ended', () => {
    expect(issue.body).toContain(
      '- `domain-block/politics.example` was valid until 24 December ' +
        `2026. [Pull request 31](${PULL}) removes it from the files.`,
    )
    expect(issue.body).toContain('- `moderator/bob` was valid until 31 December 2026. Remove this entry from the files')
  })

  test('tells what is left over, waits, was not read, and counts staff', () => {
    expect(issue.body).toMatch(/### Not applied yet · 1\n\n[^\n]*left over[^]*Blocks `spam\.example`/)
    expect(issueOf({ ...EMPTY, steps: [announced('bad.example', '2026-11-26T09:30:00.000Z')] }).body).toMatch(
      regexOf(
        /waits for a later day, or failed[^]*`bad\.example` [^\n]*/,
        /<br>Members were informed on 26 November 2026\. Herdbook applies this on 4 December 2026 or later\./,
      ),
    )
    expect(issue.body).toContain('moderator `newcomer`: cannot get a role yet')
    expect(issue.body).toContain('Herdbook could not read these, so it changes none of them')
    expect(issue.body).toContain('On the server, in no file, and left alone: 1 moderator.')
    expect(issue.body).not.toContain('second')
    const open = issueOf(PLAN, { visibility: 'private', show: { staff: true } })
    expect(open.body).toContain('there is no account of that name yet')
    expect(open.body).toContain('left alone: 1 moderator: `second`.')
  })

  test('has no box that would write into the files what it does not show', () => {
    const plan: Plan = {
      ...EMPTY,
      drift: [
        difference('ip-block', '192.0.2.0/24', 'drift', {
          desired: { comment: 'in the file' },
          live: { comment: 'hush' },
          fields: ['comment'],
        }),
      ],
    }
    const { body } = issueOf(plan)
    expect(body).not.toContain('hush')
    expect(body).not.toContain('<!-- adopt')
    expect(body).toContain(
      "- To keep the server's version, run `herdbook adopt ip-block/192.0.2.0/24` on your own computer.",
    )
    expect(body).toContain('<!-- restore ip-block/192.0.2.0/24 -->')
    expect(issueOf(plan, { visibility: 'private', show: { ip_blocks: true } }).body).toContain(
      '<!-- adopt ip-block/192.0.2.0/24 -->',
    )
  })

  test('counts what was added and may not be named', () => {
    const plan: Plan = {
      ...EMPTY,
      unmanaged: [
        { kind: 'moderator', id: 'hush-name', addedByHand: true, mark: 'a'.repeat(64), fields: {} },
        { kind: 'ip-block', id: '203.0.113.9/32', addedByHand: true, mark: 'a'.repeat(64), fields: {} },
      ],
    }
    const { title, body } = issueOf(plan)
    expect(title).toBe('herd.example: 2 added by hand')
    expect(body).toContain('There are also 1 moderator and 1 IP block that this issue must not name.')
    expect(body).not.toMatch(/hush|203\.0|- \[/)
  })

  test('counts what somebody changed and no file names as changed, in the same words as the terminal', () => {
    const [changed, added] = ['site_title', 'theme'].map((id, i) => ({
      kind: 'setting',
      id,
      addedByHand: true,
      ...(i === 0 ? { changed: true as const } : {}),
      mark: 'a'.repeat(64),
      fields: { value: 'x' },
    }))
    const plan: Plan = { ...EMPTY, unmanaged: [changed, added, added].flatMap((one) => one ?? []) }
    const { title, body } = issueOf(plan)
    expect(title).toBe('herd.example: 1 changed by hand and 2 added by hand')
    expect(body).toContain('### Added or changed by hand · 3\n')
    expect(renderPlan(plan, { kinds: KINDS, colour: false }).split('\n')[0]).toBe(
      'No changes to apply. 1 object was changed by hand and 2 added by hand.',
    )
  })

  test('is not there where nobody has to decide anything', () => {
    expect(
      renderDriftIssue(
        {
          ...EMPTY,
          unmanaged: [{ kind: 'moderator', id: 'second', addedByHand: false, mark: 'a'.repeat(64), fields: {} }],
        },
        OPTIONS,
      ),
    ).toBeNull()
  })

  test('is inert and within the limit, whatever is on the server', () => {
    const endings = fc.array(
      fc.record({
        ref: text,
        until: text,
        pullRequest: fc.option(fc.record({ number: fc.nat(), url: fc.constant(PULL) })),
      }),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(anyPlan, endings, fc.integer({ min: 3000, max: 65_536 }), (plan, ended, limit) => {
        const found = renderDriftIssue(plan, { ...OPTIONS, ended, limit })
        if (found === null) return
        expect(Buffer.byteLength(found.body)).toBeLessThanOrEqual(limit)
        expectInert(found.body, { links: [RUN, PULL], boxes: boxesIn(found.body), comments: BOX })
        expect(found.title.length).toBeLessThanOrEqual(256)
        expect(found.title).not.toMatch(/[@#`<\n]/)
      }),
      { numRuns: 200 },
    )
  })

  test('of ten thousand differences is within the limit', () => {
    const drift = Array.from({ length: 10_000 }, (_, i) =>
      difference('domain-block', `server-${i}.example`, 'drift', {
        fields: ['severity'],
        desired: { severity: 'silence' },
        live: { severity: 'suspend' },
      }),
    )
    const { title, body } = issueOf({ ...EMPTY, drift, steps: [step('rule', 'x')] })
    expect(title).toContain('10,000 changed by hand')
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    expect(body).toContain('… and 9,900 more')
  })
})

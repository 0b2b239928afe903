import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { nothingDone, type ApplyReport } from '../../src/reconcile/report.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { renderApplied } from '../../src/comments/applied.ts'
import { renderFailure, renderFailureIssue } from '../../src/comments/failure.ts'
import { expectInert } from '../support/github-html.ts'
import { anyReport, text } from '../support/plan-arbitrary.ts'
import { announced, debt, EMPTY, SAMPLE, step } from '../support/plans.ts'
import { regexOf } from '../support/regex-of.ts'

const RUN = 'https://github.com/herd/instance/actions/runs/7'
const OPTIONS = { kinds: KINDS, visibility: 'public', run: RUN } as const
const [spam, raid, noisy, reformed, alice, rule, setting] = SAMPLE.steps
const REPORT = nothingDone({ ...EMPTY, steps: SAMPLE.steps })
const steps = (...all: readonly (Step | undefined)[]): Step[] => all.flatMap((one) => one ?? [])

describe('the report of an apply', () => {
  test('is short and calm where all went well', () => {
    const report = { ...REPORT, plan: { ...EMPTY, steps: steps(spam) }, done: steps(spam) }
    expect(renderApplied(report, { ...OPTIONS, seconds: 3.2 })).toBe(
      '**Applied**: blocks `spam.example`. Removes 21 follow relations. ' +
        'Verified on `herd.example` 3 s after the merge.\n\n' +
        `<sub>\`herd.example\` (production) · commit \`4c1f0a9be2d3\` · [this run](${RUN})</sub>\n`,
    )
    expect(renderApplied({ ...REPORT, plan: EMPTY }, OPTIONS)).toMatch(
      /^\*\*Nothing to apply\*\*: `herd\.example` matches the files\./,
    )
    expect(renderApplied({ ...report, done: steps(spam, alice) }, { ...OPTIONS, seconds: 400 })).toMatch(
      /Verified on `herd\.example` 7 minutes after the merge\.\n\n<details><summary>2 changes done and verified/,
    )
  })

  test('says what an earlier run owed, and whether it was finished', () => {
    const owed = [debt('spam.example')]
    const report = { ...REPORT, plan: { ...EMPTY, owed }, paid: owed }
    expect(renderApplied(report, OPTIONS)).toMatch(
      regexOf(
        /^\*\*Applied\*\*: Herdbook finished the work that an earlier run left open on `herd\.example`\.[^]*/,
        /> - The suspension of `spam\.example`/,
      ),
    )
    expect(renderApplied({ ...report, paid: [] }, OPTIONS)).toMatch(
      /^### Herdbook could not finish the work that an earlier run left open on `herd\.example`/,
    )
  })

  test('says what failed, what nobody approved, what has moved, and what to do', () => {
    const report: ApplyReport = {
      ...REPORT,
      done: steps(noisy, reformed),
      failed: steps(raid).map((one) => ({
        step: one,
        reason: { code: 'refused', severity: 'error', message: 'The server said @owner: 422', hint: 'herdbook plan' },
      })),
      skipped: [
        ...steps(spam, setting).map((one) => ({
          step: one,
          why: 'not-approved' as const,
          reason: 'Nobody approved this step as it is now.',
        })),
        ...steps(alice).map((one) => ({
          step: one,
          why: 'not-yet' as const,
          reason: 'Announced; it is due on 2026-12-03.',
        })),
      ],
      notReached: steps(rule),
      remaining: [{ kind: 'domain-block', id: 'noisy.example', fields: ['severity'], reason: 'live has suspend' }],
    }
    const comment = renderApplied(report, { ...OPTIONS, moved: new Set(['domain-block/spam.example']) })
    expect(comment.split('\n')[0]).toBe(
      '### 2 done, 1 failed, 1 different when read again, 2 not approved, ' +
        '1 not reached and 1 to apply on a later day, of 7 changes on `herd.example`',
    )
    expect(comment).toContain(
      '> - Raises `raid.example` from `limit` to suspend<br>The server said `@owner`: 422<br>→ herdbook plan',
    )
    expect(comment).toMatch(
      regexOf(
        /Blocks `spam\.example` [^\n]*<br>It was approved, but the server has changed since\. /,
        /The approval does not cover the new change\./,
      ),
    )
    expect(comment).not.toMatch(/Changes the setting [^\n]*It was approved/)
    expect(comment).toContain('`herdbook approve "why"`')
    expect(comment).toContain('Announced; it is due on')
    expect(comment).toContain('`domain-block/noisy.example` `severity`: live has suspend')
    expectInert(comment, { links: [RUN] })
  })

  test('says of what was announced by this run when, and not that it is to be', () => {
    const report: ApplyReport = {
      ...REPORT,
      skipped: [
        {
          step: announced('bad.example'),
          why: 'not-yet',
          reason: 'This step was announced on 2026-11-26. Herdbook applies it from 2026-12-04 on.',
        },
      ],
      notReached: [announced('worse.example')],
    }
    const comment = renderApplied(report, OPTIONS)
    expect(comment).toMatch(
      regexOf(
        /`bad\.example` [^\n]*the server knows 9 accounts from there\.<br>This step was announced on 2026-11-26\. /,
        /Herdbook applies it from 2026-12-04 on\./,
      ),
    )
    expect(comment).toMatch(/`worse\.example` [^\n]*Herdbook informs members first\. It applies this on 4 December/)
  })

  test('says nothing of what the server answered where that names somebody of whom no file spoke', () => {
    const gone = step('moderator', 'hush_name', {
      action: 'delete',
      unmanaged: true,
      hazard: 'disruptive',
      seen: { role: 'Moderator' },
    })
    const failed = [gone, ...steps(alice)].map((one) => ({
      step: one,
      reason: {
        code: 'console-error',
        severity: 'error' as const,
        message: 'ERROR: row (7, HUSH_NAME)',
        hint: 'hush_name',
      },
    }))
    const report = { ...REPORT, plan: { ...EMPTY, steps: failed.map((one) => one.step) }, failed }
    expect(renderApplied(report, OPTIONS)).not.toMatch(/hush/i)
    expect(renderApplied(report, OPTIONS)).toContain(
      'The answer of the server names a person, so Herdbook does not show the answer here.',
    )
    expect(renderApplied(report, { ...OPTIONS, visibility: 'private', show: { staff: true } })).toMatch(
      /ERROR: row[^\n]*HUSH_NAME/,
    )
  })

  test('prints nothing private of what the server answered, unless the policy of a private repository opens it', () => {
    const grant = step('moderator', 'alice', { note: 'fine' })
    const report: ApplyReport = {
      ...REPORT,
      plan: { ...EMPTY, steps: [grant] },
      failed: [
        {
          step: grant,
          reason: { code: 'x', severity: 'error', message: 'hush@mail.example has it already, from 203.0.113.9' },
        },
      ],
      remaining: [{ kind: 'moderator', id: 'alice', fields: [], reason: 'hush@mail.example' }],
    }
    expect(renderApplied(report, OPTIONS)).not.toMatch(/hush|203\.0\.113/)
    expect(
      renderApplied(report, {
        ...OPTIONS,
        visibility: 'private',
        show: { ip_blocks: true, private_comments: true, staff: true },
      }),
    ).toMatch(/hush[^]*203\.0\.113/)
  })

  test('says what still differs', () => {
    expect(renderApplied({ ...REPORT, plan: { ...SAMPLE, steps: [] } }, OPTIONS)).toContain(
      '1 object was changed on both sides, 1 changed by hand and 1 added by hand. ' +
        'This apply changed none of these differences.',
    )
  })

  test('names what can not be undone among ten thousand', () => {
    const done = Array.from({ length: 10_000 }, (_, i) =>
      step('domain-block', `server-${i}.example`, {
        hazard: i % 500 === 3 ? 'irreversible' : 'reversible',
        target: { severity: 'suspend' },
      }),
    )
    const comment = renderApplied({ ...REPORT, plan: { ...EMPTY, steps: done }, done }, OPTIONS)
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536)
    for (const { id, hazard } of done) if (hazard === 'irreversible') expect(comment).toContain(`\`${id}\``)
    expectInert(comment, { links: [RUN] })
  })

  test('is inert and within the limit, whatever the server answered; and so is the issue of a failure', () => {
    fc.assert(
      fc.property(anyReport, text, fc.integer({ min: 2500, max: 65_536 }), (report, domain, limit) => {
        const marker = '<!-- herdbook:production -->'
        const disputed = new Set(
          [...report.plan.conflicts, ...report.plan.takeovers].map(({ kind, id }) => `${kind}/${id}`),
        )
        const comment = renderApplied(report, { ...OPTIONS, disputed, limit, marker })
        const issue = renderFailureIssue(
          { domain, exit: EXIT.partial, report, diagnostics: [] },
          { ...OPTIONS, disputed, limit, marker },
        )
        for (const body of [comment, issue.body]) {
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limit)
          expectInert(body, { links: [RUN], comments: [marker] })
        }
        expect(issue.title).not.toMatch(/[@#`<\n]/)
      }),
      { numRuns: 100 },
    )
  })
})

test('a run without a plan says why, and shows nothing private of what the server said', () => {
  const list = [
    {
      code: 'ssh',
      severity: 'error' as const,
      message: 'No route to 198.51.100.4 for root@herd.example.',
      hint: 'Is it up?',
    },
  ]
  const comment = renderFailure(EXIT.unreadable, list, OPTIONS)
  expect(comment).toMatch(/^### The server could not be read: 1 error\n\n- No route to/)
  expect(comment).not.toMatch(/198\.51|root@/)
  const issue = renderFailureIssue(
    { domain: 'herd.example', exit: EXIT.unreadable, report: null, diagnostics: list },
    OPTIONS,
  )
  expect(issue.title).toBe('herd.example: the last apply had problems (the server could not be read)')
  expect(issue.body).not.toMatch(/198\.51|root@/)
  expect(issue.body).toContain('A run without problems closes it')
})

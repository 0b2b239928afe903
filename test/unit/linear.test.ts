import { KINDS } from '../../src/providers/kinds.ts'
import { describe, expect, it } from 'vitest'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { redact, disclosure } from '../../src/redaction/redact.ts'
import { renderDriftIssue } from '../../src/comments/drift-issue.ts'
import { planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { consentPatches, suggestionsFor } from '../../src/comments/suggestions.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { tooDear } from '../support/cpu.ts'
import { NASTY, nasty } from '../support/nasty.ts'
import { touching, EMPTY, difference, step } from '../support/plans.ts'

const RUN = 'https://github.com/herd/instance/actions/runs/7'
const secrets = openSecrets({})
for (let one = 0; one < 6; one += 1)
  secrets.hold(`herd-secret-${one}-${'Zk9qR7fcYdxyLSVsyEuBLkV3rrZV07Hn'.slice(one)}${'0123456789'.repeat(4 * one)}`)

/** A setting with such a text, changed by hand, and another that an apply would change. */
function settings(text: string): Plan {
  const other = `y${text.slice(0, -1)}z`
  return {
    ...EMPTY,
    drift: [
      difference('setting', 'custom_css', 'drift', {
        desired: { value: 'short' },
        ledger: { value: 'short' },
        live: { value: text },
        fields: ['value'],
      }),
    ],
    steps: [
      step('setting', 'site_extended_description', {
        action: 'update',
        changes: [{ field: 'value', before: text, after: other }],
        seen: { value: text },
        target: { value: other },
      }),
    ],
  }
}

/** The same text wherever a plan has a sentence in which a server may be quoted. */
const sentences = (text: string): Plan => ({
  ...EMPTY,
  findings: [{ code: 'note', severity: 'warning', message: `the server says: ${text}`, hint: `look at ${text}` }],
  reads: [{ kind: 'rule', complete: false, reason: text, objects: 0, requests: 1 }],
  waiting: [{ kind: 'rule', id: 'be-kind', reason: text, source: { file: 'rules.yaml', path: [] } }],
})

/** All that a plan goes through, from what was read to what leaves. */
function told(plan: Plan): void {
  const show = disclosure('public')
  const options = { kinds: KINDS, visibility: 'public', run: RUN } as const
  const issue = renderDriftIssue(plan, options)
  const texts = [
    renderMarkdown(plan, options),
    `${issue?.title}\n${issue?.body}`,
    renderPlan(plan, { kinds: KINDS, colour: true, width: 80, show }),
    planJson(redact(plan, show)),
  ]
  for (const text of texts) secrets.abortOnSecret(text)
}

describe.each([
  ['a setting of the live server', settings, 1],
  // It stands there five times.
  ['what a server said', sentences, 5],
] as const)('%s', (_what, planWith, seconds) => {
  it.each(NASTY)(
    'of 300 kB costs no more than four of 75 kB, and not more than seconds: %s',
    { timeout: 120_000 },
    (kind) => {
      expect(tooDear((length) => planWith(nasty(kind, length)), told, 75_000, seconds)).toBeNull()
    },
  )
})

describe('two texts of the same lines in turn', () => {
  const turns = (length: number): Plan => {
    const plan = settings('x')
    const [before, after] = [`x\n${'a\nb\n'.repeat(length / 4)}`, `${'b\nb\na\n'.repeat(length / 6)}y\n`]
    return { ...plan, steps: plan.steps.map((one) => ({ ...one, changes: [{ field: 'value', before, after }] })) }
  }

  it('are compared as far as that costs less than a second', () => {
    expect(tooDear(turns, told, 75_000, 1)).toBeNull()
  })
})

describe('thousands of suspensions that nobody consented to', () => {
  const impact = touching({ follows: 3, followers: 4, accounts: 5 })
  const suspensions = (count: number): Plan => {
    const steps = Array.from({ length: count }, (_, i) =>
      step('domain-block', `d${i}.example`, {
        hazard: 'irreversible',
        impact,
        source: { file: 'domain-blocks.yaml', path: ['domain_blocks', i] },
      }),
    )
    return {
      ...EMPTY,
      steps,
      findings: steps.map(({ id }) => ({
        code: 'consent-missing',
        severity: 'error',
        message: `${id} severs 7`,
        hint: 'accept_severed_relationships: 17',
        about: `domain-block/${id}`,
      })),
    }
  }
  const fileOf = ({ steps }: Plan): string =>
    `domain_blocks:\n${steps.map(({ id }) => `  - domain: ${id}\n    severity: suspend\n`).join('')}`
  const offered = (plan: Plan): void => {
    const text = fileOf(plan)
    renderMarkdown(plan, { kinds: KINDS, visibility: 'public', sourceOf: () => text })
    suggestionsFor(plan, () => text)
  }

  it(
    'cost no more than there are of them, and the first of them are suggested all the same',
    { timeout: 120_000 },
    () => {
      expect(tooDear(suspensions, offered, 2_000, 10)).toBeNull()
      const [few, many] = [suspensions(400), suspensions(401)]
      expect([
        consentPatches(few, () => fileOf(few))[0]?.lines.length,
        consentPatches(many, () => fileOf(many)),
      ]).toEqual([1_200, []])
      expect(suggestionsFor(many, () => fileOf(many))).toHaveLength(20)
      expect(
        renderMarkdown(suspensions(401), { kinds: KINDS, visibility: 'public', sourceOf: () => fileOf(many) }),
      ).toContain('`accept_severed_relationships: 17`')
    },
  )
})

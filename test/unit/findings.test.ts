import { KINDS } from '../../src/providers/kinds.ts'
import { expect, test } from 'vitest'
import { approvable } from '../../src/approvals/approved-by-merge.ts'
import type { Diagnostic } from '../../src/instance/diagnostic.ts'
import type { Documents } from '../../src/instance/documents.ts'
import { INVARIANTS } from '../../src/providers/mastodon/kinds/invariants.ts'
import { stillPending } from '../../src/reconcile/pending-effects.ts'
import { exitOfPlan, refusals } from '../../src/reconcile/exit.ts'
import { keyOf, worseThan } from '../../src/reconcile/findings.ts'
import { worsened } from '../../src/reconcile/plan/guard.ts'
import type { LiveState } from '../../src/reconcile/kind.ts'
import type { PlanInput } from '../../src/reconcile/plan/input.ts'
import { narrow, plan } from '../../src/reconcile/plan/plan.ts'
import type { Intent } from '../../src/reconcile/ledger/types.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { LiveObject } from '../../src/reconcile/objects.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { redact, disclosure } from '../../src/redaction/redact.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { newServer } from '../support/memory-server.ts'
import { EMPTY, step } from '../support/plans.ts'
import { look, newWorld } from '../support/world.ts'

/** Consent is missing, two budgets are gone beyond, rules can't be read, and of one thing nobody knows. */
const FILES: Documents = {
  'domain-blocks.yaml': {
    domain_blocks: [
      { domain: 'old.example', severity: 'suspend' },
      ...['a', 'b', 'c'].map((name) => ({ domain: `${name}.example`, severity: 'limit' as const })),
    ],
  },
  'email-domain-blocks.yaml': { email_domain_blocks: [{ domain: 'mail.example' }] },
  'rules.yaml': { rules: [{ key: 'kind', text: 'Be kind' }] },
  'policy.yaml': { budgets: { default: { create: 2 }, email_domain_block: { create: 0 } } },
}
const SILENT: Diagnostic = {
  code: 'database-failed',
  severity: 'error',
  message: "the database can't be read: it is away",
  hint: 'Wake it.',
}

async function planned(): Promise<{ readonly plan: Plan; readonly input: PlanInput }> {
  const { input } = await look(
    newWorld(newServer(new Map([['old.example', { follows: 3, followers: 4, accounts: 9 }]]))),
    FILES,
  )
  const unread = new Map(
    ['rule', 'rule-order'].map((kind) => [kind, { state: 'unknown' as const, reason: SILENT, objects: [] }]),
  )
  const whole = {
    ...input,
    live: { ...input.live, observed: new Map([...input.live.observed, ...unread]) },
  }
  return { plan: plan(whole), input: whole }
}

const muted = (one: Plan): Plan => ({
  ...one,
  findings: one.findings.map((finding) => ({ ...finding, message: 'Words.', hint: 'Words.' })),
})
const known = (list: readonly Diagnostic[]) =>
  list.map(({ code, severity, about, by }) => ({ code, severity, about, by }))

test('what is decided of a plan does not go by the words of its findings', async () => {
  const { plan: spoken, input } = await planned()
  const own = new Set(['old.example', 'a.example'])
  const decided = (one: Plan): object => {
    const part = narrow({ plan: one, input }, ({ id }) => own.has(id))
    const leftover = new Set(one.steps.filter(({ id }) => !own.has(id)).map(({ digest }) => digest))
    const { plan: shown, withheld } = approvable({ plan: one, input, leftover, approved: new Set() }, new Set())
    return {
      refused: known(refusals(one)),
      exit: exitOfPlan(one),
      part: known(part.findings),
      shown: known(shown.findings),
      withheld: [...withheld],
    }
  }
  expect(decided(muted(spoken))).toEqual(decided(spoken))
  expect(decided(spoken)).toMatchObject({
    exit: 10,
    refused: [
      { code: 'consent-missing', about: 'domain-block/old.example' },
      { code: 'budget', about: 'domain-block#create', by: 4 },
      { code: 'budget', about: 'email-domain-block#create', by: 1 },
    ],
    part: [
      { code: 'database-failed', about: 'rule' },
      { code: 'database-failed', about: 'rule-order' },
      { code: 'consent-missing' },
    ],
  })
})

test('nor is what is shown', async () => {
  const { plan: spoken } = await planned()
  const shown = (one: Plan): string => renderPlan(one, { kinds: KINDS, colour: false, width: 200 })
  expect(shown(spoken)).toContain('→ Wake it.')
  // Kinds that were not read speak for themselves: their findings are not told a second time.
  expect(shown(spoken).match(/it is away/g)).toHaveLength(1)
  expect(shown(muted(spoken)).match(/Words\./g)).toHaveLength(1 + 2 * 3)
})

test('a finding is known by code and object, by its place where it is about none, and is worse with more of it', () => {
  const finding: Diagnostic = { code: 'budget', severity: 'error', about: 'rule#create', by: 3, message: 'x' }
  const placed: Diagnostic = {
    code: 'odd',
    severity: 'error',
    message: 'x',
    at: { file: 'a.yaml', line: 2, column: 1 },
  }
  expect(keyOf({ ...finding, severity: 'warning', by: 9, message: 'y' })).toBe(keyOf(finding))
  expect(keyOf({ ...finding, about: 'rule#delete' })).not.toBe(keyOf(finding))
  expect(keyOf({ ...placed, at: { file: 'a.yaml', line: 2, column: 7 } })).toBe(keyOf(placed))
  expect(keyOf({ ...placed, at: { file: 'a.yaml', line: 3, column: 1 } })).not.toBe(keyOf(placed))
  expect(worseThan([finding], [finding, placed])).toEqual([placed])
  expect(worseThan([finding], [{ ...finding, by: 2 }])).toEqual([])
  expect(worseThan([finding], [{ ...finding, by: 4 }])).toHaveLength(1)
  expect(worseThan([placed], [placed, placed])).not.toEqual([])
})

test('a mail of which nobody knows is told until a plan has told it, in whatever words', () => {
  const intent: Intent = {
    kind: 'terms-of-service',
    id: '2027-01-01',
    action: 'create',
    fields: { notified: true },
    hazard: 'irreversible',
    what: 'the mail',
    repeatable: false,
  }
  const told: Plan = {
    ...EMPTY,
    findings: [
      { code: 'outcome-unknown', severity: 'warning', about: 'terms-of-service/2027-01-01', message: 'Words.' },
    ],
  }
  expect(stillPending([intent], EMPTY, told, () => false)).toEqual([intent])
  expect(stillPending([intent], told, told, () => false)).toEqual([])
  expect(stillPending([{ ...intent, id: '2028-01-01' }], EMPTY, told, () => false)).toEqual([])
})

test('a rule that is broken already refuses nothing that breaks it less', () => {
  const objects = (...list: [string, Fields][]): ReadonlyMap<string, LiveObject> =>
    new Map(list.map(([id, fields]) => [id, { id, serverId: id, fields }]))
  const world = new Map([
    ['role', objects(['Owner', { permissions: ['administrator'] }])],
    [
      'moderator',
      objects(
        ['ann', { role: 'Owner' }],
        ['bo', { role: 'Gone' }],
        ['cy', { role: 'Gone' }],
        ['di', { role: 'Owner' }],
      ),
    ],
  ])
  const facts = { minimumOwners: 1, actingAccount: null, acting: [], functional: new Set(['ann', 'di']) }
  const rules = INVARIANTS.map((rule) => ({ ...rule, violations: (state: LiveState) => rule.violations(state, facts) }))
  const change = (id: string, role: string) =>
    step('moderator', id, { action: 'update', changes: [{ field: 'role', before: null, after: role }] })
  expect(worsened(change('bo', 'Owner'), world, rules)).toEqual([])
  expect(worsened(change('di', 'Gone'), world, rules)).toMatchObject([{ invariant: 'held-roles', of: 'Gone', by: 3 }])
})

test('what a finding is about is not told where the object may not be named', () => {
  const steps = [step('moderator', 'alice', { action: 'delete', unmanaged: true })]
  const findings: Diagnostic[] = [
    { code: 'outranked', severity: 'error', about: 'moderator/alice#minimum-owners', message: 'No.' },
    { code: 'odd', severity: 'error', about: 'ip-block/198.51.100.4/32', message: 'No.' },
  ]
  expect(JSON.stringify(redact({ ...EMPTY, steps, findings }, disclosure('public')))).not.toMatch(/alice|198\.51/)
})

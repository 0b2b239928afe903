import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import type { Protocol, Impact, Plan, Difference, Step } from '../../src/reconcile/plan/types.ts'
import type { Intent, LedgerEntry } from '../../src/reconcile/ledger/types.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import type { Value } from '../../src/instance/values.ts'
import { touching, EMPTY, step } from './plans.ts'

/** What attackers and accidents write into names and comments. */
export const HOSTILE: readonly string[] = [
  '@everyone @owner hello',
  'closes #12, fixes octo/repo#3 and GH-7',
  '</details></summary><script>alert(1)</script>',
  '<!-- -->![beacon](https://evil.example/x.png)',
  '[click](javascript:alert(1)) https://evil.example www.evil.example',
  '````\n```\n~~~~\nout of the fence',
  'a | b \\| c `d` \\',
  '\u001b[31mred\u001b]8;;https://evil.example\u0007link\u009b2J',
  '\u202etxt.exe\u2066\u200b\u00ad\u{e0041}',
  'x\n::set-output name=a::b\n::add-mask::c',
  '::error file=a::b',
  '##[command]x',
  '\r\rover\u2028written\u0000',
  '$$\\frac{1}{2}$$ :tada: 4c1f0a9be2d3758c96f0a41be7d2c83f5a6b7c8d',
  '| --- |\n# heading\n> quote\n- [ ] task',
  '\ud800 lone',
  'evil\u202etxt.exe',
  '```',
  '`````',
  '- - -',
  '1. one\n2) two',
  '=== ---',
  'toString',
  '__proto__',
  '',
  '   ',
  'ｗｉｄｅ 漢字 👩‍👩‍👧‍👦 e\u0301',
]

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.tuple(fc.constantFrom(...HOSTILE), fc.constantFrom(...HOSTILE)).map((pair) => pair.join(' ')),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      '`',
      '|',
      '\\',
      '@',
      '<',
      '>',
      '#',
      '*',
      '_',
      '[',
      ']',
      '(',
      ')',
      '!',
      '~',
      '\n',
      ' ',
      'a',
      ':',
    ),
    maxLength: 30,
  }),
  fc.domain(),
  fc.lorem({ maxCount: 60 }),
)

const value: fc.Arbitrary<Value> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.array(text, { maxLength: 4 }),
  fc.dictionary(text, text, { maxKeys: 3 }),
)
const field = fc.oneof(
  fc.constantFrom('severity', 'public_comment', 'private_comment', 'role', 'text', 'value', 'comment'),
  text,
)
const fields = fc.dictionary(field, value, { maxKeys: 4 })
const kind = fc.constantFrom(...KINDS.map(({ name }) => name), 'unknown-kind')
const impact: fc.Arbitrary<Impact> = fc
  .oneof(
    fc.record({ follows: fc.nat(2000), followers: fc.nat(2000), accounts: fc.nat(90_000) }),
    fc.record({ follows: fc.nat(2000), followers: fc.nat(2000), accounts: fc.nat(90_000), members: fc.nat(900) }),
  )
  .map(touching)
const source = fc.record({ file: text, path: fc.array(fc.oneof(text, fc.nat())) })
const optional = <Key extends string, T>(
  key: Key,
  arbitrary: fc.Arbitrary<T>,
): fc.Arbitrary<{ readonly [K in Key]?: T }> =>
  fc
    .option(arbitrary, { nil: undefined })
    .map((found) => (found === undefined ? {} : { [key]: found })) as fc.Arbitrary<{ readonly [K in Key]?: T }>

/** As the ledger has it, and whoever may push wrote that. */
const moment = fc.oneof(text, fc.constantFrom('2026-12-04', '2026-11-26T09:30:00.000Z', '2026-99-99'))

const protocol: fc.Arbitrary<Protocol> = fc.record({
  kind,
  id: text,
  digest: text,
  phase: text,
  owns: fc.array(text, { maxLength: 2 }),
  said: text,
  course: fc.constantFrom('on', 'back', 'waits'),
})

const anyStep: fc.Arbitrary<Step> = fc
  .tuple(
    fc.record({
      kind,
      id: text,
      action: fc.constantFrom('create', 'update', 'delete'),
      cause: fc.constantFrom('change', 'drift', 'conflict', 'takeover'),
      hazard: fc.constantFrom('reversible', 'disruptive', 'irreversible'),
      weakens: fc.boolean(),
      serverId: fc.option(text),
      connection: fc.constantFrom('rest', 'console', 'wire', null),
      changes: fc.array(fc.record({ field, before: value, after: value }), { maxLength: 4 }),
      target: fields,
      seen: fields,
    }),
    optional('impact', impact),
    optional('note', text),
    optional('formerly', text),
    optional('notice', fc.record({ at: fc.option(moment), from: moment })),
    optional('notBefore', fc.oneof(moment, text)),
    optional('createdAt', text),
    optional('consent', fc.nat()),
    optional('usedConsent', fc.nat()),
    optional('source', source),
    optional('alsoIn', fc.array(source, { minLength: 1, maxLength: 3 })),
    optional('files', fc.array(text, { minLength: 1, maxLength: 3 })),
  )
  .map(([base, ...rest]) => step(base.kind, base.id, Object.assign(base, ...rest)))

const anyDifference = <Cause extends Difference['cause']>(cause: Cause): fc.Arbitrary<Difference> =>
  fc
    .tuple(
      fc.record({
        kind,
        id: text,
        cause: fc.constant(cause),
        desired: fc.option(fields),
        live: fc.option(fields),
        ledger: fc.option(fields),
        fields: fc.array(field, { maxLength: 3 }),
      }),
      optional('state', fc.constant('absent' as const)),
      optional('ways', fc.subarray(['adopt', 'restore', 'left_alone'] as const)),
      optional('source', source),
      optional('alsoIn', fc.array(source, { minLength: 1, maxLength: 3 })),
    )
    .map(([base, ...rest]) => Object.assign(base, ...rest))

const finding = fc
  .tuple(
    fc.record({
      code: fc.constantFrom('budget', 'consent-missing'),
      severity: fc.constantFrom('error', 'warning', 'info'),
      message: text,
    }),
    optional('about', text),
    optional('by', fc.integer({ min: 1 })),
    optional('hint', text),
    optional(
      'at',
      fc.record({ file: text, line: fc.integer({ min: 1, max: 9 }), column: fc.integer({ min: 1, max: 40 }) }),
    ),
  )
  .map(([base, ...rest]) => Object.assign(base, ...rest) as Plan['findings'][number])

const intent: fc.Arbitrary<Intent> = fc.record({
  kind,
  id: text,
  action: fc.constantFrom('create', 'update', 'delete'),
  fields,
  hazard: fc.constantFrom('reversible', 'disruptive', 'irreversible'),
  what: text,
  repeatable: fc.boolean(),
})

/** Plans of every shape, with hostile text wherever text from outside can stand. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    environment: text,
    domain: text,
    commit: fc.option(text),
    ledger: fc.option(text),
    digest: text,
    reads: fc.array(
      fc
        .tuple(
          fc.record({ kind, complete: fc.boolean(), objects: fc.nat(), requests: fc.nat() }),
          optional('reason', text),
          optional('uncompared', fc.array(text, { minLength: 1, maxLength: 2 })),
        )
        .map(([base, ...rest]) => Object.assign(base, ...rest)),
      { maxLength: 3 },
    ),
    steps: fc.array(anyStep, { maxLength: 8 }),
    drift: fc.array(anyDifference('drift'), { maxLength: 3 }),
    conflicts: fc.array(anyDifference('conflict'), { maxLength: 3 }),
    takeovers: fc.array(anyDifference('takeover'), { maxLength: 3 }),
    unmanaged: fc.array(
      fc.record({
        kind,
        id: text,
        addedByHand: fc.boolean(),
        mark: fc.constantFrom('0'.repeat(64), 'a'.repeat(64)),
        fields,
      }),
      { maxLength: 4 },
    ),
    waiting: fc.array(fc.record({ kind, id: text, reason: text, source }), { maxLength: 2 }),
    released: fc.array(kind, { maxLength: 2 }),
    letGo: fc.array(fc.record({ kind, objects: fc.integer({ min: 1, max: 9 }) }), { maxLength: 2 }),
    leftAlone: fc.array(text, { maxLength: 2 }),
    leftBehind: fc.array(fc.record({ ref: text, remove: text }), { maxLength: 2 }),
    adjustments: fc.array(
      fc.oneof(
        fc.record({ to: fc.constant('forget' as const), ref: text }),
        fc.record({
          to: fc.constant('record' as const),
          entry: fc
            .tuple(
              fc.record({ kind, id: text, serverId: fc.option(text), fields, commit: fc.option(text) }),
              optional('sources', fc.array(text, { minLength: 1, maxLength: 3 })),
              optional('state', fc.constant('absent' as const)),
            )
            .map(([base, ...rest]): LedgerEntry => Object.assign(base, ...rest)),
        }),
      ),
      { maxLength: 3 },
    ),
    owed: fc.array(intent, { maxLength: 2 }),
    unfinished: fc.array(protocol, { maxLength: 2 }),
    findings: fc.array(finding, { maxLength: 3 }),
  })
  .map((rest) => ({ ...EMPTY, ...rest }))

const skipped = fc.record({
  step: anyStep,
  why: fc.constantFrom('no-door', 'blocked', 'not-approved', 'not-yet'),
  reason: text,
})

/** What an apply may have come to, with hostile answers of the server. */
export const anyReport: fc.Arbitrary<ApplyReport> = fc.record({
  plan: anyPlan,
  done: fc.array(anyStep, { maxLength: 4 }),
  failed: fc.array(fc.record({ step: anyStep, reason: finding }), { maxLength: 3 }),
  skipped: fc.array(skipped, { maxLength: 3 }),
  notReached: fc.array(anyStep, { maxLength: 2 }),
  paid: fc.array(intent, { maxLength: 2 }),
  ended: fc.array(protocol, { maxLength: 2 }),
  unfinished: fc.array(protocol, { maxLength: 2 }),
  looked: fc.array(fc.record({ kind, id: text, addedByHand: fc.constant(false), mark: fc.constant(''), fields }), {
    maxLength: 2,
  }),
  remaining: fc.array(fc.record({ kind, id: text, fields: fc.array(field, { maxLength: 2 }), reason: text }), {
    maxLength: 2,
  }),
  findings: fc.array(finding, { maxLength: 2 }),
})

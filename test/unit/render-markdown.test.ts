import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { code, prose } from '../../src/comments/markdown.ts'
import { inline } from '../../src/redaction/neutralise.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import { expectInert } from '../support/github-html.ts'
import { anyPlan, HOSTILE, text } from '../support/plan-arbitrary.ts'
import { touching, announced, debt, EMPTY, SAMPLE, step } from '../support/plans.ts'
import { regexOf } from '../support/regex-of.ts'

const HELD =
  '2 changes wait until 4 December 2026 or later, because members are informed first. ' +
  'The first apply from that day on makes it.'

const LIMIT = 65_536
const OPEN = {
  kinds: KINDS,
  visibility: 'private',
  show: { private_comments: true, ip_blocks: true, staff: true },
} as const
const PUBLIC = { kinds: KINDS, visibility: 'public' } as const

describe('text from outside', () => {
  test.each(HOSTILE)('%j is inert as a name', (name) => expectInert(`- Blocks ${code(name)} · x`))
  test.each(HOSTILE)('%j is inert in a sentence', (name) => expectInert(`- ${prose(`The server said: ${name}.`)}`))

  test('any text is inert and readable', () => {
    fc.assert(
      fc.property(text, text, (a, b) => expectInert(`- ${code(a)} ${prose(`It said ${b}`)} ${code(b)}`)),
      { numRuns: 500 },
    )
  })

  test('a code span shows the characters that went in', () => {
    const shown = (name: string): string =>
      micromark(code(name), { allowDangerousHtml: true }).replaceAll(/<[^>]+>/g, '')
    const unescape = (page: string): string =>
      page.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((s) => s.trim() === s),
        (name) => {
          expect(unescape(shown(name))).toBe(inline(name))
        },
      ),
    )
  })

  test('a key and its value are one piece to copy', () => {
    expect(prose('If it is meant, write in that entry: accept_severed_relationships: 31')).toBe(
      'If it is meant, write in that entry: `accept_severed_relationships: 31`',
    )
  })
})

describe('a comment (law 9)', () => {
  test('is inert, balanced and within the limit, whatever the plan', () => {
    fc.assert(
      fc.property(anyPlan, fc.constantFrom(PUBLIC, OPEN), (plan, options) => {
        const comment = renderMarkdown(plan, options)
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(LIMIT)
        expectInert(comment)
      }),
      { numRuns: 200 },
    )
  })

  test('stays within every limit and names what can not be undone while names can fit', () => {
    const plans = fc.tuple(anyPlan, fc.array(fc.domain(), { maxLength: 200 }), fc.integer({ min: 8000, max: 20_000 }))
    fc.assert(
      fc.property(plans, ([plan, domains, limit]) => {
        const steps = domains.map((id) =>
          step('domain-block', id, { hazard: 'irreversible', target: { severity: 'suspend' } }),
        )
        const comment = renderMarkdown({ ...plan, steps: [...plan.steps, ...steps] }, { ...PUBLIC, limit })
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(limit)
        expectInert(comment)
        for (const { id } of steps) expect(comment).toContain(id)
      }),
      { numRuns: 100 },
    )
  })

  test('begins with what an earlier run is to finish, and with what could not be read, where nothing changes', () => {
    const first = (plan: Plan): string => renderMarkdown(plan, PUBLIC).split('\n')[0] ?? ''
    expect(first({ ...EMPTY, owed: [debt('spam.example')] })).toBe(
      '### No new changes. The work of an earlier run is not finished yet.',
    )
    const unread = { kind: 'rule', complete: false, reason: 'no connection', objects: 0, requests: 0 }
    expect(first({ ...EMPTY, reads: [unread] })).toBe('### Herdbook could not read the server.')
    expect(first({ ...EMPTY, reads: [unread, { ...unread, kind: 'role', complete: true }] })).toBe(
      '### No changes in what Herdbook could read from the server.',
    )
  })

  test('is inert also where there is room for bare names only', () => {
    const plans = fc.tuple(fc.array(text, { minLength: 60, maxLength: 80 }), fc.integer({ min: 2500, max: 9000 }))
    fc.assert(
      fc.property(plans, ([names, limit]) => {
        const steps = [...names, ...HOSTILE].map((id) =>
          step('role', id, { hazard: 'irreversible', note: 'A long note to make it not fit. '.repeat(4) }),
        )
        const comment = renderMarkdown({ ...EMPTY, steps }, { ...PUBLIC, limit })
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(limit)
        expectInert(comment)
      }),
      { numRuns: 100 },
    )
  })

  const many = (count: number, rest: (i: number) => Partial<Step>): Plan => ({
    ...EMPTY,
    steps: Array.from({ length: count }, (_, i) => step('domain-block', `instance-${i}.example`, rest(i))),
  })

  test('sums up 10,000 changes and still names each of the 40 that can not be undone', () => {
    const plan = many(10_000, (i) => ({
      target: { severity: i % 250 === 7 ? 'suspend' : 'silence' },
      hazard: i % 250 === 7 ? 'irreversible' : 'reversible',
      changes: [{ field: 'public_comment', before: null, after: 'A reason that takes its room. '.repeat(4) }],
    }))
    const comment = renderMarkdown(plan, PUBLIC)
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(LIMIT)
    expectInert(comment)
    expect(comment).toContain('Blocks 40 domains, limits 9,960 domains.')
    for (const { id, hazard } of plan.steps) if (hazard === 'irreversible') expect(comment).toContain(`\`${id}\``)
    expect(comment).toContain('Not listed here: 9,960 creates.')
  })

  test('counts 10,000 blocks that can not all be named, and names first those that touch most people', () => {
    const plan = many(10_000, (i) => ({
      hazard: 'irreversible',
      target: { severity: 'suspend' },
      impact: touching({ follows: i, followers: 0, accounts: 0 }),
    }))
    const comment = renderMarkdown(plan, { ...PUBLIC, command: 'herdbook plan --verbose' })
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(LIMIT)
    expectInert(comment)
    expect(comment).toContain("10,000 changes can't be undone")
    expect(comment).toContain('instance-9999')
    expect(comment).toContain('`herdbook plan --verbose`')
  })

  test('counts those that are announced first where they are named only, and where they can not even be named', () => {
    const plan = (count: number): Plan => ({
      ...EMPTY,
      steps: [
        ...many(count, () => ({ hazard: 'irreversible' })).steps,
        announced('bad.example'),
        announced('worse.example'),
      ],
    })
    const held = HELD
    const named = renderMarkdown(plan(1500), PUBLIC)
    expect(named).toMatch(new RegExp(`1,502 changes that can't be undone</summary>[^]*bad\\.example[^]*${held}`))
    expect(named.split(HELD)).toHaveLength(3)
    const counted = renderMarkdown(plan(10_000), PUBLIC)
    expect(counted).toContain(`Not all names fit here. ${held}`)
    for (const comment of [named, counted]) {
      expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(LIMIT)
      expect(comment).toMatch(/^### Blocks 2 domains/)
    }
  })

  test('one long text does not cost the other files their detail', () => {
    const long = Array.from({ length: 9000 }, (_, i) => `Paragraph ${i} of the terms, ${'word '.repeat(20)}`).join('\n')
    const terms = Array.from({ length: 30 }, (_, i) =>
      step('terms-of-service', `2027-01-${i + 10}`, { changes: [{ field: 'text', before: null, after: long }] }),
    )
    const comment = renderMarkdown({ ...EMPTY, steps: [...terms, ...SAMPLE.steps] }, PUBLIC)
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(LIMIT)
    expect(comment).toContain('+ public_comment: Spam, no moderation')
  })

  test('says at a step of which members hear first when it is applied', () => {
    const comment = renderMarkdown(
      {
        ...EMPTY,
        steps: [announced('bad.example'), announced('worse.example', '2026-11-26T09:30:00.000Z'), step('rule', 'kind')],
      },
      PUBLIC,
    )
    expect(comment).toMatch(
      regexOf(
        /Blocks `bad\.example` · [^\n]*<br>Herdbook informs members first\. /,
        /It applies this on 4 December 2026 or later\.\n/,
      ),
    )
    expect(comment).toMatch(
      regexOf(
        /Blocks `worse\.example` · [^\n]*<br>Members were informed on 26 November 2026\. /,
        /Herdbook applies this on 4 December 2026 or later\.\n/,
      ),
    )
    expect(comment.match(/informs members first|Members were informed/g)).toHaveLength(2)
    expect(comment.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^### Blocks 2 domains/),
      '',
      "This takes 1 call to Mastodon's API (seconds). " + HELD,
    ])
  })

  test('begins with the verdict and puts the most dangerous change first', () => {
    const comment = renderMarkdown(SAMPLE, PUBLIC)
    expect(comment.split('\n')[0]).toBe(
      '### Blocks `spam.example`, raises `raid.example` from `limit` to suspend, limits `noisy.example`, ' +
        'lifts the block of `reformed.example`, rewords the rule `be-kind` and makes 2 other changes. ' +
        'Removes 23 follow relations. Hides 35 follow relations.',
    )
    expect(comment.split('\n')[2]).toBe(
      '1 object was changed on both sides, 1 changed by hand and 1 added by hand. This takes 4 calls ' +
        "to Mastodon's API (seconds) and 3 writes through the console (seconds, after it has started).",
    )
    expect(comment).toContain('`accept_severed_relationships: 31`')
    expect(comment).toContain('`herdbook adopt domain-block/flood.example`')
    expect(comment).toContain('`herdbook restore setting/site_short_description`')
    const order = [
      'Blocks `spam',
      'Raises `raid',
      'Limits `noisy',
      'Lifts the block',
      'Gives `Mod',
      '#### Changed on both',
    ].map((words) => comment.indexOf(words, 400))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).not.toContain(-1)
  })

  test('is one line where nothing changes', () => {
    expect(
      renderMarkdown({ ...EMPTY, reads: [{ kind: 'rule', complete: true, objects: 8, requests: 1 }] }, PUBLIC),
    ).toBe('**In sync**: `herd.example` matches the files (8 objects read).\n')
  })
})

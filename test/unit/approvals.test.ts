import { touching } from '../support/plans.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approve, approvers, isRecent, missing, spend } from '../../src/reconcile/approvals.ts'
import {
  canonicalJson,
  planDigest,
  sealIn,
  stepDigest,
  type Approvable,
  type Scope,
} from '../../src/reconcile/digest.ts'
import { approvalsBy, coveredBy, marksBlock, marksOf, parseMarks, sealComment } from '../../src/reconcile/marks.ts'
import type { Merge } from '../../src/reconcile/ledger-types.ts'
import type { Plan, Step } from '../../src/reconcile/types.ts'
import { sealingWith } from '../support/sealing.ts'

const KEY = Buffer.from('a key of the herd')
const HEAD = 'a'.repeat(40)
const SEALING = sealingWith(KEY)
const step: Approvable = {
  kind: 'domain-block',
  id: 'spam.example',
  action: 'update',
  serverId: '7',
  changes: [
    { field: 'severity', before: 'limit', after: 'suspend' },
    { field: 'comment', before: null, after: 'Spam' },
  ],
}
const full: Step = {
  ...step,
  cause: 'change',
  hazard: 'irreversible',
  target: {},
  seen: {},
  weakens: false,
  door: 'rest',
  calls: 1,
  digest: 'd1',
}
const by = { by: 'alice', at: '2026-11-23T04:00:00Z', source: 'https://github.com/herd/instance/pull/12' }

it('names in marks tell nobody without the key which objects they are of', () => {
  const said = { pullRequest: 12, restore: [], askedBy: [], isOurs: false }
  const [ours, theirs] = [KEY, Buffer.from('another key')].map((key) => marksOf([full], said, { ...SEALING, key }))
  expect(ours?.names).toHaveLength(1)
  expect(ours?.names).not.toEqual(theirs?.names)
})

it.each(['ann', 'mo_corp', 'renovate[bot]', 'a-b-c'])(
  'a comment of what @%s asked for is read as it was sealed',
  (login) => {
    const planned = { pullRequest: 12, head: HEAD }
    const body = sealComment(
      `words\n${marksBlock(marksOf([full], { pullRequest: 12, restore: [], askedBy: [login, 'zoe'], isOurs: true, along: { by: [login], steps: [full] } }, SEALING))}`,
      planned,
      SEALING,
    )
    expect(parseMarks(body, planned, SEALING)).toMatchObject({
      askedBy: [login, 'zoe'],
      isOurs: true,
      along: { by: [login], marks: [expect.any(String)], names: [expect.any(String)] },
    })
  },
)

describe('canonical JSON', () => {
  it('is the same for equal values, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('refuses what JSON cannot hold', () => {
    for (const value of [undefined, Number.NaN, [undefined], 1n, () => {}])
      expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})

describe("a step's digest", () => {
  it.each<[string, Partial<Approvable>]>([
    ['kind', { kind: 'email-domain-block' }],
    ['id', { id: 'spam2.example' }],
    ["server's id", { serverId: '8' }],
    ['action', { action: 'create' }],
    ['value before', { changes: [{ field: 'severity', before: 'none', after: 'suspend' }] }],
    ['value after', { changes: [{ field: 'severity', before: 'limit', after: 'none' }] }],
  ])('is another for another %s', (_, change) => {
    expect(stepDigest({ ...step, ...change }, SEALING, 12)).not.toBe(stepDigest(step, SEALING, 12))
  })

  it('that takes away what somebody added by hand is another when that is not as it was seen', () => {
    const taken = {
      ...full,
      action: 'delete',
      cause: 'drift',
      unmanaged: true,
      changes: [],
      seen: { severity: 'silence' },
    } as const
    expect(stepDigest({ ...taken, seen: { severity: 'suspend' } }, SEALING, 12)).not.toBe(
      stepDigest(taken, SEALING, 12),
    )
    // What a list leaves out is taken away by the list, whatever it is like.
    const listed = { ...taken, cause: 'change' } as const
    expect(stepDigest({ ...listed, seen: { severity: 'suspend' } }, SEALING, 12)).toBe(stepDigest(listed, SEALING, 12))
  })

  it.each<[string, Partial<Scope>]>([
    ['server', { provider: 'mastodon:other.example' }],
    ['kind of provider', { provider: 'host:herd.example' }],
    ['environment', { environment: 'staging' }],
    ['repository', { repository: 'f'.repeat(40) }],
    ['repository, where there is none', { repository: null }],
  ])('is another for another %s, of either form but for what version 1 did not know', (_, scope) => {
    expect(stepDigest(step, sealingWith(KEY, scope), 12)).not.toBe(stepDigest(step, SEALING, 12))
  })

  it('is another for another pull request, none, or the older form', () => {
    expect(
      new Set([
        stepDigest(step, SEALING, 12),
        stepDigest(step, SEALING, 13),
        stepDigest(step, SEALING),
        stepDigest(step, SEALING, 12, 1),
      ]).size,
    ).toBe(4)
  })

  it('does not depend on the order of changes or on the impact', () => {
    expect(stepDigest({ ...step, changes: step.changes.toReversed() }, SEALING)).toBe(stepDigest(step, SEALING))
    expect(
      stepDigest({ ...full, impact: touching({ follows: 9, followers: 9, accounts: 9 }) } as Approvable, SEALING),
    ).toBe(stepDigest(step, SEALING))
  })

  it('needs the key, and serves no other purpose', () => {
    expect(
      new Set([
        stepDigest(step, SEALING),
        stepDigest(step, sealingWith(null)),
        stepDigest(step, sealingWith(Buffer.from('x'))),
        sealIn(SEALING, 'plan', step),
      ]).size,
    ).toBe(4)
  })
})

describe("a plan's digest", () => {
  const plan: Omit<Plan, 'digest'> = {
    version: 1,
    environment: 'production',
    domain: 'herd.example',
    commit: null,
    ledger: null,
    reads: [],
    steps: [full],
    drift: [],
    conflicts: [],
    takeovers: [],
    unmanaged: [],
    waiting: [],
    released: [],
    letGo: [],
    adjustments: [],
    owed: [],
    removed: [],
    findings: [],
  }

  it('leaves out how it was read and which door it takes', () => {
    const other = {
      ...plan,
      reads: [{ kind: 'rule', complete: true, objects: 1, requests: 9 }],
      steps: [
        { ...full, door: 'console' as const, calls: 50, impact: touching({ follows: 1, followers: 1, accounts: 1 }) },
      ],
    }
    expect(planDigest(other, SEALING)).toBe(planDigest(plan, SEALING))
  })

  it('covers what it does', () => {
    const others = [
      { ...plan, steps: [] },
      { ...plan, steps: [{ ...full, id: 'x' }] },
      { ...plan, commit: 'c' },
      { ...plan, released: ['rule'] },
    ]
    expect(new Set([plan, ...others].map((each) => planDigest(each, SEALING))).size).toBe(5)
  })
})

describe('approvals', () => {
  it('cover their step once', () => {
    const given = approve([], [full], by)
    expect(given).toEqual([{ digest: 'd1', ref: 'domain-block/spam.example', ...by, form: 2, spent: false }])
    const other = { ...full, digest: 'd2' }
    expect(missing([full, other], given, SEALING)).toEqual([other])
    expect(approvers([full, other], given, SEALING)).toEqual(['alice'])
    const spent = spend(given, ['d1'])
    expect(missing([full], spent, SEALING)).toEqual([full])
    expect(missing([full], approve(spent, [full], by), SEALING)).toEqual([])
  })

  it('given twice are spent together', () => {
    const twice = approve(approve([], [full], by), [full], { ...by, by: 'bob' })
    expect(missing([full], spend(twice, ['d1']), SEALING)).toEqual([full])
    expect(spend(twice, ['other'])).toEqual(twice)
  })
})

describe('what a pull request carries', () => {
  const steps = (count: number): Step[] =>
    Array.from({ length: count }, (_, i) => ({ ...full, id: `spam${i}.example`, digest: `d${i}` }))
  const comment = (
    of: readonly Step[],
    {
      pullRequest = 12,
      head = HEAD,
      restore = [] as readonly string[],
      askedBy = [] as readonly string[],
      isOurs = false,
      sealing = SEALING,
    } = {},
  ): string =>
    sealComment(
      `A plan\n\n- of ${of.length}\n\n${marksBlock(marksOf(of, { pullRequest, restore, askedBy, isOurs }, sealing))}\n`,
      { pullRequest, head },
      sealing,
    )
  const merged = (of: readonly Step[], pullRequest = 12, restore: string[] = []): Merge => {
    const marks = parseMarks(comment(of, { pullRequest, restore }), { pullRequest, head: HEAD }, SEALING)
    if (marks === null || marks === 'altered') throw new Error('marks')
    return { pullRequest, by: 'alice', at: by.at, byOwner: false, marks }
  }

  it.each([0, 1, 40, 500, 501, 10_000])(
    'covers its %i steps, and no step of another pull request, key, server or value',
    (count) => {
      const all = steps(count)
      const merge = merged(all)
      expect(coveredBy(merge, all, SEALING)).toHaveLength(count)
      expect(marksBlock(merge.marks).length).toBeLessThan(22_500)
      expect(coveredBy({ ...merge, pullRequest: 13 }, all, SEALING)).toEqual([])
      expect(coveredBy(merge, all, { ...SEALING, key: Buffer.from('x') })).toEqual([])
      expect(coveredBy(merge, all, sealingWith(KEY, { provider: 'mastodon:other.example' }))).toEqual([])
      expect(
        coveredBy(
          merge,
          all.map((one) => ({ ...one, changes: [] })),
          SEALING,
        ),
      ).toEqual([])
    },
  )

  it('covers the rest where one of many has moved: all but its group', () => {
    const all = steps(10_000)
    const moved = all.map((one, i) => (i === 7 ? { ...one, serverId: '9' } : one))
    const covered = coveredBy(merged(all), moved, SEALING)
    expect(covered).not.toContain(moved[7])
    expect(covered.length).toBeGreaterThan(9_900)
    const few = steps(40)
    expect(
      coveredBy(
        merged(few),
        few.map((one, i) => (i === 7 ? { ...one, serverId: '9' } : one)),
        SEALING,
      ),
    ).toHaveLength(39)
  })

  it('approves each step once, whatever was spent of it', () => {
    const all = steps(3)
    const given = approvalsBy([merged(all)], all, [], SEALING)
    expect(missing(all, given, SEALING)).toEqual([])
    expect(approvers(all, given, SEALING)).toEqual(['alice'])
    const spent = spend(given, [], ['domain-block/spam1.example'])
    expect(missing(all, [...spent, ...approvalsBy([merged(all)], all, spent, SEALING)], SEALING)).toEqual([all[1]])
  })

  it('keeps names of every kind, and nothing that could end the block early', () => {
    const names = ['domain-block/spam.example', 'rule/a -->b', 'setting/--x-- y', 'role/Ärger>']
    expect(merged(steps(2), 12, names).marks.restore).toEqual(names)
    expect(
      marksBlock(marksOf([], { pullRequest: 1, restore: names, askedBy: [], isOurs: false }, SEALING)).slice(4, -3),
    ).not.toContain('--')
  })

  it.each(['', 'nothing', '<!-- herdbook:production -->\n### A plan', 'A comment with <!-- herdbook-approvals in it'])(
    'is nothing where there is no block: %j',
    (body) => {
      expect(parseMarks(body, { pullRequest: 12, head: HEAD }, SEALING)).toBeNull()
    },
  )

  it.each([
    '<!-- herdbook-approvals v1 groups=0 zz -->',
    `<!-- herdbook-approvals v1 seal=${'0'.repeat(32)} groups=0 names= -->`,
    '<!-- herdbook-approvals v2 seal=',
    '<!-- herdbook-approvals',
  ])('is altered where the block is %j', (block) => {
    expect(parseMarks(`A plan\n\n${block}`, { pullRequest: 12, head: HEAD }, SEALING)).toBe('altered')
  })

  it('is for one pull request, commit and key alone', () => {
    const body = comment(steps(2))
    expect(parseMarks(body, { pullRequest: 12, head: HEAD }, SEALING)).toMatchObject({ groups: 0 })
    for (const [pullRequest, head, key] of [
      [13, HEAD, KEY],
      [12, 'b'.repeat(40), KEY],
      [12, HEAD, Buffer.from('x')],
      [12, HEAD, null],
    ] as const)
      expect(parseMarks(body, { pullRequest, head }, sealingWith(key))).toBe('altered')
  })

  it('says nothing more once a word of the comment was changed, put before it or after it; other line ends are no change', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('x', 'S', '-', '`'), (place, char) => {
        const body = comment(steps(3), { restore: ['rule/x'] }).trim()
        const at = place % body.length
        fc.pre(body[at] !== char && body[at] !== '\n')
        // Without its block it is a comment like any other.
        expect(
          parseMarks(`${body.slice(0, at)}${char}${body.slice(at + 1)}`, { pullRequest: 12, head: HEAD }, SEALING),
        ).toBeOneOf(['altered', null])
      }),
    )
    const body = comment(steps(3))
    for (const changed of [`x${body}`, `${body}x`, body.replace('- of 3', '- of 2'), body.replace('\n\n', '\n')])
      expect(parseMarks(changed, { pullRequest: 12, head: HEAD }, SEALING)).toBe('altered')
    for (const same of [body.trim(), body.replaceAll('\n', '\r\n'), `${body}\n`])
      expect(parseMarks(same, { pullRequest: 12, head: HEAD }, SEALING)).toMatchObject({ groups: 0 })
  })

  it('is sealed whatever the objects are called', () => {
    const names = [
      `rule/${'0'.repeat(32)}`,
      `rule/seal=${'0'.repeat(32)}`,
      'rule/<!-- herdbook-approvals',
      'rule/$& $1',
    ]
    const body = comment(steps(1), { restore: names })
    expect(parseMarks(body, { pullRequest: 12, head: HEAD }, SEALING)).toMatchObject({ restore: names })
  })

  it('takes the last block of a comment, since names in it came from outside', () => {
    const forged = marksBlock(
      marksOf(steps(5), { pullRequest: 12, restore: [], askedBy: [], isOurs: false }, { ...SEALING, key: null }),
    )
    const body = sealComment(
      `${forged}\n${marksBlock(marksOf(steps(1), { pullRequest: 12, restore: [], askedBy: [], isOurs: false }, SEALING))}`,
      { pullRequest: 12, head: HEAD },
      SEALING,
    )
    expect(parseMarks(body, { pullRequest: 12, head: HEAD }, SEALING)).toMatchObject({ marks: [expect.any(String)] })
  })

  it('says who asked for it, where somebody did', () => {
    for (const askedBy of [[], ['mo'], ['mo', 'dependabot[bot]']])
      for (const isOurs of [true, false])
        expect(
          parseMarks(comment(steps(2), { askedBy, isOurs }), { pullRequest: 12, head: HEAD }, SEALING),
        ).toMatchObject({ askedBy, isOurs })
  })
})

it('a pull request approves for a year after its merge, and what was used up is known for as long', () => {
  const merged = { at: '2026-11-23T04:00:00Z' }
  expect(isRecent(merged, new Date('2027-11-23T04:00:00Z'))).toBe(true)
  expect(isRecent(merged, new Date('2027-11-25T04:00:00Z'))).toBe(false)
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approvers, missing, spend } from '../../src/reconcile/approvals.ts'
import {
  approvalsBy,
  coveredBy,
  marksBlock,
  marksOf,
  parseMarks,
  sealComment,
} from '../../src/reconcile/approval-marks.ts'
import type { MergeApproval } from '../../src/reconcile/ledger/types.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { sealingWith } from '../support/sealing.ts'
import { KEY, HEAD, SEALING, full, by } from '../support/approved-step.ts'

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
      'words\n' +
        marksBlock(
          marksOf(
            [full],
            {
              pullRequest: 12,
              restore: [],
              askedBy: [login, 'zoe'],
              isOurs: true,
              along: { by: [login], steps: [full] },
            },
            SEALING,
          ),
        ),
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
  const merged = (of: readonly Step[], pullRequest = 12, restore: string[] = []): MergeApproval => {
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

  it('says nothing more once a word was changed in, before or after the comment; line ends are no change', () => {
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
      `${forged}\n` +
        marksBlock(marksOf(steps(1), { pullRequest: 12, restore: [], askedBy: [], isOurs: false }, SEALING)),
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

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decide,
  type DecidingAccount,
  type Authority,
  type MergedHistory,
  type ResolvedAccount,
  type CountedReview,
} from '../../src/approvals/decide.ts'

const PEOPLE = ['ann', 'Bob', 'cleo', 'eve', 'mo']

const HEAD = 'a'.repeat(40)
const [UPDATED, OLDER] = ['b'.repeat(40), 'c'.repeat(40)]
const MERGED = Date.parse('2026-11-30T12:00:00Z')
const at = (minutes: number): string => new Date(MERGED + minutes * 60_000).toISOString()

const is = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

const login = fc.constantFrom(...PEOPLE)
const human: fc.Arbitrary<DecidingAccount> = login.map((name) => ({ login: name, isBot: false }))
const bot: fc.Arbitrary<DecidingAccount> = fc
  .constantFrom('github-actions[bot]', 'dependabot[bot]')
  .map((name) => ({ login: name, isBot: true }))
const account = fc.oneof({ weight: 5, arbitrary: human }, { weight: 1, arbitrary: bot })
const resolved: fc.Arbitrary<ResolvedAccount> = fc.oneof(
  { weight: 6, arbitrary: account },
  { weight: 1, arbitrary: fc.constant('forge' as const) },
  { weight: 1, arbitrary: fc.constant(null) },
)
/** Minutes before the merge, the merge itself at 0. */
const before = fc.integer({ min: -100, max: 0 })
const verdicts = (when: fc.Arbitrary<number>) =>
  fc.record({
    account,
    says: fc.constantFrom('approves', 'objects'),
    commit: fc.constantFrom(HEAD, UPDATED, OLDER),
    when,
    dismissed: fc.option(fc.integer({ min: -100, max: 100 }), { freq: 3 }),
  })
const review = (when: fc.Arbitrary<number>): fc.Arbitrary<CountedReview> =>
  verdicts(when).map(({ account: who, when: minutes, dismissed, ...rest }) => ({
    ...who,
    ...rest,
    at: at(minutes),
    dismissedAt: dismissed === null ? null : at(Math.max(dismissed, minutes)),
  }))
const histories: fc.Arbitrary<MergedHistory> = fc.record({
  author: account,
  askedBy: fc.uniqueArray(login, { maxLength: 2 }),
  isOurs: fc.boolean(),
  isFork: fc.boolean(),
  commits: fc.option(fc.array(fc.record({ author: resolved, committer: resolved }), { maxLength: 3 }), { freq: 8 }),
  pushes: fc.option(fc.array(resolved, { maxLength: 3 }), { freq: 8 }),
  reviews: fc.array(review(before), { maxLength: 5 }),
  sameChanges: fc.constantFrom(new Set([HEAD]), new Set([HEAD, UPDATED])),
  merged: account.map((by) => ({ by, at: at(0) })),
})
const authorities: fc.Arbitrary<Authority> = fc
  .record({
    owners: fc.uniqueArray(login, { maxLength: 3 }),
    writers: fc.subarray(PEOPLE),
    administrators: fc.subarray(PEOPLE),
  })
  .map(({ owners, writers, administrators }) => ({
    owners,
    mayWrite: (name) => writers.some((one) => is(one, name)),
    administers: (name) => administrators.some((one) => is(one, name)),
  }))

const RUNS = { numRuns: 3_000 }
const always = (holds: (history: MergedHistory, authority: Authority) => void): void =>
  fc.assert(fc.property(histories, authorities, holds), RUNS)
const approved = (history: MergedHistory, authority: Authority): readonly string[] => {
  const decision = decide(history, authority)
  return decision.is === 'approved' ? decision.by : []
}

const sorted = (decision: ReturnType<typeof decide>): object =>
  decision.is === 'void' ? decision : { ...decision, by: decision.by.map((name) => name.toLowerCase()).toSorted() }

describe('who approves what was merged, over thousands of histories', () => {
  it('nobody who asked for it, wrote it or pushed it, but the only owner', () => {
    always((history, authority) => {
      for (const name of approved(history, authority)) {
        const { author, askedBy, commits, pushes, isOurs } = history
        const hands = isOurs
          ? []
          : [...(commits ?? []).flatMap((one) => [one.author, one.committer]), ...(pushes ?? [])]
        const isTheirs = (one: ResolvedAccount): boolean =>
          one !== null && one !== 'forge' && !one.isBot && is(one.login, name)
        const took = [author, ...hands].some(isTheirs) || askedBy.some((one) => is(one, name))
        if (took) expect([authority.owners.length, is(authority.owners[0] ?? '', name)]).toEqual([1, true])
      }
    })
  })

  it('people who may write, who approved it as it was or merged it; no program', () => {
    always((history, authority) => {
      for (const name of approved(history, authority)) {
        expect(authority.mayWrite(name)).toBe(true)
        expect(name).not.toContain('[bot]')
        const theirs = history.reviews.filter(
          (one) => !one.isBot && is(one.login, name) && history.sameChanges.has(one.commit),
        )
        const said = theirs.some((one) => one.says === 'approves')
        expect(said || is(history.merged.by.login, name)).toBe(true)
      }
    })
  })

  it('an owner, where it says so: one who is named, or who administers the repository while nobody is', () => {
    always((history, authority) => {
      const decision = decide(history, authority)
      if (decision.is === 'void') return
      const { owners, administers } = authority
      const owns = (name: string): boolean =>
        owners.length === 0 ? administers(name) : owners.some((one) => is(one, name))
      expect(decision.byOwner).toBe(decision.by.some(owns))
      expect(decision.by.length).toBeGreaterThan(0)
    })
  })

  it('an owner, wherever it can not be told who is behind it', () => {
    always((history, authority) => {
      const decision = decide(history, authority)
      const { author, commits, pushes, isOurs, isFork } = history
      const nobodys = commits === null || commits.some((one) => one.author === null || one.committer === null)
      const unseen = !isFork && (pushes ?? []).length === 0
      const hidden = !isOurs && (author.isBot || nobodys || unseen)
      if (hidden && decision.is === 'approved') expect(decision.byOwner).toBe(true)
    })
  })

  it('the same, whatever is done to reviews after the merge', () => {
    const after = fc.array(review(fc.integer({ min: 1, max: 100 })), { maxLength: 5 })
    fc.assert(
      fc.property(histories, authorities, after, fc.boolean(), (history, authority, later, dismissing) => {
        const dismissed = history.reviews.map((one) =>
          dismissing && one.dismissedAt === null ? { ...one, dismissedAt: at(5) } : one,
        )
        expect(decide({ ...history, reviews: [...later, ...dismissed] }, authority)).toEqual(decide(history, authority))
      }),
      RUNS,
    )
  })

  it('the same, in whatever order and case the forge tells it', () => {
    always((history, authority) => {
      const times = new Set(history.reviews.map((one) => `${one.login} ${one.at}`))
      fc.pre(times.size === history.reviews.length)
      const upper = (names: readonly string[]): string[] => names.map((name) => name.toUpperCase())
      const loud: MergedHistory = { ...history, askedBy: upper(history.askedBy), reviews: history.reviews.toReversed() }
      const told = decide(loud, { ...authority, owners: upper(authority.owners) })
      expect(sorted(told)).toEqual(sorted(decide(history, authority)))
    })
  })

  it('never more, where one more person had a hand in it', () => {
    fc.assert(
      fc.property(
        histories,
        authorities,
        login,
        fc.constantFrom('asked', 'wrote', 'pushed'),
        (history, authority, name, how) => {
          const who = { login: name, isBot: false }
          const more: MergedHistory =
            how === 'asked'
              ? { ...history, askedBy: [...history.askedBy, name] }
              : how === 'wrote'
                ? { ...history, commits: history.commits && [...history.commits, { author: who, committer: who }] }
                : { ...history, pushes: history.pushes && [...history.pushes, who] }
          const [was, now] = [approved(history, authority), approved(more, authority)]
          // What was made by nobody that is known may have been resolved by it, and then needs no owner any more.
          const madeByNobody = history.commits?.length === 0 || history.pushes?.length === 0
          fc.pre(madeByNobody || decide(history, authority).is === 'approved' || decide(more, authority).is === 'void')
          if (was.length > 0) expect(now.every((one) => was.includes(one))).toBe(true)
        },
      ),
      RUNS,
    )
  })

  it('never somebody alone, through all that they can press, push and write, unless they alone own it', () => {
    fc.assert(
      fc.property(histories, authorities, (history, authority) => {
        const eve = { login: 'eve', isBot: false }
        const alone: MergedHistory = {
          ...history,
          isOurs: history.isOurs && history.askedBy.includes('eve'),
          author: history.author.isBot ? history.author : eve,
          pushes: [eve],
          commits: history.commits ?? [],
          merged: { ...history.merged, by: eve },
          reviews: history.reviews.filter((one) => one.isBot || one.login === 'eve'),
        }
        fc.pre(!(authority.owners.length === 1 && authority.owners[0] === 'eve'))
        expect(decide(alone, authority).is).toBe('void')
      }),
      RUNS,
    )
  })
})

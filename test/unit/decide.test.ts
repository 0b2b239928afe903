import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, decidersIn, involvedIn, type Account, type Authority, type MergedHistory, type Resolved, type Review } from '../../src/approvals/decide.ts'

const PEOPLE = ['ann', 'Bob', 'cleo', 'eve', 'mo']
const HEAD = 'a'.repeat(40)
const [UPDATED, OLDER] = ['b'.repeat(40), 'c'.repeat(40)]
const MERGED = Date.parse('2026-11-30T12:00:00Z')
const at = (minutes: number): string => new Date(MERGED + minutes * 60_000).toISOString()

const login = fc.constantFrom(...PEOPLE)
const human: fc.Arbitrary<Account> = login.map((name) => ({ login: name, isBot: false }))
const bot: fc.Arbitrary<Account> = fc.constantFrom('github-actions[bot]', 'dependabot[bot]').map((name) => ({ login: name, isBot: true }))
const account = fc.oneof({ weight: 5, arbitrary: human }, { weight: 1, arbitrary: bot })
const resolved: fc.Arbitrary<Resolved> = fc.oneof({ weight: 6, arbitrary: account }, { weight: 1, arbitrary: fc.constant('forge' as const) }, { weight: 1, arbitrary: fc.constant(null) })
/** Minutes before the merge, the merge itself at 0. */
const before = fc.integer({ min: -100, max: 0 })
const review = (when: fc.Arbitrary<number>): fc.Arbitrary<Review> =>
  fc.record({ account, says: fc.constantFrom('approves', 'objects'), commit: fc.constantFrom(HEAD, UPDATED, OLDER), when, dismissed: fc.option(fc.integer({ min: -100, max: 100 }), { freq: 3 }) }).map(({ account: who, when: minutes, dismissed, ...rest }) => ({
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
  same: fc.constantFrom(new Set([HEAD]), new Set([HEAD, UPDATED])),
  merged: account.map((by) => ({ by, at: at(0) })),
})
const authorities: fc.Arbitrary<Authority> = fc.record({ owners: fc.uniqueArray(login, { maxLength: 3 }), writers: fc.subarray(PEOPLE), administrators: fc.subarray(PEOPLE) }).map(({ owners, writers, administrators }) => ({
  owners,
  mayWrite: (name) => writers.some((one) => one.toLowerCase() === name.toLowerCase()),
  administers: (name) => administrators.some((one) => one.toLowerCase() === name.toLowerCase()),
}))

const RUNS = { numRuns: 3_000 }
const always = (holds: (history: MergedHistory, authority: Authority) => void): void => fc.assert(fc.property(histories, authorities, holds), RUNS)
const is = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
const approved = (history: MergedHistory, authority: Authority): readonly string[] => {
  const decision = decide(history, authority)
  return decision.is === 'approved' ? decision.by : []
}

describe('who approves what was merged, over thousands of histories', () => {
  it('nobody who asked for it, wrote it or pushed it, but the only owner', () => {
    always((history, authority) => {
      for (const name of approved(history, authority)) {
        const { author, askedBy, commits, pushes, isOurs } = history
        const hands = isOurs ? [] : [...(commits ?? []).flatMap((one) => [one.author, one.committer]), ...(pushes ?? [])]
        const took = [author, ...hands].some((one) => one !== null && one !== 'forge' && !one.isBot && is(one.login, name)) || askedBy.some((one) => is(one, name))
        if (took) expect([authority.owners.length, is(authority.owners[0] ?? '', name)]).toEqual([1, true])
      }
    })
  })

  it('people who may write, who approved it as it was or merged it; no program', () => {
    always((history, authority) => {
      for (const name of approved(history, authority)) {
        expect(authority.mayWrite(name)).toBe(true)
        expect(name).not.toContain('[bot]')
        const said = history.reviews.some((one) => !one.isBot && is(one.login, name) && one.says === 'approves' && history.same.has(one.commit))
        expect(said || is(history.merged.by.login, name)).toBe(true)
      }
    })
  })

  it('an owner, where it says so: one who is named, or who administers the repository while nobody is', () => {
    always((history, authority) => {
      const decision = decide(history, authority)
      if (decision.is === 'void') return
      const owns = (name: string): boolean => (authority.owners.length === 0 ? authority.administers(name) : authority.owners.some((one) => is(one, name)))
      expect(decision.byOwner).toBe(decision.by.some(owns))
      expect(decision.by.length).toBeGreaterThan(0)
    })
  })

  it('an owner, wherever it can not be told who is behind it', () => {
    always((history, authority) => {
      const decision = decide(history, authority)
      const hidden = !history.isOurs && (history.author.isBot || history.commits === null || history.commits.some(({ author, committer }) => author === null || committer === null) || (!history.isFork && (history.pushes ?? []).length === 0))
      if (hidden && decision.is === 'approved') expect(decision.byOwner).toBe(true)
    })
  })

  it('the same, whatever is done to reviews after the merge', () => {
    fc.assert(
      fc.property(histories, authorities, fc.array(review(fc.integer({ min: 1, max: 100 })), { maxLength: 5 }), fc.boolean(), (history, authority, later, dismissing) => {
        const dismissed = history.reviews.map((one) => (dismissing && one.dismissedAt === null ? { ...one, dismissedAt: at(5) } : one))
        expect(decide({ ...history, reviews: [...later, ...dismissed] }, authority)).toEqual(decide(history, authority))
      }),
      RUNS,
    )
  })

  it('the same, in whatever order and case the forge tells it', () => {
    always((history, authority) => {
      const times = new Set(history.reviews.map((one) => `${one.login} ${one.at}`))
      fc.pre(times.size === history.reviews.length)
      const loud: MergedHistory = { ...history, askedBy: history.askedBy.map((one) => one.toUpperCase()), reviews: history.reviews.toReversed() }
      const [one, other] = [decide(history, authority), decide(loud, { ...authority, owners: authority.owners.map((name) => name.toUpperCase()) })]
      expect(sorted(other)).toEqual(sorted(one))
    })
  })

  it('never more, where one more person had a hand in it', () => {
    fc.assert(
      fc.property(histories, authorities, login, fc.constantFrom('asked', 'wrote', 'pushed'), (history, authority, name, how) => {
        const who = { login: name, isBot: false }
        const more: MergedHistory =
          how === 'asked'
            ? { ...history, askedBy: [...history.askedBy, name] }
            : how === 'wrote'
              ? { ...history, commits: history.commits && [...history.commits, { author: who, committer: who }] }
              : { ...history, pushes: history.pushes && [...history.pushes, who] }
        const [was, now] = [approved(history, authority), approved(more, authority)]
        // What was made by nobody that is known may have been resolved by it, and then needs no owner any more.
        fc.pre(decide(history, authority).is === 'approved' || decide(more, authority).is === 'void' || (history.commits?.length ?? 1) === 0 || (history.pushes?.length ?? 1) === 0)
        if (was.length > 0) expect(now.every((one) => was.includes(one))).toBe(true)
      }),
      RUNS,
    )
  })

  it('never somebody alone, through all that they can press, push and write, unless they alone own it', () => {
    fc.assert(
      fc.property(histories, authorities, (history, authority) => {
        const eve = { login: 'eve', isBot: false }
        const alone: MergedHistory = { ...history, isOurs: history.isOurs && history.askedBy.includes('eve'), author: history.author.isBot ? history.author : eve, pushes: [eve], commits: history.commits ?? [], merged: { ...history.merged, by: eve }, reviews: history.reviews.filter((one) => one.isBot || one.login === 'eve') }
        fc.pre(!(authority.owners.length === 1 && authority.owners[0] === 'eve'))
        expect(decide(alone, authority).is).toBe('void')
      }),
      RUNS,
    )
  })
})

const sorted = (decision: ReturnType<typeof decide>): object => (decision.is === 'void' ? decision : { ...decision, by: decision.by.map((name) => name.toLowerCase()).toSorted() })

const ANN = { login: 'ann', isBot: false }
const BOB = { login: 'bob', isBot: false }
const PLAIN: MergedHistory = { author: ANN, askedBy: [], isOurs: false, isFork: false, commits: [{ author: ANN, committer: ANN }], pushes: [ANN], reviews: [], same: new Set([HEAD]), merged: { by: BOB, at: at(0) } }
const ALL: Authority = { owners: ['ann', 'bob'], mayWrite: () => true, administers: () => false }
const says = (who: Account, more: Partial<Review> = {}): Review => ({ ...who, says: 'approves', commit: HEAD, at: at(-10), dismissedAt: null, ...more })

describe('one by one', () => {
  it.each<[string, Partial<MergedHistory>, Partial<Authority>, object]>([
    ['merged by somebody else', {}, {}, { is: 'approved', by: ['bob'], byOwner: true }],
    ['merged by its author, whom nobody else approved', { merged: { by: ANN, at: at(0) } }, {}, { is: 'void', why: 'self' }],
    ['merged by its author, whom somebody approved', { merged: { by: ANN, at: at(0) }, reviews: [says(BOB)] }, {}, { is: 'approved', by: ['bob'], byOwner: true }],
    ['merged by its author, whose approval was taken back after the merge', { merged: { by: ANN, at: at(0) }, reviews: [says(BOB, { dismissedAt: at(1) })] }, {}, { is: 'approved', by: ['bob'], byOwner: true }],
    ['merged by its author, whose approval was taken back before the merge', { merged: { by: ANN, at: at(0) }, reviews: [says(BOB, { dismissedAt: at(-1) })] }, {}, { is: 'void', why: 'self' }],
    ['merged by its author, whose approval was followed by an objection', { merged: { by: ANN, at: at(0) }, reviews: [says(BOB), says(BOB, { says: 'objects', at: at(-5) })] }, {}, { is: 'void', why: 'self' }],
    ['merged by its author, whose approval was of an older commit', { merged: { by: ANN, at: at(0) }, reviews: [says(BOB, { commit: OLDER })] }, {}, { is: 'void', why: 'self' }],
    ['one owner alone', { merged: { by: ANN, at: at(0) } }, { owners: ['Ann'] }, { is: 'approved', by: ['ann'], byOwner: true }],
    ['a moderator alone beside one owner', { merged: { by: ANN, at: at(0) } }, { owners: ['bob'] }, { is: 'void', why: 'self' }],
    ['a moderator for a moderator', {}, { owners: ['cleo', 'eve'] }, { is: 'approved', by: ['bob'], byOwner: false }],
    ['approved by a program', { merged: { by: ANN, at: at(0) }, reviews: [says({ login: 'github-actions[bot]', isBot: true })] }, {}, { is: 'void', why: 'self' }],
    ['opened by a workflow of whose commit nobody knows, merged by a moderator', { author: { login: 'github-actions[bot]', isBot: true }, commits: [{ author: null, committer: null }] }, { owners: ['cleo', 'eve'] }, { is: 'void', why: 'unresolved' }],
    ['the same, merged by an owner', { author: { login: 'github-actions[bot]', isBot: true }, commits: [{ author: null, committer: null }] }, {}, { is: 'approved', by: ['bob'], byOwner: true }],
    ['proposed by Herdbook for whoever merges it', { author: { login: 'github-actions[bot]', isBot: true }, isOurs: true, askedBy: ['bob'], pushes: null }, {}, { is: 'void', why: 'self' }],
    ['proposed by Herdbook for somebody else', { author: { login: 'github-actions[bot]', isBot: true }, isOurs: true, askedBy: ['ann'], pushes: null }, { owners: ['cleo', 'eve'] }, { is: 'approved', by: ['bob'], byOwner: false }],
    ['proposed by Herdbook, and its branch brought up to date by whoever merges it', { author: { login: 'github-actions[bot]', isBot: true }, isOurs: true, askedBy: ['ann'], pushes: [BOB], commits: [{ author: BOB, committer: 'forge' }] }, { owners: ['cleo', 'eve'] }, { is: 'approved', by: ['bob'], byOwner: false }],
    ['pushed by whoever merges it, in the name of another', { pushes: [BOB] }, {}, { is: 'void', why: 'self' }],
    ['written in the browser', { commits: [{ author: ANN, committer: 'forge' }] }, { owners: ['cleo', 'eve'] }, { is: 'approved', by: ['bob'], byOwner: false }],
    ['merged by whom a queue names no more', { merged: { by: { login: 'github-merge-queue[bot]', isBot: true }, at: at(0) }, reviews: [says(BOB)] }, {}, { is: 'approved', by: ['bob'], byOwner: true }],
    ['from a fork, whose pushes nobody sees', { isFork: true, pushes: [] }, { owners: ['cleo', 'eve'] }, { is: 'approved', by: ['bob'], byOwner: false }],
    ['by somebody who may no longer write', {}, { mayWrite: () => false }, { is: 'void', why: 'self' }],
    ['where no owners are named, by somebody who administers', {}, { owners: [], administers: (name) => name === 'bob' }, { is: 'approved', by: ['bob'], byOwner: true }],
    ['where no owners are named, by whoever administers and wrote it', { merged: { by: ANN, at: at(0) } }, { owners: [], administers: () => true }, { is: 'void', why: 'self' }],
  ])('%s', (_, history, authority, decision) => {
    expect(decide({ ...PLAIN, ...history }, { ...ALL, ...authority })).toEqual(decision)
  })

  it('whoever approved and whoever merged are named once', () => {
    expect(decidersIn({ ...PLAIN, reviews: [says({ login: 'BOB', isBot: false })] })).toEqual(['bob'])
    expect([...involvedIn({ ...PLAIN, askedBy: ['Ann', 'eve'] })]).toEqual(['ann', 'eve'])
  })
})

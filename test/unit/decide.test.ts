import { describe, expect, it } from 'vitest'
import {
  decide,
  decidersIn,
  involvedIn,
  type DecidingAccount,
  type Authority,
  type MergedHistory,
  type CountedReview,
} from '../../src/approvals/decide.ts'

const HEAD = 'a'.repeat(40)
const OLDER = 'c'.repeat(40)
const MERGED = Date.parse('2026-11-30T12:00:00Z')
const at = (minutes: number): string => new Date(MERGED + minutes * 60_000).toISOString()

const ANN = { login: 'ann', isBot: false }
const BOB = { login: 'bob', isBot: false }
const BOT = { login: 'github-actions[bot]', isBot: true }
const QUEUE = { login: 'github-merge-queue[bot]', isBot: true }
const PLAIN: MergedHistory = {
  author: ANN,
  askedBy: [],
  isOurs: false,
  isFork: false,
  commits: [{ author: ANN, committer: ANN }],
  pushes: [ANN],
  reviews: [],
  sameChanges: new Set([HEAD]),
  merged: { by: BOB, at: at(0) },
}
const ALL: Authority = { owners: ['ann', 'bob'], mayWrite: () => true, administers: () => false }
const says = (who: DecidingAccount, more: Partial<CountedReview> = {}): CountedReview => ({
  ...who,
  says: 'approves',
  commit: HEAD,
  at: at(-10),
  dismissedAt: null,
  ...more,
})

/** Merged by its author; opened by a workflow, of whose commit nobody knows; proposed by Herdbook for somebody. */
const bySelf = (...reviews: readonly CountedReview[]): Partial<MergedHistory> => ({
  merged: { by: ANN, at: at(0) },
  reviews,
})
const NOBODYS: Partial<MergedHistory> = { author: BOT, commits: [{ author: null, committer: null }] }
const proposedFor = (...askedBy: readonly string[]): Partial<MergedHistory> => ({
  author: BOT,
  isOurs: true,
  askedBy,
  pushes: null,
})
/** Neither of the two is an owner. */
const OTHERS: Partial<Authority> = { owners: ['cleo', 'eve'] }
const SELF = { is: 'void', why: 'self' }
const BY_OWNER = { is: 'approved', by: ['bob'], byOwner: true }
const BY_MODERATOR = { ...BY_OWNER, byOwner: false }

describe('one by one', () => {
  it.each<[string, Partial<MergedHistory>, Partial<Authority>, object]>([
    ['merged by somebody else', {}, {}, BY_OWNER],
    ['merged by its author, whom nobody else approved', bySelf(), {}, SELF],
    ['merged by its author, whom somebody approved', bySelf(says(BOB)), {}, BY_OWNER],
    [
      'merged by its author, whose approval was taken back after the merge',
      bySelf(says(BOB, { dismissedAt: at(1) })),
      {},
      BY_OWNER,
    ],
    [
      'merged by its author, whose approval was taken back before the merge',
      bySelf(says(BOB, { dismissedAt: at(-1) })),
      {},
      SELF,
    ],
    [
      'merged by its author, whose approval was followed by an objection',
      bySelf(says(BOB), says(BOB, { says: 'objects', at: at(-5) })),
      {},
      SELF,
    ],
    ['merged by its author, whose approval was of an older commit', bySelf(says(BOB, { commit: OLDER })), {}, SELF],
    ['one owner alone', bySelf(), { owners: ['Ann'] }, { is: 'approved', by: ['ann'], byOwner: true }],
    ['a moderator alone beside one owner', bySelf(), { owners: ['bob'] }, SELF],
    ['a moderator for a moderator', {}, OTHERS, BY_MODERATOR],
    ['approved by a program', bySelf(says(BOT)), {}, SELF],
    [
      'opened by a workflow of whose commit nobody knows, merged by a moderator',
      NOBODYS,
      OTHERS,
      { is: 'void', why: 'unresolved' },
    ],
    ['the same, merged by an owner', NOBODYS, {}, BY_OWNER],
    ['proposed by Herdbook for whoever merges it', proposedFor('bob'), {}, SELF],
    ['proposed by Herdbook for somebody else', proposedFor('ann'), OTHERS, BY_MODERATOR],
    [
      'proposed by Herdbook for a name that may no longer write, whoever goes by another now',
      proposedFor('gone'),
      { ...OTHERS, mayWrite: (name) => name !== 'gone' },
      { is: 'void', why: 'unresolved' },
    ],
    ['the same, merged by an owner', proposedFor('gone'), { mayWrite: (name) => name !== 'gone' }, BY_OWNER],
    [
      'proposed by Herdbook, and its branch brought up to date by whoever merges it',
      { ...proposedFor('ann'), pushes: [BOB], commits: [{ author: BOB, committer: 'forge' }] },
      OTHERS,
      BY_MODERATOR,
    ],
    ['pushed by whoever merges it, in the name of another', { pushes: [BOB] }, {}, SELF],
    ['written in the browser', { commits: [{ author: ANN, committer: 'forge' }] }, OTHERS, BY_MODERATOR],
    ['merged by whom a queue names no more', { merged: { by: QUEUE, at: at(0) }, reviews: [says(BOB)] }, {}, BY_OWNER],
    ['from a fork, whose pushes nobody sees', { isFork: true, pushes: [] }, OTHERS, BY_MODERATOR],
    ['by somebody who may no longer write', {}, { mayWrite: () => false }, SELF],
    [
      'where no owners are named, by somebody who administers',
      {},
      { owners: [], administers: (name) => name === 'bob' },
      BY_OWNER,
    ],
    [
      'where no owners are named, by whoever administers and wrote it',
      bySelf(),
      { owners: [], administers: () => true },
      SELF,
    ],
  ])('%s', (_, history, authority, decision) => {
    expect(decide({ ...PLAIN, ...history }, { ...ALL, ...authority })).toEqual(decision)
  })

  it('whoever approved and whoever merged are named once', () => {
    expect(decidersIn({ ...PLAIN, reviews: [says({ login: 'BOB', isBot: false })] })).toEqual(['bob'])
    expect([...involvedIn({ ...PLAIN, askedBy: ['Ann', 'eve'] })]).toEqual(['ann', 'eve'])
  })
})

import { afterAll, describe, expect, it } from 'vitest'
import { comment, dispatch, issue, mergeGroup, pullRequest, push, schedule } from '../support/payloads.ts'
import type { Delivery } from '../support/runner-events.ts'
import { deliver } from '../support/runner.ts'
import { said, workflowTree } from '../support/workflow-tree.ts'

const made = workflowTree()
const { main, topic, runner } = made
afterAll(() => made[Symbol.dispose]())

const CHECK = ['pull-request/check: github check']
const PLAN = ['pull-request/plan: github plan in herdbook-plan']
const APPLY = ['apply/apply: github apply in herdbook-apply', 'apply/replan: github replan in herdbook-plan']
const NOTHING: readonly string[] = []
const FORK = 'mallory/instance'

const CASES: readonly (readonly [what: string, delivery: Delivery, expected: readonly string[]])[] = [
  ['a pull request from a branch of the repository', pullRequest(), PLAN],
  ['more commits in it', pullRequest({ action: 'synchronize' }), PLAN],
  ['its text was edited', pullRequest({ action: 'edited', edited: 'title' }), NOTHING],
  ['it is for another branch now', pullRequest({ action: 'edited', edited: 'base' }), PLAN],
  ['one from a fork', pullRequest({ from: FORK }), CHECK],
  ['one from a fork that is gone', pullRequest({ from: null }), CHECK],
  ['more commits in one from a fork', pullRequest({ from: FORK, action: 'synchronize' }), CHECK],
  ['the text of one from a fork was edited', pullRequest({ from: FORK, action: 'edited', edited: 'title' }), NOTHING],
  ['one from a fork is for another branch now', pullRequest({ from: FORK, action: 'edited', edited: 'base' }), CHECK],
  [
    'the label that asks, on one from a fork',
    pullRequest({ from: FORK, action: 'labeled', label: 'herdbook: plan' }),
    PLAN,
  ],
  [
    'the same label when it is closed',
    pullRequest({ from: FORK, action: 'labeled', label: 'herdbook: plan', state: 'closed' }),
    NOTHING,
  ],
  ['another label', pullRequest({ from: FORK, action: 'labeled', label: 'good first issue' }), NOTHING],
  ['another label on one of ours', pullRequest({ action: 'labeled', label: 'good first issue' }), NOTHING],
  ['a pull request for another branch', pullRequest({ base: 'old' }), NOTHING],
  ['one from a fork for another branch', pullRequest({ base: 'old', from: FORK }), NOTHING],
  [
    'the label on one for another branch',
    pullRequest({ base: 'old', action: 'labeled', label: 'herdbook: plan' }),
    NOTHING,
  ],
  ['a closed pull request', pullRequest({ action: 'closed' }), NOTHING],
  ['a comment /plan by a member', comment({ body: `/plan ${topic}` }), PLAN],
  ['a comment /plan alone', comment({ body: '/plan' }), PLAN],
  ['one with a line end behind it', comment({ body: '/plan\r\n' }), PLAN],
  [
    'one by a member whose membership is private: GitHub calls them a contributor',
    comment({ association: 'CONTRIBUTOR' }),
    PLAN,
  ],
  ['one by a stranger, of whom Herdbook asks GitHub', comment({ body: `/plan ${topic}`, association: 'NONE' }), PLAN],
  ['a word that begins like it', comment({ body: '/planning this took weeks' }), NOTHING],
  ['a sentence that begins like it', comment({ body: '/plan-b: what else?' }), NOTHING],
  ['a comment /plan on an issue', comment({ onPullRequest: false }), NOTHING],
  ['a comment /plan on a closed pull request', comment({ state: 'closed' }), NOTHING],
  ['another comment by a member', comment({ body: 'Looks good. /plan' }), NOTHING],
  ['a merge queue', mergeGroup({ head: topic }), ['pull-request/queue: github check']],
  ['a merge queue of another branch', mergeGroup({ head: topic, base: 'old' }), NOTHING],
  ['a push to the default branch', push({ after: main }), APPLY],
  ['a push to another branch', push({ branch: 'topic', after: topic }), NOTHING],
  ['a branch that was deleted', push({ branch: 'topic', after: '0'.repeat(40) }), NOTHING],
  [
    'a label that accepts',
    issue({ label: 'herdbook: accept', labels: ['herdbook: ask', 'herdbook: accept'] }),
    ['ask/ask: github issue-form in herdbook-plan'],
  ],
  ['the label of the form alone', issue({ label: 'herdbook: ask' }), NOTHING],
  [
    'an edit of the drift issue',
    issue({ action: 'edited', labels: ['herdbook: drift'], author: 'github-actions[bot]' }),
    ['drift/tick: github checkboxes in herdbook-plan'],
  ],
  [
    'our own edit of the drift issue',
    issue({
      action: 'edited',
      labels: ['herdbook: drift'],
      author: 'github-actions[bot]',
      sender: 'github-actions[bot]',
    }),
    NOTHING,
  ],
  [
    'an edit of an issue that somebody else made look like it',
    issue({ action: 'edited', labels: ['herdbook: drift'], author: 'mallory' }),
    NOTHING,
  ],
  [
    'an edit of another issue of ours',
    issue({ action: 'edited', labels: ['herdbook: failure'], author: 'github-actions[bot]' }),
    NOTHING,
  ],
]

describe('what runs for an event', () => {
  it.each(CASES)('%s', async (_, delivery, expected) => {
    const runs = await deliver(runner, delivery)
    expect(said(runs)).toEqual(expected)
  })

  it('its time, of whose repository GitHub says nothing', async () => {
    expect(said(await deliver(runner, schedule('23 4 * * *')))).toEqual(APPLY)
    expect(said(await deliver(runner, schedule('47 2 * * *')))).toEqual(['drift/drift: github drift in herdbook-plan'])
  })

  it.each([
    ['plan', ['button/propose: github dispatch in herdbook-plan']],
    ['adopt', ['button/propose: github dispatch in herdbook-plan']],
    ['restore', ['button/propose: github dispatch in herdbook-plan']],
    ['unblock', ['button/propose: github dispatch in herdbook-plan']],
    ['unlock', ['button/decide: github dispatch in herdbook-apply']],
    ['pause', ['button/decide: github dispatch in herdbook-apply']],
    ['approve', ['button/decide: github dispatch in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    ['resume', ['button/decide: github dispatch in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    ['begin', ['button/decide: github dispatch in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    [
      'new-history',
      ['button/decide: github dispatch in herdbook-apply', 'button/apply: github apply in herdbook-apply'],
    ],
    ['demote', ['button/decide: github dispatch in herdbook-apply']],
    ['new-key', ['button/sign: github dispatch in herdbook-owners']],
  ])('the button %s', async (verb, expected) => {
    expect(said(await deliver(runner, dispatch('herdbook-button.yml', { inputs: { verb } })))).toEqual(expected)
    expect(said(await deliver(runner, dispatch('herdbook-button.yml', { inputs: { verb }, branch: 'topic' })))).toEqual(
      [],
    )
  })

  it('a start by hand, on the default branch only', async () => {
    expect(said(await deliver(runner, dispatch('herdbook-apply.yml')))).toEqual(APPLY)
    expect(said(await deliver(runner, dispatch('herdbook-apply.yml', { branch: 'topic' })))).toEqual([])
    expect(said(await deliver(runner, dispatch('herdbook-drift.yml', { branch: 'topic' })))).toEqual([])
  })
})

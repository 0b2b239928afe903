import { afterAll, describe, expect, it } from 'vitest'
import { commit, git } from '../support/git.ts'
import { github } from '../support/github.ts'
import { comment, dispatch, issue, pullRequest, push } from '../support/payloads.ts'
import type { Delivery } from '../support/runner-events.ts'
import { deliver, ran, type JobRun, type Runner } from '../support/runner.ts'
import { runnerOn } from '../support/runner-github.ts'
import { secretsOf, told, workflowTree } from '../support/workflow-tree.ts'

const made = workflowTree()
const { tree, main, topic, remote, runner } = made
afterAll(() => made[Symbol.dispose]())

const FORK = 'mallory/instance'

describe('what a job is given', () => {
  const pick = (names: readonly string[], environment: string) =>
    Object.fromEntries(names.map((name) => [name, `${name} of ${environment}`]))

  it('secrets by name, of its own environment', async () => {
    const plan = told(ran(await deliver(runner, pullRequest()), 'plan'))
    expect(plan.secrets).toEqual(pick(['HERDBOOK_LEDGER_KEY', 'HERDBOOK_READER_KEY', 'HERDBOOK_READ_TOKEN'], 'plan'))
    const apply = told(ran(await deliver(runner, push({ after: main })), 'apply'))
    expect(apply.secrets).toEqual(
      pick(
        ['HERDBOOK_LEDGER_KEY', 'HERDBOOK_READER_KEY', 'HERDBOOK_READ_TOKEN', 'HERDBOOK_SSH_KEY', 'HERDBOOK_TOKEN'],
        'apply',
      ),
    )
  })

  it('only the ledger keys where the ledger is signed anew, with a token that opens no pull request', async () => {
    const sign = ran(await deliver(runner, dispatch('herdbook-button.yml', { inputs: { verb: 'new-key' } })), 'sign')
    expect(told(sign).secrets).toEqual(pick(['HERDBOOK_LEDGER_KEY', 'HERDBOOK_OLD_LEDGER_KEY'], 'owners'))
    expect(sign.permissions).toEqual({ actions: 'read', contents: 'write' })
  })

  it('no secret where a stranger began it, and a token that can comment and no more', async () => {
    const check = ran(await deliver(runner, pullRequest({ from: FORK })), 'check')
    expect(told(check)).toMatchObject({ secrets: {}, pushes: false })
    expect(JSON.parse(told(check).token)).toEqual({ contents: 'read', 'pull-requests': 'write', statuses: 'write' })
  })

  it('the default branch, by name, and Git may push where the token may', async () => {
    expect(told(ran(await deliver(runner, pullRequest({ head: topic })), 'plan'))).toMatchObject({
      branch: 'main',
      pushes: false,
    })
    const apply = ran(await deliver(runner, push({ after: main })), 'apply')
    expect(apply.commit).toBe(main)
    expect(told(apply)).toMatchObject({ branch: 'main', pushes: true })
  })

  it('both streams, the summary and the exit code are handed on; replan follows a failure', async () => {
    git(tree, 'switch', '--quiet', 'main')
    const failing = commit(tree, 'Fail', { exit: '' })
    git(tree, 'push', '--quiet', remote, 'main')
    const runs = await deliver(runner, push({ after: failing }))
    git(tree, 'push', '--quiet', '--force', remote, `${main}:main`)
    expect(ran(runs, 'apply')).toMatchObject({ result: 'failure', exit: 6, stderr: 'heard\n', summary: '# Told\n' })
    expect(ran(runs, 'replan')).toMatchObject({ result: 'failure', exit: 6 })
  })
})

describe('what runs at once', () => {
  const groupsOf = async (delivery: Delivery) =>
    (await deliver(runner, delivery)).flatMap((one) => (one.ran ? [one.concurrency] : []))

  it('a newer plan of a pull request ends an older one, and a comment by somebody else neither', async () => {
    expect(await groupsOf(pullRequest())).toEqual([{ group: 'herdbook-plan-12-', cancelInProgress: true }])
    expect(await groupsOf(comment({ sender: 'mod' }))).toEqual([
      { group: 'herdbook-plan-12-mod', cancelInProgress: true },
    ])
    expect(await groupsOf(pullRequest({ action: 'labeled', label: 'herdbook: plan', sender: 'tess' }))).toEqual([
      { group: 'herdbook-plan-12-tess', cancelInProgress: true },
    ])
  })

  it('an apply is never ended by the next one', async () => {
    expect(await groupsOf(push({ after: main }))).toEqual([
      { group: 'herdbook-apply', cancelInProgress: false },
      { group: 'herdbook-replan', cancelInProgress: true },
    ])
  })

  it('ticks and buttons have no group, since each one counts', async () => {
    expect(
      await groupsOf(issue({ action: 'edited', labels: ['herdbook: drift'], author: 'github-actions[bot]' })),
    ).toEqual([null])
    expect(await groupsOf(dispatch('herdbook-button.yml', { inputs: { verb: 'pause' } }))).toEqual([null])
  })
})

describe('a workflow that somebody else wrote', () => {
  const THIEF = `on: [push, pull_request]
permissions: {}
jobs:
  steal:
    runs-on: ubuntu-latest
    environment: herdbook-apply
    timeout-minutes: 1
    steps:
      - run: echo "got $GOT"
        env:
          GOT: \${{ secrets.HERDBOOK_TOKEN }}
`
  const thief: Runner = { ...runner, workflows: /^thief/ }

  it('gets no secret on a branch, whose environments are for the default branch only', async () => {
    git(tree, 'switch', '--quiet', 'topic')
    const stolen = commit(tree, 'Steal', { '.github/workflows/thief.yml': THIEF })
    git(tree, 'push', '--quiet', remote, 'topic')
    expect(await deliver(thief, push({ branch: 'topic', after: stolen }))).toEqual([
      {
        workflow: 'thief.yml',
        job: 'steal',
        ran: false,
        why: 'refs/heads/topic may not use the environment herdbook-apply',
      },
    ])
    // Without that rule of the environment it would.
    const open: Runner = {
      ...thief,
      environments: { 'herdbook-apply': { secrets: secretsOf('apply'), branches: null } },
    }
    expect(ran(await deliver(open, push({ branch: 'topic', after: stolen })), 'steal').stdout).toBe(
      'got HERDBOOK_TOKEN of apply\n',
    )
  })

  it('in a fork gets none either, and is not what runs where secrets are', async () => {
    git(tree, 'push', '--quiet', '--force', remote, 'topic:refs/pull/12/merge')
    const open: Runner = {
      ...thief,
      environments: { 'herdbook-apply': { secrets: secretsOf('apply'), branches: null } },
    }
    const fork = pullRequest({ from: FORK, head: git(tree, 'rev-parse', 'topic') })
    expect(ran(await deliver(open, { ...fork, name: 'pull_request' }), 'steal').stdout).toBe('got \n')
    expect(await deliver(open, fork)).toEqual([])
  })
})

it('runs on the stand-in for GitHub, whose token may do there what the job says', async () => {
  const delivered: JobRun[] = []
  const environment = {
    branches: ['main'],
    reviewers: [],
    preventSelfReview: false,
    secrets: ['HERDBOOK_READ_TOKEN'],
    variables: [],
  }
  await using hub = await github({
    people: { mo: 'write' },
    settings: { environments: { 'herdbook-plan': environment } },
    onEvent: async (event) =>
      void delivered.push(
        ...(event.name === 'push'
          ? []
          : await deliver(
              runnerOn(hub, { 'herdbook-plan': { HERDBOOK_READ_TOKEN: 'read' } }, { workflows: /^herdbook-pull/ }),
              event,
            )),
      ),
  })
  git(tree, 'push', '--quiet', '--force', hub.git, `${main}:main`)
  await hub.act.pushed('herd')
  await hub.act.push({ by: 'mo', branch: 'topic', files: { 'instance/a.yaml': '' } })
  const number = await hub.act.openPull({ by: 'mo', branch: 'topic', title: 'Topic' })
  const { secrets, token } = told(ran(delivered, 'plan'))
  expect(secrets).toEqual({ HERDBOOK_READ_TOKEN: 'read', HERDBOOK_READER_KEY: '', HERDBOOK_LEDGER_KEY: '' })
  const ask = (path: string, body: object) =>
    fetch(`${hub.url}/repos/${hub.repository}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
      body: JSON.stringify(body),
    })
  expect((await ask(`issues/${number}/comments`, { body: 'planned' })).status).toBe(201)
  expect((await ask('git/refs', { ref: 'refs/heads/x', sha: main })).status).toBe(403)
})

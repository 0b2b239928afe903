import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commit, git, newRepository, scratch } from '../support/git.ts'
import { github } from '../support/github.ts'
import { comment, dispatch, issue, mergeGroup, pullRequest, push, schedule } from '../support/payloads.ts'
import type { Delivery } from '../support/runner-events.ts'
import { deliver, ran, type JobRun, type Runner } from '../support/runner.ts'
import { runnerOn } from '../support/runner-github.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Stands where Herdbook stands, and says what it was given. */
const PROBE = `import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
const { env } = process
const git = (...args: string[]): string => {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'refused'
  }
}
appendFileSync(env.GITHUB_STEP_SUMMARY ?? '', '# Told\\n')
console.error('heard')
console.log(JSON.stringify({
  argv: process.argv.slice(2),
  secrets: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('HERDBOOK_'))),
  token: env.GITHUB_TOKEN,
  branch: git('symbolic-ref', '--short', 'HEAD'),
  pushes: git('push', '--dry-run', 'origin', 'HEAD:refs/herdbook/production/lock') !== 'refused',
}))
if (git('show', 'HEAD:exit') !== 'refused') process.exit(6)
`

const ALL = [
  'HERDBOOK_OLD_LEDGER_KEY',
  'HERDBOOK_TOKEN',
  'HERDBOOK_SSH_KEY',
  'HERDBOOK_READ_TOKEN',
  'HERDBOOK_READER_KEY',
  'HERDBOOK_LEDGER_KEY',
  'NEVER_NAMED',
]
const secretsOf = (environment: string) => Object.fromEntries(ALL.map((name) => [name, `${name} of ${environment}`]))

const base = scratch()
afterAll(() => base[Symbol.dispose]())

// The workflows and the action as they stand, with the probe in place of Herdbook.
const tree = newRepository(join(base.path, 'tree'), {
  'src/cli.ts': PROBE,
  'package-lock.json': '{}',
  '.gitignore': 'node_modules\n',
})
cpSync(join(ROOT, '.github'), join(tree, '.github'), { recursive: true })
const main = commit(tree, 'Workflows')
git(tree, 'switch', '--quiet', '--create', 'topic')
const topic = commit(tree, 'Topic', { 'instance/rules.yaml': 'rules: []\n' })
git(tree, 'switch', '--quiet', 'main')
const remote = join(base.path, 'herd.git')
git(base.path, 'clone', '--quiet', '--bare', tree, remote)

const runner: Runner = {
  remote,
  repository: 'herd/instance',
  defaultBranch: 'main',
  apiUrl: 'http://127.0.0.1:1',
  serverUrl: 'https://github.com',
  environments: Object.fromEntries(
    ['plan', 'apply', 'owners'].map((name) => [`herdbook-${name}`, { secrets: secretsOf(name), branches: ['main'] }]),
  ),
  token: (permissions) => JSON.stringify(permissions),
  workflows: /^herdbook-/,
}

interface Told {
  readonly argv: readonly string[]
  readonly secrets: { readonly [name: string]: string }
  readonly token: string
  readonly branch: string
  readonly pushes: boolean
}
const told = (one: { readonly stdout: string }): Told => JSON.parse(one.stdout.trim().split('\n').at(-1) ?? '') as Told

/** What has run, as `workflow/job runs herdbook … in ENVIRONMENT`. */
const said = (runs: readonly JobRun[]): string[] =>
  runs.flatMap((one) =>
    one.ran
      ? [
          `${one.workflow.replace(/^herdbook-|\.yml$/g, '')}/${one.job}: ${told(one).argv.join(' ')}${one.environment === null ? '' : ` in ${one.environment}`}`,
        ]
      : [],
  )

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
    ['ask/ask: github ask in herdbook-plan'],
  ],
  ['the label of the form alone', issue({ label: 'herdbook: ask' }), NOTHING],
  [
    'an edit of the drift issue',
    issue({ action: 'edited', labels: ['herdbook: drift'], author: 'github-actions[bot]' }),
    ['drift/tick: github tick in herdbook-plan'],
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
    ['plan', ['button/propose: github press in herdbook-plan']],
    ['adopt', ['button/propose: github press in herdbook-plan']],
    ['restore', ['button/propose: github press in herdbook-plan']],
    ['unblock', ['button/propose: github press in herdbook-plan']],
    ['unlock', ['button/decide: github press in herdbook-apply']],
    ['pause', ['button/decide: github press in herdbook-apply']],
    ['approve', ['button/decide: github press in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    ['resume', ['button/decide: github press in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    ['begin', ['button/decide: github press in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    ['new-history', ['button/decide: github press in herdbook-apply', 'button/apply: github apply in herdbook-apply']],
    ['demote', ['button/decide: github press in herdbook-apply']],
    ['new-key', ['button/sign: github press in herdbook-owners']],
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

  it('the ledger keys and nothing else where the ledger is signed anew, with a token that opens no pull request', async () => {
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

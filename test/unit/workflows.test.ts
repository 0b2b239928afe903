import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actionViolations, NEEDS, violations, type Rule } from '../support/workflow-policy.ts'
import { lint, parseAction, parseWorkflow } from '../support/workflow-parser.ts'

const GITHUB = resolve(import.meta.dirname, '../../.github')
const read = (path: string): string => readFileSync(join(GITHUB, path), 'utf8')
const WORKFLOWS = readdirSync(join(GITHUB, 'workflows'))
const ACTION = 'actions/herdbook/action.yml'

describe.each(WORKFLOWS)('%s', (file) => {
  const text = read(`workflows/${file}`)

  it('is one that GitHub takes', async () => {
    expect((await parseWorkflow(file, text)).errors).toEqual([])
  })

  it('has nothing that a linter knows', async () => {
    expect(await lint(file, text)).toEqual([])
  })

  it('keeps to the rules', () => {
    expect(violations(file, text)).toEqual([])
  })
})

it('the action is one that GitHub takes, and keeps to the rules', () => {
  expect(parseAction(ACTION, read(ACTION)).errors).toEqual([])
  expect(actionViolations(ACTION, read(ACTION))).toEqual([])
})

it('what brings up a real Mastodon is a script that a shell takes', () => {
  const script = resolve(GITHUB, '../test/live/containers.sh')
  expect(() => accessSync(script, constants.X_OK)).not.toThrow()
  expect(execFileSync('bash', ['-n', script], { encoding: 'utf8' })).toBe('')
})

it('what is said of needs is said of jobs that are there', async () => {
  const jobs = await Promise.all(
    WORKFLOWS.map(
      async (file) =>
        (await parseWorkflow(file, read(`workflows/${file}`))).template?.jobs.map(({ id }) => `${file} ${id.value}`) ??
        [],
    ),
  )
  expect(jobs.flat().toSorted()).toEqual(Object.keys(NEEDS).toSorted())
})

const DEFAULT = 'ref: ${{ github.event.repository.default_branch }}'
const HEAD = 'ref: ${{ github.event.pull_request.head.sha }}'
const PR = 'herdbook-pull-request.yml'
const APPLY = 'herdbook-apply.yml'

/** A change of a real file that somebody could make, and the rule that has to notice. */
const MUTATIONS: readonly (readonly [what: string, file: string, from: string | RegExp, to: string, rule: Rule])[] = [
  ['the head is checked out where secrets are', PR, DEFAULT, HEAD, 'head-checked-out'],
  ['its merge is', PR, DEFAULT, 'ref: refs/pull/${{ github.event.pull_request.number }}/merge', 'head-checked-out'],
  ['nothing is said of what to check out', PR, `${DEFAULT}\n`, '\n', 'head-checked-out'],
  [
    "the head's repository is",
    PR,
    DEFAULT,
    `${DEFAULT}\n          repository: \${{ github.event.pull_request.head.repo.full_name }}`,
    'head-checked-out',
  ],
  [
    'the guard of the checkout is off',
    PR,
    DEFAULT,
    `${DEFAULT}\n          allow-unsafe-pr-checkout: true`,
    'head-checked-out',
  ],
  [
    'the head is fetched by hand',
    PR,
    '      - uses: ./',
    '      - run: git fetch origin "refs/pull/$N/head" && git checkout FETCH_HEAD\n      - uses: ./',
    'head-checked-out',
  ],
  [
    'a comment is put into a shell line',
    PR,
    '      - uses: ./',
    '      - run: echo "${{ github.event.comment.body }}"\n      - uses: ./',
    'expression-in-shell',
  ],
  [
    'the action puts its input into a shell line',
    ACTION,
    'github "$JOB"',
    'github ${{ inputs.job }}',
    'expression-in-shell',
  ],
  ['an action goes by a tag', APPLY, /checkout@[0-9a-f]{40} # v\S+/, 'checkout@v7', 'action-not-pinned'],
  [
    'an action goes by an abbreviated commit',
    APPLY,
    /checkout@([0-9a-f]{12})[0-9a-f]{28} /,
    'checkout@$1 ',
    'action-not-pinned',
  ],
  ['nobody says which version a commit is', APPLY, / # v7\.\S+/, '', 'action-not-pinned'],
  [
    'an action in the action goes by a branch',
    ACTION,
    /setup-node@[0-9a-f]{40}/,
    'setup-node@main',
    'action-not-pinned',
  ],
  [
    "strangers' jobs get an environment",
    PR,
    '    timeout-minutes: 15\n    permissions',
    '    timeout-minutes: 15\n    environment: herdbook-plan\n    permissions',
    'environment-not-needed',
  ],
  ['a secret without an environment', APPLY, '    environment: herdbook-apply\n', '', 'secret-without-environment'],
  [
    'a plan gets the key that writes',
    PR,
    'env:\n',
    'env:\n          HERDBOOK_SSH_KEY: ${{ secrets.HERDBOOK_SSH_KEY }}\n',
    'secret-of-another-environment',
  ],
  [
    'an apply by the environment of plans',
    APPLY,
    'environment: herdbook-apply',
    'environment: herdbook-plan',
    'secret-of-another-environment',
  ],
  [
    'all secrets at once',
    APPLY,
    'env:\n',
    'env:\n          ALL: ${{ toJSON(secrets) }}\n',
    'secret-of-another-environment',
  ],
  [
    'a secret for every step of a job',
    APPLY,
    '    steps:\n',
    '    env:\n      HERDBOOK_TOKEN: ${{ secrets.HERDBOOK_TOKEN }}\n    steps:\n',
    'secret-outside-its-step',
  ],
  [
    'a secret for every job',
    APPLY,
    'permissions: {}\n',
    'permissions: {}\nenv:\n  HERDBOOK_TOKEN: ${{ secrets.HERDBOOK_TOKEN }}\n',
    'secret-outside-its-step',
  ],
  [
    'a step of somebody else beside secrets',
    APPLY,
    '      - uses: ./',
    `      - uses: somebody/else@${'a'.repeat(40)} # v1\n      - uses: ./`,
    'more-than-herdbook-beside-secrets',
  ],
  [
    'a script beside secrets',
    APPLY,
    '      - uses: ./',
    '      - run: npm test\n      - uses: ./',
    'more-than-herdbook-beside-secrets',
  ],
  [
    'tokens that may read everything by default',
    APPLY,
    'permissions: {}\n',
    'permissions: read-all\n',
    'token-may-something-by-default',
  ],
  ['tokens that may what the repository says', APPLY, 'permissions: {}\n', '', 'token-may-something-by-default'],
  [
    'a plan that may push',
    PR,
    /(environment: herdbook-plan\n {4}permissions:\n {6}contents: )read/,
    '$1write',
    'permission-not-needed',
  ],
  [
    'a job that may start workflows',
    APPLY,
    '      issues: write\n',
    '      issues: write\n      actions: write\n',
    'permission-not-needed',
  ],
  [
    'an apply that can not report',
    APPLY,
    '      issues: write\n      pull-requests: write\n',
    '      issues: write\n',
    'permission-missing',
  ],
  ['no end to a job', APPLY, '    timeout-minutes: 180\n', '', 'no-timeout'],
  [
    'a group for the whole workflow',
    APPLY,
    'permissions: {}\n',
    'permissions: {}\nconcurrency: herdbook\n',
    'group-claimed-by-skipped-jobs',
  ],
  [
    'the token stays in the checkout of tests',
    'test.yml',
    'persist-credentials: false',
    'persist-credentials: true',
    'credentials-kept',
  ],
  ['nothing is said of the token in a checkout', PR, /\n +persist-credentials: true.*/, '', 'credentials-kept'],
  [
    'tests of a pull request get a secret',
    'test.yml',
    '    runs-on',
    '    environment: herdbook-plan\n    runs-on',
    'secret-beside-foreign-code',
  ],
  [
    'modules come out of a cache',
    ACTION,
    '    - shell: bash\n      run: >-\n        npm ci',
    `    - uses: actions/cache/restore@${'a'.repeat(40)} # v6\n      with:\n` +
      '        path: node_modules\n        key: herdbook\n    - shell: bash\n      run: >-\n        npm ci',
    'cache-beside-secrets',
  ],
  ['Node brings them out of one', ACTION, 'package-manager-cache: false', 'cache: npm', 'cache-beside-secrets'],
  ['compiled code is kept', ACTION, 'JOB: $', 'NODE_COMPILE_CACHE: /tmp/node\n        JOB: $', 'cache-beside-secrets'],
]

describe('the rules bite', () => {
  it.each(MUTATIONS)('%s', (_, file, from, to, rule) => {
    const [path, check] = file === ACTION ? [file, actionViolations] : [`workflows/${file}`, violations]
    const text = read(path)
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    expect(check(file, changed).map((one) => one.rule)).toContain(rule)
  })

  it('each of them', () => {
    const RULES: { readonly [rule in Rule]: true } = {
      'action-not-pinned': true,
      'expression-in-shell': true,
      'secret-beside-foreign-code': true,
      'head-checked-out': true,
      'secret-without-environment': true,
      'secret-of-another-environment': true,
      'secret-outside-its-step': true,
      'more-than-herdbook-beside-secrets': true,
      'token-may-something-by-default': true,
      'permission-not-needed': true,
      'permission-missing': true,
      'environment-not-needed': true,
      'no-timeout': true,
      'group-claimed-by-skipped-jobs': true,
      'credentials-kept': true,
      'cache-beside-secrets': true,
    }
    expect(new Set(MUTATIONS.map((mutation) => mutation[4]))).toEqual(new Set(Object.keys(RULES)))
  })
})

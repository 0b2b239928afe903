import { parse } from 'yaml'
import { ENVIRONMENTS } from '../../src/setup/environment-names.ts'

/** What must never be so in a workflow or an action, by name. */
export type Rule =
  | 'action-not-pinned'
  | 'expression-in-shell'
  | 'secret-beside-foreign-code'
  | 'head-checked-out'
  | 'secret-without-environment'
  | 'secret-of-another-environment'
  | 'secret-outside-its-step'
  | 'more-than-herdbook-beside-secrets'
  | 'token-may-something-by-default'
  | 'permission-not-needed'
  | 'permission-missing'
  | 'environment-not-needed'
  | 'no-timeout'
  | 'group-claimed-by-skipped-jobs'
  | 'credentials-kept'
  | 'cache-beside-secrets'

export interface Violation {
  readonly rule: Rule
  readonly where: string
}

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly with?: { readonly [name: string]: string | number | boolean }
  readonly env?: unknown
}
interface Job {
  readonly permissions?: { readonly [scope: string]: string }
  readonly environment?: string
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}
interface Workflow {
  readonly on: string | readonly string[] | { readonly [event: string]: unknown }
  readonly permissions?: unknown
  readonly concurrency?: unknown
  readonly jobs: { readonly [id: string]: Job }
}
interface Action {
  readonly runs: { readonly steps: readonly Step[] }
}

interface Needs {
  readonly permissions: { readonly [scope: string]: string }
  readonly environment?: keyof typeof ENVIRONMENTS
}

const READ = { contents: 'read' }
/** What a comment and a check on a pull request take. */
const PLAN = { ...READ, 'pull-requests': 'write', statuses: 'write' }
/** A branch, its pull request with comment and check, and an answer on the issue. */
const PROPOSE = { contents: 'write', issues: 'write', 'pull-requests': 'write', statuses: 'write' }
/** The ledger and the lock, the failure issue, the reports on merged pull requests. */
const APPLY = { contents: 'write', issues: 'write', 'pull-requests': 'write' }

/** What each job needs, and no more: what its token may do, and the environment whose secrets it uses. */
export const NEEDS: { readonly [job: string]: Needs } = {
  'herdbook-pull-request.yml check': { permissions: PLAN },
  // The commit of a queue has no pull request to comment on.
  'herdbook-pull-request.yml queue': { permissions: { ...READ, statuses: 'write' } },
  'herdbook-pull-request.yml plan': { permissions: PLAN, environment: 'herdbook-plan' },
  'herdbook-apply.yml apply': { permissions: APPLY, environment: 'herdbook-apply' },
  'herdbook-apply.yml replan': { permissions: PLAN, environment: 'herdbook-plan' },
  'herdbook-ask.yml ask': { permissions: PROPOSE, environment: 'herdbook-plan' },
  // One issue, which links to the pull requests that are open for its lines.
  'herdbook-drift.yml drift': { permissions: PROPOSE, environment: 'herdbook-plan' },
  'herdbook-drift.yml tick': { permissions: PROPOSE, environment: 'herdbook-plan' },
  'herdbook-button.yml propose': { permissions: PROPOSE, environment: 'herdbook-plan' },
  // The ledger and the lock; a role that is taken away is recorded by a pull request.
  'herdbook-button.yml decide': { permissions: PROPOSE, environment: 'herdbook-apply' },
  // It asks who let it run.
  'herdbook-button.yml sign': { permissions: { actions: 'read', contents: 'write' }, environment: 'herdbook-owners' },
  'herdbook-button.yml apply': { permissions: APPLY, environment: 'herdbook-apply' },
  'test.yml test': { permissions: READ },
  'live.yml live': { permissions: READ },
}

const DEFAULT_BRANCH = '${{ github.event.repository.default_branch }}'
const HERDBOOK = /(^\.|^[\w.-]+\/[\w.-]+)\/\.github\/actions\/herdbook(@|$)/
/** Events whose run is on somebody's own commit, whose code a checkout of the usual ref brings. */
const FOREIGN = ['pull_request', 'merge_group']
/** Events that anybody may cause and whose run is on the default branch, with what that may. */
const TRUSTED = ['pull_request_target', 'issue_comment', 'issues', 'workflow_run']

/** What is wrong in a workflow. `file` is its name. */
export function violations(file: string, text: string): Violation[] {
  const workflow = parse(text) as Workflow
  const events =
    typeof workflow.on === 'string'
      ? [workflow.on]
      : Array.isArray(workflow.on)
        ? (workflow.on as string[])
        : Object.keys(workflow.on)
  const found: Violation[] = [...textViolations(file, text)]
  const say = (rule: Rule, where: string) => found.push({ rule, where: `${file} ${where}`.trim() })
  if (JSON.stringify(workflow.permissions) !== '{}') say('token-may-something-by-default', '')
  if (workflow.concurrency !== undefined) say('group-claimed-by-skipped-jobs', '')
  if (secretsIn({ ...workflow, jobs: {} }).length > 0) say('secret-outside-its-step', '')
  for (const [id, job] of Object.entries(workflow.jobs))
    for (const rule of jobViolations(events, job, NEEDS[`${file} ${id}`] ?? { permissions: {} })) say(rule, id)
  return found
}

/** What is wrong in the metadata of a composite action. */
export function actionViolations(file: string, text: string): Violation[] {
  const { runs } = parse(text) as Action
  const caches = [...runs.steps.filter(keepsModules), ...(/\bNODE_COMPILE_CACHE\b/.test(text) ? [file] : [])]
  return [
    ...textViolations(file, text),
    ...caches.map((): Violation => ({ rule: 'cache-beside-secrets', where: file })),
  ]
}

/** Whether a step brings what another job wrote: an action for caches, or a set-up that caches by itself. */
const keepsModules = ({ uses = '', with: given = {} }: Step): boolean =>
  /^actions\/cache\b/.test(uses) ||
  (uses.startsWith('actions/setup-') && (given['package-manager-cache'] !== false || given['cache'] !== undefined))

/** What can be told of either from its steps alone. */
function textViolations(file: string, text: string): Violation[] {
  const steps = stepsIn(parse(text))
  const shell = steps
    .filter(({ run }) => run?.includes('${{'))
    .map(({ run }): Violation => ({ rule: 'expression-in-shell', where: `${file}: ${run}` }))
  const used = steps.flatMap(({ uses = './' }) => (uses.startsWith('./') || /@[0-9a-f]{40}$/.test(uses) ? [] : [uses]))
  // The version stands behind the commit, for people and for Dependabot.
  const unsaid = text
    .split('\n')
    .filter((line) => /\buses: [^.#]*@/.test(line) && !/@[0-9a-f]{40} # v\d\S*$/.test(line))
  return [
    ...shell,
    ...[...used, ...unsaid].map((one): Violation => ({ rule: 'action-not-pinned', where: `${file}: ${one.trim()}` })),
  ]
}

function jobViolations(events: readonly string[], job: Job, needs: Needs): Rule[] {
  const found: Rule[] = []
  const secrets = secretsIn(job)
  const checkouts = job.steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
  const refs = checkouts.map((step) => String(step.with?.['ref'] ?? ''))
  const foreign =
    checkouts.some((step) => step.with?.['repository'] !== undefined) ||
    refs.some((ref) => (ref === '' ? events.some((event) => FOREIGN.includes(event)) : ref !== DEFAULT_BRANCH))
  const holds = secrets.length > 0 || job.environment !== undefined
  if (foreign && holds) found.push('secret-beside-foreign-code')
  if (
    events.some((event) => TRUSTED.includes(event)) &&
    (foreign || refs.some((ref) => ref !== DEFAULT_BRANCH) || fetchesHead(job))
  )
    found.push('head-checked-out')
  found.push(...secretViolations(job, secrets))
  if (holds && job.steps.some(({ uses = '' }) => !uses.startsWith('actions/checkout@') && !HERDBOOK.test(uses)))
    found.push('more-than-herdbook-beside-secrets')
  found.push(...needViolations(job, needs))
  if (job['timeout-minutes'] === undefined) found.push('no-timeout')
  const kept = checkouts.filter((step) => step.with?.['persist-credentials'] !== false)
  if (
    kept.some((step) => step.with?.['persist-credentials'] !== true) ||
    (kept.length > 0 && !job.steps.some(({ uses = '' }) => HERDBOOK.test(uses)))
  )
    found.push('credentials-kept')
  return found
}

function needViolations(
  { permissions: given = {}, environment }: Job,
  { permissions: needed, environment: own }: Needs,
): Rule[] {
  const found: Rule[] = []
  if (
    Object.entries(given).some(
      ([scope, level]) =>
        level !== 'none' && level !== needed[scope] && !(level === 'read' && needed[scope] === 'write'),
    )
  )
    found.push('permission-not-needed')
  if (Object.entries(needed).some(([scope, level]) => given[scope] !== level)) found.push('permission-missing')
  if (environment !== undefined && environment !== own) found.push('environment-not-needed')
  return found
}

const fetchesHead = (job: Job): boolean =>
  job.steps.some(
    ({ run = '', with: inputs }) =>
      /refs\/pull|pull\/\S*\/(head|merge)|pr checkout/.test(run) || inputs?.['allow-unsafe-pr-checkout'] !== undefined,
  )

function secretViolations(job: Job, secrets: readonly string[]): Rule[] {
  const found: Rule[] = []
  const own: readonly string[] = Object.hasOwn(ENVIRONMENTS, job.environment ?? '')
    ? ENVIRONMENTS[job.environment as keyof typeof ENVIRONMENTS]
    : []
  if (secrets.length > 0 && job.environment === undefined) found.push('secret-without-environment')
  if (job.environment !== undefined && secrets.some((name) => !own.includes(name)))
    found.push('secret-of-another-environment')
  const inSteps = job.steps.filter(({ uses = '' }) => HERDBOOK.test(uses)).flatMap(({ env }) => secretsIn(env))
  if (inSteps.length !== secrets.length) found.push('secret-outside-its-step')
  return found
}

/** Names of secrets, wherever they stand; `*` for all of them at once. */
function secretsIn(part: unknown): string[] {
  const text = JSON.stringify(part ?? null)
  const named = [...text.matchAll(/\bsecrets\s*(?:\.\s*(\w+)|\[)/g)].map(([, name]) => name ?? '*')
  const whole = /"secrets":"inherit"|toJSON\(\s*secrets\s*\)/i.test(text) ? ['*'] : []
  return [...named, ...whole].filter((name) => name !== 'GITHUB_TOKEN')
}

function stepsIn(document: unknown): Step[] {
  const { jobs = {}, runs } = document as Partial<Workflow & Action>
  return [...Object.values(jobs).flatMap(({ steps }) => steps), ...(runs?.steps ?? [])]
}

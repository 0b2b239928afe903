import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Job, WorkflowTemplate } from '@actions/workflow-parser/model/workflow-template'
import type { MappingToken } from '@actions/workflow-parser/templates/tokens/index'
import { at, notFor, sourceOf, textAt, type Delivery, type Source } from './runner-events.ts'
import { holds, textsOf, valueOf, type Contexts, type Standing } from './runner-expressions.ts'
import { gitOf } from './runner-git.ts'
import { runSteps, type Machine } from './runner-steps.ts'
import { parseWorkflow } from './workflow-parser.ts'
import { machineEnv, githubOf } from './runner-contexts.ts'

export type Texts = { readonly [name: string]: string }
export type Permissions = { readonly [scope: string]: 'read' | 'write' }

/** GitHub, as far as a run goes by it. */
export interface Runner {
  /** The bare repository: workflows, actions and checkouts come out of it. */
  readonly remote: string
  /** As `owner/name`. */
  readonly repository: string
  readonly defaultBranch: string
  readonly apiUrl: string
  readonly serverUrl: string
  /**
   * Secrets by environment, and which branches may use them: null for any. An environment that is not here has none, as
   * on GitHub.
   */
  readonly environments: {
    readonly [name: string]: { readonly secrets: Texts; readonly branches: readonly string[] | null }
  }
  /** What GITHUB_TOKEN is in a job with these permissions. */
  readonly token: (permissions: Permissions) => string | Promise<string>
  /** The workflows to look at, by file name; all of them where it is left out. */
  readonly workflows?: RegExp
  /** Secrets of the repository itself. */
  readonly secrets?: Texts
  /** Where the actions of other repositories are: this project's own tree where it is left out. */
  readonly actionFolder?: Machine['actionFolder']
  /** More of the machine's own environment. */
  readonly env?: Texts
  /** Somebody who lets it run again, which GitHub does with the event as it was; and for which time it runs. */
  readonly again?: { readonly by: string; readonly attempt: number }
  /** Aborted, it ends the step in flight by SIGTERM. */
  readonly signal?: AbortSignal
}

interface About {
  /** The file's name, such as `herdbook-apply.yml`. */
  readonly workflow: string
  readonly job: string
}

/** What became of a job. `why` says what kept it from running. */
export type JobRun = About & ({ readonly ran: false; readonly why: string } | Done)

interface Done {
  readonly ran: true
  readonly result: 'success' | 'failure' | 'cancelled'
  /** Of the first step that failed; 0 where none did. */
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  /** The Markdown of the job's summary. */
  readonly summary: string
  readonly outputs: Texts
  readonly environment: string | null
  readonly concurrency: { readonly group: string; readonly cancelInProgress: boolean } | null
  readonly permissions: Permissions
  /** What it checked out last. */
  readonly commit: string
}

const ROOT = resolve(import.meta.dirname, '../..')
let runs = 0

/**
 * Runs every job that GitHub would run for an event, as the workflows stand in the repository; what is told of a pull
 * request is for
 * pull_request_target as well. Throws where GitHub would not take a workflow.
 */
export async function deliver(runner: Runner, delivery: Delivery): Promise<JobRun[]> {
  const own = await deliverOne(runner, delivery)
  return delivery.name === 'pull_request'
    ? [...own, ...(await deliverOne(runner, { ...delivery, name: 'pull_request_target' }))]
    : own
}

async function deliverOne(runner: Runner, delivery: Delivery): Promise<JobRun[]> {
  const source = sourceOf(runner.remote, runner.defaultBranch, delivery)
  if (source === null) return []
  const done: JobRun[] = []
  const names = gitOf(runner.remote, 'ls-tree', '--name-only', `${source.commit}:.github/workflows`).split('\n')
  for (const name of names.filter((one) => /\.ya?ml$/.test(one) && (runner.workflows?.test(one) ?? true))) {
    const { errors, template, root } = await parseWorkflow(
      name,
      `${gitOf(runner.remote, 'show', `${source.commit}:.github/workflows/${name}`)}\n`,
    )
    if (template === undefined || root === undefined || errors.length > 0)
      throw new Error(`${name}: ${errors.join('; ')}`)
    done.push(...(await runWorkflow({ runner, delivery, source, name, template, root, run: (runs += 1) })))
  }
  return done
}

/** The one run of a job that is expected to have run. Throws where it did not, with why. */
export function ran(all: readonly JobRun[], job: string): About & Done {
  const [one, ...more] = all.filter((each): each is About & Done => each.ran && each.job === job)
  if (one === undefined || more.length > 0)
    throw new Error(
      `${job} did not run once: ` +
        JSON.stringify(all.map((each) => (each.ran ? each.job : `${each.job}: ${each.why}`))),
    )
  return one
}

/** A workflow that runs for an event. */
export interface Run {
  readonly runner: Runner
  readonly delivery: Delivery
  readonly source: Source
  readonly name: string
  readonly template: WorkflowTemplate
  readonly root: MappingToken
  readonly run: number
}

async function runWorkflow(run: Run): Promise<JobRun[]> {
  const { template, delivery, source, name, root } = run
  const away = notFor(name, template, delivery, source)
  const done = new Map<string, JobRun>()
  for (const job of template.jobs) {
    const raw = root.find('jobs')?.assertMapping('jobs').find(job.id.value)?.assertMapping('job')
    if (job.type !== 'job' || raw === undefined) throw new Error('The runner knows no reusable workflows')
    const about = { workflow: name, job: job.id.value }
    done.set(job.id.value, {
      ...about,
      ...(away === null ? await runJob(run, job, raw, done) : { ran: false, why: away }),
    })
  }
  return [...done.values()]
}

async function runJob(
  run: Run,
  job: Job,
  raw: MappingToken,
  done: ReadonlyMap<string, JobRun>,
): Promise<{ ran: false; why: string } | Done> {
  const { runner, source } = run
  const needed = (job.needs ?? []).map(({ value }) => [value, resultOf(done.get(value))] as const)
  const needs = Object.fromEntries(needed.map(([id, result]) => [id, { result, outputs: outputsOf(done.get(id)) }]))
  const standing: Standing = needed.every(([, result]) => result === 'success')
    ? 'success'
    : needed.some(([, result]) => result === 'cancelled')
      ? 'cancelled'
      : 'failure'
  const permissions = permissionsOf(run, raw)
  const token = await runner.token(permissions)
  const contexts: Contexts = {
    github: githubOf(run, job, token),
    needs,
    inputs: at(run.delivery.payload, 'inputs') ?? {},
    vars: {},
  }
  if (!holds(job.if.expression, contexts, standing))
    return { ran: false, why: `its if does not hold: ${job.if.expression}` }
  const environment = environmentOf(job, contexts)
  const allowed = environment === null ? undefined : runner.environments[environment]
  if (allowed?.branches && !allowed.branches.includes(source.ref.replace(/^refs\/heads\//, '')))
    return { ran: false, why: `${source.ref} may not use the environment ${environment}` }
  // A fork's code gets no secret, whatever it asks for.
  const secrets = isForeign(run) ? {} : { ...runner.secrets, ...allowed?.secrets, GITHUB_TOKEN: token }
  const about = { environment, concurrency: concurrencyOf(job, contexts), permissions }
  return { ...about, ...(await onMachine(run, job, raw, { ...contexts, secrets }, permissions)) }
}

async function onMachine(
  run: Run,
  job: Job,
  raw: MappingToken,
  given: Contexts,
  permissions: Permissions,
): Promise<Omit<Done, 'environment' | 'concurrency' | 'permissions'>> {
  const { runner, root, delivery } = run
  const base = mkdtempSync(join(tmpdir(), 'herdbook-runner-'))
  const [workspace, temp, summary, event] = [
    join(base, 'work'),
    join(base, 'temp'),
    join(base, 'summary.md'),
    join(base, 'event.json'),
  ]
  for (const dir of [workspace, temp, join(base, 'home')]) mkdirSync(dir)
  writeFileSync(event, JSON.stringify(delivery.payload))
  writeFileSync(summary, '')
  const github = { ...(given['github'] as object), workspace }
  const contexts = {
    ...given,
    github,
    runner: { os: 'Linux', arch: 'X64', temp, name: 'runner' },
    job: { status: 'success' },
  }
  const env = {
    ...machineEnv(github, { base, temp, summary, event }),
    ...runner.env,
    ...textsOf(root.find('env')?.assertMapping('env'), contexts),
    ...textsOf(job.env, contexts),
  }
  const machine: Machine = {
    workspace,
    temp,
    remote: runner.remote,
    mayPush: permissions['contents'] === 'write',
    actionFolder: runner.actionFolder ?? (() => ROOT),
    installed: join(ROOT, 'node_modules'),
    signal: runner.signal,
    env,
    stdout: '',
    stderr: '',
    exit: 0,
  }
  try {
    const list = raw.find('steps')?.assertSequence('steps')
    const tokens = Array.from({ length: list?.count ?? 0 }, (_, index) =>
      list?.get(index).assertMapping('step'),
    ).filter((token) => token !== undefined)
    const { standing, steps } = await runSteps(machine, job.steps, tokens, { contexts: { ...contexts, env } })
    const { stdout, stderr, exit } = machine
    return {
      ran: true,
      result: standing,
      exit,
      stdout,
      stderr,
      summary: readFileSync(summary, 'utf8'),
      outputs: textsOf(job.outputs, { ...contexts, steps }),
      commit: gitOf(workspace, 'rev-parse', 'HEAD'),
    }
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

const resultOf = (one: JobRun | undefined): string => (one?.ran ? one.result : 'skipped')
const outputsOf = (one: JobRun | undefined): Texts => (one?.ran ? one.outputs : {})

const isForeign = ({ delivery, runner }: Run): boolean =>
  delivery.name === 'pull_request' && textAt(delivery.payload, 'pull_request.head.repo.full_name') !== runner.repository

/** A job's own, or the workflow's. A fork's code gets to read at most. */
function permissionsOf(run: Run, raw: MappingToken): Permissions {
  const token = raw.find('permissions') ?? run.root.find('permissions')
  if (token === undefined) throw new Error(`${run.name} does not say what its token may do`)
  const levels = Object.entries(textsOf(token.assertMapping('permissions'), {})).filter(([, level]) => level !== 'none')
  return Object.fromEntries(
    levels.map(([scope, level]) => [scope, level === 'write' && !isForeign(run) ? 'write' : 'read']),
  )
}

function environmentOf({ environment }: Job, contexts: Contexts): string | null {
  if (environment === undefined) return null
  const value = valueOf(environment, contexts)
  return typeof value === 'string' ? value : textAt(value, 'name')
}

function concurrencyOf({ concurrency }: Job, contexts: Contexts): Done['concurrency'] {
  if (concurrency === undefined) return null
  const value = valueOf(concurrency, contexts)
  return typeof value === 'string'
    ? { group: value, cancelInProgress: false }
    : { group: textAt(value, 'group'), cancelInProgress: at(value, 'cancel-in-progress') === true }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunStep, Step } from '@actions/workflow-parser/model/workflow-template'
import type { MappingToken } from '@actions/workflow-parser/templates/tokens/index'
import { checkout } from './runner-checkout.ts'
import { holds, textOf, textsOf, type Contexts, type Standing } from './runner-expressions.ts'
import { parseAction } from './workflow-parser.ts'

type Texts = { readonly [name: string]: string }

/** The machine that a job runs on, and what its steps have done so far. */
export interface Machine {
  readonly workspace: string
  /** A folder of the job's own for scripts and command files. */
  readonly temp: string
  /** The bare repository that is checked out from, and whether the token may push to it. */
  readonly remote: string
  readonly mayPush: boolean
  /** The folder of an action of another repository: `OWNER/NAME` at a ref. */
  readonly actionFolder: (repository: string, ref: string) => string
  /** `node_modules` of the lockfile of this project: what `npm ci` of the action comes to, without fetching it. */
  readonly installed: string
  readonly signal?: AbortSignal | undefined
  /** Grows as steps write to GITHUB_ENV and GITHUB_PATH. */
  env: Texts
  stdout: string
  stderr: string
  /** The exit code of the first step that failed. */
  exit: number
}

interface Scope {
  readonly contexts: Contexts
  /** The folder of the action that the steps are of. */
  readonly actionPath?: string
}

interface StepState {
  readonly outputs: Texts
  readonly outcome: 'success' | 'failure' | 'skipped'
  readonly conclusion: 'success' | 'failure' | 'skipped'
}

/** Runs steps one after the other, as they stand. Answers their outputs by id, and how it went. */
export async function runSteps(
  machine: Machine,
  steps: readonly Step[],
  raw: readonly MappingToken[],
  scope: Scope,
): Promise<{ standing: Standing; steps: { [id: string]: StepState } }> {
  const done: { [id: string]: StepState } = {}
  let standing: Standing = 'success'
  for (const [index, step] of steps.entries()) {
    const token = raw[index]
    if (token === undefined || !('run' in step || 'uses' in step))
      throw new Error('The runner knows steps that run or use something, and no others')
    const contexts = { ...scope.contexts, steps: done }
    if (machine.signal?.aborted) standing = 'cancelled'
    if (!holds(step.if.expression, contexts, standing)) {
      done[step.id] = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' }
      continue
    }
    const env = { ...machine.env, ...textsOf(step.env, contexts) }
    const inputs = textsOf(token.find('with')?.assertMapping('with'), contexts)
    const { code, outputs } =
      'run' in step
        ? await runScript(machine, step, token, { ...scope, contexts }, env)
        : await useAction(machine, step.uses.value, inputs, { ...scope, contexts }, env)
    const outcome = code === 0 ? 'success' : 'failure'
    done[step.id] = { outputs, outcome, conclusion: outcome }
    if (code !== 0 && standing === 'success') {
      standing = 'failure'
      machine.exit = code
    }
  }
  return { standing, steps: done }
}

interface Result {
  readonly code: number
  readonly outputs: Texts
}

async function runScript(
  machine: Machine,
  step: RunStep,
  token: MappingToken,
  { contexts, actionPath }: Scope,
  env: Texts,
): Promise<Result> {
  const shell = token.find('shell')?.assertString('shell').value
  if (shell !== 'bash' && (shell !== undefined || actionPath !== undefined))
    throw new Error(`The runner knows bash, not ${shell ?? 'an action without a shell'}`)
  const files = commandFiles(machine.temp)
  const script = join(machine.temp, `${files.id}.sh`)
  writeFileSync(script, textOf(step.run, contexts))
  const args = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail', script] : ['-e', script]
  const path = `${programs(machine)}:${env['PATH'] ?? ''}`
  const all = {
    ...env,
    ...files.env,
    PATH: path,
    ...(actionPath === undefined ? {} : { GITHUB_ACTION_PATH: actionPath }),
  }
  const child = spawn('bash', args, {
    cwd: machine.workspace,
    env: all,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: machine.signal,
    killSignal: 'SIGTERM',
  })
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (machine.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (machine.stderr += chunk))
  child.on('error', (error) => (machine.stderr += `${error.message}\n`))
  const [code] = (await once(child, 'close')) as [number | null]
  const paths = lines(files.env.GITHUB_PATH)
  machine.env = {
    ...machine.env,
    ...assignments(files.env.GITHUB_ENV),
    PATH: [...paths, machine.env['PATH'] ?? ''].join(':'),
  }
  return { code: code ?? 143, outputs: assignments(files.env.GITHUB_OUTPUT) }
}

/**
 * An `npm` that does what the action asks of it by a link, where the modules are not there already, and hands on all
 * else.
 */
function programs({ temp, installed }: Machine): string {
  const folder = join(temp, 'programs')
  mkdirSync(folder, { recursive: true })
  const npm = `#!/bin/bash
if [ "$1 $2 \${*:4}" = 'ci --prefix --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund' ]
then [ -e "$3/node_modules" ] || ln -s '${installed}' "$3/node_modules"
else PATH="\${PATH#*:}" exec npm "$@"
fi
`
  writeFileSync(join(folder, 'npm'), npm, { mode: 0o755 })
  return folder
}

let scripts = 0

function commandFiles(temp: string) {
  const id = `step-${(scripts += 1)}`
  const env = {
    GITHUB_OUTPUT: join(temp, `${id}.output`),
    GITHUB_ENV: join(temp, `${id}.env`),
    GITHUB_PATH: join(temp, `${id}.path`),
  }
  for (const path of Object.values(env)) writeFileSync(path, '')
  return { id, env }
}

const lines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

/** `name=value` a line, or `name<<END` with the lines up to END. */
function assignments(path: string): Texts {
  const found: { [name: string]: string } = {}
  const rest = readFileSync(path, 'utf8').split('\n')
  for (let line = rest.shift(); line !== undefined; line = rest.shift()) {
    const [, name = '', mark = '', value = ''] = /^(.+?)(=|<<)(.*)$/.exec(line) ?? []
    if (name === '') continue
    const end = mark === '<<' ? rest.indexOf(value) : -1
    found[name] = mark === '=' ? value : rest.splice(0, end).join('\n')
    if (mark === '<<') rest.shift()
  }
  return found
}

async function useAction(machine: Machine, uses: string, inputs: Texts, scope: Scope, env: Texts): Promise<Result> {
  const [, name = '', ref = ''] = /^([^@]+)(?:@(.+))?$/.exec(uses) ?? []
  switch (name) {
    case 'actions/checkout':
      return checkout(machine, inputs, scope.contexts)
    case 'actions/setup-node':
      return { code: 0, outputs: {} }
    default:
      return composite(machine, folderOf(machine, name, ref), inputs, scope, env)
  }
}

function folderOf(machine: Machine, name: string, ref: string): string {
  if (name.startsWith('./')) return join(machine.workspace, name)
  const [owner = '', repository = '', ...folder] = name.split('/')
  return join(machine.actionFolder(`${owner}/${repository}`, ref), ...folder)
}

async function composite(machine: Machine, folder: string, inputs: Texts, scope: Scope, env: Texts): Promise<Result> {
  const file = join(folder, 'action.yml')
  const { errors, template, root } = parseAction(file, readFileSync(file, 'utf8'))
  if (template === undefined || root === undefined || errors.length > 0)
    throw new Error(`${file}: ${errors.join('; ')}`)
  if (template.runs.using !== 'composite') throw new Error(`The runner knows composite actions, and ${file} is none`)
  const github = { ...(scope.contexts['github'] as object), action_path: folder }
  const raw = root.find('runs')?.assertMapping('runs').find('steps')?.assertSequence('steps')
  const tokens = Array.from({ length: raw?.count ?? 0 }, (_, index) => raw?.get(index).assertMapping('step')).filter(
    (token) => token !== undefined,
  )
  const inner = { ...machine, env }
  const { standing, steps } = await runSteps(inner, template.runs.steps, tokens, {
    contexts: { ...scope.contexts, github, inputs },
    actionPath: folder,
  })
  Object.assign(machine, { stdout: inner.stdout, stderr: inner.stderr })
  const outputs = Object.fromEntries(
    (template.outputs ?? []).map(({ id, value }) => [
      id,
      value === undefined ? '' : textOf(value, { ...scope.contexts, inputs, steps }),
    ]),
  )
  return { code: standing === 'success' ? 0 : inner.exit || 1, outputs }
}

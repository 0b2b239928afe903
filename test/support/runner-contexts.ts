import { dirname, join } from 'node:path'
import type { Job } from '@actions/workflow-parser/model/workflow-template'
import { textAt } from './runner-events.ts'
import type { Run, Texts } from './runner.ts'

/** The machine's environment: what GitHub sets, and nothing of where the tests run but where programs are. */
export function machineEnv(
  github: object,
  {
    base,
    temp,
    summary,
    event,
  }: { readonly base: string; readonly temp: string; readonly summary: string; readonly event: string },
): Texts {
  const names = [
    'actor',
    'api_url',
    'event_name',
    'job',
    'ref',
    'ref_name',
    'repository',
    'repository_owner',
    'run_attempt',
    'run_id',
    'server_url',
    'sha',
    'triggering_actor',
    'workflow',
    'workspace',
  ]
  const own = Object.fromEntries(names.map((name) => [`GITHUB_${name.toUpperCase()}`, textAt(github, name)]))
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  // compiled code is kept between tests alone: the action keeps none
  const compiled = process.env['NODE_COMPILE_CACHE']
  return {
    ...own,
    ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }),
    PATH: path,
    HOME: join(base, 'home'),
    LANG: 'C.UTF-8',
    CI: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: event,
    GITHUB_STEP_SUMMARY: summary,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_TEMP: temp,
  }
}

/** The context `github` of a job. */
export function githubOf({ runner, delivery, source, name, run }: Run, job: Job, token: string): object {
  const actor = textAt(delivery.payload, 'sender.login')
  const pull = {
    head_ref: textAt(delivery.payload, 'pull_request.head.ref'),
    base_ref: textAt(delivery.payload, 'pull_request.base.ref'),
  }
  return {
    ...pull,
    actor,
    triggering_actor: runner.again?.by ?? actor,
    api_url: runner.apiUrl,
    event: delivery.payload,
    event_name: delivery.name,
    job: job.id.value,
    ref: source.ref,
    ref_name: source.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    repository: runner.repository,
    repository_owner: runner.repository.split('/')[0] ?? '',
    run_attempt: `${runner.again?.attempt ?? 1}`,
    run_id: String(run),
    server_url: runner.serverUrl,
    sha: source.commit,
    token,
    workflow: name,
  }
}

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gitIn } from '../../../src/git/git.ts'
import { openSecrets } from '../../../src/secrets/secrets.ts'
import { EXIT, fail } from '../../../src/instance/diagnostic.ts'
import { startGitHub, type GitHub, type GitHubEvent } from '../github/index.ts'
import { PLAN_LABEL } from '../../../src/comments/stranger-pull-request.ts'
import { ACCEPT_LABEL, DRIFT_LABEL } from '../../../src/forges/issue-forms.ts'
import type { Io } from '../../../src/session/io.ts'
import { main, type Verbs } from '../../../src/command-line/main.ts'
import { setStage, unseen, type Stage } from '../../../src/demo/stage.ts'

/** The stage with GitHub: an imitation that holds the repository, and people who use its web interface. */
export interface GitHubStage {
  readonly stage: Stage
  readonly hub: GitHub
  /** Runs the jobs that the workflows would run for everything that has happened since. */
  readonly settle: () => Promise<void>
  readonly close: () => Promise<void>
}

const REPOSITORY = 'herd/instance'
const VERBS: Verbs = { github: ['github', () => import('../../../src/verbs/github.ts')] }

/** The most that a job's token may do. Each workflow asks for less. */
const PERMISSIONS = { contents: 'write', issues: 'write', pull_requests: 'write', statuses: 'write' } as const

/** Sets the stage: the instance is live and pushed, and its workflows get every event. */
export async function setGitHubStage(io: Io): Promise<GitHubStage> {
  const stage = await setStage(io)
  try {
    const bare = join(stage.folder, 'instance.git')
    await nameForge(stage)
    await gitOf(stage.folder, 'clone', '--quiet', '--bare', 'herd', bare)
    await stage.git('remote', 'add', 'origin', bare)
    await stage.git('push', '--quiet', 'origin', 'refs/herdbook/production/ledger')
    const events: GitHubEvent[] = []
    const hub = await startGitHub({
      repository: REPOSITORY,
      git: bare,
      people: { clover: 'maintain', second: 'write' },
      onEvent: (event) => void events.push(event),
    })
    return {
      stage,
      hub,
      settle: () => settle({ io, stage, hub, events }),
      close: async () => Promise.all([hub.close(), stage.live.close()]).then(() => undefined),
    }
  } catch (error) {
    await stage.live.close()
    throw error
  }
}

/** From now on only a merged pull request approves. */
async function nameForge({ herd, git }: Stage): Promise<void> {
  const path = join(herd, 'instance', 'instance.yaml')
  await writeFile(path, `${await readFile(path, 'utf8')}forge: { github: ${REPOSITORY} }\n`)
  await git('commit', '--quiet', '-am', 'Pull requests approve')
}

async function gitOf(dir: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await gitIn(dir).run(args)
  return code === 0 ? out : fail(EXIT.unreadable, 'git-failed', `git ${args.join(' ')} failed: ${err}`)
}

interface Backstage {
  readonly io: Io
  readonly stage: Stage
  readonly hub: GitHub
  readonly events: GitHubEvent[]
}

let runs = 0

async function settle(backstage: Backstage): Promise<void> {
  for (let event = backstage.events.shift(); event !== undefined; event = backstage.events.shift()) {
    for (const job of jobsFor(event)) await runJob(backstage, event, job)
  }
}

/** The jobs of the workflows that `init` writes, chosen as their `if:` chooses. */
function jobsFor({ name, payload }: GitHubEvent): readonly string[] {
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>(
        (value, key) =>
          typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown })[key] : undefined,
        payload,
      )
  const label = at('label.name')
  const labels = at('issue.labels')
  const isDrift =
    Array.isArray(labels) &&
    labels.some((one: unknown) => typeof one === 'object' && one !== null && 'name' in one && one.name === DRIFT_LABEL)
  switch (name) {
    case 'pull_request':
      return at('action') === 'labeled'
        ? label === PLAN_LABEL
          ? ['plan']
          : []
        : ['opened', 'synchronize', 'reopened'].includes(String(at('action')))
          ? ['plan']
          : []
    case 'push':
      return at('ref') === 'refs/heads/main' ? ['apply', 'replan'] : []
    case 'issues':
      return at('action') === 'labeled' && label === ACCEPT_LABEL
        ? ['issue-form']
        : at('action') === 'edited' && isDrift
          ? ['checkboxes']
          : []
    case 'schedule':
      return ['drift']
    default:
      return []
  }
}

/** Runs one job as a runner does: a fresh clone of the default branch, the event in a file, a token of its own. */
async function runJob({ io, stage, hub }: Backstage, event: GitHubEvent, job: string): Promise<void> {
  if (io.signal.aborted) fail(EXIT.refused, 'stopped', 'The demo was stopped.')
  runs += 1
  const work = join(stage.folder, `run-${runs}`)
  await mkdir(work)
  await gitOf(work, 'clone', '--quiet', hub.git, 'work')
  const [path, summary] = [join(work, 'event.json'), join(work, 'summary.md')]
  await writeFile(path, JSON.stringify(event.payload))
  const env = {
    GITHUB_EVENT_NAME: event.name === 'pull_request' ? 'pull_request_target' : event.name,
    GITHUB_EVENT_PATH: path,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_API_URL: hub.url,
    GITHUB_RUN_ID: `${runs}`,
    GITHUB_TOKEN: hub.workflowToken(PERMISSIONS),
  }
  const told: string[] = []
  const log = {
    ...unseen(io, (text) => told.push(text)),
    env,
    cwd: join(work, 'work'),
    secrets: openSecrets(env),
    exit: EXIT.ok,
  }
  const code = await main(['github', job], VERBS, log)
  if (code !== EXIT.ok)
    fail(EXIT.defect, 'demo-stuck', `The job ${job} ended with exit code ${code}:\n${told.join('')}`)
}

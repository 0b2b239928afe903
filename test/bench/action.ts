import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deliver, ran, type Runner } from '../support/runner.ts'
import type { Figure } from './cases.ts'
import type { Traffic, Waiting } from './farm-process.ts'
import { program, ROOT, scratch } from './herd.ts'
import { median } from './measure.ts'

const RUNS = 5

/** What one run of the action took, in seconds, and what it asked for. */
interface Took {
  readonly total: number
  readonly wall: number
  readonly cpu: number
  readonly requests: readonly string[]
  readonly git: readonly string[]
}

/**
 * The plan of a pull request, as GitHub's runner does it: the action's steps from their first command to the comment,
 * with the modules there and no compiled code kept.
 */
export async function action(): Promise<Figure[]> {
  const child = fork(join(import.meta.dirname, 'farm-process.ts'), { execArgv: [] })
  const ask = async (): Promise<Traffic> => {
    const answer = once(child, 'message')
    child.send('traffic')
    return ((await answer) as [Traffic])[0]
  }
  try {
    const [waiting] = (await once(child, 'message')) as [Waiting]
    await timed(waiting, ask)
    const runs: Took[] = []
    for (let n = 0; n < RUNS; n += 1) runs.push(await timed(waiting, ask))
    return figures(runs)
  } finally {
    const gone = once(child, 'exit')
    child.disconnect()
    await gone
  }
}

async function timed(waiting: Waiting, ask: () => Promise<Traffic>): Promise<Took> {
  const there = join(scratch, 'action')
  const [starts, used, traces] = ['starts', 'used.json', 'git'].map((name) => join(there, name)) as [
    string,
    string,
    string,
  ]
  rmSync(there, { recursive: true, force: true })
  mkdirSync(traces, { recursive: true })
  // Each shell of the action says when it began: the first is its start, the last runs Herdbook, which says so once
  // more.
  writeFileSync(join(there, 'shell'), `date +%s%3N >> '${starts}'\n`)
  writeFileSync(
    join(there, 'probe.mjs'),
    `import { writeFileSync } from 'node:fs'
process.on('exit', () => {
  writeFileSync(${JSON.stringify(used)}, JSON.stringify({ ended: Date.now(), ...process.resourceUsage() }))
})`,
  )
  program(
    join(there, 'bin/node'),
    `date +%s%3N >> '${starts}'\nexec '${process.execPath}' --import '${join(there, 'probe.mjs')}' "$@"`,
  )
  writeFileSync(join(there, 'gitconfig'), `[trace2]\n\teventTarget = ${traces}\n\teventBrief = true\n`)
  await ask()
  ran(
    await deliver(
      runnerOf(waiting, {
        PATH: [join(there, 'bin'), dirname(process.execPath), process.env['PATH']].join(':'),
        GIT_CONFIG_GLOBAL: join(there, 'gitconfig'),
        BASH_ENV: join(there, 'shell'),
      }),
      { name: 'pull_request_target', payload: waiting.payload },
    ),
    'plan',
  )
  const { requests, commented } = await ask()
  const moments = readFileSync(starts, 'utf8').trim().split('\n').map(Number)
  const [start = Number.NaN, herdbook = Number.NaN] = [moments[0], moments.at(-1)]
  const { ended, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(used, 'utf8')) as NodeJS.ResourceUsage & {
    ended: number
  }
  return {
    total: (commented - start) / 1000,
    wall: (ended - herdbook) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    requests,
    git: gitsIn(traces, herdbook),
  }
}

/** The Git processes that Herdbook started itself, since it began. */
function gitsIn(traces: string, since: number): string[] {
  return readdirSync(traces).flatMap((name) => {
    const lines = readFileSync(join(traces, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; sid: string; time?: string; argv?: readonly string[] })
    const first = lines.find(({ event }) => event === 'start')
    const begun = Date.parse(lines.find(({ time }) => time !== undefined)?.time ?? '')
    return first?.argv === undefined || first.sid.includes('/') || begun < since ? [] : [first.argv.slice(1).join(' ')]
  })
}

const runnerOf = ({ remote, repository, url, token, secrets }: Waiting, env: Runner['env'] & object): Runner => ({
  remote,
  repository,
  defaultBranch: 'main',
  apiUrl: url,
  serverUrl: 'https://github.com',
  environments: { 'herdbook-plan': { secrets, branches: ['main'] } },
  token: () => token,
  workflows: /^herdbook-pull/,
  actionFolder: () => ROOT,
  env,
})

function figures(runs: readonly Took[]): Figure[] {
  const middle = (of: (took: Took) => number): number => median(runs.map(of))
  const [last] = runs.slice(-1)
  const requests = last?.requests ?? []
  return [
    {
      name: 'action, from its start to the comment',
      figure: middle(({ total }) => total),
      unit: 's',
      most: 5,
      how:
        `${runs.length} runs, the modules there, ` +
        'the stand-in for GitHub and the embedded server in processes of their own',
    },
    {
      name: "action, Herdbook's own time",
      figure: middle(({ cpu }) => cpu),
      unit: 's',
      most: 1.5,
      how:
        'CPU of its process; ' +
        `by the clock ${middle(({ wall }) => wall).toFixed(2)} s, Git, psql and the answers of others included`,
    },
    { name: 'action, requests to GitHub', figure: requests.length, unit: '', most: 5, how: requests.join(', ') },
    {
      name: 'action, Git processes',
      figure: last?.git.length ?? Number.NaN,
      unit: '',
      most: 22,
      how: (last?.git ?? [])
        .map((argv) =>
          argv
            .replace(/^(-c \S+ )+/, '')
            .split(' ')
            .slice(0, 2)
            .join(' '),
        )
        .toSorted()
        .join(', '),
    },
  ]
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { NASTY, type Nasty } from '../support/nasty.ts'
import type { Figure } from './cases.ts'
import { CLI, scratch } from './herd.ts'
import { median, node, probed, run, type Job } from './measure.ts'
import type { Ready, Wish } from './texts-process.ts'

const SHORT = 10
const LONG = 300_000
const PAIRS = 5
/** A kind that was slower than this is measured again, in turn with a short text: the machine's speed drifts. */
const LOOK_AGAIN = 0.4

const JOBS = { drift: 'schedule', plan: 'pull_request_target' } as const

/**
 * What 300 kB of text that somebody wrote on the server cost the nightly job and the plan of a pull request, beside a
 * short text: the worst of all kinds.
 */
export async function texts(): Promise<Figure[]> {
  const child = fork(join(import.meta.dirname, 'texts-process.ts'), { execArgv: [] })
  const live = async (kind: Nasty, length: number): Promise<void> => {
    const done = once(child, 'message')
    child.send({ kind, length } satisfies Wish)
    await done
  }
  try {
    const [ready] = (await once(child, 'message')) as [Ready]
    const figures: Figure[] = []
    for (const name of ['drift', 'plan'] as const) figures.push(await worst(name, jobOf(ready, name), live))
    return figures
  } finally {
    const gone = once(child, 'exit')
    child.disconnect()
    await gone
  }
}

function jobOf({ desk, env, events }: Ready, name: keyof typeof JOBS): Job {
  const event = join(scratch, `${name}.json`)
  writeFileSync(event, JSON.stringify(events[name]))
  return probed(
    node(desk, [CLI, 'github', name], {
      ...env,
      GITHUB_EVENT_NAME: JOBS[name],
      GITHUB_EVENT_PATH: event,
      GITHUB_ACTIONS: 'true',
      CI: 'true',
    }),
  )
}

async function worst(name: string, job: Job, live: (kind: Nasty, length: number) => Promise<void>): Promise<Figure> {
  const cpuOf = async (kind: Nasty, length: number): Promise<number> => {
    await live(kind, length)
    return (await run([job])).cpu
  }
  await cpuOf('one letter', SHORT)
  const base = await medianOf(() => cpuOf('one letter', SHORT))
  const seen: { readonly kind: Nasty; readonly more: number }[] = []
  for (const kind of NASTY) {
    const first = (await cpuOf(kind, LONG)) - base
    seen.push({
      kind,
      more:
        first < LOOK_AGAIN ? first : await medianOf(async () => (await cpuOf(kind, LONG)) - (await cpuOf(kind, SHORT))),
    })
  }
  const [most, ...others] = seen.toSorted((a, b) => b.more - a.more)
  const next = others.slice(0, 3).map(({ kind, more }) => `${kind} ${more.toFixed(2)} s`)
  return {
    name: `${name} job, what 300 kB of any text in a setting, a rule and a comment cost it more`,
    figure: most?.more ?? Number.NaN,
    unit: 's',
    most: 1,
    how:
      `CPU beside ${base.toFixed(2)} s with a short text; ` +
      `the worst of ${seen.length} kinds: ${most?.kind}, then ${next.join(', ')}`,
  }
}

async function medianOf(measure: () => Promise<number>): Promise<number> {
  const all: number[] = []
  for (let time = 0; time < PAIRS; time += 1) all.push(await measure())
  return median(all)
}

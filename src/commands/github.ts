import type { Command } from '@commander-js/extra-typings'
import type { Forge } from '../clients/forge.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { own } from '../instance/own.ts'
import { exampleOf } from './github/example.ts'
import { readEvent, type Event } from './github/event.ts'
import { runUrl, summarizer, type Job, type JobModule } from './github/job.ts'
import { say, toldWaits, type Io } from './io.ts'
import { committedIn, doorsIn, openClone, type Clone } from './place.ts'

const JOBS: { readonly [name: string]: readonly [what: string, load: () => Promise<JobModule>] } = {
  check: ['look at files of strangers, or of a merge queue, without any secret', () => import('./github/check.ts')],
  plan: ['plan a pull request', () => import('./github/plan.ts')],
  replan: ['plan the open pull requests anew', () => import('./github/replan.ts')],
  apply: ['apply what was merged', () => import('./github/apply.ts')],
  ask: ['make a pull request of an issue form that was accepted', () => import('./github/ask.ts')],
  drift: ['tell what was changed by hand, in one issue', () => import('./github/drift.ts')],
  tick: ['make a pull request of the boxes ticked in that issue', () => import('./github/tick.ts')],
  press: ['do what somebody pressed the button for', () => import('./github/press.ts')],
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('<job>', Object.keys(JOBS).join(', '))
    .addHelpText(
      'after',
      `\nJobs:\n${Object.entries(JOBS)
        .map(([name, [what]]) => `  ${name.padEnd(8)}${what}`)
        .join(
          '\n',
        )}\n\nExample:\n  herdbook github plan\n\nFor workflows of GitHub Actions, which \`herdbook init\` writes: it reads the event, and answers by comments, checks and the summary of the run.`,
    )
    .action(async (name) => {
      const [, load] =
        own(JOBS, name) ??
        fail(EXIT.invalid, 'no-such-job', `There is no job ${JSON.stringify(name)}.`, {
          hint: `One of ${Object.keys(JOBS).join(', ')}.`,
        })
      const event = await readEvent(io.env)
      const summarize = summarizer(io)
      const clone = cloneOnce(io)
      const example = await exampleHere(clone)
      if (example !== null) {
        const note = `This repository still holds the example, ${example}: nothing is done. Begin with your own server: herdbook init DOMAIN`
        await summarize(note)
        return say(io, note)
      }
      const forge = await forgeOf(io, event)
      // The clock says nothing of the repository.
      const told = event.name === 'schedule' ? { ...event, ...(await forge.about()) } : event
      const job: Job = { io, event: told, summarize, url: runUrl(io, event.repository), forge, clone }
      await (await load()).run(job).catch(async (error: unknown) => {
        await summarizeFailure(job, error)
        throw error
      })
    })

/** The checkout, opened when it is first asked for. */
function cloneOnce(io: Io): Job['clone'] {
  let opened: Promise<Clone> | undefined
  return () => (opened ??= openClone(io))
}

/** The domain of the example, where that is what stands here. What is missing or not valid is for the job to tell. */
async function exampleHere(clone: Job['clone']): Promise<string | null> {
  try {
    const { files } = await committedIn(await clone())
    const doors = await doorsIn(files)
    return doors === undefined ? null : exampleOf(doors)
  } catch (error) {
    if (error instanceof HerdbookError) return null
    throw error
  }
}

async function forgeOf(io: Io, { repository }: Event): Promise<Forge> {
  const token = await io.secrets.read({ env: 'GITHUB_TOKEN' }, 'the token of the workflow')
  const { openForge } = await import('../clients/github.ts')
  return openForge({
    api: io.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    repository,
    token,
    onWait: toldWaits(io),
  })
}

/** A job that fails says so where people look. */
async function summarizeFailure(job: Job, error: unknown): Promise<void> {
  const [{ renderFailure }, { whyFailed }] = await Promise.all([
    import('../render/failure.ts'),
    import('./github/failed.ts'),
  ])
  const { exit, diagnostics } = whyFailed(error)
  await job.summarize(renderFailure(exit, diagnostics, { visibility: job.event.visibility, run: job.url }))
}

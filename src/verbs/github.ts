import type { Command } from '@commander-js/extra-typings'
import type { Forge } from '../forges/forge.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { own } from '../instance/get-own.ts'
import { exampleOf } from '../jobs/is-example.ts'
import { readEvent, type Event } from '../forges/github/event.ts'
import { runUrl, summarizer } from '../jobs/summary.ts'
import { type Job, type JobModule } from '../session/job.ts'
import { say, toldWaits, type Io } from '../session/io.ts'
import { committedIn, connectionsIn, openClone, type Clone } from '../session/instance-folder.ts'

const JOBS: { readonly [name: string]: readonly [what: string, load: () => Promise<JobModule>] } = {
  check: ['look at files of strangers, or of a merge queue, without any secret', () => import('../jobs/check.ts')],
  plan: ['plan a pull request', () => import('../jobs/plan.ts')],
  replan: ['plan the open pull requests anew', () => import('../jobs/replan.ts')],
  apply: ['apply what was merged', () => import('../jobs/apply.ts')],
  ask: ['make a pull request of an issue form that was accepted', () => import('../jobs/issue-form.ts')],
  drift: ['tell what was changed by hand, in one issue', () => import('../jobs/drift.ts')],
  tick: ['make a pull request of the boxes ticked in that issue', () => import('../jobs/checkboxes.ts')],
  press: ['do what somebody pressed the button for', () => import('../jobs/dispatch.ts')],
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
    const connections = await connectionsIn(files)
    return connections === undefined ? null : exampleOf(connections)
  } catch (error) {
    if (error instanceof HerdbookError) return null
    throw error
  }
}

async function forgeOf(io: Io, { repository }: Event): Promise<Forge> {
  const token = await io.secrets.read({ env: 'GITHUB_TOKEN' }, 'the token of the workflow')
  const { openForge } = await import('../forges/github/github.ts')
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
    import('../comments/failure.ts'),
    import('../jobs/failed.ts'),
  ])
  const { exit, diagnostics } = whyFailed(error)
  await job.summarize(renderFailure(exit, diagnostics, { visibility: job.event.visibility, run: job.url }))
}

import type { Command } from '@commander-js/extra-typings'
import type { Forge } from '../forges/forge.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { own } from '../instance/get-own.ts'
import { exampleOf } from '../jobs/is-example.ts'
import { readEvent, type ForgeEvent } from '../forges/github/event.ts'
import { runUrl, summarizer } from '../jobs/summary.ts'
import { type Job, type JobModule } from '../session/job.ts'
import { say, tell, reportWaits, type Io } from '../session/io.ts'
import { committedIn, connectionsIn, openClone, type RepositoryClone } from '../session/instance-folder.ts'
import { HELP, JOB_HELP, jobRenamed, noSuchJob, stillExample, WORKFLOW_TOKEN } from './github/texts.ts'

const JOBS: { readonly [name in keyof typeof JOB_HELP]: () => Promise<JobModule> } = {
  check: () => import('../jobs/check.ts'),
  plan: () => import('../jobs/plan.ts'),
  replan: () => import('../jobs/replan.ts'),
  apply: () => import('../jobs/apply.ts'),
  'issue-form': () => import('../jobs/issue-form.ts'),
  drift: () => import('../jobs/drift.ts'),
  checkboxes: () => import('../jobs/checkboxes.ts'),
  dispatch: () => import('../jobs/dispatch.ts'),
}

/** The names of version 0.1. */
const RENAMED: { readonly [old: string]: keyof typeof JOBS } = {
  ask: 'issue-form',
  tick: 'checkboxes',
  press: 'dispatch',
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('<job>', HELP.job)
    .addHelpText('after', HELP.after)
    .action(async (given) => {
      const name = own(RENAMED, given) ?? given
      if (name !== given) tell(io, [{ code: 'job-renamed', severity: 'warning', ...jobRenamed(given, name) }])
      const load = own(JOBS, name) ?? fail(EXIT.invalid, 'no-such-job', noSuchJob(JSON.stringify(name)))
      const event = await readEvent(io.env)
      const summarize = summarizer(io)
      const clone = cloneOnce(io)
      const example = await exampleHere(clone)
      if (example !== null) {
        const note = stillExample(example)
        await summarize(note)
        return say(io, note)
      }
      const forge = await forgeOf(io, event)
      // A scheduled event does not describe the repository.
      const described = event.name === 'schedule' ? { ...event, ...(await forge.about()) } : event
      const job: Job = { io, event: described, summarize, url: runUrl(io, event.repository), forge, clone }
      await (await load()).run(job).catch(async (error: unknown) => {
        await summarizeFailure(job, error)
        throw error
      })
    })

/** Opens the checkout at the first call. */
function cloneOnce(io: Io): Job['clone'] {
  let opened: Promise<RepositoryClone> | undefined
  return () => (opened ??= openClone(io))
}

/** The domain of the example, if the files are still the example. The job itself reports files that are not valid. */
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

async function forgeOf(io: Io, { repository }: ForgeEvent): Promise<Forge> {
  const token = await io.secrets.read({ env: 'GITHUB_TOKEN' }, WORKFLOW_TOKEN)
  const { openForge } = await import('../forges/github/github.ts')
  return openForge({
    api: io.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    repository,
    token,
    onWait: reportWaits(io),
  })
}

/** Writes why a job failed into the summary of its run. */
async function summarizeFailure(job: Job, error: unknown): Promise<void> {
  const [{ renderFailure }, { whyFailed }] = await Promise.all([
    import('../comments/failure.ts'),
    import('../jobs/failed.ts'),
  ])
  const { exit, diagnostics } = whyFailed(error)
  await job.summarize(renderFailure(exit, diagnostics, { visibility: job.event.visibility, run: job.url }))
}

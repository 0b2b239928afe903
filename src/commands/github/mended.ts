import type { PullRequest } from '../../clients/forge.ts'
import { code, link } from '../../render/markdown-text.ts'
import { contextOf } from './context.ts'
import type { Job } from './job.ts'
import { markerOf, stick } from './sticky.ts'

/** Tells of a pull request with which the default branch becomes valid again. Nothing says yet which server to ask: it may be merged, and approves nothing. */
export async function tellMended(job: Job, pull: PullRequest, environment: string): Promise<void> {
  const text = [
    '### With this, the files are valid',
    `${code('instance.yaml')} on ${code(pull.base.branch)} is not: nothing there says which server this is, so the live server was not asked. Merging it approves nothing; what the files then change is shown before it is applied.`,
    `<sub>${link('This run', job.url)}</sub>`,
  ].join('\n\n')
  const marker = markerOf(environment, 'plan')
  await stick(job, pull.number, marker, `${marker}\n${text}`)
  await job.summarize(text)
  await job.forge.report(pull.head.commit, { state: 'success', context: contextOf(environment), description: 'With this, the files are valid; the live server was not asked.', url: job.url })
}

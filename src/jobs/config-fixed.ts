import type { PullRequest } from '../forges/forge.ts'
import { editSections } from '../comments/config-changes.ts'
import { NO_EDITS } from '../words/config-changes.ts'
import { enveloped, fit } from '../comments/shrink-to-fit.ts'
import { code, link } from '../comments/markdown.ts'
import { contextOf } from '../forges/check-name.ts'
import type { Job } from '../session/job.ts'
import type { Merging } from '../session/default-branch.ts'
import { checkLine } from './status-check.ts'
import { markerOf, upsertComment } from '../forges/sticky-comment.ts'

/** Tells of a pull request with which the default branch becomes valid again. Nothing says yet which server to ask: it may be merged, and approves nothing. Nobody has looked at a stranger's yet: `unseen` is then the line under the marker of its comment. */
export async function tellMended(
  job: Job,
  pull: PullRequest,
  { environment, touched }: Extract<Merging, { readonly state: 'mended' }>,
  unseen: string | null = null,
): Promise<void> {
  const { number, base, head } = pull
  const toLook = unseen !== null && touched.runs.length > 0
  const title = '### With this, the files are valid'
  const meaning = `${code('instance.yaml')} on ${code(base.branch)} is not: nothing there says which server this is, so the live server was not asked. Merging it approves nothing; what the files then change is shown before it is applied.`
  const foot = `<sub>${link('This run', job.url)}</sub>`
  const sections = [[() => title], [() => meaning], ...editSections({ ...NO_EDITS, ...touched }), [() => foot]]
  const text = (marker?: string): string =>
    enveloped(marker === undefined ? {} : { marker }, (room) => fit(sections, room) ?? title)
  await job.forge.report(head.commit, {
    state: toLook ? 'pending' : 'success',
    context: contextOf(environment),
    description: checkLine(
      `With this, the files are valid; the live server was not asked.${toLook ? ' It changes what runs here: somebody has to look.' : ''}`,
    ),
    url: job.url,
  })
  await upsertComment(
    job,
    number,
    markerOf(environment, 'plan'),
    text(`${markerOf(environment, 'plan')}${unseen ?? ''}`),
  )
  await job.summarize(text())
}

import type { PullRequest } from '../forges/forge.ts'
import { editSections } from '../comments/config-changes.ts'
import { NO_EDITS } from '../words/config-changes.ts'
import { enveloped, fit } from '../comments/fit-comment.ts'
import { link } from '../comments/markdown.ts'
import { contextOf } from '../forges/check-name.ts'
import type { Job } from '../session/job.ts'
import type { MergeAttempt } from '../session/default-branch.ts'
import { checkLine } from './status-check.ts'
import { markerOf, upsertComment } from '../forges/sticky-comment.ts'
import { FIXED_TITLE, fixedCheck, fixedMeaning } from './texts.ts'

/**
 * Comments on a pull request after which the default branch is valid again. It approves nothing: no valid file says yet
 * which server to read. For files that no one with write access has looked at, `unseen` is the line under the marker.
 */
export async function reportConfigFixed(
  job: Job,
  pull: PullRequest,
  { environment, touched }: Extract<MergeAttempt, { readonly state: 'repaired' }>,
  unseen: string | null = null,
): Promise<void> {
  const { number, base, head } = pull
  const mustBeReviewed = unseen !== null && touched.runs.length > 0
  const foot = `<sub>${link('This run', job.url)}</sub>`
  const sections = [
    [() => FIXED_TITLE],
    [() => fixedMeaning(base.branch)],
    ...editSections({ ...NO_EDITS, ...touched }),
    [() => foot],
  ]
  const text = (marker?: string): string =>
    enveloped(marker === undefined ? {} : { marker }, (room) => fit(sections, room) ?? FIXED_TITLE)
  await job.forge.report(head.commit, {
    state: mustBeReviewed ? 'pending' : 'success',
    context: contextOf(environment),
    description: checkLine(fixedCheck({ mustBeReviewed })),
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

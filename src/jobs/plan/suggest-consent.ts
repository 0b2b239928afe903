import type { PullRequest } from '../../forges/forge.ts'
import { HerdbookError } from '../../instance/diagnostic.ts'
import type { Plan } from '../../reconcile/plan/types.ts'
import type { SourceOf } from '../../words/diagnostics.ts'
import { suggestionsFor } from '../../comments/suggestions.ts'
import { tell } from '../../session/io.ts'
import { textsIn, type MergedFiles } from '../../session/merged-instance.ts'
import type { Job } from '../../session/job.ts'
import { markerOf } from '../../forges/sticky-comment.ts'

/** Suggests missing consent on the lines where it belongs. A failure fails nothing: the comment says it too. */
export async function offerConsent(
  { io, forge }: Job,
  pull: PullRequest,
  plan: Plan,
  merge: MergedFiles,
  sourceOf: SourceOf,
): Promise<void> {
  const missing = suggestionsFor(plan, sourceOf)
  if (missing.length === 0) return
  // The forge counts lines in the file of the head. If the base changed that file too, the lines differ.
  const proposed = await textsIn(merge.proposed)
  const marker = markerOf(merge.config.environment ?? 'production', 'consent')
  const suggestions = missing
    .filter(({ file }) => proposed(file) === sourceOf(file))
    .map(({ file, body, ...lines }) => ({
      ...lines,
      path: `${merge.repository.folder}/${file}`,
      body: `${marker}\n${body}`,
    }))
  io.secrets.abortOnSecret(JSON.stringify(suggestions))
  if (suggestions.length === 0) return
  try {
    await forge.suggest(pull.number, merge.head, suggestions)
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    tell(io, error.diagnostics)
  }
}

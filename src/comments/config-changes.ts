import { needsLook } from '../words/config-changes.ts'
import type { Edits, PolicyEdit } from '../words/config-changes.ts'
import { bullets, framed, type Section } from './shrink-to-fit.ts'
import { alert, code, prose } from './markdown.ts'
import { clip, count, listed } from '../words/text.ts'

/** The verdict where a proposal changes nothing of the server. */
export const onlyEdits = (edits: Edits): string =>
  needsLook(edits)
    ? 'No changes on the server, but of what Herdbook itself goes by.'
    : `No changes on the server, but of ${count(edits.others.length, 'other file', 'other files')}.`

/** "changes 2 other files: README.md, docs/x.md", for a line of text. */
export function othersIn(others: readonly string[]): string {
  const [shown, rest] = [others.slice(0, 3), others.length - 3]
  return `changes ${count(others.length, 'other file', 'other files')}: ${listed(rest > 0 ? [...shown, `${rest} more`] : shown)}`
}

const MOST = 200

/** The edits, those first that a merge puts in force. */
export function editSections({ notUsed, inForce, runs, others }: Edits): Section[] {
  return [
    listing(
      runs.map((path) => () => `- ${code(path)}`),
      'WARNING',
      '**Runs here once this is merged, where the secrets are, or is obeyed by what does, or decides who is asked.** Herdbook does not look into it: somebody who knows workflows has to.',
    ),
    listing(
      inForce.map((edit) => () => `- ${policyEdit(edit)}`),
      'IMPORTANT',
      '**In force once this is merged**, for this apply and every later one:',
    ),
    listing(
      notUsed.map((words) => () => `- ${prose(words)}`),
      'NOTE',
      '**Shown here, and not used before it is merged:**',
    ),
    listing(
      others.map((path) => () => `- ${code(path)}`),
      'NOTE',
      `**${count(others.length, 'other file is changed', 'other files are changed')}**, which Herdbook neither reads nor runs:`,
    ),
  ]
}

const listing = (items: readonly (() => string)[], kind: Parameters<typeof alert>[0], title: string): Section =>
  items.length === 0 ? [] : framed(bullets(items), (body) => alert(kind, `${title}\n${body}`))

function policyEdit({ key, before, after }: PolicyEdit): string {
  const side = (text: string | null): string => (text === null ? 'not set' : code(clip(text, MOST)))
  return `${code('policy.yaml')}: ${code(key)}: ${side(before)} → ${side(after)}`
}

import type { ConfigChanges, PolicyEdit } from '../words/config-changes.ts'
import { bullets, framed, type CommentSection } from './fit-comment.ts'
import { alert, code, prose } from './markdown.ts'
import { clip, count, listed } from '../words/text.ts'

/** The verdict on a pull request that changes nothing on the server. */
export const onlyEdits = (edits: ConfigChanges): string =>
  `No changes on the server. This pull request changes ${whatOf(edits)}.`

function whatOf({ notUsed, inForce, runs, others }: ConfigChanges): string {
  if (notUsed.length + inForce.length > 0) return "Herdbook's own settings"
  return runs.length > 0
    ? 'files that run here, such as workflows, or that decide who must review'
    : count(others.length, 'other file', 'other files')
}

/** "changes 2 other files: README.md, docs/x.md", for a line of text. */
export function othersIn(others: readonly string[]): string {
  const [shown, rest] = [others.slice(0, 3), others.length - 3]
  return (
    `changes ${count(others.length, 'other file', 'other files')}: ` +
    listed(rest > 0 ? [...shown, `${rest} more`] : shown)
  )
}

/** A longer value is cut. */
const MAX_VALUE = 200

/** The edits, the most dangerous first. */
export function editSections({ notUsed, inForce, runs, others }: ConfigChanges): CommentSection[] {
  return [
    listing(
      runs.map((path) => () => `- ${code(path)}`),
      'WARNING',
      '**After the merge, these files run with access to secrets, control what runs, or decide who must review.** ' +
        'Herdbook does not check them. Before you merge, ask someone who knows GitHub workflows to read them.',
    ),
    listing(
      inForce.map((edit) => () => `- ${policyEdit(edit)}`),
      'IMPORTANT',
      '**The policy changes.** From the merge on, every apply uses these new values:',
    ),
    listing(
      notUsed.map((words) => () => `- ${prose(words)}`),
      'NOTE',
      '**Herdbook uses these changes only after the merge:**',
    ),
    listing(
      others.map((path) => () => `- ${code(path)}`),
      'NOTE',
      `**${count(others.length, 'other file changes', 'other files change')}.** ` +
        `Herdbook neither reads nor runs ${others.length === 1 ? 'it' : 'them'}:`,
    ),
  ]
}

const listing = (items: readonly (() => string)[], kind: Parameters<typeof alert>[0], title: string): CommentSection =>
  items.length === 0 ? [] : framed(bullets(items), (body) => alert(kind, `${title}\n${body}`))

function policyEdit({ key, before, after }: PolicyEdit): string {
  const side = (text: string | null): string => (text === null ? 'not set' : code(clip(text, MAX_VALUE)))
  return `${code('policy.yaml')}: ${code(key)}: ${side(before)} → ${side(after)}`
}

import { bullets, framed, type Section } from './fit.ts'
import { alert, code, prose } from './markdown-text.ts'
import { clip, count, listed } from './text.ts'

/** A key of `policy.yaml` that a merge changes: its values as JSON, null where it has none. */
export interface PolicyEdit {
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

/** What a proposal changes of that which Herdbook itself goes by. No step of a plan shows it. */
export interface Edits {
  /** Doors and disclosure, in words and without their values: not used before they are merged. */
  readonly notUsed: readonly string[]
  /** The policy: its own plan is judged by it already, and after the merge every apply is. */
  readonly inForce: readonly PolicyEdit[]
  /** Paths of what runs here or is obeyed here, such as what GitHub runs, or by which it asks for reviews. */
  readonly runs: readonly string[]
  /** Paths outside the instance that nothing here runs or reads. */
  readonly others: readonly string[]
}

export const NO_EDITS: Edits = { notUsed: [], inForce: [], runs: [], others: [] }

/** Whether somebody has to look at what a proposal changes besides the plan. */
export const needsLook = ({ notUsed, inForce, runs }: Edits): boolean =>
  notUsed.length + inForce.length + runs.length > 0

export const hasEdits = (edits: Edits): boolean => needsLook(edits) || edits.others.length > 0

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

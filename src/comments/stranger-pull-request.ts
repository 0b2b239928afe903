import type { Plan, Step } from '../reconcile/plan/types.ts'
import type { Value } from '../instance/values.ts'
import { titleOf, type KindName } from '../words/describe-step.ts'
import { verdict } from '../words/describe-plan.ts'
import { editSections, onlyEdits } from './config-changes.ts'
import { hasEdits, NO_EDITS, type ConfigChanges } from '../words/config-changes.ts'
import { enveloped, fit, size, type Envelope, bullets, framed, type CommentSection } from './fit-comment.ts'
import { fileSection } from './steps.ts'
import { findings, type QuotableFiles } from './findings.ts'
import { alert, code, fence, link, marked } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { filesOf } from '../words/group-steps.ts'
import { own } from '../instance/get-own.ts'
import { inline } from '../redaction/neutralise.ts'

/** What a server shows to everyone. */
export interface PublicServer {
  /** By domain as Herdbook compares it; null where the server does not show its blocks. */
  readonly domainBlocks: ReadonlyMap<string, { readonly severity: string; readonly comment: string }> | null
  /** The texts of its rules; null if they could not be read. */
  readonly rules: readonly string[] | null
}

export interface DifferencesOptions extends Envelope, QuotableFiles {
  readonly kinds: readonly KindName[]
  /** The commits that are compared. */
  readonly head: string
  readonly base: string
  readonly publicView?: PublicServer
  /** What it changes in Herdbook's own settings and in other files. */
  readonly edits?: ConfigChanges
  /** The page of the run. */
  readonly run?: string
}

/** The label with which a maintainer asks for a plan of the server. */
export const PLAN_LABEL = 'herdbook: plan'

/** Renders what a stranger's pull request changes: its plan was made against the base's files, not the server. */
export function renderDifferences(plan: Plan, options: DifferencesOptions): string {
  return enveloped(options, (room) => body(plan, options, room))
}

function body(plan: Plan, options: DifferencesOptions, room: number): string {
  const { kinds, head, base, run, edits = NO_EDITS } = options
  const [from, to] = [code(base.slice(0, 12)), code(head.slice(0, 12))]
  if (plan.steps.length === 0 && plan.letGo.length === 0 && plan.findings.length === 0 && !hasEdits(edits))
    return `**No changes**: the files of ${to} mean the same as those of ${from}. Herdbook did not read the server.`
  const title =
    `### Commit ${to}, files only: ` +
    marked(
      lowered(
        plan.steps.length === 0 && plan.letGo.length === 0 && hasEdits(edits)
          ? [onlyEdits(edits)]
          : verdict(plan, kinds),
      ),
    )
  const elsewhere = run === undefined ? code('herdbook plan') : `the summary of ${link('this run', run)}`
  const foot =
    '<sub>' +
    [`commit ${to}, compared with the files of ${from}`, ...(run === undefined ? [] : [link('this run', run)])].join(
      ' · ',
    ) +
    '</sub>'
  const sections: CommentSection[] = [
    [() => title],
    [() => alert('IMPORTANT', asking(head))],
    findings(plan, 'error', options),
    ...editSections(edits),
    ...filesOf(plan.steps, kinds).map(([file, steps]) => fileSection({ title: code(file), steps, kinds, elsewhere })),
    shownToday(plan.steps, options),
    findings(plan, 'warning', options),
    [() => foot],
  ]
  const shortest = [title, alert('IMPORTANT', asking(head)), foot].join('\n\n')
  return fit(sections, room) ?? (size(shortest) <= room ? shortest : foot)
}

/** After a colon the sentence goes on with a small letter. */
function lowered(parts: ReturnType<typeof verdict>): ReturnType<typeof verdict> {
  const [first, ...rest] = parts
  return typeof first === 'string' ? [first.charAt(0).toLowerCase() + first.slice(1), ...rest] : parts
}

const asking = (head: string): string =>
  [
    '**Herdbook did not read the server for this comment.**',
    'A plan of the server also shows who is affected, and what someone changed by hand.',
    'A maintainer who has checked this commit can ask for that plan with this comment:',
    '',
    fence([`/plan ${inline(head)}`], 'text'),
    '',
    `Or a maintainer can add the label ${code(PLAN_LABEL)}. ` +
      'It counts only for the commit that this comment shows at that moment.',
  ].join('\n')

/** For each change of a domain block or a rule, what everyone sees on the server today. */
function shownToday(steps: readonly Step[], { publicView, kinds }: DifferencesOptions): CommentSection {
  if (publicView === undefined) return []
  const [blocks, rules] = ['domain-block', 'rule'].map((kind) => steps.filter((step) => step.kind === kind))
  const items = [
    ...todayOf(blocks ?? [], publicView.domainBlocks, blockToday, kinds),
    ...todayOf(rules ?? [], publicView.rules, ruleToday, kinds),
  ]
  return items.length === 0
    ? []
    : framed(bullets(items), (body) => `#### What the server shows in public today\n\n${body}`)
}

function todayOf<View>(
  steps: readonly Step[],
  view: View | null,
  today: (step: Step, view: View) => string,
  kinds: readonly KindName[],
): (() => string)[] {
  if (view === null)
    return steps.length === 0
      ? []
      : [() => `- The server does not publish its ${titleOf(steps[0]?.kind ?? '', kinds).many}.`]
  return steps.map((step) => () => `- ${code(readable(step.id))}: ${today(step, view)}`)
}

const TREATMENTS: { readonly [severity: string]: string } = {
  suspend: 'suspended',
  silence: 'limited',
  noop: 'not limited',
}

function blockToday({ id }: Step, blocks: NonNullable<PublicServer['domainBlocks']>): string {
  const shown = blocks.get(id)
  if (shown === undefined) return 'the server shows no block'
  const parts = [
    own(TREATMENTS, shown.severity) ?? code(shown.severity),
    ...(shown.comment === '' ? [] : [`with the comment ${code(shown.comment)}`]),
  ]
  return `the server shows it as ${parts.join(', ')}`
}

function ruleToday(step: Step, rules: readonly string[]): string {
  const texts = new Set(rules.map((rule) => rule.trim()))
  const shows = (text: Value | undefined): boolean => typeof text === 'string' && texts.has(text.trim())
  const change = step.changes.find(({ field }) => field === 'text')
  if (shows(change?.after)) return 'the rule on the server already has the text of this pull request'
  if (shows(change?.before ?? own(step.seen, 'text'))) return 'the rule on the server has the text of the main branch'
  return 'the rule on the server has neither the text of the main branch nor the text of this pull request'
}

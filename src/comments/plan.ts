import type { Show } from '../instance/documents.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { checkSection } from './checks.ts'
import { redact, disclosure } from '../redaction/redact.ts'
import { byDanger, titleOf, type KindName } from '../words/describe-step.ts'
import { differencesInWords, connectionsOf, headline, heldBack, letGo, unchanged } from '../words/describe-plan.ts'
import { editSections, onlyEdits } from './config-changes.ts'
import { hasEdits, NO_EDITS, type ConfigChanges } from '../words/config-changes.ts'
import { firstApplies } from '../words/first-apply.ts'
import { enveloped, fit, size, type Envelope, type CommentSection } from './fit-comment.ts'
import { fileSection } from './steps.ts'
import { findings, type QuotableFiles } from './findings.ts'
import { byHand, cutOff, leftAlone, leftBehind, differences, unread, waiting } from './sections.ts'
import { alert, code, fence, link, marked, prose } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { notYet } from '../words/not-created.ts'
import { filesOf, isQuiet, readCount } from '../words/group-steps.ts'
import { notCompared } from '../words/secrets.ts'
import { capital, count, listed } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { withheldSections } from './not-approved.ts'
import { type NotApprovedReason } from '../words/not-approved.ts'

/** What is known about a pull request whose plan is shown. */
export interface PullRequestFacts {
  readonly pullRequest: number
  /** The two commits that are merged for the plan. */
  readonly base: string
  readonly head: string
  /** Digests of steps that the base's files ask for, too: left over from earlier merges. */
  readonly leftover: ReadonlySet<string>
  /** The steps that merging does not approve, by digest. */
  readonly withheld: ReadonlyMap<string, NotApprovedReason>
  /** Kinds that no connection of a pull request can read: they are compared with the base's files. */
  readonly byFiles: readonly string[]
  /** What it changes in Herdbook's own settings and in other files. */
  readonly edits: ConfigChanges
  /** Who has to approve it, in sentences. */
  readonly deciding?: readonly string[]
  /** The page of the run. */
  readonly run: string
}

export interface MarkdownOptions extends Envelope, QuotableFiles {
  readonly kinds: readonly KindName[]
  readonly visibility: 'public' | 'private'
  /** What `policy.yaml` lets a private repository show. */
  readonly show?: Show
  /** The command that runs it again. */
  readonly command?: string
  readonly proposal?: PullRequestFacts
}

/** Renders a plan as a comment: always within the limit and well-formed, whatever names are in it. */
export function renderMarkdown(full: Plan, options: MarkdownOptions): string {
  const plan = redact(full, disclosure(options.visibility, options.show))
  const { marker, proposal } = options
  const first =
    marker === undefined || proposal === undefined ? {} : { marker: `${marker}\n${planMark(proposal.head)}` }
  return enveloped({ ...options, ...first }, (room) => body(plan, options, room))
}

/** The second line of a comment that shows a plan of the server: the pull request's commit. */
const planMark = (head: string): string => `<!-- herdbook-plan v1 head=${head.replaceAll(/[^0-9a-f]/g, '')} -->`
const PLAN_MARK = /^<!-- herdbook-plan v1 head=([0-9a-f]+) -->$/

/** Whether a comment of ours shows a plan of the server for that commit of a pull request. */
export function showsPlanOf(comment: string, head: string): boolean {
  const [, mark = ''] = comment.split(/\r?\n/, 2)
  const [, planned] = PLAN_MARK.exec(mark) ?? []
  // Version 0.1 wrote no mark: its last line says it.
  return planned === undefined ? comment.split(/\r?\n/).some((line) => saysPlanOf(line, head)) : planned === head
}

function saysPlanOf(line: string, head: string): boolean {
  const at = line.startsWith('<sub>') ? line.indexOf(` · commit ${commit(head)} on `) : -1
  return at >= 0 && line.includes(' · plan ', at)
}

function body(plan: Plan, options: MarkdownOptions, room: number): string {
  const { kinds, command = 'herdbook plan', proposal } = options
  const elsewhere = proposal === undefined ? code(command) : `the summary of ${link('this run', proposal.run)}`
  const leftover = proposal?.leftover ?? new Set()
  const own = plan.steps.filter((step) => !leftover.has(step.digest))
  const withheld = proposal?.withheld ?? new Map<string, NotApprovedReason>()
  const left = plan.steps.filter((step) => leftover.has(step.digest) && !withheld.has(step.digest))
  const steps = [...own, ...left]
  const edits = proposal?.edits ?? NO_EDITS
  if (isQuiet(plan) && !hasEdits(edits)) return quiet(plan, options)
  const withoutSteps = (): string => letGo(plan, kinds) ?? (hasEdits(edits) ? onlyEdits(edits) : unchanged(plan))
  const head = `### ${steps.length > 0 ? marked(headline(steps, kinds, leftover)) : withoutSteps()}`
  const foot = footer(plan, options)
  const sections: CommentSection[] = [
    [() => head],
    [() => meaning(plan, options)],
    findings(plan, 'error', options),
    cutOff(plan.unfinished, 'Work that an earlier run did not finish. The next apply does this first'),
    ...editSections(edits),
    ...filesOf(own, kinds).map(([file, members]) =>
      fileSection({ title: code(file), steps: members, kinds, elsewhere }),
    ),
    left.length === 0
      ? []
      : fileSection({
          title: 'Left over from earlier merges',
          intro: LEFT_OVER,
          steps: left.toSorted(byDanger),
          kinds,
          elsewhere,
        }),
    ...withheldSections(plan.steps, withheld, kinds),
    differences(
      plan.conflicts,
      'Changed on both sides',
      'The files and the server both changed since the last apply. Choose one version for each.',
    ),
    differences(
      plan.drift,
      'Changed by hand',
      'The server no longer has what Herdbook applied. Choose one version for each.',
    ),
    differences(
      plan.takeovers,
      'Already on the server, and different',
      'The server already has these, and the files say something else. Choose one version for each.',
    ),
    waiting(plan, kinds),
    checkSection(plan),
    leftBehind(plan),
    unread(plan, kinds),
    byHand(plan, kinds),
    findings(plan, 'warning', options),
    [() => tail(plan, options), () => ''],
    [() => foot],
  ]
  return fit(sections, room) ?? lastResort(plan, head, foot, room)
}

const LEFT_OVER = 'The main branch already asks for these changes. Merging this pull request approves them, too.'

function quiet(plan: Plan, options: MarkdownOptions): string {
  const facts = [`${code(plan.domain)} matches the files (${readCount(plan)})`, ...byFiles(options)].join('. ')
  const secrets = notCompared(plan)
  const more = secrets === null ? '' : ` ${prose(secrets)}`
  return options.proposal === undefined
    ? `**In sync**: ${facts}.${more}`
    : `**No changes**: ${facts}.${more} ${link('Run', options.proposal.run)} for ${commit(options.proposal.head)}.`
}

/** The kinds that are not compared with the server, in a sentence. */
function byFiles({ proposal, kinds }: MarkdownOptions): string[] {
  const names = (proposal?.byFiles ?? []).map((kind) => titleOf(kind, kinds).many)
  return names.length === 0
    ? []
    : [
        `${capital(listed(names))} are compared with the main branch only, ` +
          'because pull requests cannot read them from the server',
      ]
}

/** What else to know before the details: open differences, what a merge does, how long that takes. */
function meaning(plan: Plan, { proposal, kinds }: MarkdownOptions): string {
  const open = differencesInWords(plan)
  const approved = plan.steps.filter(({ digest }) => proposal?.withheld.has(digest) !== true)
  const later = heldBack(approved)
  const merge =
    approved.length === 0
      ? []
      : proposal === undefined
        ? taking(approved)
        : isRefused(plan)
          ? [REFUSED]
          : [merging(approved)]
  const gone = plan.steps.length === 0 ? null : letGo(plan, kinds)
  const toCome = notYet(plan, kinds)
  return [
    ...(open === null ? [] : [`${capital(open)}.`]),
    ...(gone === null ? [] : [`**${gone}**`]),
    ...merge,
    ...waitingBefore(plan, proposal),
    ...(approved.length === 0 ? [] : (proposal?.deciding ?? []).map(prose)),
    ...(later === null ? [] : [prose(later)]),
    ...(toCome === null ? [] : [prose(toCome)]),
    ...firstApplies(plan, kinds).map(prose),
  ].join(' ')
}

/** What earlier merges approved: it comes first in the budget, but for what waits for its day. */
function waitingBefore({ steps }: Plan, proposal: PullRequestFacts | undefined): string[] {
  const earlier = steps.filter(({ digest }) => proposal?.withheld.get(digest) === 'approved')
  const later = earlier.filter(({ notice }) => notice !== undefined).length
  const counted = (number: number, what: string): string[] =>
    number === 0
      ? []
      : [`${capital(count(number, 'change', 'changes'))} from earlier merges ${number === 1 ? 'is' : 'are'} ${what}.`]
  return [...counted(earlier.length - later, 'applied first'), ...counted(later, 'not applied before a later day')]
}

/** "Takes 2 calls to Mastodon's API (seconds)."; nothing if every step waits for its day. */
function taking(steps: readonly Step[]): string[] {
  const how = connectionsOf(steps)
  return how.length === 0 ? [] : [`This takes ${listed(how)}.`]
}

function merging(steps: readonly Step[]): string {
  const how = connectionsOf(steps)
  const applies = how.length === 0 ? '' : ` and applies ${steps.length === 1 ? 'it' : 'them'}: ${listed(how)}`
  return `**Merging this approves ${count(steps.length, 'change', 'changes')}**${applies}.`
}

const REFUSED = '**Fix the errors below first.** Until then, Herdbook applies nothing.'
const isRefused = (plan: Plan): boolean => plan.findings.some(({ severity }) => severity === 'error')

/** What is left alone, and what is compared with the files only. */
const tail = (plan: Plan, options: MarkdownOptions): string =>
  [...leftAlone(plan, options.kinds), ...byFiles(options).map((text) => `${text}.`)].join('\n\n')

const commit = (id: string): string => code(id.slice(0, 12))

function footer(plan: Plan, { command = 'herdbook plan', proposal }: MarkdownOptions): string {
  const facts = [
    `${code(plan.domain)} (${prose(plan.environment)})`,
    ...commits(plan, proposal),
    plan.ledger === null ? 'no ledger yet' : `ledger ${commit(plan.ledger)}`,
    `plan ${code(plan.digest.slice(0, 16))}`,
    ...(proposal === undefined
      ? [`plan again: ${code(command)}`]
      : [
          `${link('this run', proposal.run)}`,
          `plan again: push, or comment ${code(`/plan ${proposal.head.slice(0, 12)}`)}`,
        ]),
  ]
  return `<sub>${facts.join(' · ')}</sub>`
}

function commits({ commit: id }: Plan, proposal: PullRequestFacts | undefined): string[] {
  if (proposal !== undefined) return [`commit ${commit(proposal.head)} on ${commit(proposal.base)}`]
  return id === null ? [] : [`commit ${commit(id)}`]
}

/** If even the shortest forms don't fit: names of what can't be undone, those that touch most people first. */
function lastResort(plan: Plan, head: string, foot: string, limit: number): string {
  const grave = plan.steps.filter((step) => step.hazard === 'irreversible').toSorted(byDanger)
  const later = heldBack(grave)
  const counted =
    `**${capital(count(grave.length, "change can't", "changes can't"))} be ` +
    `undone.** Not all names fit here.${later === null ? '' : ` ${prose(later)}`}`
  const errors = plan.findings.filter(({ severity }) => severity === 'error').length
  const refused = errors === 0 ? '' : alert('CAUTION', `**Refused: ${count(errors, 'error', 'errors')}.**`)
  const parts = [head, refused, counted, foot].filter((part) => part !== '')
  const room = limit - size(parts.join('\n\n')) - 2 * parts.length - 20
  const names = namesWithin(grave, room)
  return (names.length === 0 ? parts : [...parts.slice(0, -1), fence(names, ''), foot]).join('\n\n')
}

/** Names by their common ending, `a b c .example`, one line an ending, as many as fit. */
function namesWithin(steps: readonly Step[], room: number): string[] {
  const ending = (name: string): string => /^[^.]+(\..+)$/.exec(name)?.[1] ?? ''
  const rows = new Map<string, string[]>()
  let left = room
  for (const step of steps) {
    const name = inline(readable(step.id)).replaceAll('`', "'")
    const common = ending(name)
    const short = name.slice(0, name.length - common.length)
    left -= size(short) + 1 + (rows.has(common) ? 0 : size(common) + 2)
    if (left < 0) break
    const row = rows.get(common)
    if (row) row.push(short)
    else rows.set(common, [short])
  }
  return [...rows].map(([common, names]) => [...names, common].join(' '))
}

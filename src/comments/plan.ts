import type { Show } from '../instance/documents.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { checkSection } from './checks.ts'
import { redact, disclosure } from '../redaction/redact.ts'
import {
  byDanger,
  differencesInWords,
  connectionsOf,
  headline,
  heldBack,
  letGo,
  titleOf,
  unchanged,
  type KindName,
} from '../words/describe.ts'
import { editSections, onlyEdits } from './config-changes.ts'
import { hasEdits, NO_EDITS, type Edits } from '../words/config-changes.ts'
import { firstApplies } from '../words/first-apply.ts'
import { enveloped, fit, size, type Envelope, type Section } from './shrink-to-fit.ts'
import { fileSection } from './steps.ts'
import { findings, type Files } from './findings.ts'
import { byHand, cutOff, leftAlone, leftBehind, differences, unread, waiting } from './sections.ts'
import { alert, code, fence, link, marked, prose } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { notYet } from '../words/not-created.ts'
import { filesOf, isQuiet, readCount } from '../words/group-steps.ts'
import { notCompared } from '../words/secrets.ts'
import { capital, count, listed } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { withheldSections } from './not-approved.ts'
import { type Why } from '../words/not-approved.ts'

/** What is known of a pull request whose plan is told. */
export interface Proposed {
  readonly pullRequest: number
  /** The commits that were put together. */
  readonly base: string
  readonly head: string
  /** Digests of steps that the base's files call for too: left over from earlier merges. */
  readonly leftover: ReadonlySet<string>
  /** By digest: the steps that merging does not approve. */
  readonly withheld: ReadonlyMap<string, Why>
  /** Kinds that no connection of a pull request can read: compared with the files of the base. */
  readonly byFiles: readonly string[]
  /** What it changes of that which Herdbook itself goes by. */
  readonly edits: Edits
  /** Who has to approve it, in sentences. */
  readonly deciding?: readonly string[]
  /** The page of the run. */
  readonly run: string
}

export interface MarkdownOptions extends Envelope, Files {
  readonly kinds: readonly KindName[]
  readonly visibility: 'public' | 'private'
  /** What `policy.yaml` lets a private repository show. */
  readonly show?: Show
  /** How to run it again. */
  readonly command?: string
  readonly proposal?: Proposed
}

/** A plan as a comment to decide from: always within the limit and balanced, whatever the names in it. */
export function renderMarkdown(full: Plan, options: MarkdownOptions): string {
  const plan = redact(full, disclosure(options.visibility, options.show))
  const { marker, proposal } = options
  const first =
    marker === undefined || proposal === undefined ? {} : { marker: `${marker}\n${planMark(proposal.head)}` }
  return enveloped({ ...options, ...first }, (room) => body(plan, options, room))
}

/** The second line of a comment that shows a plan of the live server: of which commit of its pull request. */
const planMark = (head: string): string => `<!-- herdbook-plan v1 head=${head.replaceAll(/[^0-9a-f]/g, '')} -->`
const PLAN_MARK = /^<!-- herdbook-plan v1 head=([0-9a-f]+) -->$/

/** Whether a comment of ours shows a plan of the live server for that commit of a pull request. */
export function showsPlanOf(comment: string, head: string): boolean {
  const [, mark = ''] = comment.split(/\r?\n/, 2)
  const [, planned] = PLAN_MARK.exec(mark) ?? []
  // The version before wrote no mark: there the line at the end says it.
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
  const withheld = proposal?.withheld ?? new Map<string, Why>()
  const left = plan.steps.filter((step) => leftover.has(step.digest) && !withheld.has(step.digest))
  const told = [...own, ...left]
  const edits = proposal?.edits ?? NO_EDITS
  if (isQuiet(plan) && !hasEdits(edits)) return quiet(plan, options)
  const head = `### ${told.length > 0 ? marked(headline(told, kinds, leftover)) : (letGo(plan, kinds) ?? (hasEdits(edits) ? onlyEdits(edits) : unchanged(plan)))}`
  const foot = footer(plan, options)
  const sections: Section[] = [
    [() => head],
    [() => meaning(plan, options)],
    findings(plan, 'error', options),
    cutOff(plan.unfinished, 'Unfinished: an earlier run stopped in the middle, and this comes first'),
    ...editSections(edits),
    ...filesOf(own, kinds).map(([file, steps]) => fileSection({ title: code(file), steps, kinds, elsewhere })),
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
      'The file and the live server both changed since the last apply.',
    ),
    differences(plan.drift, 'Changed by hand', 'Live is no longer what was applied.'),
    differences(plan.takeovers, 'New to Herdbook', 'Live already has it and differs from the file.'),
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

const LEFT_OVER = 'The files of the base branch already call for them. Merging this approves them, too.'

function quiet(plan: Plan, options: MarkdownOptions): string {
  const facts = [`${code(plan.domain)} is as the files say (${readCount(plan)})`, ...byFiles(options)].join('. ')
  const secrets = notCompared(plan)
  const more = secrets === null ? '' : ` ${prose(secrets)}`
  return options.proposal === undefined
    ? `**In sync**: ${facts}.${more}`
    : `**No changes**: ${facts}.${more} ${link('Run', options.proposal.run)} for ${commit(options.proposal.head)}.`
}

/** What is not compared with live, as a sentence. */
function byFiles({ proposal, kinds }: MarkdownOptions): string[] {
  const names = (proposal?.byFiles ?? []).map((kind) => titleOf(kind, kinds).many)
  return names.length === 0
    ? []
    : [
        `${capital(listed(names))}: compared with the files of the base, since nothing that a pull request may use can read them from the server`,
      ]
}

/** What else there is to know before the details: what is not settled, what a merge does, how long that takes. */
function meaning(plan: Plan, { proposal, kinds }: MarkdownOptions): string {
  const told = differencesInWords(plan)
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
    ...(told === null ? [] : [`${capital(told)}.`]),
    ...(gone === null ? [] : [`**${gone}**`]),
    ...merge,
    ...waitingBefore(plan, proposal),
    ...(approved.length === 0 ? [] : (proposal?.deciding ?? []).map(prose)),
    ...(later === null ? [] : [prose(later)]),
    ...(toCome === null ? [] : [prose(toCome)]),
    ...firstApplies(plan, kinds).map(prose),
  ].join(' ')
}

/** What earlier merges approved, so that nobody expects more than there is room for; what waits for its day is not before this. */
function waitingBefore({ steps }: Plan, proposal: Proposed | undefined): string[] {
  const earlier = steps.filter(({ digest }) => proposal?.withheld.get(digest) === 'approved')
  const later = earlier.filter(({ notice }) => notice !== undefined).length
  const told = (number: number, what: string): string[] =>
    number === 0
      ? []
      : [`${capital(count(number, 'change', 'changes'))} of earlier merges ${number === 1 ? 'is' : 'are'} ${what}.`]
  return [...told(earlier.length - later, 'applied first'), ...told(later, 'not due yet')]
}

/** "Takes 2 calls over REST (seconds)."; nothing where all of it waits for its day. */
function taking(steps: readonly Step[]): string[] {
  const how = connectionsOf(steps)
  return how.length === 0 ? [] : [`Takes ${listed(how)}.`]
}

function merging(steps: readonly Step[]): string {
  const how = connectionsOf(steps)
  const applies = how.length === 0 ? '' : ` and applies ${steps.length === 1 ? 'it' : 'them'}: ${listed(how)}`
  return `**Merging this approves ${count(steps.length, 'change', 'changes')}**${applies}.`
}

const REFUSED = '**Nothing of this is applied** before what is refused below is settled.'
const isRefused = (plan: Plan): boolean => plan.findings.some(({ severity }) => severity === 'error')

/** What is left alone, and what was compared otherwise. */
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
      ? [`again: ${code(command)}`]
      : [
          `${link('this run', proposal.run)}`,
          `again: push, or comment ${code(`/plan ${proposal.head.slice(0, 12)}`)}`,
        ]),
  ]
  return `<sub>${facts.join(' · ')}</sub>`
}

function commits({ commit: id }: Plan, proposal: Proposed | undefined): string[] {
  if (proposal !== undefined) return [`commit ${commit(proposal.head)} on ${commit(proposal.base)}`]
  return id === null ? [] : [`commit ${commit(id)}`]
}

/** Where even the shortest forms don't fit: what can't be undone by name, as far as it goes, those first who touch most people. */
function lastResort(plan: Plan, head: string, foot: string, limit: number): string {
  const grave = plan.steps.filter((step) => step.hazard === 'irreversible').toSorted(byDanger)
  const later = heldBack(grave)
  const told = `**${capital(count(grave.length, "change can't", "changes can't"))} be undone**; too many to name them all here.${later === null ? '' : ` ${prose(later)}`}`
  const errors = plan.findings.filter(({ severity }) => severity === 'error').length
  const refused = errors === 0 ? '' : alert('CAUTION', `**Refused: ${count(errors, 'error', 'errors')}.**`)
  const parts = [head, refused, told, foot].filter((part) => part !== '')
  const room = limit - size(parts.join('\n\n')) - 2 * parts.length - 20
  const names = namesWithin(grave, room)
  return (names.length === 0 ? parts : [...parts.slice(0, -1), fence(names, ''), foot]).join('\n\n')
}

/** Names by their common ending, `a b c .example`, a line an ending, for as long as there is room. */
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

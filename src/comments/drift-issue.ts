import { shellWord } from '../instance/shell-word.ts'
import type { Show } from '../instance/documents.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Plan, Difference, Unmanaged } from '../reconcile/plan/types.ts'
import { redact, redactUnmanaged, disclosure } from '../redaction/redact.ts'
import { byHandIn, counted, likeness } from '../words/added-by-hand.ts'
import { byDanger, byHandCounts, titleOf, type KindName } from '../words/describe.ts'
import { enveloped, fit, framed, shortening, type Envelope, type Section } from './shrink-to-fit.ts'
import { stepForms } from './steps.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { facts, unread, waiting } from './sections.ts'
import { problems } from './findings.ts'
import { code, link } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { changedSecrets } from '../words/secrets.ts'
import { capital, clip, count, dayOf, listed, number } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { hasWay } from '../words/ways-out.ts'
import { boxLine } from './checkboxes.ts'

/** A block or a role whose last day has passed. */
export interface Ended {
  readonly ref: ObjectRef
  /** As in the files: year, month and day. */
  readonly until: string
  /** The one that takes it out of the files. */
  readonly pullRequest: { readonly number: number; readonly url: string } | null
}

export interface DriftOptions extends Envelope {
  readonly kinds: readonly KindName[]
  readonly visibility: 'public' | 'private'
  readonly show?: Show
  readonly ended?: readonly Ended[]
  /** The page of the run. */
  readonly run?: string
}

export interface IssueText {
  readonly title: string
  readonly body: string
}

/** The nightly issue; null where there is nothing that somebody has to decide, so that it can be closed. */
export function renderDriftIssue(full: Plan, options: DriftOptions): IssueText | null {
  const plan = redact(full, disclosure(options.visibility, options.show))
  const parts = partsOf(plan, options)
  if (parts.length === 0) return null
  const domain = inline(plan.domain).replace(/[^\p{L}\p{N}.:-]/gu, '')
  return {
    title: clip(`${domain}: ${listed(parts)}`, 250),
    body: enveloped(options, (room) => body(plan, options, room)),
  }
}

/** "2 changed by hand", "1 added by hand": what makes it an issue. */
function partsOf(plan: Plan, { ended = [] }: DriftOptions): string[] {
  const { changed, added } = byHandCounts(plan)
  const secrets = changedSecrets(plan).length
  const counts: [number, string][] = [
    [changed, 'changed by hand'],
    [plan.conflicts.length, 'changed on both sides'],
    [plan.takeovers.length, 'new to Herdbook'],
    [added, 'added by hand'],
    [secrets, secrets === 1 ? 'secret changed' : 'secrets changed'],
    [ended.length, 'ended'],
    [plan.steps.length, 'not applied yet'],
    [plan.waiting.length, 'waiting'],
    [plan.reads.filter((read) => !read.complete).length, 'not read'],
  ]
  return counts.flatMap(([n, what]) => (n > 0 ? [`${number(n)} ${what}`] : []))
}

function body(plan: Plan, options: DriftOptions, room: number): string {
  const { kinds, ended = [], run } = options
  const head = `This is where ${code(plan.domain)} and the files differ. **Ticking a box opens a pull request**; nothing happens before that is merged. Only *Leave* counts at once, and changes nothing on the server.`
  const foot = `<sub>${[`Kept up to date every night, and closed when all is settled`, ...(run === undefined ? [] : [link('last run', run)])].join(' · ')}</sub>`
  const differences = (list: readonly Difference[], title: string, meaning: string): Section =>
    section(
      title,
      list.length,
      meaning,
      cut(
        list.map((one) => () => differenceItem(one, kinds)),
        '\n\n',
      ),
    )
  const sections: Section[] = [
    [() => head],
    differences(plan.drift, 'Changed by hand', 'Somebody changed this on the server itself.'),
    differences(
      plan.conflicts,
      'Changed on both sides',
      'The files and the server were both changed, each in its own way. Nothing is done before you choose one.',
    ),
    differences(
      plan.takeovers,
      'New to Herdbook',
      'The files now name what was on the server already, and differ from it.',
    ),
    inNoFile(plan, kinds),
    section(
      'Secrets changed',
      changedSecrets(plan).length,
      'The server has another value than this run. Herdbook keeps no value of a secret, so it shows neither.',
      problems(changedSecrets(plan)),
    ),
    section(
      'Ended',
      ended.length,
      'The last day of these has come.',
      cut(
        ended.map((one) => () => endedItem(one)),
        '\n',
      ),
    ),
    plan.steps.length === 0
      ? []
      : section('Not applied yet', plan.steps.length, LEFT_OVER, stepForms(plan.steps.toSorted(byDanger), kinds)),
    waiting(plan, kinds),
    unread(plan, kinds),
    [() => staff(plan, kinds), () => ''],
    [() => foot],
  ]
  return fit(sections, room) ?? `${head}\n\n${foot}`
}

const LEFT_OVER =
  'The files call for this, and it is not on the server yet: nobody approved it, its day has not come, or it failed. Merging any pull request that shows it as left over has it applied; so does the button *approve*.'

const section = (title: string, size: number, meaning: string, items: Section): Section =>
  size === 0 ? [] : framed(items, (list) => `### ${title} · ${number(size)}\n\n${meaning}\n\n${list}`)

const cut = (items: readonly (() => string)[], glue: string): Section =>
  shortening(items, glue, (rest) => `… and ${number(rest)} more, which come up as these are settled.`)

/** What differs, in words, and the two boxes. */
function differenceItem(difference: Difference, kinds: readonly KindName[]): string {
  const ref = `${difference.kind}/${difference.id}`
  return [
    `**${capital(titleOf(difference.kind, kinds).one)}** ${code(readable(difference.id))}<br>${facts(difference).join('<br>')}`,
    '',
    !hasWay(difference, 'adopt')
      ? LEAVING
      : isHidden(difference)
        ? `- To keep it as the server has it: ${code(`herdbook adopt ${shellWord(ref)}`)} at a desk, since what it has is not shown here`
        : boxLine({ what: 'adopt', ref }, '**Adopt**: keep it as the server has it'),
    boxLine({ what: 'restore', ref }, '**Restore**: put it back as the files have it'),
  ].join('\n')
}

/** What was compiled has no value to write into a file. */
const LEAVING = '- To leave it as the server has it: name it in `left_alone` of its file'

/** Adopting would write into the files what is not shown here. */
const isHidden = ({ fields, live }: Difference): boolean => fields.some((field) => live?.[field] === HIDDEN)

/** Objects that may not be named here are counted, and have no box. */
function inNoFile(plan: Plan, kinds: readonly KindName[]): Section {
  const all = byHandIn(plan)
  const [hidden, named] = [all.filter(({ id }) => id === HIDDEN), all.filter(({ id }) => id !== HIDDEN)]
  const items = named.map((one) => () => addedItem(one, kinds))
  const unnamed =
    hidden.length === 0 ? '' : `\n\nAnd ${counted(hidden, kinds)}, not named here. At a desk: ${code('herdbook drift')}`
  const meaning = 'Somebody added or changed this on the server, and no file names it. It stays until you decide.'
  return framed(
    section('Added or changed by hand', all.length, meaning, cut(items, '\n\n')),
    (text) => `${text.trimEnd()}${unnamed}`,
  )
}

/** The line above its boxes. */
function headOf(one: Unmanaged, kinds: readonly KindName[]): string {
  const like = likeness(one)
  return `**${capital(titleOf(one.kind, kinds).one)}** ${code(readable(one.id))}${like === null ? '' : `: ${code(like)}`}${one.changed ? ', changed since somebody last looked' : ''}`
}

const leaveBox = (one: Unmanaged): string =>
  boxLine(
    { what: 'leave', ref: `${one.kind}/${one.id}`, mark: one.mark },
    '**Leave**: it stays, in no file, and leaves this list until it changes',
  )

/** Whether a body has the box to leave this below what it is: anybody who may edit the text can put a box elsewhere, or another name above it. */
export function showsToLeave(
  body: string,
  one: Unmanaged,
  { kinds, visibility, show }: Pick<DriftOptions, 'kinds' | 'visibility' | 'show'>,
): boolean {
  const lines = body.split(/\r?\n/)
  const shown = redactUnmanaged(one, disclosure(visibility, show))
  const at = lines.indexOf(leaveBox(shown))
  return (
    at >= 0 &&
    lines.lastIndexOf(leaveBox(shown)) === at &&
    lines.slice(0, at).findLast((line) => line.startsWith('**')) === headOf(shown, kinds)
  )
}

function addedItem(one: Unmanaged, kinds: readonly KindName[]): string {
  const ref = `${one.kind}/${one.id}`
  return [
    headOf(one, kinds),
    '',
    boxLine({ what: 'adopt', ref }, '**Adopt**: write it into the files'),
    ...(one.restorable ? [boxLine({ what: 'restore', ref }, '**Restore**: take it away on the server')] : []),
    leaveBox(one),
  ].join('\n')
}

function endedItem({ ref, until, pullRequest }: Ended): string {
  const where =
    pullRequest === null
      ? 'Take it out of the files, or set a later day.'
      : `${link(`Pull request ${number(pullRequest.number)}`, pullRequest.url)} takes it out of the files.`
  return `- ${code(readable(ref))} was to hold until ${dayOf(until) ?? code(until)}. ${where}`
}

/** Who holds a role and is not in the files: by name only where the policy opens it. */
function staff(plan: Plan, kinds: readonly KindName[]): string {
  const people = plan.unmanaged.filter(
    ({ kind, addedByHand, spared }) => kind === 'moderator' && !addedByHand && !spared,
  )
  if (people.length === 0) return ''
  const named = people.some(({ id }) => id === HIDDEN)
    ? ''
    : `: ${listed(people.slice(0, 50).map(({ id }) => code(id)))}${people.length > 50 ? ', …' : ''}`
  return `Not in the files, and left alone: ${count(people.length, titleOf('moderator', kinds).one, titleOf('moderator', kinds).many)}${named}.`
}

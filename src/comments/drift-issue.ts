import { shellWord } from '../instance/shell-word.ts'
import type { Show } from '../instance/documents.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Plan, Difference, UnmanagedObject } from '../reconcile/plan/types.ts'
import { redact, redactUnmanaged, disclosure } from '../redaction/redact.ts'
import { byHandIn, counted, isStaff, likeness } from '../words/added-by-hand.ts'
import { byDanger, titleOf, type KindName } from '../words/describe-step.ts'
import { byHandCounts } from '../words/describe-plan.ts'
import { enveloped, fit, framed, shortening, type Envelope, type CommentSection } from './fit-comment.ts'
import { stepForms } from './steps.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { facts, unread, waiting } from './sections.ts'
import { problems } from './findings.ts'
import { code, link } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { changedSecrets } from '../words/secrets.ts'
import { capital, clip, dayOf, listed, number } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { hasWay } from '../words/ways-out.ts'
import { boxLine } from './checkboxes.ts'

/** A block or a role whose last day has passed. */
export interface ExpiredObject {
  readonly ref: ObjectRef
  /** As in the files: year, month and day. */
  readonly until: string
  /** The one that removes it from the files. */
  readonly pullRequest: { readonly number: number; readonly url: string } | null
}

export interface DriftOptions extends Envelope {
  readonly kinds: readonly KindName[]
  readonly visibility: 'public' | 'private'
  readonly show?: Show
  readonly ended?: readonly ExpiredObject[]
  /** The page of the run. */
  readonly run?: string
}

export interface IssueText {
  readonly title: string
  readonly body: string
}

/** Renders the nightly issue; null if there is nothing to decide, so that it can be closed. */
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

/** "2 changed by hand", "1 added by hand": what there is to decide. */
function partsOf(plan: Plan, { ended = [] }: DriftOptions): string[] {
  const { changed, added } = byHandCounts(plan)
  const secrets = changedSecrets(plan).length
  const counts: [number, string][] = [
    [changed, 'changed by hand'],
    [plan.conflicts.length, 'changed on both sides'],
    [plan.takeovers.length, 'already on the server and different'],
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
  const head =
    `The server ${code(plan.domain)} and the files differ. ` +
    '**Tick a box to open a pull request.** Nothing changes before someone merges that pull request. ' +
    'Only *Leave* needs none: it counts at once, and it changes nothing on the server.'
  const foot =
    '<sub>' +
    [
      `Herdbook updates this issue every night, and closes it when nothing is left to decide`,
      ...(run === undefined ? [] : [link('last run', run)]),
    ].join(' · ') +
    '</sub>'
  const differences = (list: readonly Difference[], title: string, meaning: string): CommentSection =>
    section(
      title,
      list.length,
      meaning,
      cut(
        list.map((one) => () => differenceItem(one, kinds)),
        '\n\n',
      ),
    )
  const sections: CommentSection[] = [
    [() => head],
    differences(plan.drift, 'Changed by hand', 'Someone changed these on the server. Choose one version for each.'),
    differences(
      plan.conflicts,
      'Changed on both sides',
      'The files and the server both changed, in different ways. ' +
        'Herdbook changes none of them before you choose one version.',
    ),
    differences(
      plan.takeovers,
      'Already on the server, and different',
      'The server already has these, and the files say something else. ' +
        'Herdbook changes none of them before you choose one version.',
    ),
    inNoFile(plan, kinds),
    section(
      'Secrets changed',
      changedSecrets(plan).length,
      'The server and this run have different values. Herdbook stores no value of a secret, so it shows neither.',
      problems(changedSecrets(plan)),
    ),
    section(
      'Ended',
      ended.length,
      'The files give these a last day, and it has passed.',
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
  'The files ask for these changes, but the server does not have them yet. ' +
  'Each is not approved, waits for a later day, or failed. ' +
  'To approve them, merge a pull request whose plan lists them as left over from earlier merges, ' +
  'or use the button *approve* under Actions, Herdbook button. Every apply tries the others again.'

const section = (title: string, size: number, meaning: string, items: CommentSection): CommentSection =>
  size === 0 ? [] : framed(items, (list) => `### ${title} · ${number(size)}\n\n${meaning}\n\n${list}`)

const cut = (items: readonly (() => string)[], glue: string): CommentSection =>
  shortening(items, glue, (rest) => `… and ${number(rest)} more. They appear here when you have decided these.`)

/** What differs, in words, and the two boxes. */
function differenceItem(difference: Difference, kinds: readonly KindName[]): string {
  const ref = `${difference.kind}/${difference.id}`
  return [
    `**${capital(titleOf(difference.kind, kinds).one)}** ` +
      `${code(readable(difference.id))}<br>${facts(difference).join('<br>')}`,
    '',
    !hasWay(difference, 'adopt')
      ? LEAVING
      : isHidden(difference)
        ? `- To keep the server's version, run ${code(`herdbook adopt ${shellWord(ref)}`)} on your own computer. ` +
          'This issue must not show that version.'
        : boxLine({ what: 'adopt', ref }, "**Adopt**: keep the server's version"),
    boxLine({ what: 'restore', ref }, "**Restore**: use the files' version"),
  ].join('\n')
}

/** A compiled object has no value to write into a file. */
const LEAVING = "- To keep the server's version, name it in `left_alone` in its file."

/** Adopting would write a value into the files that is not shown here. */
const isHidden = ({ fields, live }: Difference): boolean => fields.some((field) => live?.[field] === HIDDEN)

/** Objects that may not be named here are counted and have no box. */
function inNoFile(plan: Plan, kinds: readonly KindName[]): CommentSection {
  const all = byHandIn(plan)
  const [hidden, named] = [all.filter(({ id }) => id === HIDDEN), all.filter(({ id }) => id !== HIDDEN)]
  const items = named.map((one) => () => addedItem(one, kinds))
  const unnamed =
    hidden.length === 0
      ? ''
      : `\n\nThere ${hidden.length === 1 ? 'is' : 'are'} also ${counted(hidden, kinds)} that this ` +
        `issue must not name. To see more, run ${code('herdbook drift')} on your own computer.`
  const meaning = 'Someone added or changed these on the server. No file names them. They stay until you decide.'
  return framed(
    section('Added or changed by hand', all.length, meaning, cut(items, '\n\n')),
    (text) => `${text.trimEnd()}${unnamed}`,
  )
}

/** The line above its boxes. */
function headOf(one: UnmanagedObject, kinds: readonly KindName[]): string {
  const like = likeness(one)
  return (
    `**${capital(titleOf(one.kind, kinds).one)}** ${code(readable(one.id))}` +
    `${like === null ? '' : `: ${code(like)}`}${one.changed ? ', changed since someone last looked' : ''}`
  )
}

const leaveBox = (one: UnmanagedObject): string =>
  boxLine(
    { what: 'leave', ref: `${one.kind}/${one.id}`, mark: one.mark },
    '**Leave**: keep it on the server and in no file. If it changes, it comes back to this list',
  )

/** Whether a body has this object's box to leave it, below its own name: anyone may edit an issue's text. */
export function showsToLeave(
  body: string,
  one: UnmanagedObject,
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

function addedItem(one: UnmanagedObject, kinds: readonly KindName[]): string {
  const ref = `${one.kind}/${one.id}`
  return [
    headOf(one, kinds),
    '',
    boxLine({ what: 'adopt', ref }, '**Adopt**: copy it into the files'),
    ...(one.restorable ? [boxLine({ what: 'restore', ref }, '**Restore**: remove it from the server')] : []),
    leaveBox(one),
  ].join('\n')
}

function endedItem({ ref, until, pullRequest }: ExpiredObject): string {
  const where =
    pullRequest === null
      ? 'Remove this entry from the files, or give it a later day in `until`.'
      : `${link(`Pull request ${number(pullRequest.number)}`, pullRequest.url)} removes it from the files.`
  return `- ${code(readable(ref))} was valid until ${dayOf(until) ?? code(until)}. ${where}`
}

/** The people who hold a role and are in no file: by name only if the policy allows it. */
function staff(plan: Plan, kinds: readonly KindName[]): string {
  const people = plan.unmanaged.filter((one) => isStaff(one) && !one.addedByHand && !one.spared)
  if (people.length === 0) return ''
  const named = people.some(({ id }) => id === HIDDEN)
    ? ''
    : `: ${listed(people.slice(0, 50).map(({ id }) => code(id)))}${people.length > 50 ? ', …' : ''}`
  return `On the server, in no file, and left alone: ${counted(people, kinds)}${named}.`
}

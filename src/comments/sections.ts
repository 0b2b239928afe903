import { leftBehindInWords } from '../reconcile/plan/absence.ts'
import type { WayOut, Plan, Difference, UnmanagedObject } from '../reconcile/plan/types.ts'
import { protocolInWords } from '../reconcile/protocols.ts'
import { titleOf, wholeOf, type KindName } from '../words/describe-step.ts'
import { absence, sidesOf } from '../words/field-changes.ts'
import { bullets, framed, shortening, type CommentSection } from './fit-comment.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { alert, code, details, prose } from './markdown.ts'
import { leftInWords } from '../words/group-steps.ts'
import { waysOutOf } from '../words/ways-out.ts'
import { notCompared } from '../words/secrets.ts'
import { readable } from '../redaction/idn.ts'
import { unreadIn } from '../words/not-created.ts'
import { sourcesInWords } from '../words/files.ts'
import { byHandIn, counted, likeness } from '../words/added-by-hand.ts'
import { clip, listed, number } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

/** Longer lists of differences are folded away. */
const OPEN_ITEMS = 5

/** Differences to decide, each with its ways out. */
export function differences(list: readonly Difference[], title: string, meaning: string): CommentSection {
  if (list.length === 0) return []
  const section = bullets(list.map((one) => () => differenceItem(one)))
  const fold = (body: string): string => (list.length > OPEN_ITEMS ? details(`All ${number(list.length)}`, body) : body)
  return framed(section, (body) => `#### ${title} · ${number(list.length)}\n\n${meaning}\n\n${fold(body)}`)
}

const SIDE = 200

const WAYS: { readonly [way in WayOut]: (text: string, means: string) => string } = {
  adopt: (text) => `Keep the server's version: ${text}`,
  restore: (text) => `Use the files' version: ${text}`,
  left_alone: (text, means) => `${text} ${prose(means)}`,
}

/** A difference with both sides and its ways out. */
export function differenceItem(difference: Difference): string {
  const ref = `${difference.kind}/${difference.id}`
  const ways = waysOutOf(difference).map(({ way, text, means }) => WAYS[way](code(text), means))
  return `- **${code(readable(ref))}**<br>${[...facts(difference), ...ways].join('<br>')}`
}

/** What the server and the files have, one line a field. */
export function facts(difference: Difference): string[] {
  const side = (text: string | null): string => (text === null || text === '' ? 'nothing' : code(clip(text, SIDE)))
  const last = (text: string | null): string =>
    difference.cause === 'conflict' ? `, ${side(text)} when last applied` : ''
  const [gone, sources] = [absence(difference), sourcesInWords(difference)]
  const sides = sidesOf(difference).map(
    ({ field, file, live, ledger }) =>
      `${code(field)}: ${side(live)} on the server, ${side(file)} in the files${last(ledger)}`,
  )
  return [...(gone === null ? sides : [gone]), ...(sources === null ? [] : [prose(sources)])]
}

export const waitingItem = ({ kind, id, reason }: Plan['waiting'][number], kinds: readonly KindName[]): string =>
  `- ${titleOf(kind, kinds).one} ${code(readable(id))}: ${prose(readable(reason))}`

export function waiting(plan: Plan, kinds: readonly KindName[]): CommentSection {
  if (plan.waiting.length === 0) return []
  return framed(
    bullets(plan.waiting.map((one) => () => waitingItem(one, kinds))),
    (body) => `#### Waiting\n\nHerdbook cannot apply these yet. Everything else goes on.\n\n${body}`,
  )
}

/** What is no longer managed, and how a person removes it. */
export function leftBehind(plan: Plan): CommentSection {
  if (plan.leftBehind.length === 0) return []
  const words = leftBehindInWords(plan.leftBehind)
  return framed(
    bullets(words.map((text) => () => `- ${prose(text)}`)),
    (body) => `#### No longer managed\n\nThese stay where they are. Herdbook does not remove them.\n\n${body}`,
  )
}

/** Protocols that an earlier run did not finish, and what the next apply does with each. */
export function cutOff(list: Plan['unfinished'], title: string): CommentSection {
  if (list.length === 0) return []
  return framed(
    bullets(list.map((one) => () => `- ${prose(readable(protocolInWords(one)))}`)),
    (body) => `#### ${title}\n\n${body}`,
  )
}

export function unread(plan: Plan, kinds: readonly KindName[]): CommentSection {
  const missing = unreadIn(plan)
  if (missing.length === 0) return []
  const items = missing.map(
    (read) => `- **${wholeOf(read.kind, kinds)}**: ${prose(clip(inline(read.reason ?? 'no answer'), 500))}`,
  )
  return [
    () => alert('WARNING', ['**Herdbook could not read these, so it changes none of them:**', ...items].join('\n')),
  ]
}

/** Objects that may not be named here have one id for all: they are counted. */
export function byHand(plan: Plan, kinds: readonly KindName[]): CommentSection {
  const added = byHandIn(plan)
  if (added.length === 0) return []
  const items = [...Map.groupBy(added, ({ kind, id }) => `${kind}/${id}`)].map(
    ([ref, all]) =>
      () =>
        all.length > 1 || all[0]?.id === HIDDEN ? counted(all, kinds) : named(ref, all[0]),
  )
  const ways = ['adopt', 'restore', 'leave'].map((way) =>
    code(`herdbook ${way} KIND/ID${way === 'leave' ? ' "why"' : ''}`),
  )
  const tail =
    `\n\nNo file names these. They stay until you decide. ${ways[0] ?? ''} copies one into the files. ` +
    `${ways[1] ?? ''} removes one that was added. ${ways[2] ?? ''} keeps one on the server and in no file.`
  return framed(
    shortening(items, ', ', (rest) => `and ${number(rest)} more`),
    (body) => `#### Added or changed by hand · ${number(added.length)}\n\n${body}${tail}`,
  )
}

function named(ref: string, one: UnmanagedObject | undefined): string {
  const like = one === undefined ? null : likeness(one)
  return `${code(readable(ref))}${like === null ? '' : ` (${code(like)})`}`
}

/** What is on the server and left alone, in sentences. */
export function leftAlone(plan: Plan, kinds: readonly KindName[]): string[] {
  const rest = plan.unmanaged.filter((one) => !one.addedByHand && !one.spared)
  const released = plan.released.map((kind) => wholeOf(kind, kinds))
  const sentences = [
    ...(rest.length > 0 ? [`On the server, in no file, and left alone: ${counted(rest, kinds)}.`] : []),
    ...(released.length > 0 ? [`Not managed here: ${listed(released)}.`] : []),
    ...[notCompared(plan), leftInWords(plan)].flatMap((text) => (text === null ? [] : [prose(text)])),
  ]
  return sentences.length === 0 ? [] : [sentences.join(' ')]
}

import type { Relations } from '../instance/relations.ts'
import type { Kind } from '../reconcile/kind.ts'
import { momentInWords } from '../reconcile/plan/not-before.ts'
import { secretInWords } from '../reconcile/plan/secret-fields.ts'
import type { Action, Cause, Hazard } from '../reconcile/values.ts'
import type { Fields, Value } from '../instance/values.ts'
import type { Impact, Step } from '../reconcile/plan/types.ts'
import { readable } from '../redaction/idn.ts'
import { own } from '../instance/get-own.ts'
import { capital, count, dayOf, listed } from './text.ts'
import { inline } from '../redaction/neutralise.ts'
import { kindNamed } from '../providers/kinds.ts'
import type { Phrase } from '../providers/described.ts'

/** What the renderers must know about a kind. */
export type KindName = Pick<Kind, 'name' | 'title' | 'sources'>

/** A sentence in pieces: our own words, and names from outside. */
export type Sentence = readonly (string | { readonly name: string })[]

const VERBS: { readonly [action in Action]: string } = { create: 'creates', update: 'changes', delete: 'deletes' }

/** The phrase that says what a step does. */
export function phraseOf(step: Step, kinds: readonly KindName[]): Phrase {
  const fits = (phrase: Phrase): boolean =>
    phrase.action === step.action && holds(step, 'before', phrase.from) && holds(step, 'after', phrase.to)
  return kindNamed(step.kind)?.words.phrases.find(fits) ?? generic(step, kinds)
}

function generic({ kind, action }: Step, kinds: readonly KindName[]): Phrase {
  const title = titleOf(kind, kinds)
  return { action, one: `${VERBS[action]} the ${title.one} {id}`, many: `${VERBS[action]} {n} ${title.many}` }
}

function holds(step: Step, side: 'before' | 'after', wanted: Fields | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([field, value]) => valueIn(step, side, field) === value)
}

function valueIn(step: Step, side: 'before' | 'after' | 'seen', field: string): Value {
  if (side === 'seen') return own(step.seen, field) ?? null
  if (side === 'after' && step.action === 'create') return own(step.target, field) ?? null
  return step.changes.find((change) => change.field === field)?.[side] ?? null
}

/** A kind's title; its name if the registry does not know it. */
export function titleOf(kind: string, kinds: readonly KindName[]): Kind['title'] {
  return kinds.find(({ name }) => name === kind)?.title ?? { one: kind, many: `${kind}s` }
}

/** What stands for all objects of a kind. */
export function wholeOf(kind: string, kinds: readonly KindName[]): string {
  const { many, whole = many } = titleOf(kind, kinds)
  return whole
}

/** A value in the words of the files. */
export function wordOf(kind: string, field: string, value: Value): string {
  if (value === null) return 'none'
  const secret = secretInWords(value)
  if (secret !== undefined) return secret
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return own(kindNamed(kind)?.fields.find(({ name }) => name === field)?.words, text) ?? text
}

/** What a step does, as "gives Moderator to alice"; the caller sets the capital. */
export function sentence(step: Step, kinds: readonly KindName[]): Sentence {
  return phraseOf(step, kinds)
    .one.split(/(\{[^{}]+\})/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? { name: readable(nameFor(step, part.slice(1, -1))) } : part))
}

function nameFor(step: Step, slot: string): string {
  const [side, field] = slot.split('.')
  if (field === undefined || (side !== 'before' && side !== 'after' && side !== 'seen')) return step.id
  return wordOf(step.kind, field, valueIn(step, side, field))
}

/** A sentence with a capital first letter, unless it begins with a name. */
export function capitalised(parts: Sentence): Sentence {
  const [first, ...rest] = parts
  return typeof first === 'string' ? [capital(first), ...rest] : parts
}

const CAUSES: { readonly [cause in Exclude<Cause, 'change'>]: string } = {
  drift: 'undoes a change by hand',
  conflict: 'overwrites a change by hand',
  takeover: 'replaces what is on the server',
}

/** Why a step exists, if not only for a change of the files; else null. */
export function causeInWords({ cause, action }: Step): string | null {
  if (cause === 'change') return null
  return cause === 'takeover' && action === 'delete' ? 'was there before Herdbook' : CAUSES[cause]
}

const DANGER: { readonly [hazard in Hazard]: number } = { irreversible: 0, disruptive: 1, reversible: 2 }

const WEIGHT: { readonly [action in Action]: number } = { delete: 0, update: 1, create: 2 }

/** How dangerous a step is: the lower, the more dangerous. */
export const rank = (step: Step): number => 2 * DANGER[step.hazard] + (step.weakens ? 0 : 1)

const touched = (step: Step): number => step.impact?.weight ?? 0

/** Sorts the most dangerous first, then the ones that touch most people. */
export function byDanger(a: Step, b: Step): number {
  return rank(a) - rank(b) || touched(b) - touched(a) || WEIGHT[a.action] - WEIGHT[b.action]
}

/** The follow relations that an impact counts; null if it counts something else. */
export function relationsIn({ details }: Impact): Relations | null {
  const { follows, followers, accounts = 0, members } = details
  if (typeof follows !== 'number' || typeof followers !== 'number') return null
  return {
    follows,
    followers,
    accounts: typeof accounts === 'number' ? accounts : 0,
    ...(typeof members === 'number' ? { members } : {}),
  }
}

/** "12 follows and 40 followers of 9 members"; null if there are none. */
export function relations(impact: Relations): string | null {
  const parts = [
    ...(impact.follows > 0 ? [count(impact.follows, 'follow', 'follows')] : []),
    ...(impact.followers > 0 ? [count(impact.followers, 'follower', 'followers')] : []),
  ]
  return parts.length === 0 ? null : `${listed(parts)}${whose([impact])}`
}

/** " of 9 members". A member may follow people on several domains, so a sum is "up to". */
export function whose(impacts: readonly Relations[]): string {
  const known = impacts.flatMap(({ members }) => (members === undefined ? [] : [members]))
  if (known.length < impacts.length) return ''
  const sum = known.reduce((total, members) => total + members, 0)
  return ` of ${known.length > 1 && sum > 1 ? 'up to ' : ''}${count(sum, 'member', 'members')}`
}

/** What a step's impact does to follows: "severs". */
export const impactVerb = (step: Step): string => kindNamed(step.kind)?.words.impact?.[step.hazard] ?? 'touches'

/** A step's impact: "removes 12 follows and 40 followers of 9 members; the server knows 300 accounts from there". */
export function effect(step: Step): string | null {
  if (step.impact === undefined) return null
  const counted = relationsIn(step.impact)
  if (counted === null) return step.impact.text
  const cut = relations(counted)
  const known =
    counted.accounts > 0 ? `the server knows ${count(counted.accounts, 'account', 'accounts')} from there` : null
  return [cut === null ? 'changes no follows' : `${impactVerb(step)} ${cut}`, known]
    .filter((part) => part !== null)
    .join('; ')
}
/** A day from the ledger: anyone who may push may have written it. */
export const dayIn = (date: string): string => dayOf(date) ?? inline(date)

/** When a step is applied that is announced to members first; null if it needs no notice. */
export function noticeInWords({ notice }: Step): string | null {
  if (notice === undefined) return null
  const from = dayIn(notice.from)
  return notice.at === null
    ? `Herdbook informs members first. It applies this on ${from} or later.`
    : `Members were informed on ${dayIn(notice.at)}. Herdbook applies this on ${from} or later.`
}

/** The moment before which a step is not applied; null if it need not wait. */
export function notBeforeInWords({ notBefore }: Step): string | null {
  if (notBefore === undefined) return null
  const from = new Date(notBefore)
  return `Not applied before ${Number.isNaN(from.getTime()) ? inline(notBefore) : momentInWords(from)}.`
}

import type { Relations } from '../instance/relations.ts'
import type { Kind } from '../reconcile/kind.ts'
import { momentInWords } from '../reconcile/plan/not-before.ts'
import { secretInWords } from '../reconcile/plan/secret-fields.ts'
import type { Action, Cause, Hazard } from '../reconcile/values.ts'
import type { Fields, Value } from '../instance/values.ts'
import type { Impact, Plan, Step } from '../reconcile/plan/types.ts'
import { readable } from '../redaction/idn.ts'
import { own } from '../instance/get-own.ts'
import { changedSecrets } from './secrets.ts'
import { capital, count, dayOf, listed, number } from './text.ts'
import { inline } from '../redaction/neutralise.ts'
import { WORDS, type Phrase } from './kinds.ts'

/** What the renderers must know about a kind. */
export type KindName = Pick<Kind, 'name' | 'title' | 'sources'>

/** A sentence in pieces: our own words, and names from outside. */
export type Sentence = readonly (string | { readonly name: string })[]

const VERBS: { readonly [action in Action]: string } = { create: 'creates', update: 'changes', delete: 'deletes' }

/** The phrase that says what a step does. */
export function phraseOf(step: Step, kinds: readonly KindName[]): Phrase {
  const fits = (phrase: Phrase): boolean =>
    phrase.action === step.action && holds(step, 'before', phrase.from) && holds(step, 'after', phrase.to)
  return own(WORDS, step.kind)?.phrases.find(fits) ?? generic(step, kinds)
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

/** A value in the words of the files. */
export function wordOf(kind: string, field: string, value: Value): string {
  if (value === null) return 'none'
  const secret = secretInWords(value)
  if (secret !== undefined) return secret
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return own(own(own(WORDS, kind)?.values, field), text) ?? text
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
function whose(impacts: readonly Relations[]): string {
  const known = impacts.flatMap(({ members }) => (members === undefined ? [] : [members]))
  if (known.length < impacts.length) return ''
  const sum = known.reduce((total, members) => total + members, 0)
  return ` of ${known.length > 1 && sum > 1 ? 'up to ' : ''}${count(sum, 'member', 'members')}`
}

const impactVerb = (step: Step): string => own(WORDS, step.kind)?.impact?.[step.hazard] ?? 'touches'

/** A step's impact: "severs 12 follows and 40 followers of 9 members; 300 accounts known from there". */
export function effect(step: Step): string | null {
  if (step.impact === undefined) return null
  const counted = relationsIn(step.impact)
  if (counted === null) return step.impact.text
  const cut = relations(counted)
  const known = counted.accounts > 0 ? `${count(counted.accounts, 'account', 'accounts')} known from there` : null
  return [cut === null ? 'touches no follows' : `${impactVerb(step)} ${cut}`, known]
    .filter((part) => part !== null)
    .join('; ')
}

/** A verdict names so many groups of similar steps; the rest is counted. */
const NAMED_GROUPS = 5

/** A plan in a few sentences: what it does, its impact, what is left to decide. */
export function verdict(plan: Plan, kinds: readonly KindName[], leftover: ReadonlySet<string> = new Set()): Sentence {
  const open = differencesInWords(plan)
  const gone = letGo(plan, kinds)
  const head = plan.steps.length > 0 ? headline(plan.steps, kinds, leftover) : gone === null ? [unchanged(plan)] : []
  return [
    ...head,
    ...(gone === null ? [] : [`${head.length === 0 ? '' : ' '}${gone}`]),
    ...(open === null ? [] : [` ${capital(open)}.`]),
  ]
}

/** "From now on not managed: 12 domain blocks (they stay on the server)."; null if there is nothing. */
export function letGo({ letGo: groups }: Plan, kinds: readonly KindName[]): string | null {
  if (groups.length === 0) return null
  const named = groups.map(({ kind, objects }) => count(objects, titleOf(kind, kinds).one, titleOf(kind, kinds).many))
  const stays = groups.length === 1 && groups[0]?.objects === 1 ? 'it stays' : 'they stay'
  return `From now on not managed: ${listed(named)} (${stays} on the server).`
}

/** The verdict on a plan without steps: what was not read was not compared. */
export function unchanged(plan: Plan): string {
  const { reads, owed, unfinished } = plan
  if (owed.length + unfinished.length > 0) return 'No new changes. An earlier run is not finished yet.'
  // A change by hand is a change, too.
  if (reads.every((read) => read.complete))
    return differencesInWords(plan) === null ? 'No changes.' : 'No changes to apply.'
  return reads.some((read) => read.complete)
    ? 'No changes in what Herdbook could read from the server.'
    : 'Herdbook could not read the server.'
}

/** What steps do, what is left over from earlier merges, and the impact. */
export function headline(
  steps: readonly Step[],
  kinds: readonly KindName[],
  leftover: ReadonlySet<string> = new Set(),
): Sentence {
  const [own, left] = [
    steps.filter((step) => !leftover.has(step.digest)),
    steps.filter((step) => leftover.has(step.digest)),
  ]
  return [
    ...(own.length > 0 ? [...capitalised(deeds(own, kinds)), '.'] : ['This pull request adds no changes.']),
    ...(left.length > 0 ? [' Left over from earlier merges: ', ...deeds(left, kinds), '.'] : []),
    ...impacts(steps).map((text) => ` ${text}.`),
  ]
}

/** What steps do, in a row: "blocks 2 domains, gives Moderator to alice". */
export function deeds(steps: readonly Step[], kinds: readonly KindName[]): Sentence {
  const groups = [...Map.groupBy(steps.toSorted(byDanger), (step) => phraseOf(step, kinds).many)]
  const named = groups.length <= NAMED_GROUPS + 1 ? groups : groups.slice(0, NAMED_GROUPS)
  const parts = named.map(([many, [step, ...others]]): Sentence => {
    return step && others.length === 0 ? sentence(step, kinds) : [many.replace('{n}', number(others.length + 1))]
  })
  const rest = groups.slice(named.length).reduce((sum, [, members]) => sum + members.length, 0)
  const all = rest > 0 ? [...parts, [`makes ${number(rest)} other changes`]] : parts
  return all.flatMap((part, i) => (i === 0 ? part : [i === all.length - 1 && rest > 0 ? ' and ' : ', ', ...part]))
}

/** "Severs 14 follow relations of 9 members", summed over the steps. */
export function impacts(steps: readonly Step[]): string[] {
  const touching = steps.toSorted(byDanger).flatMap((step) => (step.impact ? [{ step, impact: step.impact }] : []))
  const counted = touching.flatMap(({ step, impact }) => {
    const all = relationsIn(impact)
    return all === null || relations(all) === null ? [] : [{ step, all }]
  })
  const sums = [...Map.groupBy(counted, ({ step }) => impactVerb(step))].map(([verb, group]) => {
    const all = group.map((one) => one.all)
    const sum = all.reduce((total, { follows, followers }) => total + follows + followers, 0)
    return `${capital(verb)} ${count(sum, 'follow relation', 'follow relations')}${whose(all)}`
  })
  const others = touching.flatMap(({ impact }) => (relationsIn(impact) === null ? [capital(impact.text)] : []))
  return [...sums, ...new Set(others)]
}

/** How many objects were changed and added by hand, those in no file included. */
export function byHandCounts({ drift, unmanaged }: Plan): { readonly changed: number; readonly added: number } {
  const all = unmanaged.filter(({ addedByHand }) => addedByHand)
  const changed = all.filter((one) => one.changed === true).length
  return { changed: drift.length + changed, added: all.length - changed }
}

/** The differences in words; null if there are none. */
export function differencesInWords(plan: Plan): string | null {
  const { changed, added } = byHandCounts(plan)
  const secrets = changedSecrets(plan).length
  const parts = [
    ...(plan.conflicts.length > 0
      ? [`${count(plan.conflicts.length, 'object was', 'objects were')} changed on both sides`]
      : []),
    ...(changed > 0 ? [`${number(changed)} changed by hand`] : []),
    ...(plan.takeovers.length > 0 ? [`${number(plan.takeovers.length)} already on the server and different`] : []),
    ...(added > 0 ? [`${number(added)} added by hand`] : []),
    ...(secrets > 0 ? [`${count(secrets, 'secret', 'secrets')} changed on the server`] : []),
  ]
  return parts.length === 0 ? null : listed(parts)
}

/** A day from the ledger: anyone who may push may have written it. */
const dayIn = (date: string): string => dayOf(date) ?? inline(date)

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

/** How many steps wait until members were informed, and until when; null if none does. */
export function heldBack(steps: readonly Step[]): string | null {
  const days = steps.flatMap(({ notice }) => notice?.from ?? []).sort()
  const [first] = days
  return first === undefined
    ? null
    : `${count(days.length, 'change waits', 'changes wait')} until ${dayIn(first)} or later, because members are informed first.`
}

/** Mastodon's API allows an account 300 calls in five minutes. */
const WINDOW = { calls: 300, minutes: 5 }

/** How the steps without a waiting time are written, and how long that takes. */
export function connectionsOf(steps: readonly Step[]): string[] {
  const through = (connection: Step['connection']): Step[] =>
    steps.filter((step) => step.connection === connection && step.notice === undefined && step.notBefore === undefined)
  const calls = through('rest').reduce((sum, step) => sum + step.calls, 0)
  const waits = calls === 0 ? 0 : Math.floor((calls - 1) / WINDOW.calls) * WINDOW.minutes
  const time = waits === 0 ? 'seconds' : `about ${number(waits)} minutes, because of its rate limit`
  const console = through('console').length
  const shut = through(null).length
  return [
    ...(calls > 0 ? [`${count(calls, 'call', 'calls')} to Mastodon's API (${time})`] : []),
    ...(console > 0
      ? [`${count(console, 'write', 'writes')} through the console (seconds, after it has started)`]
      : []),
    ...(shut > 0 ? [`${count(shut, 'change', 'changes')} without a connection (skipped)`] : []),
  ]
}

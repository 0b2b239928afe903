import type { Plan, Step } from '../reconcile/plan/types.ts'
import { changedSecrets } from './secrets.ts'
import { capital, count, listed, number } from './text.ts'
import {
  type KindName,
  type Sentence,
  phraseOf,
  titleOf,
  sentence,
  capitalised,
  byDanger,
  relationsIn,
  relations,
  whose,
  impactVerb,
  dayIn,
} from './describe-step.ts'

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
  if (owed.length + unfinished.length > 0) return 'No new changes. The work of an earlier run is not finished yet.'
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

/** "Removes 14 follow relations of 9 members", summed over the steps. */
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
  const objects: readonly (readonly [number: number, what: string])[] = [
    [plan.conflicts.length, 'changed on both sides'],
    [changed, 'changed by hand'],
    [plan.takeovers.length, 'already on the server and different'],
    [added, 'added by hand'],
  ]
  const parts = [
    ...objects
      .filter(([many]) => many > 0)
      .map(([many, what], i) => `${i === 0 ? count(many, 'object was', 'objects were') : number(many)} ${what}`),
    ...(secrets > 0 ? [`${count(secrets, 'secret', 'secrets')} changed on the server`] : []),
  ]
  return parts.length === 0 ? null : listed(parts)
}

/** How many steps wait until members were informed, and until when; null if none does. */
export function heldBack(steps: readonly Step[]): string | null {
  const days = steps.flatMap(({ notice }) => notice?.from ?? []).sort()
  const [first] = days
  return first === undefined
    ? null
    : `${count(days.length, 'change waits', 'changes wait')} until ${dayIn(first)} or later, ` +
        'because members are informed first. The first apply from that day on makes it.'
}

/** Mastodon's API allows an account 300 calls in five minutes. */
const WINDOW = { calls: 300, minutes: 5 }

/** How the steps without a waiting time are written, and how long that takes. */
export function connectionsOf(steps: readonly Step[]): string[] {
  const through = (connection: Step['connection']): Step[] =>
    steps.filter((step) => step.connection === connection && step.notice === undefined && step.notBefore === undefined)
  const calls = through('rest').reduce((sum, step) => sum + step.calls, 0)
  const waits = calls === 0 ? 0 : Math.floor((calls - 1) / WINDOW.calls) * WINDOW.minutes
  const console = through('console').length
  const shut = through(null).length
  return [
    ...(calls > 0
      ? [
          `${count(calls, 'call', 'calls')} to Mastodon's API ` +
            `(${waits === 0 ? 'seconds' : `about ${number(waits)} minutes, because of its rate limit`})`,
        ]
      : []),
    ...(console > 0
      ? [`${count(console, 'write', 'writes')} through the console (seconds, after it has started)`]
      : []),
    ...(shut > 0 ? [`${count(shut, 'change', 'changes')} without a connection (skipped)`] : []),
  ]
}

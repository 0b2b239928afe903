import { typed } from '../instance/typed.ts'
import { refOf } from '../reconcile/batches.ts'
import type { Plan, Unmanaged } from '../reconcile/types.ts'
import { own } from '../instance/own.ts'
import { titleOf, wordOf, type KindName } from './describe.ts'
import { HIDDEN } from './hush.ts'
import { line, span, type Line } from './layout.ts'
import { readable } from './names.ts'
import { clip, count, inline, listed } from './text.ts'
import { WORDS } from './words.ts'

/** Whether such an object gives somebody power: always named where it may be. */
export const isStaff = ({ kind }: { readonly kind: string }): boolean => own(WORDS, kind)?.staff === true

/** What was added or changed by hand and no file names, who got a role first. */
export const byHandIn = (plan: Plan): Unmanaged[] => plan.unmanaged.filter(({ addedByHand }) => addedByHand).toSorted((a, b) => Number(isStaff(b)) - Number(isStaff(a)))

const LONGEST = 80

/** What it is like, in a word or two: "Owner", "suspend"; null where there is nothing to say, or it may not be told. */
export function likeness({ kind, id, fields }: Unmanaged): string | null {
  const main = own(WORDS, kind)?.main
  if (main === undefined || id === HIDDEN || !Object.hasOwn(fields, main)) return null
  const value = fields[main] ?? null
  return value === '' ? 'nothing' : clip(wordOf(kind, main, value), LONGEST)
}

/** "1,203 domain blocks and 3 moderators". */
export function counted(list: readonly Unmanaged[], kinds: readonly KindName[]): string {
  return listed([...Map.groupBy(list, ({ kind }) => kind)].map(([kind, members]) => count(members.length, titleOf(kind, kinds).one, titleOf(kind, kinds).many)))
}

/** Whoever holds a role, by name and role; those who may not be named are counted. */
export function staffNamed(list: readonly Unmanaged[], kinds: readonly KindName[]): string | null {
  const staff = list.filter(isStaff)
  const named = staff.filter(({ id }) => id !== HIDDEN)
  const hidden = staff.filter(({ id }) => id === HIDDEN)
  const names = named.map((one) => `${inline(readable(one.id))} (${inline(likeness(one) ?? '')})`)
  return staff.length === 0 ? null : listed([...names, ...(hidden.length === 0 ? [] : [`${counted(hidden, kinds)} who are not named here`])])
}

/** More than this are counted. */
const LISTED = 20

/** The section of a terminal. */
export function byHandLines(plan: Plan, kinds: readonly KindName[], heading: Line, verbose: boolean): Line[] {
  const all = byHandIn(plan)
  if (all.length === 0) return []
  const shown = verbose ? all : all.slice(0, LISTED)
  const rest = all.slice(shown.length)
  return [
    heading,
    ...shown.map((one) => item(one, kinds)),
    ...(rest.length === 0 ? [] : [line(2, span(`… and ${counted(rest, kinds)} more: `, 'dim'), { text: 'herdbook drift --verbose', whole: true })]),
    ...ways(all),
  ]
}

function item(one: Unmanaged, kinds: readonly KindName[]): Line {
  const like = likeness(one)
  const says = [...(like === null ? [] : [span(`: ${inline(readable(like))}`)]), ...(one.changed ? [span('  changed', 'dim')] : [])]
  return line(2, span('· ', 'magenta'), `${titleOf(one.kind, kinds).one} `, span(inline(readable(one.id)), 'bold'), ...says)
}

/** The ways out, for the first that they are for. */
function ways(all: readonly Unmanaged[]): Line[] {
  const named = all.filter(({ id }) => id !== HIDDEN)
  const [first, gone] = [named[0], named.find(({ restorable }) => restorable)]
  const of = (one: Unmanaged | undefined): string => (one === undefined ? 'KIND/ID' : inline(typed(refOf(one))))
  const commands = [
    [`herdbook adopt ${of(first)}`, 'writes it into the files'],
    ...(gone === undefined && first !== undefined ? [] : [[`herdbook restore ${of(gone)}`, 'takes it away on the server']]),
    [`herdbook leave ${of(first)} "why"`, 'leaves it as it is'],
  ]
  return commands.map(([text = '', why = '']) => line(6, { text, whole: true }, span(`  ${why}`, 'dim')))
}

/** What a seen list has begun with, in sentences. */
export function lookedAt(list: readonly Unmanaged[], kinds: readonly KindName[]): string | null {
  if (list.length === 0) return null
  const staff = staffNamed(list, kinds)
  return `In no file, and left alone: ${counted(list, kinds)}. From now on you are told when one of them changes or another is added by hand.${staff === null ? '' : ` Who holds a role: ${staff}.`}`
}


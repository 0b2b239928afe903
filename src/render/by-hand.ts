import { typed } from '../instance/typed.ts'
import { refOf } from '../reconcile/batches.ts'
import type { Plan, Unmanaged } from '../reconcile/types.ts'
import { own } from '../instance/own.ts'
import { titleOf, wordOf, type KindName } from './describe.ts'
import { HIDDEN } from './hush.ts'
import { line, paragraph, span, type Line } from './layout.ts'
import { readable } from './names.ts'
import { clip, count, inline, listed, number, width } from './text.ts'
import { WORDS } from './words.ts'

/** Whether such an object gives somebody power: always named where it may be. */
const isStaff = ({ kind }: { readonly kind: string }): boolean => own(WORDS, kind)?.staff === true

/** What was added or changed by hand and no file names, who got a role first. */
export const byHandIn = (plan: Plan): Unmanaged[] =>
  plan.unmanaged.filter(({ addedByHand }) => addedByHand).toSorted((a, b) => Number(isStaff(b)) - Number(isStaff(a)))

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
  return listed(
    [...Map.groupBy(list, ({ kind }) => kind)].map(([kind, members]) =>
      count(members.length, titleOf(kind, kinds).one, titleOf(kind, kinds).many),
    ),
  )
}

/** Who holds a role, by name and role; those who may not be named are counted. */
function staffNamed(list: readonly Unmanaged[], kinds: readonly KindName[]): string | null {
  const staff = list.filter(isStaff)
  const named = staff.filter(({ id }) => id !== HIDDEN)
  const hidden = staff.filter(({ id }) => id === HIDDEN)
  const names = named.map(withRole)
  return staff.length === 0
    ? null
    : listed([...names, ...(hidden.length === 0 ? [] : [`${counted(hidden, kinds)} who are not named here`])])
}

/** The section of a terminal. */
export function byHandLines(plan: Plan, kinds: readonly KindName[], heading: Line, verbose: boolean): Line[] {
  const all = byHandIn(plan)
  return all.length === 0
    ? []
    : [
        heading,
        ...(all.length <= LINES || verbose ? all.map((one) => item(one, kinds)) : grouped(all, kinds)),
        ...ways(all),
      ]
}

/** So many have a line each. */
const LINES = 20
/** Of a kind so many are named; where there are more, so many of them. */
const NAMES = 200
const FIRST = 100

/** By kind, so that many of one hide none of another. */
function grouped(all: readonly Unmanaged[], kinds: readonly KindName[]): Line[] {
  return [...Map.groupBy(all, ({ kind }) => kind)].flatMap(([kind, members]) => {
    const { one, many } = titleOf(kind, kinds)
    const names = members
      .filter(({ id }) => id !== HIDDEN)
      .map((member) => (isStaff(member) ? withRole(member) : nameOf(member)))
    const more = names.length > NAMES ? `  … and ${number(names.length - FIRST)} more; --verbose names them` : ''
    return [
      line(2, span('· ', 'magenta'), span(count(members.length, one, many), 'bold')),
      ...(names.length === 0
        ? []
        : [paragraph(4, span(`${names.slice(0, more === '' ? NAMES : FIRST).join('  ')}${more}`))]),
    ]
  })
}

/** What has no name is shown as it is typed: a shell takes `#8` by itself for a comment. */
const nameOf = ({ kind, id }: Unmanaged): string => inline(readable(isNumbered({ id }) ? `${kind}/${id}` : id))

const isNumbered = ({ id }: Pick<Unmanaged, 'id'>): boolean => id.startsWith('#')

/** "alice (Owner)". */
const withRole = (one: Unmanaged): string => `${nameOf(one)} (${inline(likeness(one) ?? '')})`

function item(one: Unmanaged, kinds: readonly KindName[]): Line {
  const like = likeness(one)
  const says = [
    ...(like === null ? [] : [span(`: ${inline(readable(like))}`)]),
    ...(one.changed ? [span('  changed', 'dim')] : []),
  ]
  return line(
    2,
    span('· ', 'magenta'),
    ...(isNumbered(one) ? [] : [`${titleOf(one.kind, kinds).one} `]),
    span(nameOf(one), 'bold'),
    ...says,
  )
}

/** The ways out, for the first that they are for. */
function ways(all: readonly Unmanaged[]): Line[] {
  const named = all.filter(({ id }) => id !== HIDDEN)
  const [first, gone] = [named[0], named.find(({ restorable }) => restorable)]
  const of = (one: Unmanaged | undefined): string => (one === undefined ? 'KIND/ID' : inline(typed(refOf(one))))
  const commands = [
    [`herdbook adopt ${of(first)}`, 'writes it into the files'],
    ...(gone === undefined && first !== undefined
      ? []
      : [[`herdbook restore ${of(gone)}`, 'takes it away on the server']]),
    [`herdbook leave ${of(first)} "why"`, 'lets it stay, in no file'],
  ]
  const column = Math.max(...commands.map(([text = '']) => width(text)))
  return commands.map(([text = '', why = '']) =>
    line(6, { text, whole: true }, span(`${' '.repeat(column - width(text) + 2)}${why}`, 'dim')),
  )
}

/** What a seen list has begun with, in sentences. */
export function lookedAt(list: readonly Unmanaged[], kinds: readonly KindName[]): string | null {
  if (list.length === 0) return null
  const staff = staffNamed(list, kinds)
  return `In no file, and left alone: ${counted(list, kinds)}. From now on you are told when one of them changes or another is added by hand.${staff === null ? '' : ` Who holds a role: ${staff}.`}`
}

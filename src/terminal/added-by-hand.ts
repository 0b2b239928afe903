import { shellWord } from '../instance/shell-word.ts'
import { refOf } from '../reconcile/object-ref.ts'
import type { Plan, UnmanagedObject } from '../reconcile/plan/types.ts'
import { readable } from '../redaction/idn.ts'
import { inline } from '../redaction/neutralise.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { byHandIn, isNumbered, isStaff, likeness, nameOf, withRole } from '../words/added-by-hand.ts'
import { titleOf, type KindName } from '../words/describe-step.ts'
import { line, paragraph, span, type Line } from '../words/layout.ts'
import { count, number, width } from '../words/text.ts'

/** What was added or changed by hand, with its ways out. */
export function byHandLines(plan: Plan, kinds: readonly KindName[], heading: Line, verbose: boolean): Line[] {
  const all = byHandIn(plan)
  return all.length === 0
    ? []
    : [
        heading,
        ...(all.length <= MAX_LINES || verbose ? all.map((one) => item(one, kinds)) : grouped(all, kinds)),
        ...ways(all),
      ]
}

/** Up to so many objects have one line each. */
const MAX_LINES = 20

/** A kind with more objects names only the first of them. */
const MAX_NAMES = 200
const FIRST_NAMES = 100

/** By kind, so that many objects of one kind hide none of another. */
function grouped(all: readonly UnmanagedObject[], kinds: readonly KindName[]): Line[] {
  return [...Map.groupBy(all, ({ kind }) => kind)].flatMap(([kind, members]) => {
    const { one, many } = titleOf(kind, kinds)
    const names = members
      .filter(({ id }) => id !== HIDDEN)
      .map((member) => (isStaff(member) ? withRole(member) : nameOf(member)))
    const more =
      names.length > MAX_NAMES ? `  … and ${number(names.length - FIRST_NAMES)} more; --verbose names them` : ''
    return [
      line(2, span('· ', 'magenta'), span(count(members.length, one, many), 'bold')),
      ...(names.length === 0
        ? []
        : [paragraph(4, span(`${names.slice(0, more === '' ? MAX_NAMES : FIRST_NAMES).join('  ')}${more}`))]),
    ]
  })
}

function item(one: UnmanagedObject, kinds: readonly KindName[]): Line {
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

/** The ways out, with the first object that each fits as an example. */
function ways(all: readonly UnmanagedObject[]): Line[] {
  const named = all.filter(({ id }) => id !== HIDDEN)
  const [first, gone] = [named[0], named.find(({ restorable }) => restorable)]
  const of = (one: UnmanagedObject | undefined): string =>
    one === undefined ? 'KIND/ID' : inline(shellWord(refOf(one)))
  const commands = [
    [`herdbook adopt ${of(first)}`, 'copies it into the files'],
    ...(gone === undefined && first !== undefined
      ? []
      : [[`herdbook restore ${of(gone)}`, 'removes it from the server']]),
    [`herdbook leave ${of(first)} "why"`, 'keeps it on the server and in no file'],
  ]
  const column = Math.max(...commands.map(([text = '']) => width(text)))
  return commands.map(([text = '', why = '']) =>
    line(6, { text, whole: true }, span(`${' '.repeat(column - width(text) + 2)}${why}`, 'dim')),
  )
}

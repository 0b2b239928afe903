import type { Difference } from '../reconcile/plan/types.ts'
import { absence, sidesOf, type FieldSides } from '../words/field-changes.ts'
import { line, paragraph, span, type Line, type TextStyle } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import { sourcesInWords } from '../words/files.ts'
import { within, type OutputPart } from './fit-output.ts'
import { heading } from './steps.ts'
import { clip, number } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { waysOutOf, type WayOutCommand } from '../words/ways-out.ts'

/** Differences with both sides and their ways out; shorter if there are many. */
export const differences = (list: readonly Difference[], title: string, meaning: string): OutputPart =>
  list.length === 0
    ? []
    : within(
        [heading(title, meaning)],
        [() => list.flatMap(differenceLines), ...[20, 3].map((whole) => () => firstOf(list, whole))],
      )

/** The first differences with both sides, the others by name: a person must decide on each. */
function firstOf(list: readonly Difference[], whole: number): Line[] {
  const others = list.slice(whole).map(({ kind, id }) => inline(readable(`${kind}/${id}`)))
  const more = [
    line(2, span(`… and ${number(others.length)} more, to which the same two choices apply:`, 'dim')),
    paragraph(6, span(others.join('  '))),
  ]
  return [...list.slice(0, whole).flatMap(differenceLines), ...(others.length === 0 ? [] : more)]
}

/** Longer values are cut: the way out does not depend on them. */
const SIDE = 200
/** Sides that are together no longer than this share a line. */
const ONE_LINE = 48

function differenceLines(difference: Difference): Line[] {
  const ref = inline(`${difference.kind}/${difference.id}`)
  const [gone, sources] = [absence(difference), sourcesInWords(difference)]
  return [
    line(2, span('! ', 'magenta'), span(readable(ref), 'bold')),
    ...(gone === null ? sidesOf(difference).flatMap((sides) => sideLines(sides, difference.cause)) : [line(6, gone)]),
    ...(sources === null ? [] : [line(6, span(inline(sources), 'dim'))]),
    ...waysOutOf(difference).map(wayLine),
  ]
}

/** Commands are never folded, so that they can be copied. */
function wayLine({ way, text, means }: WayOutCommand): Line {
  if (way === 'left_alone') return line(6, `${inline(text)}  `, span(inline(means), 'dim'))
  return line(6, { text: inline(text), whole: true }, span(`${way === 'adopt' ? '    ' : '  '}${means}`, 'dim'))
}

function sideLines(sides: FieldSides, cause: Difference['cause']): Line[] {
  const shown = (text: string | null): string => (text === null || text === '' ? 'none' : clip(inline(text), SIDE))
  const all: [string, string, TextStyle][] = [
    ['files', shown(sides.file), 'green'],
    ['server', shown(sides.live), 'red'],
    ...(cause === 'conflict'
      ? ([['last applied', shown(sides.ledger), 'dim']] satisfies [string, string, TextStyle][])
      : []),
  ]
  const name = span(`${inline(sides.field)}  `, 'cyan')
  if (all.reduce((sum, [, text]) => sum + text.length, 0) <= ONE_LINE) {
    return [
      line(
        6,
        name,
        ...all.flatMap(([label, text, style], i) => [
          span(`${i === 0 ? '' : ', '}${label} `, 'dim'),
          span(text, style),
        ]),
      ),
    ]
  }
  const column = Math.max(...all.map(([label]) => label.length)) + 2
  return [
    line(6, name),
    ...all.map(([label, text, style]) => ({
      ...line(8, span(label.padEnd(column), 'dim'), span(text, style)),
      hang: 8 + column,
    })),
  ]
}

import type { Announcement } from '../../../../instance/documents.ts'
import { parseMoment } from '../../../../instance/dates.ts'
import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import { duplicates, error, rows } from '../../../../instance/rules/rule.ts'
import type { InstanceRule, RuleInput } from '../../../../instance/rules/rule.ts'
import { ALL_DAY_WITHOUT_TIMES, endsBeforeItBegins, halfOfTheTimes } from './texts.ts'

const FILE = 'announcements.yaml'
const KEY = 'announcements'

/** Checks that each announcement has its own key and its own text, and both times or none. */
export const fileRules: InstanceRule = function* (input) {
  const list = [...rows(input.documents[FILE]?.announcements)]
  const named = list.map(([{ key }, index]) => ({
    name: key,
    shown: key,
    at: () => input.at(FILE, [KEY, index, 'key']),
  }))
  yield* duplicates(named, 'the key')
  // On the server an announcement has no key: Herdbook could not tell two with the same text apart.
  const texts = list.map(([{ key, text }, index]) => ({
    name: text.trimEnd().replaceAll(/\r\n?/g, '\n'),
    shown: `of ${key}`,
    at: () => input.at(FILE, [KEY, index, 'text']),
  }))
  yield* duplicates(texts, 'the text')
  for (const [entry, index] of list) yield* times(input, entry, index)
}

function* times({ at, keyAt }: RuleInput, entry: Announcement, index: number): Generator<Diagnostic> {
  const { from, until, all_day } = entry
  if (from !== undefined && until === undefined)
    yield error('half-of-the-times', halfOfTheTimes('from', 'until'), keyAt(FILE, [KEY, index, 'from']))
  else if (from === undefined && until !== undefined)
    yield error('half-of-the-times', halfOfTheTimes('until', 'from'), keyAt(FILE, [KEY, index, 'until']))
  else if (from === undefined && all_day === true)
    yield error('all-day-without-times', ALL_DAY_WITHOUT_TIMES, keyAt(FILE, [KEY, index, 'all_day']))
  const [begin, end] = [from, until].map((written) => (written === undefined ? undefined : parseMoment(written)))
  if (begin !== undefined && end !== undefined && end <= begin)
    yield error(
      'ends-before-it-begins',
      endsBeforeItBegins(String(until), String(from)),
      at(FILE, [KEY, index, 'until']),
    )
}

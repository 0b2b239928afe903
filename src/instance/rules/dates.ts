import { parseDay, parseMoment } from '../dates.ts'
import { DATES } from '../files.gen.ts'
import { entriesAt, error, warning } from './rule.ts'
import type { InstanceRule } from './rule.ts'
import { expired, notADate } from './texts.ts'

const PARSE = { date: parseDay, moment: parseMoment }

/** Checks that dates are days of the calendar, and warns of an end that has passed. */
export const dates: InstanceRule = function* ({ documents, now, at }) {
  for (const { file, key, fields } of DATES)
    for (const [entry, path] of entriesAt(documents[file], key))
      for (const [field, format] of Object.entries(fields)) {
        const written = entry[field]
        if (typeof written !== 'string') continue
        const date = PARSE[format](written)
        if (date === undefined) yield error('not-a-date', notADate(field, written), at(file, [...path, field]))
        else if (field === 'until' && now !== undefined && date <= now)
          yield warning('expired', expired(written), at(file, [...path, field]))
      }
}

import { membersOf, textOf, type JsonShape } from './json-shape.ts'
import type { LeftOutRow, ListRow } from './row.ts'
import { blockedUnknown } from './texts.ts'

/** RapidBlock's list: an object of domains, each blocked or no longer. */
export const rapidBlock: JsonShape = (value, { lineOf }) => {
  const blocks = membersOf(membersOf(value)?.get('blocks'))
  if (blocks === undefined) return undefined
  const read = [...blocks].map(([domain, item]): ListRow | LeftOutRow => {
    const members = membersOf(item)
    const line = lineOf(domain)
    const blocked = members?.get('isBlocked')
    if (typeof blocked !== 'boolean') return { line, code: 'no-severity', message: blockedUnknown(domain) }
    const reason = textOf(members?.get('reason'))
    return {
      domain,
      severity: blocked ? 'suspend' : 'noop',
      flags: {},
      ...(reason === undefined ? {} : { public_comment: reason }),
      line,
    }
  })
  return {
    rows: read.flatMap((one) => ('domain' in one ? [one] : [])),
    leftOut: read.flatMap((one) => ('code' in one ? [one] : [])),
    diagnostics: [],
  }
}

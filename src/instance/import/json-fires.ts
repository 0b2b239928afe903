import { membersOf, textOf, type JsonShape } from './json-shape.ts'
import type { LeftOutRow, ListRow } from './row.ts'
import { notAboutDomain, recommendsNothing } from './texts.ts'

/** A dataset of FIRES: recommendations for domains, and what was taken back. What comes later counts. */
export const fires: JsonShape = (value, { lineOf }) => {
  const items = membersOf(value)?.get('orderedItems')
  if (!Array.isArray(items)) return undefined
  const latest = new Map<string, ListRow | LeftOutRow>()
  const odd: LeftOutRow[] = []
  for (const [index, item] of items.entries()) {
    const members = membersOf(item)
    const domain = textOf(members?.get('entityKey'))
    if (domain === undefined || textOf(members?.get('entityKind')) !== 'domain')
      odd.push({ line: lineOf(), code: 'no-domain', message: notAboutDomain(index) })
    else
      latest.set(
        domain,
        rowOf(domain, textOf(members?.get('type')), textOf(members?.get('recommendedPolicy')), lineOf(domain)),
      )
  }
  const read = [...latest.values()]
  return {
    rows: read.flatMap((one) => ('domain' in one ? [one] : [])),
    leftOut: [...odd, ...read.flatMap((one) => ('code' in one ? [one] : []))],
    diagnostics: [],
  }
}

function rowOf(
  domain: string,
  type: string | undefined,
  policy: string | undefined,
  line: number,
): ListRow | LeftOutRow {
  if (type === 'Retraction' || type === 'Tombstone') return { domain, severity: 'noop', flags: {}, line }
  if (type === 'Recommendation') return { domain, severity: policy ?? null, flags: {}, line }
  return { line, code: 'no-severity', message: recommendsNothing(domain) }
}

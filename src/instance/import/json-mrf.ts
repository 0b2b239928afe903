import { membersOf, textOf, type LineOf, type JsonShape } from './json-shape.ts'
import { isAction, rowsOfPolicy, type PolicyEntry } from './mrf.ts'

type Members = ReadonlyMap<string, unknown>

/** Pleroma's or Akkoma's simple policy: alone, or in what a server says of itself (nodeinfo, /api/v1/instance). */
export const mrfJson: JsonShape = (value, { file, lineOf }) => {
  const around = federationOf(value)
  const policy = membersOf(around?.get('mrf_simple')) ?? membersOf(value)
  if (policy === undefined || ![...policy.keys()].some(isAction)) return undefined
  const info = membersOf(around?.get('mrf_simple_info'))
  const entries = [...policy].flatMap(([action, listed]) =>
    isAction(action) && Array.isArray(listed)
      ? listed.flatMap((item: unknown) => entryOf(action, item, membersOf(info?.get(action)), lineOf))
      : [],
  )
  return rowsOfPolicy(entries, file)
}

function federationOf(value: unknown): Members | undefined {
  const top = membersOf(value)
  const metadata = membersOf(membersOf(top?.get('pleroma'))?.get('metadata')) ?? membersOf(top?.get('metadata')) ?? top
  return membersOf(metadata?.get('federation')) ?? metadata
}

function entryOf(action: string, item: unknown, reasons: Members | undefined, lineOf: LineOf): readonly PolicyEntry[] {
  const [name, why]: readonly unknown[] = Array.isArray(item) ? item : [item]
  const domain = textOf(name)
  if (domain === undefined) return []
  const reason = textOf(why) ?? textOf(membersOf(reasons?.get(domain))?.get('reason'))
  return [{ action, domain, ...(reason === undefined ? {} : { reason }), line: lineOf(domain) }]
}

import { membersOf, textOf, type LineOf, type JsonShape } from './json-shape.ts'
import { bareRow, FLAGS, type Flag, type LeftOutRow, type ListRow } from './row.ts'
import { allowed, noDomain, notASeverity } from './texts.ts'
import { yesOrNo } from './columns.ts'

type Members = ReadonlyMap<string, unknown>

/** An array of blocks (Mastodon's APIs, GoToSocial's domain permissions) or of domains alone. */
export const blocksJson: JsonShape = (value, { lineOf }) => {
  if (!Array.isArray(value)) return undefined
  const read = value.map((item: unknown, index) => rowOf(item, index, lineOf))
  return {
    rows: read.flatMap((one) => ('domain' in one ? [one] : [])),
    leftOut: read.flatMap((one) => ('code' in one ? [one] : [])),
    diagnostics: [],
  }
}

function rowOf(item: unknown, index: number, lineOf: LineOf): ListRow | LeftOutRow {
  if (typeof item === 'string') return bareRow(item, lineOf(item))
  const members = membersOf(item)
  const domain = textOf(members?.get('domain'))
  if (members === undefined || domain === undefined)
    return { line: lineOf(), code: 'no-domain', message: noDomain(index) }
  const line = lineOf(domain)
  if (textOf(members.get('permission_type'))?.toLowerCase() === 'allow')
    return { line, code: 'allowed', message: allowed(domain) }
  const comments = {
    public_comment: textOf(members.get('public_comment')) ?? textOf(members.get('comment')),
    private_comment: textOf(members.get('private_comment')),
  }
  return {
    domain,
    severity: severityIn(members),
    flags: flagsIn(members),
    ...Object.fromEntries(
      Object.entries({ ...comments, digest: textOf(members.get('digest')) }).filter(([, text]) => text !== undefined),
    ),
    line,
  }
}

/** Its word, or GoToSocial's dates. Any other value is kept, so that the row is left out for it. */
function severityIn(members: Members): string | null {
  const written = members.get('severity')
  if (written !== undefined && written !== null && written !== '')
    return typeof written === 'string' ? written : notASeverity(typeof written)
  if (textOf(members.get('suspended_at')) !== undefined) return 'suspend'
  return textOf(members.get('silenced_at')) === undefined ? null : 'silence'
}

function flagsIn(members: Members): { readonly [flag in Flag]?: boolean } {
  const said = FLAGS.map((flag) => [flag, members.get(flag)] as const).map(
    ([flag, value]) =>
      [
        flag,
        typeof value === 'boolean'
          ? value
          : yesOrNo(typeof value === 'string' || typeof value === 'number' ? String(value) : ''),
      ] as const,
  )
  return Object.fromEntries(said.filter(([, value]) => value !== undefined))
}

import type { Row } from '../database.ts'
import { fitsColumn, rubyInteger, scalarParam, textParam } from '../ruby-casts.ts'
import { PUBLIC_URL, type Call } from '../http.ts'

export interface Listing {
  /** `from` and `where` of the query. */
  readonly from: string
  readonly select: string
  /** The id as a number, with its table's name: without that, PostgreSQL would sort by the text that is selected. */
  readonly id: string
  readonly params?: readonly unknown[]
  readonly max: number
  /** Filters that `Link` repeats. */
  readonly filters?: readonly string[]
}

const CURSORS = ['max_id', 'since_id', 'min_id'] as const

/** One page of a list, newest first, with Mastodon's cursors and its `Link` header. */
export async function page<R extends Row & { readonly id: string }>(
  call: Call,
  listing: Listing,
): Promise<{ readonly rows: R[]; readonly headers: Record<string, string> }> {
  const limit = limitOf(call, listing.max)
  // The server stumbles over a page of none when it looks for the last one's id.
  if (limit === 0) throw new TypeError("undefined method 'id' for nil")
  const { id } = listing
  const [max, since, min] = CURSORS.map((cursor) => cursorOf(call, cursor))
  const bounds = [
    { sign: '<', cursor: max },
    { sign: '>', cursor: min ?? since },
  ].filter(({ cursor }) => cursor !== undefined)
  const params = [...(listing.params ?? []), ...bounds.map(({ cursor }) => cursor?.id)]
  const before = params.length - bounds.length
  const rows = await call.session.query<R>(
    `select ${listing.select} from ${listing.from}
      ${bounds.map(({ sign }, index) => `and ${id} ${sign} $${before + index + 1}::bigint`).join(' ')}
      order by ${id} ${min === undefined ? 'desc' : 'asc'} limit ${limit}`,
    params,
  )
  const shown = min === undefined ? rows : rows.toReversed()
  return { rows: shown, headers: linkOf(call, listing, shown, limit) }
}

function limitOf(call: Call, max: number): number {
  const given = scalarParam(call.params, 'limit')
  if (given === undefined && call.params['limit'] !== undefined) throw new TypeError("undefined method 'to_i'")
  return given === undefined || given === null ? 100 : Math.min(Math.abs(Number(rubyInteger(String(given)))), max)
}

/** A cursor that is no number is before and behind nothing; over one that no id can be the server stumbles. */
function cursorOf(call: Call, name: string): { readonly id: string | null } | undefined {
  const given = textParam(call.params, name) ?? ''
  if (given.trim() === '') return undefined
  const cursor = rubyInteger(given)
  if (!fitsColumn(cursor)) throw new RangeError(`${name} is out of range`)
  return { id: /^\s*[+-]?\d/.test(given) ? String(cursor) : null }
}

function linkOf(
  call: Call,
  listing: Listing,
  rows: readonly { readonly id: string }[],
  limit: number,
): Record<string, string> {
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return {}
  const kept = ['limit', ...(listing.filters ?? [])].flatMap((name): [string, string][] => {
    const value = textParam(call.params, name)
    return typeof value === 'string' ? [[name, value]] : []
  })
  const link = (cursor: string, id: string, rel: string): string => {
    const query = new URLSearchParams([...kept, [cursor, id]])
    query.sort()
    return `<${PUBLIC_URL}${call.path}?${query.toString()}>; rel="${rel}"`
  }
  return {
    link: [...(rows.length === limit ? [link('max_id', last.id, 'next')] : []), link('min_id', first.id, 'prev')].join(
      ', ',
    ),
  }
}

import type { Row } from '../database.ts'
import { PUBLIC_URL, textParam, type Call } from '../http.ts'

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
  const lower = min ?? since
  const params = listing.params ?? []
  const rows = await call.session.query<R>(
    `select ${listing.select} from ${listing.from}
      and ($${params.length + 1}::bigint is null or ${id} < $${params.length + 1})
      and ($${params.length + 2}::bigint is null or ${id} > $${params.length + 2})
      order by ${id} ${min === null ? 'desc' : 'asc'} limit ${limit}`,
    [...params, max, lower],
  )
  const shown = min === null ? rows : rows.toReversed()
  return { rows: shown, headers: linkOf(call, listing, shown, limit) }
}

function limitOf(call: Call, max: number): number {
  const given = textParam(call.params, 'limit')
  return given === undefined || given === null ? 100 : Math.min(Math.abs(Number.parseInt(given, 10) || 0), max)
}

function cursorOf(call: Call, name: string): string | null {
  const given = textParam(call.params, name)
  return given === undefined || given === null || given === '' ? null : (/^\d{1,18}/.exec(given)?.[0] ?? '0')
}

function linkOf(call: Call, listing: Listing, rows: readonly { readonly id: string }[], limit: number): Record<string, string> {
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return {}
  const kept = ['limit', ...(listing.filters ?? [])].flatMap((name) =>
    call.query.getAll(name).map((value): [string, string] => [name, value]),
  )
  const link = (cursor: string, id: string, rel: string): string => {
    const query = new URLSearchParams([...kept, [cursor, id]])
    query.sort()
    return `<${PUBLIC_URL}${call.path}?${query.toString()}>; rel="${rel}"`
  }
  return { link: [...(rows.length === limit ? [link('max_id', last.id, 'next')] : []), link('min_id', first.id, 'prev')].join(', ') }
}

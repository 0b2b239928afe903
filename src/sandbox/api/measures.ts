import { Refusal } from '../failure.ts'
import type { Answer, Call } from '../http.ts'

/** Rows that a measure counts, each with its time; `a` is the account of the other server. */
const SOURCES: Readonly<Record<string, { readonly rows: string; readonly count: string; readonly bytes?: boolean }>> = {
  instance_accounts: { rows: 'accounts a', count: 'a.created_at' },
  instance_statuses: { rows: 'statuses x join accounts a on a.id = x.account_id', count: 'x.created_at' },
  instance_followers: { rows: 'follows x join accounts a on a.id = x.account_id', count: 'x.created_at' },
  instance_follows: { rows: 'follows x join accounts a on a.id = x.target_account_id', count: 'x.created_at' },
  instance_reports: { rows: 'reports x join accounts a on a.id = x.target_account_id', count: 'x.created_at' },
  instance_media_attachments: { rows: 'media_attachments x join accounts a on a.id = x.account_id', count: 'x.created_at', bytes: true },
}

/** How many people and posts of a domain the server knows. The days are counted without subdomains, as the server does. */
export async function postMeasures(call: Call): Promise<Answer> {
  const { keys } = call.params
  const known = (Array.isArray(keys) ? keys : []).filter((key): key is string => typeof key === 'string' && Object.hasOwn(SOURCES, key))
  const measures: object[] = []
  for (const key of known) measures.push(await remembered(call, key))
  return { body: measures }
}

const FIVE_MINUTES = 5 * 60_000

/** Counts once in five minutes for the same question, whatever happens meanwhile. */
async function remembered(call: Call, key: string): Promise<object> {
  const question = JSON.stringify([key, call.params['start_at'], call.params['end_at'], call.params[key]])
  const known = call.cache.get(question)
  if (known !== undefined && known.until > Date.now()) return known.value
  const value = await measure(call, key)
  call.cache.set(question, { until: Date.now() + FIVE_MINUTES, value })
  return value
}

async function measure(call: Call, key: string): Promise<object> {
  const days = [required(call, 'start_at'), required(call, 'end_at')]
  const { domain, include_subdomains } = required(call, key) as { readonly domain?: unknown; readonly include_subdomains?: unknown }
  const source = SOURCES[key] ?? { rows: '', count: '' }
  const value = source.bytes === true ? 'coalesce(sum(x.file_file_size), 0)' : 'count(*)'
  const [total] = await call.session.query<{ readonly total: string }>(
    `select ${value}::text as total from ${source.rows} where a.domain = $1 or ($2::boolean and a.domain like '%.' || $1)`,
    [domain, include_subdomains === true],
  )
  const data = await call.session.query(
    `select to_char(day, 'YYYY-MM-DD') as date,
       (select ${value} from ${source.rows} where a.domain = $3 and ${source.count}::date = day)::text as value
     from generate_series($1::date, $2::date, interval '1 day') as day`,
    [...days, domain],
  )
  const amount = source.bytes === true ? { human_value: `${total?.total ?? 0} Bytes` } : {}
  return { key, unit: source.bytes === true ? 'bytes' : null, total: total?.total, ...amount, data }
}

function required(call: Call, name: string): unknown {
  const value = call.params[name]
  if (value === undefined || value === null || value === '') {
    throw new Refusal(400, { error: `param is missing or the value is empty or invalid: ${name}` })
  }
  return value
}

import { scalarParam, textParam } from '../ruby-casts.ts'
import { Refusal } from '../failure.ts'
import type { HttpAnswer, Call } from '../http.ts'

/** Rows that a measure counts, each with its time; `a` is the account of the other server. */
const SOURCES: Readonly<Record<string, { readonly rows: string; readonly count: string; readonly bytes?: boolean }>> = {
  instance_accounts: { rows: 'accounts a', count: 'a.created_at' },
  instance_statuses: { rows: 'statuses x join accounts a on a.id = x.account_id', count: 'x.created_at' },
  instance_followers: { rows: 'follows x join accounts a on a.id = x.account_id', count: 'x.created_at' },
  instance_follows: { rows: 'follows x join accounts a on a.id = x.target_account_id', count: 'x.created_at' },
  instance_reports: { rows: 'reports x join accounts a on a.id = x.target_account_id', count: 'x.created_at' },
  instance_media_attachments: {
    rows: 'media_attachments x join accounts a on a.id = x.account_id',
    count: 'x.created_at',
    bytes: true,
  },
}

interface Question {
  readonly key: string
  readonly days: readonly [start: Date, end: Date]
  readonly domain: string
  readonly subdomains: boolean
}

/**
 * How many people and posts of a domain the server knows. The days are counted without subdomains, as the server does.
 */
export async function postMeasures(call: Call): Promise<HttpAnswer> {
  const asked = required(call, 'keys')
  const keys = typeof asked === 'string' ? [asked] : asked
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
    throw new TypeError("undefined method 'to_sym'")
  const [start, end] = [required(call, 'start_at'), required(call, 'end_at')]
  const measures: object[] = []
  for (const key of keys.filter((one) => Object.hasOwn(SOURCES, one)))
    measures.push(await remembered(call, questionOf(call, key, start, end)))
  return { body: measures }
}

function questionOf(call: Call, key: string, start: unknown, end: unknown): Question {
  const about = required(call, key)
  const days = [dateOf(start), dateOf(end)] as const
  if (typeof about !== 'object' || Array.isArray(about)) throw new TypeError("undefined method 'permit'")
  const permitted = { ...about }
  const subdomains = scalarParam(permitted, 'include_subdomains')
  const wide = subdomains !== undefined && subdomains !== null && subdomains !== false
  return { key, days, domain: textParam(permitted, 'domain') ?? '', subdomains: wide }
}

const PLAIN_DATE = /^(\d{4})([-/]?)(\d\d)\2(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/
const DATE_IN_WORDS = /^\d{1,2} [A-Za-z]{3,9} \d{4}$/

/** A day or a moment as Ruby reads the usual ways to write one. */
function dateOf(value: unknown): Date {
  if (typeof value !== 'string') throw new TypeError("undefined method 'to_datetime'")
  const [, year, , month, day, clock = '00:00', zone = 'Z'] = PLAIN_DATE.exec(value) ?? []
  const date = new Date(DATE_IN_WORDS.test(value) ? `${value} UTC` : `${year}-${month}-${day}T${clock}${zone}`)
  const overflows = day !== undefined && new Date(`${year}-${month}-${day}T00:00Z`).getUTCDate() !== Number(day)
  if (Number.isNaN(date.getTime()) || overflows) throw new Refusal(422, { error: 'Invalid date supplied' })
  return date
}

const FIVE_MINUTES = 5 * 60_000

/**
 * Counts once in five minutes for the same question, whatever happens meanwhile. Of times, the second is the question.
 */
async function remembered(call: Call, question: Question): Promise<object> {
  const { key, days } = question
  const held = { ...(call.params[key] as object) }
  const told = ['domain', 'include_subdomains'].filter((name) => scalarParam(held, name) !== undefined)
  const name = JSON.stringify([
    key,
    days.map((day) => day.toISOString().slice(0, -5)),
    told.map((one) => `${one}=${scalarParam(held, one) ?? ''}`),
  ])
  const known = call.cache.get(name)
  if (known !== undefined && known.until > Date.now()) return known.value
  const value = await measure(call, question)
  call.cache.set(name, { until: Date.now() + FIVE_MINUTES, value })
  return value
}

async function measure(call: Call, { key, days, domain, subdomains }: Question): Promise<object> {
  const source = SOURCES[key] ?? { rows: '', count: '' }
  const value = source.bytes === true ? 'coalesce(sum(x.file_file_size), 0)' : 'count(*)'
  const [total] = await call.session.query<{ readonly total: string }>(
    `select ${value}::text as total from ${source.rows}
     where a.domain = $1 or ($2::boolean and '.' || a.domain like '%.' || $1)`,
    [domain, subdomains],
  )
  const data = await call.session.query(
    `select to_char(day, 'YYYY-MM-DD') as date,
       (select ${value} from ${source.rows}
        where (a.domain = $3 or ($4::boolean and '.' || a.domain like '.' || $3))
          and ${source.count}::date = day::date)::text as value
     from generate_series($1::timestamp, $2::timestamp, interval '1 day') as day`,
    [...days.map((day) => day.toISOString()), domain, subdomains],
  )
  const amount = source.bytes === true ? { human_value: `${total?.total ?? 0} Bytes` } : {}
  return { key, unit: source.bytes === true ? 'bytes' : null, total: total?.total, ...amount, data }
}

/** A parameter that must be there. Nothings in a list are none of it. */
function required(call: Call, name: string): unknown {
  const given = call.params[name]
  const value = Array.isArray(given) ? given.filter((one) => one !== null) : given
  const blank = value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
  if (!blank && !(typeof value === 'object' && Object.keys(value).length === 0)) return value
  throw new Refusal(400, { error: `param is missing or the value is empty or invalid: ${name}` })
}

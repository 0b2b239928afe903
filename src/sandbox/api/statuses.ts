import type { DatabaseSession } from '../database.ts'
import { Invalid, Refusal } from '../failure.ts'
import { idParam, textParam } from '../ruby-casts.ts'
import { found, PUBLIC_URL, time, type HttpAnswer, type Call } from '../http.ts'

const VISIBILITIES = ['public', 'unlisted', 'private', 'direct'] as const
const LONGEST = 500
const AN_HOUR = 3_600_000

/** A post. With a key that was given within the hour it is the one that was made then, on which 4.6 stumbles. */
export async function postStatus(call: Call): Promise<HttpAnswer> {
  const { session, params, cache, idempotencyKey } = call
  const account = call.token?.account_id ?? ''
  const key = `idempotency:status:${account}:${idempotencyKey}`
  const known = idempotencyKey === null ? undefined : cache.get(key)
  if (known && known.until > Date.now() && 'id' in known.value) {
    if (call.version !== '4.4.22') throw new TypeError("undefined method 'account' for nil")
    return { body: await statusOf(session, String(known.value.id)) }
  }
  const text = textParam(params, 'status') ?? ''
  if (text.trim() === '') throw new Invalid([{ attribute: 'text', message: "can't be blank" }])
  if (Array.from(text).length > LONGEST)
    throw new Invalid([{ attribute: 'text', message: `character limit of ${LONGEST} exceeded` }])
  await refuseMentions(session, text, params['allowed_mentions'])
  const visibility = VISIBILITIES.findIndex((word) => word === (textParam(params, 'visibility') ?? 'public'))
  if (visibility < 0) throw new Invalid([{ attribute: 'visibility', message: 'is not included in the list' }])
  const { id } = found(
    await session.query<{ readonly id: string }>(
      'insert into statuses (account_id, text, visibility, created_at) values ($1, $2, $3, now()) returning id::text',
      [account, text, visibility],
    ),
  )
  if (idempotencyKey !== null) cache.set(key, { until: Date.now() + AN_HOUR, value: { id } })
  return { body: await statusOf(session, id) }
}

/** The posts of an account, newest first. */
export async function listStatuses({ session, params }: Call): Promise<HttpAnswer> {
  const limit = Math.min(Number(textParam(params, 'limit') ?? 20) || 20, 40)
  const rows = await session.query<{ readonly id: string }>(
    'select id::text from statuses where account_id = $1 and deleted_at is null order by statuses.id desc limit $2',
    [idParam(params, 'id'), limit],
  )
  return { body: await Promise.all(rows.map(({ id }) => statusOf(session, id))) }
}

/** A post as its author wrote it. */
export async function showSource({ session, params, token }: Call): Promise<HttpAnswer> {
  const rows = await session.query(
    'select id::text, text from statuses where id = $1 and account_id = $2 and deleted_at is null',
    [idParam(params, 'id'), token?.account_id],
  )
  return { body: { ...found(rows), spoiler_text: '' } }
}

/** Where the caller says whom it expects to mention, anybody else is refused. */
async function refuseMentions(session: DatabaseSession, text: string, allowed: unknown): Promise<void> {
  if (!Array.isArray(allowed)) return
  const names = [...text.matchAll(/(?<![=/\w])@([a-z0-9_]+)/gi)].map(([, name = '']) => name.toLowerCase())
  const accounts = await session.query<{ readonly id: string; readonly acct: string }>(
    'select id::text, username as acct from accounts where domain is null and lower(username) = any($1)',
    [names],
  )
  const unexpected = accounts.filter(({ id }) => !allowed.map(String).includes(id))
  if (unexpected.length > 0)
    throw new Refusal(422, { error: 'Post would be sent to unexpected accounts', unexpected_accounts: unexpected })
}

async function statusOf(session: DatabaseSession, id: string): Promise<object> {
  const { visibility, username, ...status } = found(
    await session.query<{
      readonly id: string
      readonly created_at: string
      readonly visibility: number
      readonly text: string
      readonly username: string
    }>(
      `select s.id::text, ${time('s.created_at')} as created_at, s.visibility, s.text, a.username
       from statuses s join accounts a on a.id = s.account_id where s.id = $1`,
      [id],
    ),
  )
  const url = `${PUBLIC_URL}/@${username}/${id}`
  const escaped = status.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return {
    ...status,
    text: undefined,
    visibility: VISIBILITIES[visibility],
    content: `<p>${escaped.replaceAll('\n\n', '</p><p>').replaceAll('\n', '<br />')}</p>`,
    url,
    mentions: [],
    tags: [],
  }
}

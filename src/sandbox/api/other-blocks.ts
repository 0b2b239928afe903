import { booleanParam, enumParam, expiryParam, idParam, scalarParam, textParam } from '../ruby-casts.ts'
import { demand } from '../failure.ts'
import { found, given, time, type HttpAnswer, type Call } from '../http.ts'
import { record } from '../models/audit.ts'
import { refreshInstances } from '../models/domain-blocks.ts'
import {
  createEmailBlock,
  destroyEmailBlock,
  EMAIL_FIELDS,
  findEmailBlocks,
  type EmailBlock,
} from '../models/email-domain-blocks.ts'
import {
  createIpBlock,
  destroyIpBlock,
  findIpBlocks,
  IP_FIELDS,
  IP_SEVERITIES,
  saveIpBlock,
  type IpChange,
} from '../models/ip-blocks.ts'
import { domainComplaints, writtenDomain } from '../names.ts'
import { actorOf } from './blocks.ts'
import { page } from './paging.ts'

const DAY = 86_400

/** E-mail domain blocks tell how often they were met in the last seven days: here, never. */
function withHistory(block: EmailBlock): object {
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY
  const history = Array.from({ length: 7 }, (_, ago) => ({ day: String(today - ago * DAY), accounts: '0', uses: '0' }))
  return { ...block, history }
}

const readEmail = async (call: Call) => found(await findEmailBlocks(call.session, idParam(call.params, 'id')))

export async function listEmail(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page<EmailBlock>(call, {
    select: EMAIL_FIELDS,
    from: 'email_domain_blocks where true',
    id: 'email_domain_blocks.id',
    max: 200,
  })
  return { body: rows.map(withHistory), headers }
}

export async function showEmail(call: Call): Promise<HttpAnswer> {
  return { body: withHistory(await readEmail(call)) }
}

export async function postEmail(call: Call): Promise<HttpAnswer> {
  const asked = booleanParam(call.params, 'allow_with_approval')
  const allow = asked === undefined ? false : asked
  const id = await createEmailBlock(call.session, actorOf(call), textParam(call.params, 'domain') ?? '', allow)
  return { body: withHistory(found(await findEmailBlocks(call.session, id))) }
}

export async function deleteEmail(call: Call): Promise<HttpAnswer> {
  await destroyEmailBlock(call.session, actorOf(call), await readEmail(call))
  return { body: {} }
}

function ipChangeOf({ params }: Call): IpChange {
  const ip = scalarParam(params, 'ip')
  if (typeof ip === 'number' || typeof ip === 'boolean') throw new TypeError("undefined method 'prefix'")
  return given({
    ip,
    severity: enumParam(params, 'severity', IP_SEVERITIES),
    comment: textParam(params, 'comment'),
    expires_at: expiryParam(params, 'expires_in'),
  })
}

const readIp = async (call: Call) => found(await findIpBlocks(call.session, idParam(call.params, 'id')))

export async function listIp(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page(call, {
    select: IP_FIELDS,
    from: 'ip_blocks where true',
    id: 'ip_blocks.id',
    max: 200,
  })
  return { body: rows, headers }
}

export async function showIp(call: Call): Promise<HttpAnswer> {
  return { body: await readIp(call) }
}

export async function postIp(call: Call): Promise<HttpAnswer> {
  const id = await createIpBlock(call.session, actorOf(call), ipChangeOf(call))
  return { body: found(await findIpBlocks(call.session, id)) }
}

/** Up to 4.6 the server saves without looking whether it could: it logs and answers what it would have saved. */
export async function putIp(call: Call): Promise<HttpAnswer> {
  const block = await readIp(call)
  const change = ipChangeOf(call)
  const { saved, ip } = await saveIpBlock(call.session, actorOf(call), block, change)
  if (saved) return showIp(call)
  if (ip === null) throw new TypeError("undefined method 'prefix' for nil")
  await record(call.session, actorOf(call), [{ action: 'update', type: 'IpBlock', id: block.id, name: ip }])
  return { body: { ...block, ...change, ip } }
}

export async function deleteIp(call: Call): Promise<HttpAnswer> {
  await destroyIpBlock(call.session, actorOf(call), await readIp(call))
  return { body: {} }
}

const ALLOW_FIELDS = `id::text, domain, ${time('created_at')} as created_at`

export async function listAllows(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page(call, {
    select: ALLOW_FIELDS,
    from: 'domain_allows where true',
    id: 'domain_allows.id',
    max: 500,
  })
  return { body: rows, headers }
}

const readAllow = async (call: Call) =>
  found(
    await call.session.query<EmailBlock>(`select ${ALLOW_FIELDS} from domain_allows where id = $1::bigint`, [
      idParam(call.params, 'id'),
    ]),
  )

export async function showAllow(call: Call): Promise<HttpAnswer> {
  return { body: await readAllow(call) }
}

/** Making an allow again answers the old one, but only where it is written as the server writes it. */
export async function postAllow(call: Call): Promise<HttpAnswer> {
  const domain = textParam(call.params, 'domain') ?? ''
  const written = writtenDomain(domain)
  const [existing] = await call.session.query(`select ${ALLOW_FIELDS} from domain_allows where domain = $1`, [domain])
  if (existing !== undefined) return { body: existing }
  const taken = await call.session.query('select 1 from domain_allows where domain = $1', [written])
  demand([
    ...domainComplaints(domain, written),
    ...taken.map(() => ({ attribute: 'domain', message: 'has already been taken' })),
  ])
  const row = found(
    await call.session.query<EmailBlock>(
      `insert into domain_allows (domain, created_at, updated_at)
       values ($1, clock_timestamp(), clock_timestamp()) returning ${ALLOW_FIELDS}`,
      [written],
    ),
  )
  await record(call.session, actorOf(call), [{ action: 'create', type: 'DomainAllow', id: row.id, name: row.domain }])
  await refreshInstances(call.session)
  return { body: row }
}

export async function deleteAllow(call: Call): Promise<HttpAnswer> {
  const allow = await readAllow(call)
  await call.session.query('delete from domain_allows where id = $1::bigint', [allow.id])
  await record(call.session, actorOf(call), [
    { action: 'destroy', type: 'DomainAllow', id: allow.id, name: allow.domain },
  ])
  return { body: {} }
}

import type { Row } from '../database.ts'
import { idParam, textParam } from '../ruby-casts.ts'
import { demand } from '../failure.ts'
import { actorOf, found, time, type HttpAnswer, type Call } from '../http.ts'
import { record } from '../models/audit.ts'
import { refreshInstances } from '../models/domain-block.ts'
import { domainComplaints, writtenDomain } from '../names.ts'
import { page } from './paging.ts'

interface DomainAllow extends Row {
  readonly id: string
  readonly domain: string
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
    await call.session.query<DomainAllow>(`select ${ALLOW_FIELDS} from domain_allows where id = $1::bigint`, [
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
    await call.session.query<DomainAllow>(
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

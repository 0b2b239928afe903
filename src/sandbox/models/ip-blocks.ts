import { isIP } from 'node:net'
import type { Row, Session } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { time } from '../http.ts'
import { record } from './audit.ts'

const IP_SEVERITIES: Readonly<Record<string, number>> = { sign_up_requires_approval: 5000, sign_up_block: 5500, no_access: 9999 }

export interface IpChange {
  /** As it is written; what can't be read as an address counts as blank. */
  readonly ip?: string | null
  readonly severity?: string | null
  readonly comment?: string | null
  /** Null for no end. */
  readonly expires_at?: string | null
}

export interface IpBlock extends Row {
  readonly id: string
  readonly ip: string
  readonly severity: string
}

export const IP_FIELDS = `id::text, host(ip) || '/' || masklen(ip) as ip,
  case severity when 5000 then 'sign_up_requires_approval' when 5500 then 'sign_up_block' when 9999 then 'no_access' end as severity,
  comment, ${time('created_at')} as created_at, ${time('expires_at')} as expires_at`

export async function findIpBlocks(session: Session, id: string): Promise<IpBlock[]> {
  return session.query<IpBlock>(`select ${IP_FIELDS} from ip_blocks where id = $1::bigint`, [id])
}

export async function createIpBlock(session: Session, actor: string, block: IpChange): Promise<string> {
  const ip = addressOf(block.ip)
  demand([
    ...severityComplaints(block.severity),
    ...(await addressComplaints(session, ip, null)),
    ...blankComplaints(block.severity ?? null),
  ])
  const [row] = await session.query<{ readonly id: string; readonly name: string }>(
    `insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at)
     values (network($1::inet), $2, $3, $4::timestamp, clock_timestamp(), clock_timestamp()) returning id::text, text(ip) as name`,
    [ip, IP_SEVERITIES[block.severity ?? ''], block.comment ?? '', block.expires_at ?? null],
  )
  const id = row?.id ?? ''
  await record(session, actor, [{ action: 'create', type: 'IpBlock', id, name: row?.name ?? '' }])
  return id
}

export async function updateIpBlock(session: Session, actor: string, block: IpBlock, change: IpChange): Promise<void> {
  const ip = change.ip === undefined ? block.ip : addressOf(change.ip)
  demand([...('severity' in change ? severityComplaints(change.severity) : []), ...(await addressComplaints(session, ip, block.id))])
  await session.query(
    `update ip_blocks set ip = network($2::inet), severity = $3, comment = $4, expires_at = $5::timestamp, updated_at = clock_timestamp()
     where id = $1::bigint`,
    [
      block.id,
      ip,
      IP_SEVERITIES[change.severity ?? block.severity],
      'comment' in change ? change.comment : block['comment'],
      'expires_at' in change ? change.expires_at : block['expires_at'],
    ],
  )
  await record(session, actor, [{ action: 'update', type: 'IpBlock', id: block.id, name: block.ip }])
}

export async function destroyIpBlock(session: Session, actor: string, block: IpBlock): Promise<void> {
  await session.query('delete from ip_blocks where id = $1::bigint', [block.id])
  await record(session, actor, [{ action: 'destroy', type: 'IpBlock', id: block.id, name: block.ip }])
}

/** An address or network as Ruby's IPAddr takes it, or null; PostgreSQL then masks its host bits. */
export function addressOf(text: string | null | undefined): string | null {
  const [host = '', prefix, ...rest] = (text ?? '').split('/')
  const version = isIP(host)
  if (version === 0 || host.includes('%') || rest.length > 0) return null
  const bits = version === 4 ? 32 : 128
  if (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)) return null
  return `${host}/${prefix ?? bits}`
}

async function addressComplaints(session: Session, ip: string | null, self: string | null): Promise<readonly Complaint[]> {
  if (ip === null) return [{ attribute: 'ip', message: "can't be blank" }]
  const taken = await session.query('select 1 from ip_blocks where ip = network($1::inet) and id is distinct from $2::bigint', [ip, self])
  return taken.map(() => ({ attribute: 'ip', message: 'has already been taken' }))
}

function severityComplaints(severity: string | null | undefined): readonly Complaint[] {
  return Object.hasOwn(IP_SEVERITIES, severity ?? '') ? [] : [{ attribute: 'severity', message: 'is not included in the list' }]
}

const blankComplaints = (severity: string | null): readonly Complaint[] =>
  severity === null ? [{ attribute: 'severity', message: "can't be blank" }] : []

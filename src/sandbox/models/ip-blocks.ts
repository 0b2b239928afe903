import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { time } from '../http.ts'
import { record } from './audit.ts'

export const IP_SEVERITIES: Readonly<Record<string, number>> = {
  sign_up_requires_approval: 5000,
  sign_up_block: 5500,
  no_access: 9999,
}

export interface IpChange {
  /** As it is written; what can't be read as an address counts as blank. */
  readonly ip?: string | null
  /** What is no name of one is refused. */
  readonly severity?: string | number | boolean | null
  readonly comment?: string | null
  /** Null for no end. */
  readonly expires_at?: string | null
}

export interface IpBlockRow extends Row {
  readonly id: string
  readonly ip: string
  readonly severity: string
}

export const IP_FIELDS = `id::text, host(ip) || '/' || masklen(ip) as ip,
  case severity when 5000 then 'sign_up_requires_approval'
    when 5500 then 'sign_up_block' when 9999 then 'no_access' end as severity,
  comment, ${time('created_at')} as created_at, ${time('expires_at')} as expires_at`

export async function findIpBlocks(session: DatabaseSession, id: string): Promise<IpBlockRow[]> {
  return session.query<IpBlockRow>(`select ${IP_FIELDS} from ip_blocks where id = $1::bigint`, [id])
}

export async function createIpBlock(session: DatabaseSession, actor: string, block: IpChange): Promise<string> {
  const ip = block.ip === undefined ? UNSAID : addressOf(block.ip)
  const severity = block.severity ?? null
  demand(await complaintsAbout(session, ip, severity, null))
  const [row] = await session.query<{ readonly id: string; readonly name: string }>(
    `insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at)
     values (network($1::inet), $2, $3, $4::timestamp, clock_timestamp(), clock_timestamp())
     returning id::text, text(ip) as name`,
    [ip, numberOf(severity), block.comment === undefined ? '' : block.comment, block.expires_at ?? null],
  )
  const id = row?.id ?? ''
  await record(session, actor, [{ action: 'create', type: 'IpBlock', id, name: row?.name ?? '' }])
  return id
}

/** Changes a block, or throws what its model has against that. */
export async function updateIpBlock(
  session: DatabaseSession,
  actor: string,
  block: IpBlockRow,
  change: IpChange,
): Promise<void> {
  const { complaints } = await saveIpBlock(session, actor, block, change)
  demand(complaints)
}

/** Changes a block unless its model has complaints. `ip` is what it would be, null for none. */
export async function saveIpBlock(
  session: DatabaseSession,
  actor: string,
  block: IpBlockRow,
  change: IpChange,
): Promise<{ readonly saved: boolean; readonly complaints: readonly Complaint[]; readonly ip: string | null }> {
  const ip = change.ip === undefined ? block.ip : addressOf(change.ip)
  const severity = change.severity === undefined ? block.severity : change.severity
  const complaints = await complaintsAbout(session, ip, severity, block.id)
  const saved = complaints.length === 0
  if (saved) {
    await session.query(
      `update ip_blocks set ip = network($2::inet), severity = $3, comment = $4,
         expires_at = $5::timestamp, updated_at = clock_timestamp()
       where id = $1::bigint`,
      [
        block.id,
        ip,
        numberOf(severity),
        'comment' in change ? change.comment : block['comment'],
        'expires_at' in change ? change.expires_at : block['expires_at'],
      ],
    )
    await record(session, actor, [{ action: 'update', type: 'IpBlock', id: block.id, name: block.ip }])
  }
  return { saved, complaints, ip: ip === null ? null : await maskedOf(session, ip) }
}

export async function destroyIpBlock(session: DatabaseSession, actor: string, block: IpBlockRow): Promise<void> {
  await session.query('delete from ip_blocks where id = $1::bigint', [block.id])
  await record(session, actor, [{ action: 'destroy', type: 'IpBlock', id: block.id, name: block.ip }])
}

/** What the column holds where nobody says an address. */
const UNSAID = '0.0.0.0/32'

const numberOf = (severity: unknown): number | undefined =>
  Object.hasOwn(IP_SEVERITIES, String(severity)) ? IP_SEVERITIES[String(severity)] : undefined

async function maskedOf(session: DatabaseSession, ip: string): Promise<string> {
  const [row] = await session.query<{ readonly ip: string }>(
    `select host(n) || '/' || masklen(n) as ip from network($1::inet) as n`,
    [ip],
  )
  return row?.ip ?? ip
}

/**
 * An address or network as Ruby's IPAddr takes it, or null; PostgreSQL then masks its host bits. Over a zone the server
 * stumbles.
 */
export function addressOf(text: string | null | undefined): string | null {
  const [, written = '', mask] = /^([^/]*)(?:\/(.*))?$/s.exec(text ?? '') ?? []
  const [, bracketed = written] = /^\[(.*)\]$/s.exec(written) ?? []
  const host = bracketed.replace(/%\w+$/, '')
  const version = isIP(host)
  if (version === 0 || host.includes('%') || (version === 4 && (host !== bracketed || bracketed !== written)))
    return null
  const bits = version === 4 ? 32 : 128
  const length = mask === undefined ? bits : lengthOf(mask, version, bits)
  if (length === null) return null
  if (host !== bracketed) throw new TypeError('invalid address')
  return `${host}/${length}`
}

/** How many bits a mask leaves: said as a number, or by an address whose bits stand at its start. */
function lengthOf(mask: string, version: number, bits: number): number | null {
  if (/^\d+$/.test(mask)) return /^(0|[1-9]\d*)$/.test(mask) && Number(mask) <= bits ? Number(mask) : null
  const [host = '', own = String(bits)] = (addressOf(mask) ?? '').split('/')
  const length = isIP(host) === version ? ipaddr.parse(host).prefixLengthFromSubnetMask() : null
  return length === null ? null : Math.min(length, Number(own))
}

/** In the order in which the model looks: the severity, what is blank, what is taken. */
async function complaintsAbout(
  session: DatabaseSession,
  ip: string | null,
  severity: IpChange['severity'],
  self: string | null,
): Promise<readonly Complaint[]> {
  const blank = { message: "can't be blank" }
  const taken = await session.query(
    'select 1 from ip_blocks where ip = network($1::inet) and id is distinct from $2::bigint',
    [ip, self],
  )
  return [
    ...(numberOf(severity) === undefined ? [{ attribute: 'severity', message: 'is not included in the list' }] : []),
    ...(ip === null ? [{ attribute: 'ip', ...blank }] : []),
    ...(severity === null || severity === '' ? [{ attribute: 'severity', ...blank }] : []),
    ...taken.map(() => ({ attribute: 'ip', message: 'has already been taken' })),
  ]
}

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { page } from '../api/paging.ts'
import { resource } from '../api/route.ts'
import { already, Changed, done, pick, rowFor, type DoneResult, type WriteScope } from '../connections/writing.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { actorOf, found, given, time, type HttpAnswer, type Call } from '../http.ts'
import type { Fields, PersonScope, SandboxKind, Write } from '../kind.ts'
import { record } from '../models/audit.ts'
import { one } from '../rows.ts'
import { enumParam, expiryParam, idParam, scalarParam, textParam } from '../ruby-casts.ts'

const IP_SEVERITIES: Readonly<Record<string, number>> = {
  sign_up_requires_approval: 5000,
  sign_up_block: 5500,
  no_access: 9999,
}

interface IpChange {
  /** As it is written; what can't be read as an address counts as blank. */
  readonly ip?: string | null
  /** What is no name of one is refused. */
  readonly severity?: string | number | boolean | null
  readonly comment?: string | null
  /** Null for no end. */
  readonly expires_at?: string | null
}

interface IpBlockRow extends Row {
  readonly id: string
  readonly ip: string
  readonly severity: string
}

const IP_FIELDS = `id::text, host(ip) || '/' || masklen(ip) as ip,
  case severity when 5000 then 'sign_up_requires_approval'
    when 5500 then 'sign_up_block' when 9999 then 'no_access' end as severity,
  comment, ${time('created_at')} as created_at, ${time('expires_at')} as expires_at`

async function findIpBlocks(session: DatabaseSession, id: string): Promise<IpBlockRow[]> {
  return session.query<IpBlockRow>(`select ${IP_FIELDS} from ip_blocks where id = $1::bigint`, [id])
}

async function createIpBlock(session: DatabaseSession, actor: string, block: IpChange): Promise<string> {
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
async function updateIpBlock(
  session: DatabaseSession,
  actor: string,
  block: IpBlockRow,
  change: IpChange,
): Promise<void> {
  const { complaints } = await saveIpBlock(session, actor, block, change)
  demand(complaints)
}

/** Changes a block unless its model has complaints. `ip` is what it would be, null for none. */
async function saveIpBlock(
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

async function destroyIpBlock(session: DatabaseSession, actor: string, block: IpBlockRow): Promise<void> {
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

async function listIp(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page(call, {
    select: IP_FIELDS,
    from: 'ip_blocks where true',
    id: 'ip_blocks.id',
    max: 200,
  })
  return { body: rows, headers }
}

async function showIp(call: Call): Promise<HttpAnswer> {
  return { body: await readIp(call) }
}

async function postIp(call: Call): Promise<HttpAnswer> {
  const id = await createIpBlock(call.session, actorOf(call), ipChangeOf(call))
  return { body: found(await findIpBlocks(call.session, id)) }
}

/** Up to 4.6 the server saves without looking whether it could: it logs and answers what it would have saved. */
async function putIp(call: Call): Promise<HttpAnswer> {
  const block = await readIp(call)
  const change = ipChangeOf(call)
  const { saved, ip } = await saveIpBlock(call.session, actorOf(call), block, change)
  if (saved) return showIp(call)
  if (ip === null) throw new TypeError("undefined method 'prefix' for nil")
  await record(call.session, actorOf(call), [{ action: 'update', type: 'IpBlock', id: block.id, name: ip }])
  return { body: { ...block, ...change, ip } }
}

async function deleteIp(call: Call): Promise<HttpAnswer> {
  await destroyIpBlock(call.session, actorOf(call), await readIp(call))
  return { body: {} }
}

const IP = ['severity', 'comment', 'expires_at']

const liveIp = (block: IpBlockRow): Fields => pick(block as unknown as Fields, ['ip', ...IP])

async function writeIp({ session, actor }: WriteScope, write: Write): Promise<DoneResult> {
  const change = pick(write.set, IP) as IpChange
  if (write.action === 'create') {
    const [same] = await session.query<{ readonly id: string }>('select id::text from ip_blocks where text(ip) = $1', [
      write.name,
    ])
    const [present] = same === undefined ? [] : await findIpBlocks(session, same.id)
    const ours = already(write, present && { id: present.id, live: liveIp(present) })
    if (ours !== undefined) return ours
    const [made] = await findIpBlocks(session, await createIpBlock(session, actor.id, { ...change, ip: write.name }))
    return made === undefined ? done(null) : done(made.id, liveIp(made))
  }
  const row = rowFor(write, (await findIpBlocks(session, write.serverId ?? '0'))[0], liveIp)
  if (row === undefined) return done(write.serverId)
  if (row['ip'] !== write.name) throw new Changed(liveIp(row))
  if (write.action === 'delete') {
    await destroyIpBlock(session, actor.id, row)
    return done(row.id)
  }
  await updateIpBlock(session, actor.id, row, change)
  const [after] = await findIpBlocks(session, row.id)
  return done(row.id, after && liveIp(after))
}

/** The block of an address, for a person who sees the list. */
async function blockOf(session: DatabaseSession, ip: string): Promise<IpBlockRow> {
  return one(await session.query<IpBlockRow>(`select ${IP_FIELDS} from ip_blocks where text(ip) = $1`, [ip]), ip)
}

/** Addresses and networks that may not sign up, or not come in at all. */
export const ipBlock = {
  tables: `
    create table ip_blocks (
      id bigserial primary key, ip inet not null default '0.0.0.0', severity integer not null default 0,
      expires_at timestamp(6), comment text not null default '', created_at timestamp(6) not null,
      updated_at timestamp(6) not null
    );
    create unique index index_ip_blocks_on_ip on ip_blocks (ip);`,
  readable: ['ip_blocks'],
  routes: resource('ip_blocks', 'manage_blocks', {
    list: listIp,
    show: showIp,
    create: postIp,
    update: putIp,
    destroy: deleteIp,
  }),
  writes: { ip_blocks: writeIp },
  clicks: {
    blockIp: ({ session, actor }: PersonScope, block: IpChange) => createIpBlock(session, actor.id, block),
    liftIpBlock: async ({ session, actor }: PersonScope, ip: string) =>
      destroyIpBlock(session, actor.id, await blockOf(session, ip)),
  },
} satisfies SandboxKind

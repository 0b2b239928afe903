import { record } from './audit.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { time } from '../http.ts'
import { coveringNames, domainComplaints, writtenDomain } from '../names.ts'

export const SEVERITIES: Readonly<Record<string, number>> = { silence: 0, suspend: 1, noop: 2 }

/** What a caller may set. An absent value is left as it is, or takes its default. */
export interface BlockChange {
  readonly severity?: string | null
  readonly reject_media?: boolean | null
  readonly reject_reports?: boolean | null
  readonly private_comment?: string | null
  readonly public_comment?: string | null
  readonly obfuscate?: boolean | null
}

export interface NewBlock extends BlockChange {
  readonly domain: string
}

export interface DomainBlockRow extends Row {
  readonly id: string
  readonly domain: string
  readonly severity: string
  readonly reject_media: boolean
  readonly reject_reports: boolean
}

export const BLOCK_FIELDS = `id::text, domain,
  encode(sha256(convert_to(domain, 'UTF8')), 'hex') as digest, ${time('created_at')} as created_at,
  case severity when 0 then 'silence' when 1 then 'suspend' when 2 then 'noop' end as severity,
  reject_media, reject_reports, private_comment, public_comment, obfuscate`

export async function findBlocks(session: DatabaseSession, ids: readonly string[]): Promise<DomainBlockRow[]> {
  return session.query<DomainBlockRow>(`select ${BLOCK_FIELDS} from domain_blocks where id = any($1::bigint[])`, [ids])
}

/** The block that holds for a domain: its own, or that of its nearest parent. */
export async function ruleFor(session: DatabaseSession, domain: string): Promise<DomainBlockRow | undefined> {
  const rows = await session.query<DomainBlockRow>(
    `select ${BLOCK_FIELDS} from domain_blocks where domain = any($1::text[]) order by length(domain) desc limit 1`,
    [coveringNames(domain)],
  )
  return rows[0]
}

/** Mastodon's own order of blocks; equal ones count as stricter. */
export function stricterThan(block: BlockChange, other: DomainBlockRow): boolean {
  const severity = block.severity === undefined ? 'silence' : block.severity
  if (severity === 'suspend') return true
  // One that no block can have is neither, and gets as far as the model.
  if (other.severity === 'suspend' && (severity === 'silence' || severity === 'noop')) return false
  if (other.severity === 'silence' && severity === 'noop') return false
  return (
    (block.reject_media === true || !other.reject_media) && (block.reject_reports === true || !other.reject_reports)
  )
}

/** Validates and inserts blocks, and lets them take effect on accounts. Answers their ids in the order given. */
export async function createBlocks(
  session: DatabaseSession,
  actor: string,
  blocks: readonly NewBlock[],
): Promise<readonly string[]> {
  const rows = blocks.map((block) => ({ ...block, domain: writtenDomain(block.domain) }))
  const taken = await session.query<{ readonly domain: string }>(
    'select domain from domain_blocks where domain = any($1::text[])',
    [rows.map(({ domain }) => domain)],
  )
  for (const block of blocks) demand(blockComplaints(block))
  demand(taken.map(() => ({ attribute: 'domain', message: 'has already been taken' })))
  const ids = await insertBlocks(session, actor, rows)
  await takeEffect(session, ids)
  return ids
}

/** Inserts blocks that are known to be good, with their entries in the audit log; they take no effect yet. */
export async function insertBlocks(
  session: DatabaseSession,
  actor: string,
  rows: readonly NewBlock[],
): Promise<readonly string[]> {
  const made = await session.query<{ readonly id: string; readonly domain: string }>(
    `insert into domain_blocks (domain, severity, reject_media, reject_reports,
       private_comment, public_comment, obfuscate, created_at, updated_at)
     select r.domain, r.severity, r.reject_media, r.reject_reports,
       r.private_comment, r.public_comment, r.obfuscate, now(), now()
     from jsonb_to_recordset($1::jsonb) as r(domain text,
       severity integer, reject_media boolean, reject_reports boolean,
       private_comment text, public_comment text, obfuscate boolean)
     returning id::text, domain`,
    [JSON.stringify(rows.map((row) => ({ ...NO_FLAGS, ...row, severity: SEVERITIES[row.severity ?? 'silence'] })))],
  )
  await record(
    session,
    actor,
    made.map(({ id, domain }) => ({ action: 'create', type: 'DomainBlock', id, name: domain })),
  )
  const ids = new Map(made.map(({ id, domain }) => [domain, id]))
  return rows.map(({ domain }) => ids.get(domain) ?? '')
}

const NO_FLAGS = { reject_media: false, reject_reports: false, obfuscate: false }

/** What the model says to a new block. */
export function blockComplaints(block: NewBlock): readonly Complaint[] {
  return [...severityComplaints(block), ...domainComplaints(block.domain, writtenDomain(block.domain))]
}

/** Sets fields and runs the block again, also when nothing changes: accounts that were exempted are limited anew. */
export async function updateBlock(
  session: DatabaseSession,
  actor: string,
  block: DomainBlockRow,
  change: BlockChange,
): Promise<void> {
  await changeBlock(session, actor, block, change)
  await takeEffect(session, [block.id])
  if (isRegraded(block, change)) await liftFormer(session, [block.id])
}

export const isRegraded = (block: DomainBlockRow, { severity }: BlockChange): boolean =>
  severity !== undefined && severity !== block.severity

/** Sets fields, with the entry in the audit log; they take no effect yet. */
export async function changeBlock(
  session: DatabaseSession,
  actor: string,
  block: DomainBlockRow,
  change: BlockChange,
): Promise<void> {
  demand('severity' in change ? severityComplaints(change) : [])
  const set = { ...change, ...('severity' in change ? { severity: SEVERITIES[change.severity ?? ''] } : {}) }
  await session.query(
    `update domain_blocks b set severity = r.severity, reject_media = r.reject_media, reject_reports = r.reject_reports,
       private_comment = r.private_comment, public_comment = r.public_comment,
       obfuscate = r.obfuscate, updated_at = clock_timestamp()
     from domain_blocks o, jsonb_populate_record(o, $2::jsonb) r where o.id = $1::bigint and b.id = o.id`,
    [block.id, JSON.stringify(set)],
  )
  await record(session, actor, [{ action: 'update', type: 'DomainBlock', id: block.id, name: block.domain }])
}

/** Lifts a block: accounts come back, follows do not. */
export async function destroyBlock(session: DatabaseSession, actor: string, block: DomainBlockRow): Promise<void> {
  await lift(session, block.id, 'all')
  await session.query('delete from domain_blocks where id = $1::bigint', [block.id])
  await record(session, actor, [{ action: 'destroy', type: 'DomainBlock', id: block.id, name: block.domain }])
}

const COVERS = `(a.domain = b.domain or a.domain like '%.' || b.domain)`

/** What Mastodon's workers do after blocks were made or changed; here it is done before the answer. */
export async function takeEffect(session: DatabaseSession, ids: readonly string[]): Promise<void> {
  await refreshInstances(session)
  const blocks = 'b.id = any($1::bigint[])'
  await session.query(
    `update accounts a set silenced_at = b.created_at
     from domain_blocks b where ${blocks} and b.severity = 0 and ${COVERS} and a.silenced_at is null`,
    [ids],
  )
  await session.query(
    `update accounts a set suspended_at = b.created_at, suspension_origin = 0
     from domain_blocks b where ${blocks} and b.severity = 1 and ${COVERS} and a.suspended_at is null`,
    [ids],
  )
  const gone = `select a.id from accounts a, domain_blocks b
    where ${blocks} and b.severity = 1 and ${COVERS} and a.suspended_at = b.created_at`
  await session.query(`delete from follows where account_id in (${gone}) or target_account_id in (${gone})`, [ids])
  await session.query(`delete from statuses where account_id in (${gone})`, [ids])
  await session.query(`delete from media_attachments where account_id in (${gone})`, [ids])
}

/** Undoes what blocks did to accounts with a severity that they no longer have. */
export async function liftFormer(session: DatabaseSession, ids: readonly string[]): Promise<void> {
  for (const id of ids) await lift(session, id, 'of another severity')
}

/** Takes a block's stamps off accounts: those of severities that it no longer has, or all. */
async function lift(session: DatabaseSession, id: string, which: 'all' | 'of another severity'): Promise<void> {
  const unless = (severity: number): string => (which === 'all' ? 'true' : `b.severity <> ${severity}`)
  await session.query(
    `update accounts a set silenced_at = null
     from domain_blocks b where b.id = $1::bigint and ${COVERS} and a.silenced_at = b.created_at and ${unless(0)}`,
    [id],
  )
  await session.query(
    `update accounts a set suspended_at = null, suspension_origin = null
     from domain_blocks b where b.id = $1::bigint and ${COVERS} and a.suspended_at = b.created_at and ${unless(1)}`,
    [id],
  )
}

export async function refreshInstances(session: DatabaseSession): Promise<void> {
  await session.query('refresh materialized view instances')
}

function severityComplaints({ severity }: BlockChange): readonly Complaint[] {
  const known = severity === undefined || (severity !== null && Object.hasOwn(SEVERITIES, severity))
  return known ? [] : [{ attribute: 'severity', message: 'is not included in the list' }]
}

import type { Write, WriteResult } from '../../providers/mastodon/tables.ts'
import type { Fields } from '../../instance/values.ts'
import type { DatabaseSession } from '../database.ts'
import { demand } from '../failure.ts'
import {
  blockComplaints,
  changeBlock,
  destroyBlock,
  findBlocks,
  insertBlocks,
  isRegraded,
  liftFormer,
  takeEffect,
  type BlockChange,
  type DomainBlockRow,
  type NewBlock,
} from '../models/domain-blocks.ts'
import { createEmailBlock, destroyEmailBlock, findEmailBlocks, type EmailBlock } from '../models/email-domain-blocks.ts'
import {
  createIpBlock,
  destroyIpBlock,
  findIpBlocks,
  updateIpBlock,
  type IpBlockRow,
  type IpChange,
} from '../models/ip-blocks.ts'
import {
  already,
  Changed,
  Declined,
  done,
  pick,
  resultOf,
  rowFor,
  textOf,
  type DoneResult,
  type WriteScope,
} from './writing.ts'

const BLOCK = ['severity', 'reject_media', 'reject_reports', 'private_comment', 'public_comment', 'obfuscate']

const liveBlock = (block: DomainBlockRow): Fields => pick(block as unknown as Fields, ['domain', ...BLOCK])

/** How many follows a suspension of each domain would sever, as the reader counts them. */
export type SeveredFollows = ReadonlyMap<string, number>

/** Which writes ask for a measure of what they sever. */
export function toMeasure(writes: readonly Write[]): { readonly domain: string; readonly severity: string }[] {
  return writes
    .filter((write) => write.table === 'domain_blocks' && write.action !== 'delete' && write.consent !== undefined)
    .map((write) => ({ domain: write.name, severity: textOf(write.set['severity']) ?? 'suspend' }))
}

function consent(write: Write, severed: SeveredFollows): void {
  const count = severed.get(write.name) ?? 0
  if (write.consent === undefined || count <= write.consent) return
  throw new Declined(
    'consent-exceeded',
    `${write.name}: the block would remove ${count} follow relations, but the file accepts only ${write.consent}`,
  )
}

/** Inserts many domain blocks as one batch, each validated by itself. */
export async function createBatch(
  { session, actor, later }: WriteScope,
  writes: readonly Write[],
  severed: SeveredFollows,
): Promise<WriteResult[]> {
  const rows = await session.query<DomainBlockRow>(
    `select id::text, domain, case severity when 0 then 'silence' when 1 then 'suspend' else 'noop' end as severity,
       reject_media, reject_reports, private_comment, public_comment, obfuscate
       from domain_blocks where domain = any($1::text[])`,
    [writes.map(({ name }) => name)],
  )
  const present = new Map(rows.map((row) => [row.domain, row]))
  const blocks = new Map<number, NewBlock>()
  const results: WriteResult[] = []
  for (const [index, write] of writes.entries()) {
    const row = present.get(write.name)
    results[index] = await resultOf(async () => {
      const ours = already(write, row && { id: row.id, live: liveBlock(row) })
      if (ours !== undefined) return ours
      consent(write, severed)
      const block: NewBlock = { ...(pick(write.set, BLOCK) as BlockChange), domain: write.name }
      demand(blockComplaints(block))
      blocks.set(index, block)
      return done(null)
    })
  }
  if (blocks.size === 0) return results
  const made = await insertBlocks(session, actor.id, [...blocks.values()])
  for (const [order, index] of [...blocks.keys()].entries()) results[index] = done(made[order] ?? null)
  later((after) => takeEffect(after, made))
  return results
}

export async function writeBlock(
  { session, actor, later }: WriteScope,
  write: Write,
  severed: SeveredFollows,
): Promise<DoneResult> {
  const [found] = await findBlocks(session, [write.serverId ?? '0'])
  const block = rowFor(write, found, liveBlock)
  if (block === undefined) return done(write.serverId)
  if (write.action === 'delete') {
    await destroyBlock(session, actor.id, block)
    return done(block.id)
  }
  consent(write, severed)
  const change = pick(write.set, BLOCK) as BlockChange
  await changeBlock(session, actor.id, block, change)
  later((after) => runAgain(after, [block.id], isRegraded(block, change)))
  const [written] = await findBlocks(session, [block.id])
  return done(block.id, written && liveBlock(written))
}

/** What the worker of blocks does; of changed ones it undoes what they did before. */
async function runAgain(session: DatabaseSession, ids: readonly string[], changed: boolean): Promise<void> {
  await takeEffect(session, ids)
  if (changed) await liftFormer(session, ids)
}

/** A block whose worker may have been lost, as it was set. */
export interface UnfinishedBlock {
  readonly domain: string
  readonly set: Fields
  readonly changed: boolean
}

/** Runs the workers of those blocks that are there as they were set; answers how many those are. */
export async function settleBlocks(session: DatabaseSession, owed: readonly UnfinishedBlock[]): Promise<number> {
  const rows = await session.query<{ readonly id: string; readonly domain: string }>(
    'select id::text, domain from domain_blocks where domain = any($1::text[])',
    [owed.map(({ domain }) => domain)],
  )
  const blocks = new Map(
    (
      await findBlocks(
        session,
        rows.map(({ id }) => id),
      )
    ).map((block) => [block.domain, block]),
  )
  const standing = owed.flatMap(({ domain, set, changed }) => {
    const block = blocks.get(domain)
    return block && Object.entries(set).every(([field, value]) => block[field] === value)
      ? [{ id: block.id, changed }]
      : []
  })
  for (const changed of [false, true]) {
    await runAgain(
      session,
      standing.flatMap((one) => (one.changed === changed ? [one.id] : [])),
      changed,
    )
  }
  return standing.length
}

const liveEmail = (block: EmailBlock): Fields => pick(block as unknown as Fields, ['domain', 'allow_with_approval'])

export async function writeEmail({ session, actor }: WriteScope, write: Write): Promise<DoneResult> {
  if (write.action === 'update') throw new Declined('no-update', 'Mastodon cannot change an e-mail domain block')
  if (write.action === 'delete') {
    const row = rowFor(write, (await findEmailBlocks(session, write.serverId ?? '0'))[0], liveEmail)
    if (row !== undefined) await destroyEmailBlock(session, actor.id, row)
    return done(write.serverId)
  }
  const [present] = await session.query<EmailBlock>(
    'select id::text, domain, allow_with_approval from email_domain_blocks where domain = $1',
    [write.name],
  )
  const ours = already(write, present && { id: present.id, live: liveEmail(present) })
  if (ours !== undefined) return ours
  const id = await createEmailBlock(session, actor.id, write.name, write.set['allow_with_approval'] === true)
  return done(id, { domain: write.name, allow_with_approval: write.set['allow_with_approval'] === true })
}

const IP = ['severity', 'comment', 'expires_at']

const liveIp = (block: IpBlockRow): Fields => pick(block as unknown as Fields, ['ip', ...IP])

export async function writeIp({ session, actor }: WriteScope, write: Write): Promise<DoneResult> {
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

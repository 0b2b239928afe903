import { ROUTES } from '../api/domain-blocks.ts'
import {
  already,
  Declined,
  done,
  pick,
  resultOf,
  rowFor,
  textOf,
  type DoneResult,
  type Scene,
  type WriteScope,
} from '../connections/writing.ts'
import type { DatabaseSession } from '../database.ts'
import { demand } from '../failure.ts'
import type { Fields, Measured, UnfinishedObject, PersonScope, SandboxKind, Write, WriteResult } from '../kind.ts'
import {
  blockComplaints,
  changeBlock,
  createBlocks,
  destroyBlock,
  findBlocks,
  insertBlocks,
  isRegraded,
  liftFormer,
  refreshInstances,
  takeEffect,
  updateBlock,
  type BlockChange,
  type DomainBlockRow,
  type NewBlock,
} from '../models/domain-block.ts'
import type { QueuedJob } from '../queue.ts'
import { one } from '../rows.ts'

const WORKER = 'DomainBlockWorker'

const BLOCK = ['severity', 'reject_media', 'reject_reports', 'private_comment', 'public_comment', 'obfuscate']

const liveBlock = (block: DomainBlockRow): Fields => pick(block as unknown as Fields, ['domain', ...BLOCK])

/** Suspensions whose consequences someone accepted ask what those are. */
function toMeasure(write: Write): Measured | undefined {
  const asks = write.table === 'domain_blocks' && write.action !== 'delete' && write.consent !== undefined
  return asks ? { domain: write.name, severity: textOf(write.set['severity']) ?? 'suspend' } : undefined
}

function consent({ severed }: WriteScope, write: Write): void {
  const count = severed(write.name)
  if (write.consent === undefined || count <= write.consent) return
  throw new Declined(
    'consent-exceeded',
    `${write.name}: the block would remove ${count} follow relations, but the file accepts only ${write.consent}`,
  )
}

/** Inserts many domain blocks as one batch, each validated by itself. */
async function createBatch(writing: WriteScope, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { session, actor, later } = writing
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
      consent(writing, write)
      const block: NewBlock = { ...(pick(write.set, BLOCK) as BlockChange), domain: write.name }
      demand(blockComplaints(block))
      blocks.set(index, block)
      return done(null)
    })
  }
  if (blocks.size === 0) return results
  const made = await insertBlocks(session, actor.id, [...blocks.values()])
  for (const [order, index] of [...blocks.keys()].entries()) results[index] = done(made[order] ?? null)
  later(jobOf(made.map((id) => ({ id, changed: false }))))
  return results
}

async function writeBlock(writing: WriteScope, write: Write): Promise<DoneResult> {
  const { session, actor, later } = writing
  const [found] = await findBlocks(session, [write.serverId ?? '0'])
  const block = rowFor(write, found, liveBlock)
  if (block === undefined) return done(write.serverId)
  if (write.action === 'delete') {
    await destroyBlock(session, actor.id, block)
    return done(block.id)
  }
  consent(writing, write)
  const change = pick(write.set, BLOCK) as BlockChange
  await changeBlock(session, actor.id, block, change)
  later(jobOf([{ id: block.id, changed: isRegraded(block, change) }]))
  const [written] = await findBlocks(session, [block.id])
  return done(block.id, written && liveBlock(written))
}

/** The worker's jobs for blocks; of changed ones it undoes what they did before. */
function jobOf(blocks: readonly { readonly id: string; readonly changed: boolean }[]): QueuedJob {
  const changed = blocks.filter((block) => block.changed)
  return {
    worker: WORKER,
    calls: blocks.map((block) => [block.id, block.changed]),
    run: async (session) => {
      await takeEffect(
        session,
        blocks.map(({ id }) => id),
      )
      await liftFormer(
        session,
        changed.map(({ id }) => id),
      )
    },
  }
}

/** Hands the worker those blocks that are there as they were set. */
async function settleBlocks({ session, later }: Scene, owed: readonly UnfinishedObject[]): Promise<number> {
  const rows = await session.query<{ readonly id: string; readonly domain: string }>(
    'select id::text, domain from domain_blocks where domain = any($1::text[])',
    [owed.map(({ id }) => id)],
  )
  const blocks = new Map(
    (
      await findBlocks(
        session,
        rows.map(({ id }) => id),
      )
    ).map((block) => [block.domain, block]),
  )
  const standing = owed.flatMap(({ id, action, fields }) => {
    const block = blocks.get(id)
    return block && Object.entries(fields).every(([field, value]) => block[field] === value)
      ? [{ id: block.id, changed: action === 'update' }]
      : []
  })
  await refreshInstances(session)
  if (standing.length > 0) later(jobOf(standing))
  return standing.length
}

/** The block of a domain, for a person who sees the list. */
async function blockOf(session: DatabaseSession, domain: string): Promise<DomainBlockRow> {
  const rows = await session.query<{ readonly id: string }>('select id::text from domain_blocks where domain = $1', [
    domain,
  ])
  return one(await findBlocks(session, [one(rows, domain).id]), domain)
}

/** Servers that are limited or suspended. */
export const domainBlock = {
  tables: `
    create table domain_blocks (
      id bigserial primary key, domain varchar not null default '', created_at timestamp(6) not null,
      updated_at timestamp(6) not null, severity integer default 0, reject_media boolean not null default false,
      reject_reports boolean not null default false, private_comment text, public_comment text,
      obfuscate boolean not null default false
    );
    create unique index index_domain_blocks_on_domain on domain_blocks (domain);`,
  readable: ['domain_blocks'],
  routes: ROUTES,
  writes: { domain_blocks: writeBlock },
  batches: [{ takes: ({ table, action }) => table === 'domain_blocks' && action === 'create', write: createBatch }],
  measured: toMeasure,
  settles: { 'domain-block': settleBlocks },
  clicks: {
    blockDomain: ({ session, actor }: PersonScope, domain: string, change: BlockChange = { severity: 'suspend' }) =>
      createBlocks(session, actor.id, [{ domain, ...change }]),
    changeBlock: async ({ session, actor }: PersonScope, domain: string, change: BlockChange) =>
      updateBlock(session, actor.id, await blockOf(session, domain), change),
    liftBlock: async ({ session, actor }: PersonScope, domain: string) =>
      destroyBlock(session, actor.id, await blockOf(session, domain)),
  },
  jobs: [WORKER],
} satisfies SandboxKind

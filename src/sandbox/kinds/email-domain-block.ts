import { page } from '../api/paging.ts'
import { resource } from '../api/route.ts'
import { already, Declined, done, pick, rowFor, type DoneResult, type WriteScope } from '../connections/writing.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand } from '../failure.ts'
import { actorOf, found, time, type HttpAnswer, type Call } from '../http.ts'
import type { Fields, PersonScope, SandboxKind, Write } from '../kind.ts'
import { record } from '../models/audit.ts'
import { domainComplaints, writtenDomain } from '../names.ts'
import { booleanParam, idParam, textParam } from '../ruby-casts.ts'
import { one } from '../rows.ts'

interface EmailBlock extends Row {
  readonly id: string
  readonly domain: string
}

const EMAIL_FIELDS = `id::text, domain, ${time('created_at')} as created_at, allow_with_approval`

async function findEmailBlocks(session: DatabaseSession, id: string): Promise<EmailBlock[]> {
  return session.query<EmailBlock>(`select ${EMAIL_FIELDS} from email_domain_blocks where id = $1::bigint`, [id])
}

async function createEmailBlock(
  session: DatabaseSession,
  actor: string,
  domain: string,
  allowWithApproval: boolean | null,
): Promise<string> {
  const written = writtenDomain(domain)
  const taken = await session.query('select 1 from email_domain_blocks where domain = $1', [written])
  demand([
    ...domainComplaints(domain, written),
    ...taken.map(() => ({ attribute: 'domain', message: 'has already been taken' })),
  ])
  const [row] = await session.query<{ readonly id: string }>(
    `insert into email_domain_blocks (domain, allow_with_approval, created_at, updated_at)
     values ($1, $2, clock_timestamp(), clock_timestamp()) returning id::text`,
    [written, allowWithApproval],
  )
  const id = row?.id ?? ''
  await record(session, actor, [{ action: 'create', type: 'EmailDomainBlock', id, name: written }])
  return id
}

/** Deletes a block together with those that were made from its mail servers. */
async function destroyEmailBlock(session: DatabaseSession, actor: string, block: EmailBlock): Promise<void> {
  await session.query('delete from email_domain_blocks where id = $1::bigint or parent_id = $1::bigint', [block.id])
  await record(session, actor, [{ action: 'destroy', type: 'EmailDomainBlock', id: block.id, name: block.domain }])
}

const DAY = 86_400

/** E-mail domain blocks tell how often they were met in the last seven days: here, never. */
function withHistory(block: EmailBlock): object {
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY
  const history = Array.from({ length: 7 }, (_, ago) => ({ day: String(today - ago * DAY), accounts: '0', uses: '0' }))
  return { ...block, history }
}

const readEmail = async (call: Call) => found(await findEmailBlocks(call.session, idParam(call.params, 'id')))

async function listEmail(call: Call): Promise<HttpAnswer> {
  const { rows, headers } = await page<EmailBlock>(call, {
    select: EMAIL_FIELDS,
    from: 'email_domain_blocks where true',
    id: 'email_domain_blocks.id',
    max: 200,
  })
  return { body: rows.map(withHistory), headers }
}

async function showEmail(call: Call): Promise<HttpAnswer> {
  return { body: withHistory(await readEmail(call)) }
}

async function postEmail(call: Call): Promise<HttpAnswer> {
  const asked = booleanParam(call.params, 'allow_with_approval')
  const allow = asked === undefined ? false : asked
  const id = await createEmailBlock(call.session, actorOf(call), textParam(call.params, 'domain') ?? '', allow)
  return { body: withHistory(found(await findEmailBlocks(call.session, id))) }
}

async function deleteEmail(call: Call): Promise<HttpAnswer> {
  await destroyEmailBlock(call.session, actorOf(call), await readEmail(call))
  return { body: {} }
}

const liveEmail = (block: EmailBlock): Fields => pick(block as unknown as Fields, ['domain', 'allow_with_approval'])

async function writeEmail({ session, actor }: WriteScope, write: Write): Promise<DoneResult> {
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

/** The block of a domain, for a person who sees the list. */
async function blockOf(session: DatabaseSession, domain: string): Promise<EmailBlock> {
  return one(
    await session.query<EmailBlock>('select id::text, domain from email_domain_blocks where domain = $1', [domain]),
    domain,
  )
}

/** Domains whose addresses nobody may sign up with. */
export const emailDomainBlock = {
  tables: `
    create table email_domain_blocks (
      id bigserial primary key, domain varchar not null default '', created_at timestamp(6) not null,
      updated_at timestamp(6) not null, parent_id bigint, allow_with_approval boolean not null default false
    );
    create unique index index_email_domain_blocks_on_domain on email_domain_blocks (domain);`,
  readable: ['email_domain_blocks'],
  routes: resource('email_domain_blocks', 'manage_blocks', {
    list: listEmail,
    show: showEmail,
    create: postEmail,
    destroy: deleteEmail,
  }),
  writes: { email_domain_blocks: writeEmail },
  clicks: {
    blockEmailDomain: ({ session, actor }: PersonScope, domain: string, allowWithApproval = false) =>
      createEmailBlock(session, actor.id, domain, allowWithApproval),
    liftEmailBlock: async ({ session, actor }: PersonScope, domain: string) =>
      destroyEmailBlock(session, actor.id, await blockOf(session, domain)),
  },
} satisfies SandboxKind

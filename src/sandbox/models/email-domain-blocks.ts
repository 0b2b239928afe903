import type { Row, DatabaseSession } from '../database.ts'
import { demand } from '../failure.ts'
import { time } from '../http.ts'
import { domainComplaints, writtenDomain } from '../names.ts'
import { record } from './audit.ts'

export interface EmailBlock extends Row {
  readonly id: string
  readonly domain: string
}

export const EMAIL_FIELDS = `id::text, domain, ${time('created_at')} as created_at, allow_with_approval`

export async function findEmailBlocks(session: DatabaseSession, id: string): Promise<EmailBlock[]> {
  return session.query<EmailBlock>(`select ${EMAIL_FIELDS} from email_domain_blocks where id = $1::bigint`, [id])
}

export async function createEmailBlock(
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
export async function destroyEmailBlock(session: DatabaseSession, actor: string, block: EmailBlock): Promise<void> {
  await session.query('delete from email_domain_blocks where id = $1::bigint or parent_id = $1::bigint', [block.id])
  await record(session, actor, [{ action: 'destroy', type: 'EmailDomainBlock', id: block.id, name: block.domain }])
}

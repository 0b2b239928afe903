import type { DatabaseSession } from '../database.ts'

export interface AuditEntry {
  readonly action: string
  readonly type: string
  readonly id: string
  /** What people know the target by. */
  readonly name: string
}

/** Writes the audit log in an account's name. */
export async function record(session: DatabaseSession, actor: string, deeds: readonly AuditEntry[]): Promise<void> {
  await session.query(
    `insert into admin_action_logs (account_id, action, target_type,
       target_id, human_identifier, created_at, updated_at)
     select $1::bigint, d.action, d.type, d.id, d.name, now(), now()
     from jsonb_to_recordset($2::jsonb) as d(action text, type text, id bigint, name text)`,
    [actor, JSON.stringify(deeds)],
  )
}

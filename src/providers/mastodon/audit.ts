import { id, table, time } from './table.ts'

/** The newest entry of the audit log by the account that acts, and when it was read by the same clock. */
export const AUDIT = table(
  'audit',
  'the audit log',
  new URL('audit.sql', import.meta.url),
  { id, created_at: time, read_at: time },
  { grants: [{ table: 'admin_action_logs', columns: ['id', 'account_id', 'created_at'] }] },
)

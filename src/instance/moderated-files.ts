import type { FileName } from './documents.ts'

/** The files that moderators look after. All others are the owners': who may do what, what the server says of itself, the connections, the policy. */
export const MODERATED: readonly FileName[] = [
  'domain-blocks.yaml',
  'email-domain-blocks.yaml',
  'ip-blocks.yaml',
  'rules.yaml',
]

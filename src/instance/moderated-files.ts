import type { FileName } from './documents.ts'

/** The files that moderators look after. All other files belong to the owners. */
export const MODERATED: readonly FileName[] = [
  'domain-blocks.yaml',
  'email-domain-blocks.yaml',
  'ip-blocks.yaml',
  'rules.yaml',
]

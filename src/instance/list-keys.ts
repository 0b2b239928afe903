import type { FileName } from './documents.ts'

/** The list of each file that is about one, by its key. */
export const LIST_KEYS = {
  'domain-blocks.yaml': 'domain_blocks',
  'email-domain-blocks.yaml': 'email_domain_blocks',
  'ip-blocks.yaml': 'ip_blocks',
  'roles.yaml': 'roles',
  'moderators.yaml': 'moderators',
  'rules.yaml': 'rules',
  'terms-of-service.yaml': 'terms_of_service',
} as const satisfies { readonly [F in FileName]?: string }

/** A file that is about a list. */
export type ListFile = keyof typeof LIST_KEYS

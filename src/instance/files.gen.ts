// Made from schema/ by `npm run generate`. Change the schemas, not this file.
import type { Documents } from './schema.gen.ts'

type FileName = keyof Documents

/** Every file that is read, in the order in which problems are told. */
export const FILE_NAMES = [
  'instance.yaml',
  'policy.yaml',
  'announcements.yaml',
  'domain-blocks.yaml',
  'email-domain-blocks.yaml',
  'ip-blocks.yaml',
  'roles.yaml',
  'moderators.yaml',
  'rules.yaml',
  'settings.yaml',
  'terms-of-service.yaml',
  'username-blocks.yaml',
] as const satisfies readonly FileName[]

/** The list of each file that is about one, by its key. */
export const LIST_KEYS = {
  'announcements.yaml': 'announcements',
  'domain-blocks.yaml': 'domain_blocks',
  'email-domain-blocks.yaml': 'email_domain_blocks',
  'ip-blocks.yaml': 'ip_blocks',
  'roles.yaml': 'roles',
  'moderators.yaml': 'moderators',
  'rules.yaml': 'rules',
  'terms-of-service.yaml': 'terms_of_service',
  'username-blocks.yaml': 'username_blocks',
} as const satisfies { readonly [F in FileName]?: string }

/** The files that moderators look after. All other files belong to the owners. */
export const MODERATED: readonly FileName[] = [
  'domain-blocks.yaml',
  'email-domain-blocks.yaml',
  'ip-blocks.yaml',
  'rules.yaml',
  'username-blocks.yaml',
]

/** Lists that may have the same entry twice: two pull requests can add it, and both are right. */
export const REPEATABLE: readonly (keyof typeof LIST_KEYS)[] = [
  'domain-blocks.yaml',
  'email-domain-blocks.yaml',
  'ip-blocks.yaml',
  'moderators.yaml',
  'username-blocks.yaml',
]

/** What is a date: the fields of a list's entries or of a map. A moment is a day, or a time in UTC. */
export const DATES: readonly {
  readonly file: FileName
  readonly key: string
  readonly fields: { readonly [field: string]: 'date' | 'moment' }
}[] = [
  { file: 'policy.yaml', key: 'raises', fields: { until: 'date' } },
  { file: 'announcements.yaml', key: 'announcements', fields: { from: 'moment', until: 'moment' } },
  { file: 'domain-blocks.yaml', key: 'domain_blocks', fields: { until: 'date' } },
  { file: 'email-domain-blocks.yaml', key: 'email_domain_blocks', fields: { until: 'date' } },
  { file: 'ip-blocks.yaml', key: 'ip_blocks', fields: { until: 'moment' } },
  { file: 'moderators.yaml', key: 'moderators', fields: { since: 'date', until: 'date' } },
  { file: 'terms-of-service.yaml', key: 'terms_of_service', fields: { effective_date: 'date' } },
  { file: 'username-blocks.yaml', key: 'username_blocks', fields: { until: 'date' } },
]

/** What is a long text: the fields of a list's entries or of a map. */
export const LONG_TEXTS: readonly {
  readonly file: FileName
  readonly key: string
  readonly fields: readonly string[]
}[] = [
  { file: 'settings.yaml', key: 'settings', fields: ['site_extended_description', 'site_terms', 'closed_registrations_message', 'custom_css', 'email_footer_text'] },
  { file: 'terms-of-service.yaml', key: 'terms_of_service', fields: ['text'] },
]

/** The schemas, each read when it is needed. Every path is written out, so that bundlers find them. */
export const SCHEMAS = {
  'instance.yaml': () => import('../../schema/instance.schema.json', { with: { type: 'json' } }),
  'policy.yaml': () => import('../../schema/policy.schema.json', { with: { type: 'json' } }),
  'announcements.yaml': () => import('../../schema/announcements.schema.json', { with: { type: 'json' } }),
  'domain-blocks.yaml': () => import('../../schema/domain-blocks.schema.json', { with: { type: 'json' } }),
  'email-domain-blocks.yaml': () => import('../../schema/email-domain-blocks.schema.json', { with: { type: 'json' } }),
  'ip-blocks.yaml': () => import('../../schema/ip-blocks.schema.json', { with: { type: 'json' } }),
  'roles.yaml': () => import('../../schema/roles.schema.json', { with: { type: 'json' } }),
  'moderators.yaml': () => import('../../schema/moderators.schema.json', { with: { type: 'json' } }),
  'rules.yaml': () => import('../../schema/rules.schema.json', { with: { type: 'json' } }),
  'settings.yaml': () => import('../../schema/settings.schema.json', { with: { type: 'json' } }),
  'terms-of-service.yaml': () => import('../../schema/terms-of-service.schema.json', { with: { type: 'json' } }),
  'username-blocks.yaml': () => import('../../schema/username-blocks.schema.json', { with: { type: 'json' } }),
} as const

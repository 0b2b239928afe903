import type { Documents } from '../../../src/instance/documents.ts'

/** What settings.yaml says before and after: the values of a new server. */
export const SETTINGS = {
  noindex: false,
  media_cache_retention_period: null,
  registrations_mode: 'none',
  site_short_description: '',
  site_extended_description: '',
} as const

/** The long texts that the files name. */
export const TEXTS = {
  'about.md': 'We keep animals.\n\nSlowly.\n',
  'terms.md': 'Be good.\n\nOr be on %{domain} no more.\n',
} as const

type Blocks = NonNullable<NonNullable<Documents['domain-blocks.yaml']>['domain_blocks']>

/** A suspension that severs follows, and nobody has consented. */
export const unconsented = (files: Documents): Documents => ({
  ...files,
  'domain-blocks.yaml': {
    domain_blocks: [...blocksOf(files), { domain: 'bad.example', severity: 'suspend', public_comment: 'Harassment' }],
  },
})

const blocksOf = (files: Documents): Blocks => files['domain-blocks.yaml']?.domain_blocks ?? []

/** Something of every kind, beside what is there. `newcomer` has no account yet. */
export const added = (files: Documents, newcomer: string): Documents => ({
  ...files,
  'domain-blocks.yaml': {
    domain_blocks: [
      ...blocksOf(files).map((block) =>
        block.domain === 'bad.example' ? { ...block, accept_severed_relationships: 60 } : block,
      ),
      { domain: 'cycle.example', severity: 'limit', public_comment: 'it\'s "$$" \\ ünï' },
      { domain: 'sub.cycle.example', severity: 'suspend' },
      {
        domain: 'meh.example',
        severity: 'limit',
        public_comment: 'Loud',
        private_comment: 'They promised to mend it',
        obfuscate: true,
      },
      { domain: 'bücher.example', severity: 'none', reject_media: true, reject_reports: true },
    ],
  },
  'email-domain-blocks.yaml': {
    email_domain_blocks: [
      ...(files['email-domain-blocks.yaml']?.email_domain_blocks ?? []),
      { domain: 'throwaway.example' },
      { domain: 'maybe.example', allow_with_approval: true },
    ],
  },
  'ip-blocks.yaml': {
    ip_blocks: [
      ...(files['ip-blocks.yaml']?.ip_blocks ?? []),
      { ip: '203.0.113.7', severity: 'no_access', comment: 'Scanner' },
      { ip: '192.0.2.128/25', severity: 'sign_up_block', until: '2031-01-01' },
    ],
  },
  'roles.yaml': {
    ...files['roles.yaml'],
    roles: [
      ...(files['roles.yaml']?.roles ?? []).map((role) =>
        role.name === 'Moderator' ? { ...role, permissions: [...role.permissions, 'manage_blocks' as const] } : role,
      ),
      { name: 'Helper', position: 7, color: '#4b7a2a', permissions: ['manage_reports'] },
    ],
  },
  'moderators.yaml': {
    ...files['moderators.yaml'],
    moderators: [
      ...(files['moderators.yaml']?.moderators ?? []),
      { account: 'alice', role: 'Helper' },
      { account: newcomer, role: 'Helper' },
    ],
  },
  'rules.yaml': {
    rules: [
      ...(files['rules.yaml']?.rules ?? []),
      {
        key: 'cycle-be-kind',
        text: 'Be kind, all of you.',
        hint: 'Always.',
        translations: { de: { text: 'Sei freundlich.', hint: 'Immer.' } },
      },
      {
        key: 'cycle-no-spam',
        text: 'No spam at all.',
        translations: { de: { text: 'Kein Spam.' }, fr: { text: 'Pas de spam.' } },
      },
      { key: 'cycle-pictures', text: 'Describe every picture.' },
    ],
  },
  'announcements.yaml': {
    announcements: [
      ...(files['announcements.yaml']?.announcements ?? []),
      { key: 'cycle-party', text: 'We are five.', from: '2031-06-01T18:00:00Z', until: '2031-06-02', all_day: true },
      { key: 'cycle-backups', text: 'Backups run at night.' },
    ],
  },
  'settings.yaml': {
    settings: {
      ...files['settings.yaml']?.settings,
      noindex: true,
      media_cache_retention_period: 14,
      registrations_mode: 'approved',
      site_short_description: 'A small server',
      site_extended_description: { file: 'about.md' },
      site_contact_username: 'owner',
      site_contact_email: 'hello@herd.example',
    },
  },
  'terms-of-service.yaml': {
    terms_of_service: [
      ...(files['terms-of-service.yaml']?.terms_of_service ?? []),
      { effective_date: '2032-01-01', text: { file: 'terms.md' }, changelog: 'The first.' },
    ],
  },
})

/** The same, each kind changed or taken out. */
export const changed = (files: Documents, newcomer: string): Documents => ({
  ...files,
  'domain-blocks.yaml': {
    domain_blocks: blocksOf(files)
      .filter((block) => block.domain !== 'sub.cycle.example')
      .map((block) => ({ ...block, ...BLOCKS[block.domain] })),
  },
  'email-domain-blocks.yaml': {
    email_domain_blocks: (files['email-domain-blocks.yaml']?.email_domain_blocks ?? [])
      .filter((block) => block.domain !== 'throwaway.example')
      .map((block) => (block.domain === 'maybe.example' ? { ...block, allow_with_approval: false } : block)),
  },
  'ip-blocks.yaml': {
    ip_blocks: (files['ip-blocks.yaml']?.ip_blocks ?? []).map((block) => ({ ...block, ...IP_BLOCKS[block.ip] })),
  },
  'roles.yaml': {
    ...files['roles.yaml'],
    roles: (files['roles.yaml']?.roles ?? []).map((role) =>
      role.name === 'Helper'
        ? {
            ...role,
            name: 'Guide',
            renamed_from: 'Helper',
            position: 8,
            permissions: ['manage_reports', 'manage_taxonomies'],
          }
        : role,
    ),
  },
  'moderators.yaml': {
    ...files['moderators.yaml'],
    moderators: (files['moderators.yaml']?.moderators ?? [])
      .filter(({ account }) => account !== newcomer)
      .map((one) => (one.account === 'alice' ? { ...one, role: 'Moderator' } : one)),
  },
  'rules.yaml': {
    rules: (files['rules.yaml']?.rules ?? [])
      .toReversed()
      .filter(({ key }) => key !== 'cycle-pictures')
      .map((rule) =>
        rule.key === 'cycle-no-spam'
          ? { ...rule, text: 'No spam, no fraud.', hint: 'None.', translations: { de: { text: 'Kein Müll.' } } }
          : rule,
      ),
  },
  'announcements.yaml': {
    announcements: (files['announcements.yaml']?.announcements ?? [])
      .filter(({ key }) => key !== 'cycle-backups')
      .map((one) => (one.key === 'cycle-party' ? { ...one, text: 'We are six.', until: '2031-06-03' } : one)),
  },
  'settings.yaml': {
    settings: {
      ...files['settings.yaml']?.settings,
      noindex: false,
      media_cache_retention_period: null,
      registrations_mode: 'open',
      site_short_description: 'A slow server',
      site_contact_email: 'us@herd.example',
    },
  },
  'terms-of-service.yaml': {
    terms_of_service: [
      ...(files['terms-of-service.yaml']?.terms_of_service ?? []),
      { effective_date: '2032-06-01', text: 'Be better.', changelog: 'The second.' },
    ],
  },
})

const BLOCKS: { readonly [domain: string]: Partial<Blocks[number]> } = {
  'bücher.example': { severity: 'limit', reject_reports: false },
  'bad.example': { public_comment: 'Harassment and fraud' },
}

const IP_BLOCKS: {
  readonly [ip: string]: { readonly severity: 'sign_up_block' | 'sign_up_requires_approval'; readonly until: string }
} = {
  '203.0.113.7': { severity: 'sign_up_block', until: '2032-06-01' },
  '192.0.2.128/25': { severity: 'sign_up_requires_approval', until: '2031-02-01' },
}

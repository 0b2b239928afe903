/** A small instance that has something of every kind, beside what is adopted. */
export const EVERY_KIND = {
  'domain-blocks.yaml': `# agreed on Monday
domain_blocks:
  - domain: spam.example
    severity: suspend
    public_comment: Spam
  - domain: bad.example
    severity: suspend
    public_comment: Harassment
    accept_severed_relationships: 60
  - domain: meh.example
    severity: limit
    private_comment: 'Private: they promised to mend it'
  - domain: bücher.example
    severity: none
    reject_media: true
`,
  'email-domain-blocks.yaml': `email_domain_blocks:
  - domain: throwaway.example
  - domain: maybe.example
    allow_with_approval: true
`,
  'ip-blocks.yaml': `ip_blocks:
  - ip: 203.0.113.7
    severity: no_access
    comment: 'Private: scanner'
  - ip: 198.51.100.0/24
    severity: sign_up_block
    until: 2031-01-01
`,
  'rules.yaml': `rules:
  - key: be-kind
    text: Be kind.
    hint: Always.
    translations:
      de: { text: Sei freundlich., hint: Immer. }
  - key: no-spam
    text: No spam.
    translations:
      de: { text: Kein Spam. }
      fr: { text: Pas de spam. }
  - key: describe-pictures
    text: Describe your pictures.
`,
  'announcements.yaml': `announcements:
  - key: party
    text: We are five years old!
    from: 2031-06-01T18:00:00Z
    until: 2031-06-01T23:00:00Z
  - key: backups
    text: Backups run at night.
`,
  'settings.yaml': `settings:
  site_title: Herd
  site_short_description: A small server
  registrations_mode: approved
  media_cache_retention_period: 14
`,
  'terms-of-service.yaml': `terms_of_service:
  - effective_date: 2031-01-01
    text: Be good.
    changelog: The first.
`,
} as const

/** Adds an entry to the list of a file. */
export const add =
  (entry: string) =>
  (text: string): string =>
    `${text.trimEnd()}\n${entry}\n`

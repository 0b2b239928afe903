import fc from 'fast-check'
import type {
  Announcement,
  Documents,
  DomainBlock,
  Moderator,
  Permission,
  Role,
  Rule,
  Settings,
  TermsVersion,
} from '../../src/instance/documents.ts'
import { announcement } from './announcement-arbitrary.ts'
import type { Relations } from '../../src/instance/relations.ts'
import { PLAIN, SOON, word, type Entry } from './plain-kinds.ts'

/**
 * Names are few, so that what is generated meets: parents and children, the same account twice, a role that people
 * hold.
 */
const DOMAINS = [
  'spam.example',
  'a.spam.example',
  'b.a.spam.example',
  'xn--mnchen-3ya.example',
  'grey.example',
  'sub.grey.example',
  'loud.example',
]
const ANNOUNCEMENT_KEYS = ['party', 'backups', 'move']
const RULE_KEYS = ['be-kind', 'no-spam', 'no-nazis', 'tag-media', 'alt-text']
const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'ghost']

/** A list before and after an edit: every entry stays, goes, comes or changes. */
export interface Pair<List> {
  readonly before: List
  readonly after: List
}

/** For every name an entry before, and what an edit makes of it. */
function pairOf<Entry>(
  names: readonly string[],
  entry: (name: string) => fc.Arbitrary<Entry>,
): fc.Arbitrary<Pair<Entry[]>> {
  const one = (name: string) =>
    fc.tuple(
      fc.option(entry(name), { nil: null }),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('same' as const) },
        { weight: 1, arbitrary: fc.constant(null) },
        { weight: 2, arbitrary: entry(name) },
      ),
    )
  return fc.tuple(...names.map(one)).map((items) => ({
    before: items.flatMap(([before]) => before ?? []),
    after: items.flatMap(([before, after]) => (after === 'same' ? (before ?? []) : (after ?? []))),
  }))
}

const flag = fc.boolean()
/** Entries whose keys are there or not, but for those that must be. */
const maybe = <Entry, Needed extends keyof Entry>(
  shape: { [Key in keyof Entry]: fc.Arbitrary<Entry[Key]> },
  requiredKeys: Needed[],
) => fc.record(shape, { requiredKeys })

const domainBlock = (domain: string): fc.Arbitrary<DomainBlock> =>
  maybe(
    {
      domain: fc.constant(domain),
      severity: fc.constantFrom('suspend', 'limit', 'none', 'silence'),
      reject_media: flag,
      reject_reports: flag,
      obfuscate: flag,
      public_comment: word,
      private_comment: word,
    },
    ['domain', 'severity'],
  ).map((block) => (block.severity === 'suspend' ? { ...block, accept_severed_relationships: 1000 } : block))

const PERMISSIONS: Permission[] = ['view_dashboard', 'manage_reports', 'manage_users', 'manage_blocks']

const role = (name: string): fc.Arbitrary<Role> =>
  maybe(
    {
      name: fc.constant(name),
      position: fc.integer({ min: 1, max: 200 }),
      permissions: fc.subarray(PERMISSIONS),
      color: fc.constantFrom('#6364ff', '#00ff00'),
      highlighted: flag,
      require_2fa: flag,
      collection_limit: fc.integer({ min: 1, max: 9 }),
    },
    ['name', 'position', 'permissions'],
  )

const rule = (key: string): fc.Arbitrary<Rule & { readonly rank: number }> =>
  maybe(
    {
      key: fc.constant(key),
      text: fc.constantFrom(`${key}, please.`, `${key}, or else.`),
      hint: word,
      translations: fc.dictionary(
        fc.constantFrom('de', 'fr'),
        maybe({ text: fc.constantFrom('Seid nett.', 'Soyez gentils.'), hint: word }, ['text']),
        { maxKeys: 2, noNullPrototype: true },
      ),
      rank: fc.nat(4),
    },
    ['key', 'text', 'rank'],
  )

const settings: fc.Arbitrary<Settings> = maybe(
  {
    site_title: fc.constantFrom('Mastodon', 'Herd', ''),
    registrations_mode: fc.constantFrom('open', 'approved', 'none'),
    trends: flag,
    noindex: flag,
    status_page_url: fc.constantFrom('', 'https://status.example'),
    media_cache_retention_period: fc.constantFrom(null, 7, 30),
  },
  [],
)

const terms = (date: string): fc.Arbitrary<TermsVersion> =>
  maybe(
    {
      effective_date: fc.constant(date),
      text: fc.constant(`Terms of ${date}`),
      changelog: fc.constant('New.'),
      notify_members: fc.constant(true as const),
    },
    ['effective_date', 'text', 'changelog'],
  )

const inOrder = (rules: readonly (Rule & { readonly rank: number })[]): Rule[] =>
  rules.toSorted((a, b) => a.rank - b.rank).map(({ rank: _rank, ...rest }) => rest)

/** Owners stay owners, so that most of what is generated may be applied. */
const OWNERS: readonly Moderator[] = ['olga', 'otto'].map((account) => ({ account, role: 'Owner' }))
const OWNER: Role = { name: 'Owner', position: 1000, permissions: ['administrator'], highlighted: true }
const BASE_ROLES = ['Moderator', 'Admin']
const OWN_ROLES = ['Guide', 'Helper']

interface Parts {
  readonly domain_blocks: DomainBlock[]
  readonly plain: readonly (readonly Entry[])[]
  readonly roles: Role[]
  readonly people: { readonly account: string; readonly wants: string }[]
  readonly rules: (Rule & { readonly rank: number })[]
  readonly announcements: Announcement[]
  readonly settings: Settings
  readonly terms: TermsVersion[]
  readonly everyone: boolean
  readonly only_these: boolean
  readonly renamed: boolean
  readonly files: readonly boolean[]
}

const WHY = { emptied_on_purpose: 'a test' }

/** The documents of generated parts: people get roles that are there, and a file is there or not. */
function documentsOf(parts: Parts): Documents {
  const roles = parts.renamed
    ? parts.roles.map((r) => (r.name === 'Helper' ? { ...r, name: 'Mentor', renamed_from: 'Helper' } : r))
    : parts.roles
  const roleOf = (wants: string): string =>
    roles.find((r) => r.name === wants || r.renamed_from === wants)?.name ??
    (BASE_ROLES.includes(wants) ? wants : 'Moderator')
  const moderators = parts.people.map(({ account, wants }) => ({ account, role: roleOf(wants) }))
  const all: Documents = {
    'domain-blocks.yaml': { domain_blocks: parts.domain_blocks, ...WHY },
    'roles.yaml': {
      roles: [OWNER, ...roles],
      ...(parts.everyone ? { everyone: { permissions: ['invite_users'] } } : {}),
    },
    'moderators.yaml': { moderators: [...OWNERS, ...moderators], ...(parts.only_these ? { only_these: true } : {}) },
    'rules.yaml': { rules: inOrder(parts.rules), ...WHY },
    'settings.yaml': { settings: parts.settings },
    'terms-of-service.yaml': { terms_of_service: parts.terms, ...WHY },
    'announcements.yaml': { announcements: parts.announcements, ...WHY },
    ...Object.fromEntries(PLAIN.map(({ file, list }, i) => [file, { [list]: parts.plain[i], ...WHY }])),
  }
  // Roles that moderators hold are there with them.
  const kept = Object.entries(all).filter((_, i) => parts.files[i] !== false)
  return Object.fromEntries(kept)
}

const files = fc
  .array(
    fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
    { minLength: 7 + PLAIN.length, maxLength: 7 + PLAIN.length },
  )
  .map((list) => {
    const [domains, roles, moderators, ...rest] = list
    return [domains, roles, moderators && roles, ...rest] as readonly boolean[]
  })

/** The lists of the plain kinds, in their order. */
const plainPairs: fc.Arbitrary<Pair<readonly (readonly Entry[])[]>> = fc
  .tuple(...PLAIN.map(({ names, entry }) => pairOf(names, entry)))
  .map((pairs) => ({ before: pairs.map(({ before }) => before), after: pairs.map(({ after }) => after) }))

const same = <T>(value: T): Pair<T> => ({ before: value, after: value })

const editsOf = (
  presence: fc.Arbitrary<Pair<readonly boolean[]>>,
  among: (pairs: Pair<Parts>) => boolean = () => true,
): fc.Arbitrary<Pair<Documents>> =>
  fc
    .record({
      domain_blocks: pairOf(DOMAINS, domainBlock),
      plain: plainPairs,
      roles: pairOf(OWN_ROLES, role),
      people: pairOf(PEOPLE, (account) =>
        fc.record({ account: fc.constant(account), wants: fc.constantFrom(...BASE_ROLES, ...OWN_ROLES) }),
      ),
      rules: pairOf(RULE_KEYS, rule),
      announcements: pairOf(ANNOUNCEMENT_KEYS, announcement),
      settings: fc.oneof(settings.map(same), fc.record({ before: settings, after: settings })),
      terms: pairOf(['2027-01-01', '2027-06-01'], terms),
      everyone: fc.record({ before: flag, after: flag }),
      only_these: fc.record({ before: flag, after: flag }),
      renamed: flag.map((after) => ({ before: false, after })),
      files: presence,
    })
    .map((pairs) => {
      const side = (which: 'before' | 'after'): Parts =>
        Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, pair[which]])) as unknown as Parts
      return { before: side('before'), after: side('after') }
    })
    .filter(among)
    .map(({ before, after }) => ({ before: documentsOf(before), after: documentsOf(after) }))

/**
 * Two instances of the same files, the second an edit of the first, which does not rename a role and change who holds
 * one at once.
 */
export const editsWithin = editsOf(
  files.map(same),
  ({ before, after }) => !after.renamed || JSON.stringify(before.people) === JSON.stringify(after.people),
)

/** Two instances, the second an edit of the first; files may come and go with it. */
export const edits = fc.oneof(
  { weight: 3, arbitrary: editsOf(files.map(same)) },
  { weight: 1, arbitrary: editsOf(fc.record({ before: files, after: files })) },
)

export const instances: fc.Arbitrary<Documents> = edits.map((pair) => pair.after)

/** What the hosts of a few servers have with members. */
export const relations: fc.Arbitrary<Map<string, Relations>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...DOMAINS, 'x.loud.example'),
      fc.record({ follows: fc.nat(9), followers: fc.nat(9), accounts: fc.nat(9) }),
    ),
    { maxLength: 4 },
  )
  .map((list) => new Map(list))

export const connections = fc.constantFrom('console' as const, 'both' as const)

export { DOMAINS, PEOPLE, SOON }

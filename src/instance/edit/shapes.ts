import { normalizeAddress } from '../addresses.ts'
import { displayDomain, normalizeDomain } from '../domains.ts'
import type { Fields, Value } from '../values.ts'
import { own } from '../get-own.ts'

export type Item = { readonly [key: string]: Value }

/** What the keys of an item should say; undefined where a key is left out because that means the same. */
export type WrittenItem = { readonly [key: string]: Value | undefined }

/** How a kind's objects stand in a list of a file. */
export interface ListShape {
  readonly file: string
  readonly list: string
  /** The key that names an object. */
  readonly name: string
  /** The name as it is compared. */
  readonly normal: (name: string) => string
  /** The name as a person writes it. */
  readonly display: (id: string) => string
  readonly write: (fields: Fields) => WrittenItem
  /** Keys that mean nothing any more once these fields hold. */
  readonly outdated: (fields: Fields) => readonly string[]
  /** Sorts the lists whose order means nothing. */
  readonly sort?: (a: Item, b: Item) => number
}

export const isRecord = (value: Value | undefined): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text; empty where the value is none. */
export const stringOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

const SEVERITY: { readonly [word: string]: string } = {
  suspend: 'suspend',
  silence: 'limit',
  noop: 'none',
  limit: 'limit',
  none: 'none',
}

/** Mastodon's API words for a severity in the words of its forms; others as they are. */
export const severityWord = (word: string): string => own(SEVERITY, word) ?? word

const domain = (written: string): string => {
  const name = normalizeDomain(written)
  return 'domain' in name ? name.domain : written
}

const address = (written: string): string => {
  const ip = normalizeAddress(written)
  return 'address' in ip ? ip.address : written
}

/** A name as people read it, where that is taken for the same name. */
const readable = (id: string): string => (domain(displayDomain(id)) === id ? displayDomain(id) : id)

const account = (written: string): string => written.replace(/^@/, '').toLowerCase()
const asIs = (name: string): string => name
const orAbsent = (value: Value | undefined): Value | undefined =>
  value === '' || value === null || value === false ? undefined : value
const byName =
  (key: string) =>
  (a: Item, b: Item): number =>
    stringOf(a[key]) < stringOf(b[key]) ? -1 : 1

/** Leaves out what the fields don't hold: those keys are not touched. */
const only = (
  fields: Fields,
  keys: { readonly [key: string]: Value | undefined },
  names: { readonly [key: string]: string } = {},
): WrittenItem => Object.fromEntries(Object.entries(keys).filter(([key]) => (names[key] ?? key) in fields))

/** A moment as a person writes it: a day where it is midnight, else to the second. */
function moment(iso: Value | undefined): Value | undefined {
  if (typeof iso !== 'string') return undefined
  const time = new Date(iso).toISOString()
  return time.endsWith('T00:00:00.000Z') ? time.slice(0, 10) : time.replace(/\.\d+Z$/, 'Z')
}

const none = (): readonly string[] => []

export const SHAPES: { readonly [kind: string]: ListShape } = {
  'domain-block': {
    file: 'domain-blocks.yaml',
    list: 'domain_blocks',
    name: 'domain',
    normal: domain,
    display: readable,
    sort: byName('domain'),
    write: (fields) =>
      only(fields, {
        severity: severityWord(stringOf(fields['severity'])),
        reject_media: orAbsent(fields['reject_media']),
        reject_reports: orAbsent(fields['reject_reports']),
        obfuscate: orAbsent(fields['obfuscate']),
        public_comment: orAbsent(fields['public_comment']),
        private_comment: orAbsent(fields['private_comment']),
      }),
    outdated: (fields) =>
      'severity' in fields && fields['severity'] !== 'suspend' ? ['accept_severed_relationships'] : [],
  },
  'email-domain-block': {
    file: 'email-domain-blocks.yaml',
    list: 'email_domain_blocks',
    name: 'domain',
    normal: domain,
    display: readable,
    sort: byName('domain'),
    write: (fields) => only(fields, { allow_with_approval: orAbsent(fields['allow_with_approval']) }),
    outdated: none,
  },
  'ip-block': {
    file: 'ip-blocks.yaml',
    list: 'ip_blocks',
    name: 'ip',
    normal: address,
    display: (id) => id.replace(/^([\d.]+)\/32$/, '$1').replace(/^([\da-f:.]+)\/128$/i, '$1'),
    sort: byName('ip'),
    write: (fields) =>
      only(
        fields,
        { severity: fields['severity'], comment: orAbsent(fields['comment']), until: moment(fields['expires_at']) },
        { until: 'expires_at' },
      ),
    outdated: none,
  },
  role: {
    file: 'roles.yaml',
    list: 'roles',
    name: 'name',
    normal: asIs,
    display: asIs,
    sort: (a, b) => Number(b['position']) - Number(a['position']),
    write: (fields) =>
      only(fields, {
        name: fields['name'],
        position: fields['position'],
        permissions: fields['permissions'],
        color: orAbsent(fields['color']),
        highlighted: orAbsent(fields['highlighted']),
        require_2fa: orAbsent(fields['require_2fa']),
        collection_limit: orAbsent(fields['collection_limit']),
      }),
    outdated: none,
  },
  moderator: {
    file: 'moderators.yaml',
    list: 'moderators',
    name: 'account',
    normal: account,
    display: asIs,
    sort: byName('account'),
    write: (fields) => only(fields, { role: fields['role'] }),
    outdated: none,
  },
  rule: {
    file: 'rules.yaml',
    list: 'rules',
    name: 'key',
    normal: asIs,
    display: asIs,
    write: (fields) =>
      only(fields, {
        text: fields['text'],
        hint: orAbsent(fields['hint']),
        translations: translations(fields['translations']),
      }),
    outdated: none,
  },
  'terms-of-service': {
    file: 'terms-of-service.yaml',
    list: 'terms_of_service',
    name: 'effective_date',
    normal: asIs,
    display: asIs,
    sort: byName('effective_date'),
    write: (fields) => only(fields, { text: fields['text'], changelog: fields['changelog'] }),
    outdated: (fields) => (fields['notified'] === false ? ['notify_members'] : []),
  },
}

function translations(value: Value | undefined): Value | undefined {
  const entries = Object.entries(isRecord(value) ? (value as { readonly [language: string]: Fields }) : {})
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.map(([language, { text = '', hint = '' }]) => [language, hint === '' ? { text } : { text, hint }]),
  )
}

import fc from 'fast-check'
import { expect } from 'vitest'
import type { FileEdit, NewObject } from '../../src/instance/edit/objects.ts'
import { loadInstance } from '../../src/providers/load-instance.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import type { DesiredObject } from '../../src/reconcile/objects.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import { equal } from '../../src/reconcile/equal.ts'
import { desiredOf } from '../../src/reconcile/reconciler.ts'
import { PLAIN, wantedOf, type PlainKind } from './plain-kinds.ts'

/** When the files are read. */
export const NOW = new Date('2026-11-23T12:00:00Z')
const BASE = { 'instance.yaml': 'domain: herd.example\n' }
export type Files = { readonly [name: string]: string }

/** The files after the edits. */
export const withEdits = (files: Files, edits: readonly FileEdit[]): Files => ({
  ...files,
  ...Object.fromEntries(edits.map(({ file, text }) => [file, text])),
})

/** What the real reader and the real kind make of the files. */
export async function desired(files: Files, kind: string): Promise<readonly DesiredObject[]> {
  const source = {
    list: async () => Object.entries(files).map(([name, text]) => ({ name, kind: 'file' as const, size: text.length })),
    read: async (name: string) => Buffer.from(files[name] ?? ''),
  }
  const { instance, diagnostics } = await loadInstance(source, { now: NOW })
  const errors = diagnostics.filter((one) => one.severity === 'error')
  expect(errors, JSON.stringify({ errors, files }, null, 1)).toEqual([])
  const found = KINDS.find((one) => one.name === kind)
  if (!instance || !found) throw new Error(`no ${kind}`)
  const state = desiredOf([found], instance, NOW).get(kind)
  return state?.state === 'managed' ? state.objects : []
}

/**
 * Every field that was written must be read back the same; what was not given must not be managed or be its default.
 */
export function expectSame(kind: string, objects: readonly DesiredObject[], wanted: readonly NewObject[]): void {
  const found = KINDS.find((one) => one.name === kind)
  expect(objects.map((object) => object.id).toSorted()).toEqual(wanted.map((object) => object.id).toSorted())
  for (const { id, fields } of wanted) {
    const read = objects.find((object) => object.id === id)?.fields ?? {}
    for (const [field, value] of Object.entries(fields)) {
      const there = read[field] ?? null
      const alike =
        (found?.same ?? ((_: string, a: Value, b: Value) => equal(a, b)))(field, there, value) ||
        (there === null && (value === '' || value === null || value === false))
      expect(alike, `${kind}/${id} ${field}: ${JSON.stringify(there)} is not ${JSON.stringify(value)}`).toBe(true)
    }
  }
}

const line = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z ,.:#'"-]{0,18}[a-z.]$/),
  fc.constantFrom(
    'no',
    'yes',
    '12:30',
    '1.20',
    '0123',
    '~',
    '# x',
    '- y',
    'a: b',
    '"',
    "it's",
    '@all',
    '%d',
    '{x}',
    '漢字',
    'ß',
    '\u00a0x\u00a0',
    '*',
    '!',
    '&',
    '|',
    '>',
  ),
)
const texts = fc.oneof(
  line,
  fc
    .array(fc.oneof(line, fc.constantFrom('', '  indented', '\ttab')), { minLength: 2, maxLength: 4 })
    .map((lines) => lines.join('\n').trimEnd() || 'x'),
)
const optional = fc.oneof(fc.constant(''), texts)
const flag = fc.boolean()
const label = fc.stringMatching(/^[a-z][a-z0-9]{2,8}$/)
const domain = fc.oneof(
  label.map((name) => `${name}.example`),
  label.map((name) => `a.${name}.example`),
  fc.constantFrom('xn--mnchen-3ya.example', 'xn--fiqs8s.example'),
)
const when = fc.oneof(
  fc.constant(null),
  fc
    .date({ min: new Date('2027-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constant('2028-02-29T00:00:00.000Z'),
)
const permissions = fc
  .subarray(['view_dashboard', 'manage_reports', 'manage_federation', 'manage_blocks', 'manage_users'])
  .map((list) => list.toSorted())
const words = fc.record({ text: line, hint: fc.oneof(fc.constant(''), line) })

interface Objects {
  readonly id: fc.Arbitrary<string>
  readonly fields: fc.Arbitrary<Fields>
}

/** What the schema and the table of fields say of a plain kind. */
const plainObjects = (plain: PlainKind): Objects => ({
  id: fc.constantFrom(...plain.names),
  fields: plain.entry('').map((entry) => wantedOf(plain, entry)),
})

/** Of each kind, what its objects may be called and hold. */
export const FIELDS: { readonly [kind: string]: Objects } = {
  ...Object.fromEntries(PLAIN.map((plain) => [plain.kind, plainObjects(plain)])),
  'domain-block': {
    id: domain,
    fields: fc
      .record({
        severity: fc.constantFrom('suspend', 'silence', 'noop'),
        reject_media: flag,
        reject_reports: flag,
        obfuscate: flag,
        public_comment: optional,
        private_comment: optional,
      })
      .map((fields) =>
        fields.severity === 'suspend' ? { ...fields, reject_media: false, reject_reports: false } : fields,
      ),
  },
  'ip-block': {
    id: fc.oneof(
      fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `203.${a}.${b}.0/24`),
      fc.nat(255).map((a) => `198.51.100.${a}/32`),
      fc.nat(65534).map((a) => `2001:db8:${(a + 1).toString(16)}::/48`),
    ),
    fields: fc.record({
      severity: fc.constantFrom('sign_up_requires_approval', 'sign_up_block', 'no_access'),
      comment: optional,
      expires_at: when,
    }),
  },
  role: {
    id: fc.stringMatching(/^[A-Z][a-z]{2,8}( [a-z]+)?$/),
    fields: fc.record({
      position: fc.integer({ min: 1, max: 900 }),
      permissions,
      color: fc.constantFrom('', '#63f', '#6364ff', '000000', '1e1000'),
      highlighted: flag,
      require_2fa: flag,
    }),
  },
  moderator: {
    id: fc.stringMatching(/^[a-z][a-z0-9_]{1,10}$/),
    fields: fc.record({ role: fc.constantFrom('Moderator', 'Admin', 'Owner') }),
  },
  rule: {
    id: fc.stringMatching(/^[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,5})?$/),
    fields: fc.record({
      text: line,
      hint: optional,
      translations: fc.dictionary(fc.constantFrom('de', 'no', 'pt-BR', 'fr', 'y'.repeat(2)), words, { maxKeys: 3 }),
    }),
  },
  announcement: {
    id: fc.stringMatching(/^[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,5})?$/),
    fields: fc
      .record({ text: line, starts_at: when, days: fc.integer({ min: 1, max: 99 }), all_day: flag })
      .map(({ text, starts_at, days, all_day }) =>
        starts_at === null
          ? { text, starts_at, ends_at: null, all_day: false }
          : {
              text,
              starts_at,
              ends_at: new Date(Date.parse(starts_at) + days * 86_400_000).toISOString(),
              all_day,
            },
      ),
  },
  setting: {
    id: fc.constantFrom(
      'site_title',
      'site_extended_description',
      'email_footer_text',
      'closed_registrations_message',
      'custom_css',
      'status_page_url',
    ),
    fields: fc.record({ value: optional }),
  },
  'terms-of-service': {
    id: fc.nat(300).map((days) => new Date(Date.parse('2027-01-01') + days * 86_400_000).toISOString().slice(0, 10)),
    fields: fc.record({ text: texts, changelog: texts }).map((fields) => fields),
  },
}

/**
 * As Mastodon's rows are normalised by the kinds: texts end where their last line does. Also no stray percent sign in
 * terms.
 */
const clean = (value: Value): Value => {
  if (typeof value === 'string') return value.trimEnd().replaceAll('%', '')
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]))
    : value
}
/** Any object of a kind. */
export const objectOf = (kind: string): fc.Arbitrary<NewObject> => {
  const { id, fields } = FIELDS[kind] ?? { id: fc.constant(''), fields: fc.constant({}) }
  return fc
    .record({ id, fields: fields.map((all) => clean(all) as Fields) })
    .filter(
      ({ fields: all }) =>
        !Object.entries(all).some(([key, value]) => (key === 'text' || key === 'changelog') && value === ''),
    )
}
/** Some objects of a kind that a file can hold together. */
export const objectsOf = (kind: string): fc.Arbitrary<NewObject[]> =>
  fc
    .uniqueArray(objectOf(kind), { minLength: 1, maxLength: 8, selector: (object) => object.id })
    .map((objects) =>
      kind === 'rule' || kind === 'announcement'
        ? [...new Map(objects.map((object) => [object.fields['text'], object])).values()]
        : objects,
    )

const MODERATORS_NEED = {
  'roles.yaml':
    'roles:\n' +
    ['Moderator', 'Admin', 'Owner']
      .map((name, i) => `  - { name: ${name}, position: ${i + 1}, permissions: [] }\n`)
      .join(''),
}
/** The files that those of a kind need beside them. */
export const context = (kind: string): Files => (kind === 'moderator' ? { ...BASE, ...MODERATORS_NEED } : BASE)

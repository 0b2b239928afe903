import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import {
  editObjects,
  fileOf,
  newFile,
  ruleKey,
  type FileEdit,
  type NewObject,
} from '../../src/instance/edit/objects.ts'
import { loadInstance } from '../../src/instance/load.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import type { DesiredObject, Fields, Value } from '../../src/reconcile/types.ts'
import { equal } from '../../src/reconcile/equal.ts'
import { dropObject, putObject } from '../support/edits.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const BASE = { 'instance.yaml': 'domain: herd.example\n' }
type Files = { readonly [name: string]: string }

const withEdits = (files: Files, edits: readonly FileEdit[]): Files => ({
  ...files,
  ...Object.fromEntries(edits.map(({ file, text }) => [file, text])),
})

/** What the real reader and the real kind make of the files. */
async function desired(files: Files, kind: string): Promise<readonly DesiredObject[]> {
  const source = {
    list: async () => Object.entries(files).map(([name, text]) => ({ name, kind: 'file' as const, size: text.length })),
    read: async (name: string) => Buffer.from(files[name] ?? ''),
  }
  const { instance, diagnostics } = await loadInstance(source, { now: NOW })
  const errors = diagnostics.filter((one) => one.severity === 'error')
  expect(errors, JSON.stringify({ errors, files }, null, 1)).toEqual([])
  const found = KINDS.find((one) => one.name === kind)
  if (!instance || !found) throw new Error(`no ${kind}`)
  const state = found.desired(instance, NOW)
  return state.state === 'managed' ? state.objects : []
}

/** Every field that was written must be read back the same; what was not given must not be managed or be its default. */
function expectSame(kind: string, objects: readonly DesiredObject[], wanted: readonly NewObject[]): void {
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

const FIELDS: {
  readonly [kind: string]: { readonly id: fc.Arbitrary<string>; readonly fields: fc.Arbitrary<Fields> }
} = {
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
  'email-domain-block': { id: domain, fields: fc.record({ allow_with_approval: flag }) },
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

/** As Mastodon's rows are normalised by the kinds: texts end where their last line does. Also no stray percent sign in terms. */
const clean = (value: Value): Value => {
  if (typeof value === 'string') return value.trimEnd().replaceAll('%', '')
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]))
    : value
}
const objectOf = (kind: string): fc.Arbitrary<NewObject> => {
  const { id, fields } = FIELDS[kind] ?? { id: fc.constant(''), fields: fc.constant({}) }
  return fc
    .record({ id, fields: fields.map((all) => clean(all) as Fields) })
    .filter(
      ({ fields: all }) =>
        !Object.entries(all).some(([key, value]) => (key === 'text' || key === 'changelog') && value === ''),
    )
}
const objectsOf = (kind: string): fc.Arbitrary<NewObject[]> =>
  fc
    .uniqueArray(objectOf(kind), { minLength: 1, maxLength: 8, selector: (object) => object.id })
    .map((objects) =>
      kind === 'rule' ? [...new Map(objects.map((object) => [object.fields['text'], object])).values()] : objects,
    )

const MODERATORS_NEED = {
  'roles.yaml':
    'roles:\n' +
    ['Moderator', 'Admin', 'Owner']
      .map((name, i) => `  - { name: ${name}, position: ${i + 1}, permissions: [] }\n`)
      .join(''),
}
const context = (kind: string): Files => (kind === 'moderator' ? { ...BASE, ...MODERATORS_NEED } : BASE)

for (const kind of Object.keys(FIELDS)) {
  test(`${kind}: a new file, and any change of it, says exactly what was given`, async () => {
    await fc.assert(
      fc.asyncProperty(objectsOf(kind), objectsOf(kind), async (first, second) => {
        const files = withEdits(context(kind), newFile(kind, first))
        expectSame(kind, await desired(files, kind), first)
        const read = (name: string): string | undefined => files[name]
        const gone = first.filter(({ id }) => !second.some((object) => object.id === id))
        const changes = [
          ...second.map(({ id, fields }) => ({ ref: `${kind}/${id}`, fields })),
          ...gone.map(({ id }) => ({ ref: `${kind}/${id}`, fields: null })),
        ]
        const after = withEdits(files, editObjects(read, changes))
        expectSame(kind, await desired(after, kind), second)
        expect(editObjects((name) => after[name], changes)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
}

const example = (file: string): string => readFileSync(new URL(`../../instance/${file}`, import.meta.url), 'utf8')

test('what the example already says is left alone to the last byte', async () => {
  for (const kind of [...Object.keys(FIELDS), 'rule-order']) {
    const files: Record<string, string> = Object.fromEntries(
      [
        'instance',
        'policy',
        'domain-blocks',
        'email-domain-blocks',
        'ip-blocks',
        'roles',
        'moderators',
        'rules',
        'settings',
        'terms-of-service',
      ].map((name) => [`${name}.yaml`, example(`${name}.yaml`)]),
    )
    for (const name of Object.values(files).flatMap((text) =>
      [...text.matchAll(/file: ([\w-]+\.(?:md|css))/g)].map((match) => match[1] ?? ''),
    ))
      files[name] = example(name)
    const objects = await desired(files, kind)
    expect(objects.length).toBeGreaterThan(0)
    expect(
      editObjects(
        (name) => files[name],
        objects.map(({ id, fields }) => ({ ref: `${kind}/${id}`, fields })),
      ),
      kind,
    ).toEqual([])
  }
})

test('a file that adopt writes is tidy', () => {
  const [file] = newFile('domain-block', [
    {
      id: 'spam.example',
      fields: {
        severity: 'suspend',
        reject_media: true,
        reject_reports: false,
        obfuscate: false,
        public_comment: 'Spam: lots',
        private_comment: '',
      },
    },
    {
      id: 'xn--mnchen-3ya.example',
      fields: { severity: 'silence', reject_media: true, reject_reports: false, obfuscate: true, public_comment: '' },
    },
    {
      id: 'apple.example',
      fields: { severity: 'noop', reject_media: false, reject_reports: true, obfuscate: false, public_comment: 'no' },
      extra: { until: '2026-12-24' },
    },
  ])
  expect(file?.text).toBe(`# yaml-language-server: $schema=../schema/domain-blocks.schema.json
domain_blocks:
  - domain: apple.example
    severity: none
    reject_reports: true
    public_comment: "no"
    until: 2026-12-24
  - domain: münchen.example
    severity: limit
    reject_media: true
    obfuscate: true
  - domain: spam.example
    severity: suspend
    reject_media: true
    public_comment: "Spam: lots"
`)
})

test('a list of hundreds is written as each of its items by itself', () => {
  const block = (n: number): NewObject => ({
    id: `b${1_000 + n}.example`,
    fields: {
      severity: n % 3 === 0 ? 'silence' : 'suspend',
      public_comment: n % 7 === 0 ? 'no: "quotes"\nand lines' : '',
    },
  })
  const textOf = (objects: readonly NewObject[]): string => newFile('domain-block', objects)[0]?.text ?? ''
  const head = '# yaml-language-server: $schema=../schema/domain-blocks.schema.json\ndomain_blocks:\n'
  const blocks = Array.from({ length: 250 }, (_, n) => block(n))
  expect(textOf(blocks)).toBe(head + blocks.map((one) => textOf([one]).slice(head.length)).join(''))
})

test('rules without a key get one from their text, their order too, and long settings a file of their own', () => {
  const files = editObjects(
    () => undefined,
    [
      {
        ref: 'rule/#7',
        fields: { text: 'Be kind to one another!', hint: '', translations: { de: { text: 'Seid nett', hint: '' } } },
      },
      { ref: 'rule/#3', fields: { text: 'Be kind to one another.', hint: 'Really.', translations: {} } },
      { ref: 'rule/#9', fields: { text: '親切に', hint: '', translations: {} } },
      { ref: 'rule-order/rules', fields: { order: ['#9', '#7', '#3'] } },
      { ref: 'setting/site_extended_description', fields: { value: '# About\n\nus' } },
      { ref: 'setting/site_title', fields: { value: 'Herd' } },
    ],
  )
  expect(Object.fromEntries(files.map(({ file, text }) => [file, text]))).toEqual({
    'rules.yaml': `# yaml-language-server: $schema=../schema/rules.schema.json
rules:
  - key: rule
    text: 親切に

  - key: be-kind-to-one-another
    text: Be kind to one another!
    translations:
      de:
        text: Seid nett

  - key: be-kind-to-one-another-2
    text: Be kind to one another.
    hint: Really.
`,
    'settings.yaml': `# yaml-language-server: $schema=../schema/settings.schema.json
settings:
  site_extended_description: { file: about.md }
  site_title: Herd
`,
    'about.md': '# About\n\nus\n',
  })
})

test('keys of rules fit the schema whatever the text', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 }), { maxLength: 20 }), (rules) => {
      const taken = new Set<string>()
      for (const text of rules) {
        const key = ruleKey(text, taken)
        expect(key).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        expect(key.length).toBeLessThanOrEqual(64)
        expect(taken.has(key)).toBe(false)
        taken.add(key)
      }
    }),
  )
})

const LIST = `domain_blocks:
  - domain: Spam.Example.   # since 2024
    severity: silence
    private_comment: known   # to us
  - domain: old.example
    severity: suspend
    accept_severed_relationships: 60
    until: 2026-01-01
`

test('only the field that differs changes, in the words that were there', () => {
  const [edited] = putObject(
    'domain-block',
    LIST,
    'spam.example',
    { severity: 'silence', public_comment: 'Spam', private_comment: '' },
    { reported_in: 'https://x.example/1' },
  )
  expect(edited?.text).toBe(
    LIST.replace(
      'private_comment: known   # to us',
      'private_comment: ""   # to us\n    public_comment: Spam\n    reported_in: https://x.example/1',
    ),
  )
  expect(putObject('domain-block', LIST, 'spam.example', { severity: 'silence', public_comment: '' })).toEqual([])
})

test('a block that is lowered loses its consent, one that has ended and is to be there its end', () => {
  const [edited] = putObject('domain-block', LIST, 'old.example', { severity: 'silence' }, {}, { now: NOW })
  expect(edited?.text).toBe(
    LIST.replace('severity: suspend\n    accept_severed_relationships: 60\n    until: 2026-01-01', 'severity: limit'),
  )
})

test('the last block goes only with a reason, and the reason goes with the first new one', () => {
  const one = 'domain_blocks:   # ours\n  - { domain: a.example, severity: suspend }\n'
  expect(() => dropObject('domain-block', one, 'a.example')).toThrow(HerdbookError)
  const [emptied] = dropObject('domain-block', one, 'a.example', { emptied: 'All is forgiven' })
  expect(emptied?.text).toBe('domain_blocks: []   # ours\nemptied_on_purpose: All is forgiven\n')
  const [again] = putObject('domain-block', emptied?.text, 'b.example', { severity: 'suspend' })
  expect(again?.text).toBe('domain_blocks:   # ours\n  - domain: b.example\n    severity: suspend\n')
})

for (const kind of ['domain-block', 'email-domain-block', 'ip-block', 'moderator']) {
  test(`${kind}: what stands twice is one object; a change leaves it standing once, and nothing of it stays when it goes`, async () => {
    await fc.assert(
      fc.asyncProperty(objectsOf(kind), objectOf(kind), fc.nat(7), async (objects, other, at) => {
        const [one] = [objects[at % objects.length] ?? other]
        const files = withEdits(context(kind), newFile(kind, objects))
        const text = files[fileOf(kind)] ?? ''
        // The whole list once more below itself: every entry stands twice.
        const [head = '', ...lines] = text.split(/^(?= {2}- )/m)
        const twice: Files = { ...files, [fileOf(kind)]: head + [...lines, ...lines].join('') }
        expectSame(kind, await desired(twice, kind), objects)
        const read = (name: string): string | undefined => twice[name]
        expect(
          editObjects(
            read,
            objects.map(({ id, fields }) => ({ ref: `${kind}/${id}`, fields })),
          ),
        ).toEqual([])
        const changed = withEdits(twice, editObjects(read, [{ ref: `${kind}/${one.id}`, fields: other.fields }]))
        expectSame(
          kind,
          await desired(changed, kind),
          objects.map((object) => (object === one ? { ...one, fields: other.fields } : object)),
        )
        const left = objects.filter((object) => object !== one)
        const without = withEdits(
          twice,
          editObjects(read, [{ ref: `${kind}/${one.id}`, fields: null }], { emptied: 'a test' }),
        )
        expectSame(kind, await desired(without, kind), left)
      }),
      { numRuns: 50 },
    )
  })
}

test('a text that files may not hold is refused, and so is a long text that lies elsewhere', () => {
  expect(() =>
    putObject('domain-block', LIST, 'x.example', { severity: 'suspend', public_comment: 'a\u202eb' }),
  ).toThrow('turns text around')
  const settings = 'settings:\n  site_terms: { file: ../../.ssh/config }\n'
  expect(() => putObject('setting', settings, 'site_terms', { value: 'mine' })).toThrow('not a text beside it')
})

test('every kind of the registry has its file', () => {
  for (const kind of KINDS) expect(fileOf(kind.name)).toBe(kind.file)
})

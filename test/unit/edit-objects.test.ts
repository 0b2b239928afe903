import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { FILE_NAMES } from '../../src/instance/files.gen.ts'
import { keyFrom, type NewObject } from '../../src/instance/edit/objects.ts'
import { editObjects, fileOf, newFile } from '../support/edits.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { dropObject, putObject } from '../support/edits.ts'
import {
  NOW,
  type Files,
  withEdits,
  desired,
  expectSame,
  FIELDS,
  objectOf,
  objectsOf,
  context,
} from '../support/new-objects.ts'

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
    const files: Record<string, string> = Object.fromEntries(FILE_NAMES.map((name) => [name, example(name)]))
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
        const key = keyFrom(text, taken, 'rule')
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
  test(`${kind}: what is there twice is one object; a change leaves one, and nothing stays when it goes`, async () => {
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
  ).toThrow('changes the direction of text')
  const settings = 'settings:\n  site_terms: { file: ../../.ssh/config }\n'
  expect(() => putObject('setting', settings, 'site_terms', { value: 'mine' })).toThrow('is not a text file beside it')
})

test('every kind of the registry has its file', () => {
  for (const kind of KINDS) expect(fileOf(kind.name)).toBe(kind.sources[0])
})

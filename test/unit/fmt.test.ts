import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { formatFile } from '../../src/instance/format.ts'
import { commented, isWithEntry, layouts } from '../support/layouts.ts'

const FILE = 'domain-blocks.yaml'
const instance = new URL('../../instance/', import.meta.url)

test('fields take the order of the schema, lists keep the order of the people, comments their items', async () => {
  const { text, diagnostics } = await formatFile(
    FILE,
    `# top

emptied_on_purpose: "12:30"
domain_blocks:
- severity: suspend   # why
  domain: z.example   # who
  public_comment: yes
  until: 2026-01-01

# about a
- {severity: limit, domain: 'a.example', }
`,
  )
  expect(diagnostics).toEqual([])
  expect(text).toBe(`# top

domain_blocks:
  - domain: z.example # who
    severity: suspend # why
    public_comment: yes
    until: 2026-01-01

  # about a
  - { domain: 'a.example', severity: limit }
emptied_on_purpose: "12:30"
`)
})

test('what stands twice, word for word, is kept once, with the comments of both; what differs stays', async () => {
  const twice = `domain_blocks:
  # about a
  - domain: a.example
    severity: limit
  - domain: b.example
    severity: limit
  # a, said again
  - severity: limit # why
    domain: a.example
  - { domain: a.example, severity: suspend }
  # about b
  - { domain: b.example, severity: limit }
`
  expect(await formatFile(FILE, twice)).toEqual({
    diagnostics: [],
    text: `domain_blocks:
  # about a
  # a, said again
  # why
  - domain: a.example
    severity: limit
  # about b
  - domain: b.example
    severity: limit
  - { domain: a.example, severity: suspend }
`,
  })
  // An order may be meant, and what is no list of objects has nothing to keep once.
  for (const [name, text] of [
    ['rules.yaml', 'rules:\n  - { key: a, text: t }\n  - { key: a, text: t }\n'],
    ['policy.yaml', 'protected_domains: [a.example, a.example]\n'],
  ] as const)
    expect((await formatFile(name, text)).text.match(/\ba\b/g)).toHaveLength(2)
  // What is used further down stays.
  const anchored =
    'domain_blocks:\n  - { domain: a.example, severity: limit, public_comment: x }\n  - { domain: a.example, severity: limit, public_comment: &why x }\n  - { domain: b.example, severity: limit, public_comment: *why }\n'
  expect((await formatFile(FILE, anchored)).text.match(/a\.example/g)).toHaveLength(2)
})

test('settings stay in the groups that people made', async () => {
  const grouped = 'settings:\n  # who may join\n  registrations_mode: open\n  # who we are\n  site_title: Herd\n'
  expect((await formatFile('settings.yaml', grouped)).text).toBe(grouped)
})

test('a file that would lose the place of a comment is left as it is, and said so', async () => {
  const text =
    'domain_blocks:\n- domain: a.example\n  severity: limit\n  # the end of a\n\n# about b\n- domain: b.example\n  severity: limit\n'
  expect(await formatFile(FILE, text)).toMatchObject({ text, diagnostics: [{ code: 'not-formatted' }] })
})

test('the line of a comment that would lose its place is told', async () => {
  const text =
    'domain_blocks:\n- domain: a.example\n  severity: limit\n  # the end of a\n\n# about b\n- domain: b.example\n  severity: limit\n'
  expect((await formatFile(FILE, text)).diagnostics).toEqual([
    {
      code: 'not-formatted',
      severity: 'warning',
      message: 'domain-blocks.yaml was left as it is: the comment in line 6 would not stay with what it is about.',
      at: { file: FILE, line: 6, column: 1 },
      hint: 'Move the comment in line 6 onto a line of its own, above what it is about.',
    },
  ])
})

const same = async (name: string, text: string): Promise<void> =>
  expect(await formatFile(name, text)).toEqual({ text, diagnostics: [] })

test('words and numbers stay as they are written', async () => {
  await same('moderators.yaml', 'moderators:\n  - account: 007\n    role: Owner\n  - { account: 0o17, role: 1_000 }\n')
  await same(
    'roles.yaml',
    'roles:\n  - name: A\n    position: 1e3\n    permissions: [ manage_reports ]\n    color: 001122\n    highlighted: True\n',
  )
  await same(
    'settings.yaml',
    `settings:\n  a: ~\n  b: Null\n  c: no\n  d: +1\n  e: .5\n  f: 0x1F\n  g: "a\\u00e9\\tb"\n  h: 'it''s'\n  i:\n`,
  )
  await same(
    'rules.yaml',
    'rules:\n  - key: a\n    text: plain words that\n      go on\n\n      and on\n    hint: "in quotes that\n      go on"\n',
  )
  await same(
    'rules.yaml',
    'rules:\n  - key: a\n    text: >- # why\n      folded as\n      people do\n\n        more\n    hint: |\n      one\n\n      # two\n',
  )
  expect((await formatFile('rules.yaml', 'rules:\n- text: >\n   a\n   b\n  key:   "k"\n')).text).toBe(
    'rules:\n  - key: "k"\n    text: >\n      a\n      b\n',
  )
})

test('line ends and the mark at the beginning stay as they are', async () => {
  const tidy = 'rules:\n  - key: a\n    text: |\n      One\n\n      Two\n'
  await same('rules.yaml', tidy.replaceAll('\n', '\r\n'))
  await same('rules.yaml', `\uFEFF${tidy}`)
  await same('rules.yaml', tidy.replace('rules:\n', 'rules:\r\n').replace('One\n', 'One\r\n'))
  const untidy = '\uFEFFrules:\r\n- key:   a\r\n  text: A\n- key: b\n  text: B'
  expect((await formatFile('rules.yaml', untidy)).text).toBe(
    '\uFEFFrules:\r\n  - key: a\r\n    text: A\n  - key: b\n    text: B\n',
  )
})

test('what stands in brackets over several lines stays as people laid it out, further in where its list is', async () => {
  const list = (pad: string): string =>
    `[\n${pad}  {account: zoe, role: Owner}, # founder\n\n${pad}  # the others\n${pad}  {account: bob,   role: Moderator} # on leave\n${pad}]`
  await same('moderators.yaml', `moderators: ${list('')} # all\n\n# only_these: true\n`)
  expect(
    (await formatFile('roles.yaml', `roles:\n- position: 1\n  permissions: ${list('  ')} # all\n  name: A\n`)).text,
  ).toBe(`roles:\n  - name: A\n    position: 1\n    permissions: ${list('    ')} # all\n`)
})

test('a key that was commented out below a list stays outside of it, or the file is left as it is', async () => {
  for (const comment of [
    '# only_these: true',
    '# the end\n\n# only_these: true',
    '  # - account: eve\n# only_these: true',
  ]) {
    const text = `moderators:\n  - {account: zoe, role: Owner}\n${comment}\n`
    const formatted = await formatFile('moderators.yaml', text)
    expect(formatted.text).toMatch(/^# only_these: true$/m)
  }
})

test('pointers of Git LFS and files in brackets, such as JSON, are left alone', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`
  expect(await formatFile(FILE, pointer)).toMatchObject({
    text: pointer,
    diagnostics: [{ code: 'not-formatted', hint: 'Take it in: git lfs pull' }],
  })
  await same('rules.yaml', '{\n  "rules": [\n    {"text": "A",   "key": "a"}\n  ]\n}\n')
  await same('rules.yaml', '{"rules":[{"text":"A","key":"a"}]}')
  await same('rules.yaml', '---\n')
  await same('rules.yaml', '# nothing yet\n')
})

test('long numbers keep their digits', async () => {
  expect((await formatFile('policy.yaml', 'minimum_owners:   12345678901234567890\n')).text).toBe(
    'minimum_owners: 12345678901234567890\n',
  )
})

test('every file of the example keeps its meaning, and formatting it twice is formatting it once', async () => {
  for (const name of readdirSync(instance).filter((file) => file.endsWith('.yaml'))) {
    const text = readFileSync(new URL(name, instance), 'utf8')
    const once = await formatFile(name, text)
    expect(once.diagnostics, name).toEqual([])
    expect(parse(once.text), name).toEqual(parse(text))
    expect((await formatFile(name, once.text)).text, name).toBe(once.text)
  }
})

/** Words of a file without its layout and comments. */
const wordsOf = (text: string, known: ReadonlySet<string>): string =>
  commented(text, known)
    .map(({ line, comment }) => (comment === undefined ? line : line.slice(0, -comment.length)))
    .join('')
    .replaceAll(/[\s,]/g, '')

test('of whatever people lay out, all words stay as they are written, each comment with its entry, and line ends', async () => {
  let tidied = 0
  await fc.assert(
    fc.asyncProperty(layouts, async (layout) => {
      const { text, diagnostics } = await formatFile('x.yaml', layout.text)
      if (diagnostics.length > 0) {
        expect(text).toBe(layout.text)
        return
      }
      const known = new Set(layout.lines.flatMap(({ comment }) => comment?.text ?? []))
      expect(wordsOf(text, known)).toBe(wordsOf(layout.text, known))
      const after = commented(text, known)
      expect(after.flatMap(({ comment }) => comment ?? [])).toEqual(
        layout.lines.flatMap(({ comment }) => comment?.text ?? []),
      )
      for (const [index, { comment }] of after.entries())
        if (comment !== undefined)
          expect(isWithEntry(after, index), `${comment} of\n${layout.text}\nin\n${text}`).toBe(true)
      expect(text.startsWith('\uFEFF')).toBe(layout.text.startsWith('\uFEFF'))
      const ends = new Set(layout.text.match(/\r?\n/g) ?? ['\n'])
      for (const end of text.match(/\r?\n/g) ?? []) expect(ends).toContain(end)
      tidied++
    }),
    { numRuns: 500 },
  )
  expect(tidied).toBeGreaterThan(200)
})

const word = fc.stringMatching(/^[a-z]{3,8}$/)
const comment = word.map((text) => `# ${text}`)
const trailing = fc.option(
  comment.map((text) => `   ${text}`),
  { nil: '' },
)
const value = fc.constantFrom(
  'plain words',
  "'single'",
  '"double: x"',
  '|-\n      two\n      # lines\n',
  '>\n      folded\n      text\n\n      more\n',
  'no',
  '[a, b]',
)
const field = fc.tuple(
  fc.constantFrom('domain', 'severity', 'reject_media', 'public_comment', 'private_comment', 'until', 'other'),
  value,
  trailing,
  fc.option(comment, { nil: undefined }),
)
const item = fc.record({
  fields: fc.uniqueArray(field, { selector: ([key]) => key, minLength: 1, maxLength: 5 }),
  lead: fc.array(comment, { maxLength: 2 }),
  blank: fc.boolean(),
})
/** Entries as people type them, some of which they typed before. */
const items = fc
  .tuple(fc.array(item, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(8), { maxLength: 3 }))
  .map(([list, again]) => [...list, ...again.flatMap((at) => list.slice(at, at + 1))])
const document = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.constantFrom('', '  ', '   '),
  top: fc.array(comment, { maxLength: 2 }),
  after: trailing,
  items,
  end: fc.array(comment, { maxLength: 1 }),
})

type Document = typeof document extends fc.Arbitrary<infer T> ? T : never

function typeOut({ eol, indent, top, after, items, end }: Document): string {
  const lines = [...top, `domain_blocks:${after}`]
  for (const { fields, lead, blank } of items) {
    if (blank) lines.push('')
    lines.push(...lead.map((text) => indent + text))
    for (const [row, [key, written, behind, above]] of fields.entries()) {
      if (above !== undefined && row > 0) lines.push(`${indent}  ${above}`)
      lines.push(
        `${indent}${row === 0 ? '- ' : '  '}${key}: ${written.includes('\n') ? written.trimEnd() : written + behind}`,
      )
    }
  }
  return `${[...lines, ...end].join('\n')}\n`.replaceAll('\n', eol)
}

const entriesOf = (text: string): readonly object[] =>
  (parse(text) as { readonly domain_blocks: readonly object[] }).domain_blocks
/** Without what is a text of an entry, which goes with it. */
const commentsOf = (text: string): string[] =>
  [...text.matchAll(/# [a-z]+/g)]
    .map(([found]) => found)
    .filter((found) => found !== '# lines')
    .toSorted()

test('law 11: fmt is stable and keeps meaning and comments', async () => {
  let done = 0
  await fc.assert(
    fc.asyncProperty(document, async (typed) => {
      const text = typeOut(typed)
      const once = await formatFile(FILE, text)
      const told = [
        ...new Map(
          entriesOf(text).map((entry) => [
            JSON.stringify(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))),
            entry,
          ]),
        ).values(),
      ]
      if (once.diagnostics.length > 0) expect(once.text).toBe(text)
      else expect(entriesOf(once.text)).toEqual(told)
      expect(commentsOf(once.text)).toEqual(commentsOf(text))
      expect((await formatFile(FILE, once.text)).text).toBe(once.text)
      if (once.diagnostics.length === 0) done++
    }),
    { numRuns: 500 },
  )
  expect(done).toBeGreaterThan(400)
})

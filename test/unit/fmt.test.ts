import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { formatFile } from '../../src/instance/format/format.ts'

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
    'domain_blocks:\n  - { domain: a.example, severity: limit, public_comment: x }\n  - { domain: a.example, ' +
    'severity: limit, public_comment: &why x }\n  - { domain: b.example, severity: limit, public_comment: *why }\n'
  expect((await formatFile(FILE, anchored)).text.match(/a\.example/g)).toHaveLength(2)
})

test('settings stay in the groups that people made', async () => {
  const grouped = 'settings:\n  # who may join\n  registrations_mode: open\n  # who we are\n  site_title: Herd\n'
  expect((await formatFile('settings.yaml', grouped)).text).toBe(grouped)
})

test('a file that would lose the place of a comment is left as it is, and said so', async () => {
  const text =
    'domain_blocks:\n- domain: a.example\n  severity: limit\n' +
    '  # the end of a\n\n# about b\n- domain: b.example\n  severity: limit\n'
  expect(await formatFile(FILE, text)).toMatchObject({ text, diagnostics: [{ code: 'not-formatted' }] })
})

test('the line of a comment that would lose its place is told', async () => {
  const text =
    'domain_blocks:\n- domain: a.example\n  severity: limit\n' +
    '  # the end of a\n\n# about b\n- domain: b.example\n  severity: limit\n'
  expect((await formatFile(FILE, text)).diagnostics).toEqual([
    {
      code: 'not-formatted',
      severity: 'warning',
      message: 'domain-blocks.yaml was not changed: the comment in line 6 would move away from what it is about.',
      at: { file: FILE, line: 6, column: 1 },
      hint: 'Move the comment in line 6 onto its own line, above what it is about.',
    },
  ])
})

const same = async (name: string, text: string): Promise<void> =>
  expect(await formatFile(name, text)).toEqual({ text, diagnostics: [] })

test('words and numbers stay as they are written', async () => {
  await same('moderators.yaml', 'moderators:\n  - account: 007\n    role: Owner\n  - { account: 0o17, role: 1_000 }\n')
  await same(
    'roles.yaml',
    'roles:\n  - name: A\n    position: 1e3\n    permissions: [ manage_reports ]\n' +
      '    color: 001122\n    highlighted: True\n',
  )
  await same(
    'settings.yaml',
    `settings:\n  a: ~\n  b: Null\n  c: no\n  d: +1\n  e: .5\n  f: 0x1F\n  g: "a\\u00e9\\tb"\n  h: 'it''s'\n  i:\n`,
  )
  await same(
    'rules.yaml',
    'rules:\n  - key: a\n    text: plain words that\n      go on\n\n' +
      '      and on\n    hint: "in quotes that\n      go on"\n',
  )
  await same(
    'rules.yaml',
    'rules:\n  - key: a\n    text: >- # why\n      folded as\n' +
      '      people do\n\n        more\n    hint: |\n      one\n\n      # two\n',
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

test('brackets over several lines stay as people laid them out, further in where their list is', async () => {
  const list = (pad: string): string =>
    `[\n${pad}  {account: zoe, role: Owner}, # founder\n\n${pad}  # the others\n` +
    `${pad}  {account: bob,   role: Moderator} # on leave\n${pad}]`
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
    diagnostics: [{ code: 'not-formatted', hint: 'Get the file: git lfs pull' }],
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

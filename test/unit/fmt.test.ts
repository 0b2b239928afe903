import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { formatFile } from '../../src/instance/format.ts'

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
`.replaceAll('\n', '\r\n'),
  )
  expect(diagnostics).toEqual([])
  expect(text).toBe(`# top

domain_blocks:
  - domain: z.example # who
    severity: suspend # why
    public_comment: "yes"
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
  for (const [name, text] of [['rules.yaml', 'rules:\n  - { key: a, text: t }\n  - { key: a, text: t }\n'], ['policy.yaml', 'protected_domains: [a.example, a.example]\n']] as const)
    expect((await formatFile(name, text)).text.match(/\ba\b/g)).toHaveLength(2)
  // What is used further down stays.
  const anchored = 'domain_blocks:\n  - { domain: a.example, severity: limit, public_comment: x }\n  - { domain: a.example, severity: limit, public_comment: &why x }\n  - { domain: b.example, severity: limit, public_comment: *why }\n'
  expect((await formatFile(FILE, anchored)).text.match(/a\.example/g)).toHaveLength(2)
})

test('settings stay in the groups that people made', async () => {
  const grouped = 'settings:\n  # who may join\n  registrations_mode: open\n  # who we are\n  site_title: Herd\n'
  expect((await formatFile('settings.yaml', grouped)).text).toBe(grouped)
})

test('a file that would lose the place of a comment is left as it is, and said so', async () => {
  const text = 'domain_blocks:\n- domain: a.example\n  severity: limit\n  # the end of a\n\n# about b\n- domain: b.example\n  severity: limit\n'
  expect(await formatFile(FILE, text)).toMatchObject({ text, diagnostics: [{ code: 'not-formatted' }] })
})

test('long numbers keep their digits', async () => {
  expect((await formatFile('policy.yaml', 'minimum_owners:   12345678901234567890\n')).text).toBe('minimum_owners: 12345678901234567890\n')
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

const word = fc.stringMatching(/^[a-z]{3,8}$/)
const comment = word.map((text) => `# ${text}`)
const trailing = fc.option(comment.map((text) => `   ${text}`), { nil: '' })
const value = fc.constantFrom('plain words', "'single'", '"double: x"', '|-\n      two\n      # lines\n', '>\n      folded\n      text\n\n      more\n', 'no', '[a, b]')
const field = fc.tuple(fc.constantFrom('domain', 'severity', 'reject_media', 'public_comment', 'private_comment', 'until', 'other'), value, trailing, fc.option(comment, { nil: undefined }))
const item = fc.record({ fields: fc.uniqueArray(field, { selector: ([key]) => key, minLength: 1, maxLength: 5 }), lead: fc.array(comment, { maxLength: 2 }), blank: fc.boolean() })
/** Entries as people type them, some of which they typed before. */
const items = fc.tuple(fc.array(item, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(8), { maxLength: 3 })).map(([list, again]) => [...list, ...again.flatMap((at) => list.slice(at, at + 1))])
const document = fc.record({ eol: fc.constantFrom('\n', '\r\n'), indent: fc.constantFrom('', '  ', '   '), top: fc.array(comment, { maxLength: 2 }), after: trailing, items, end: fc.array(comment, { maxLength: 1 }) })

type Document = typeof document extends fc.Arbitrary<infer T> ? T : never

function typeOut({ eol, indent, top, after, items, end }: Document): string {
  const lines = [...top, `domain_blocks:${after}`]
  for (const { fields, lead, blank } of items) {
    if (blank) lines.push('')
    lines.push(...lead.map((text) => indent + text))
    for (const [row, [key, written, behind, above]] of fields.entries()) {
      if (above !== undefined && row > 0) lines.push(`${indent}  ${above}`)
      lines.push(`${indent}${row === 0 ? '- ' : '  '}${key}: ${written.includes('\n') ? written.trimEnd() : written + behind}`)
    }
  }
  return `${[...lines, ...end].join('\n')}\n`.replaceAll('\n', eol)
}

const entriesOf = (text: string): readonly object[] => (parse(text) as { readonly domain_blocks: readonly object[] }).domain_blocks
/** Without what is a text of an entry, which goes with it. */
const commentsOf = (text: string): string[] => [...text.matchAll(/# [a-z]+/g)].map(([found]) => found).filter((found) => found !== '# lines').toSorted()

test('law 11: fmt is stable and keeps meaning and comments', async () => {
  let done = 0
  await fc.assert(
    fc.asyncProperty(document, async (typed) => {
      const text = typeOut(typed)
      const once = await formatFile(FILE, text)
      const told = [...new Map(entriesOf(text).map((entry) => [JSON.stringify(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))), entry])).values()]
      if (once.diagnostics.length > 0) expect(once.text).toBe(text)
      else expect(entriesOf(once.text)).toEqual(told)
      expect(commentsOf(once.text)).toEqual(commentsOf(text))
      expect((await formatFile(FILE, once.text)).text).toBe(once.text)
      if (once.diagnostics.length === 0) done++
    }),
    { numRuns: 1000 },
  )
  expect(done).toBeGreaterThan(700)
})

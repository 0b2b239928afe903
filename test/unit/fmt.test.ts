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
const document = fc.record({ eol: fc.constantFrom('\n', '\r\n'), indent: fc.constantFrom('', '  ', '   '), top: fc.array(comment, { maxLength: 2 }), after: trailing, items: fc.array(item, { minLength: 1, maxLength: 5 }), end: fc.array(comment, { maxLength: 1 }) })

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

const commentsOf = (text: string): string[] => [...text.matchAll(/# [a-z]+/g)].map(([found]) => found).toSorted()

test('law 11: fmt is stable and keeps meaning and comments', async () => {
  let done = 0
  await fc.assert(
    fc.asyncProperty(document, async (typed) => {
      const text = typeOut(typed)
      const once = await formatFile(FILE, text)
      expect(parse(once.text)).toEqual(parse(text))
      expect(commentsOf(once.text)).toEqual(commentsOf(text))
      expect((await formatFile(FILE, once.text)).text).toBe(once.text)
      if (once.diagnostics.length === 0) done++
    }),
    { numRuns: 1000 },
  )
  expect(done).toBeGreaterThan(700)
})

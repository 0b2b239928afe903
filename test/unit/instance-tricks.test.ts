import { describe, expect, it, test } from 'vitest'
import { loadInstance } from '../../src/providers/load-instance.ts'
import type { FileSource } from '../../src/instance/source.ts'

// YAML that says one thing to who reads it and another to who parses it.

const sourceOf = (files: { readonly [name: string]: string | Buffer }): FileSource => {
  const all = Object.entries({ 'instance.yaml': 'domain: herd.example\n', ...files }).map(
    ([name, text]) => [name, Buffer.from(text)] as const,
  )
  return {
    list: async () => all.map(([name, { length }]) => ({ name, kind: 'file', size: length })),
    read: async (name) => all.find(([one]) => one === name)?.[1] ?? Buffer.alloc(0),
  }
}

/** The codes of what is wrong; else what the blocks are read as. */
async function read(text: string | Buffer, file = 'domain-blocks.yaml'): Promise<unknown> {
  const { instance, diagnostics } = await loadInstance(sourceOf({ [file]: text }))
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  return instance === null ? errors : instance.documents['domain-blocks.yaml']?.domain_blocks
}

const ENTRY = 'domain_blocks:\n  - domain: a.example\n    severity: none\n'
const PLAIN = [{ domain: 'a.example', severity: 'none' }]

describe('is refused', () => {
  it.each([
    ['a key twice', `${ENTRY}    severity: suspend\n`],
    ['a key twice, once with an escape', `${ENTRY}    "sever\\u0069ty": suspend\n`],
    ['the list twice', `${ENTRY}domain_blocks: []\n`],
    ['a merge of another map', `x: &x { severity: suspend }\n${ENTRY}    <<: *x\n`],
    [
      'a merge in an entry',
      `domain_blocks:\n  - &a { domain: b.example, severity: suspend }\n  - { <<: *a, domain: a.example }\n`,
    ],
    ['a tag', ENTRY.replace('none', '!!str none')],
    ['a tag of its own', ENTRY.replace('none', '!ruby/object:Gem none')],
    ['another version of YAML', `%YAML 1.1\n---\n${ENTRY}`],
    [
      'another version, for a list of many',
      '%YAML 1.1\n---\n' +
        `${ENTRY}${Array.from({ length: 500 }, (_, i) => `  - { domain: a${i}.example, severity: none }\n`).join('')}`,
    ],
    [
      'a map that takes over another, in another version',
      '%YAML 1.1\n---\ndomain_blocks:\n  - &a { domain: b.example, severity: suspend }\n' +
        '  - { <<: *a, domain: a.example }\n',
    ],
    ['a version that is none', `%YAML 9.9\n---\n${ENTRY}`],
    ['tags of its own', `%TAG ! tag:evil.example,2026:\n---\n${ENTRY}`],
    ['a second document', `${ENTRY}---\n${ENTRY.replace('none', 'suspend')}`],
    ['an end, and more', `${ENTRY}...\n${ENTRY.replace('none', 'suspend')}`],
    ['a prototype', `${ENTRY}    __proto__: { severity: suspend }\n`],
    ['a constructor', `${ENTRY}    constructor: { prototype: { severity: suspend } }\n`],
    ['a prototype for the file', `${ENTRY}__proto__:\n  domain_blocks: []\n`],
    ['a list as a key', `${ENTRY}    ? [severity]\n    : suspend\n`],
    ['a map as a key', `${ENTRY}    ? { severity: x }\n    : suspend\n`],
    ['a date as a key', `${ENTRY}    2026-12-24: suspend\n`],
    ['nothing as a key', `${ENTRY}    ~: suspend\n`],
    ['a number that is none', `${ENTRY}    accept_severed_relationships: .inf\n`],
    ['a number that is not one', `${ENTRY}    accept_severed_relationships: .nan\n`],
    ['a number that no number holds', `${ENTRY}    accept_severed_relationships: 9007199254740993\n`],
    ['a number of three hundred digits', `${ENTRY}    accept_severed_relationships: 1e308\n`],
    ['a number below nothing', `${ENTRY}    accept_severed_relationships: -1\n`],
    ['a day that no year has', `${ENTRY}    until: 2026-02-30\n`],
    ['a yes of another YAML', `${ENTRY}    reject_media: yes\n`],
    ['a list that is a map', 'domain_blocks:\n  0: { domain: a.example, severity: none }\n  length: 1\n'],
    ['a list of itself', 'domain_blocks: &a\n  - *a\n'],
    ['nesting without end', `domain_blocks: ${'['.repeat(5_000)}`],
    ['maps in maps without end', Array.from({ length: 5_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a NUL', `${ENTRY}    public_comment: "a\\0b"\n`],
    ['a raw NUL', `${ENTRY}    public_comment: "a\0b"\n`],
    ['letters that change the direction', `${ENTRY}    public_comment: "a\u202eb"\n`],
    ['the same, escaped', `${ENTRY}    public_comment: "a\\u202eb"\n`],
    ['lines that end as on old Macs', ENTRY.replaceAll('\n', '\r')],
    ['a line that only some programs end', `# a\r${ENTRY}`],
    ['a comment in which some programs see a key', `${ENTRY}    # no:\r    reject_media: true\n`],
    ['a page break', ENTRY.replace('  -', '\f-')],
    ['latin-1', Buffer.from(`${ENTRY}    public_comment: sch\u00f6n\n`, 'latin1')],
    ['UTF-16', Buffer.from(`\ufeff${ENTRY}`, 'utf16le')],
    [
      'UTF-8 that is too long for its letters',
      Buffer.concat([Buffer.from(ENTRY), Buffer.from([0x23, 0xc0, 0xaf, 0x0a])]),
    ],
  ])('%s', async (_what, text) => {
    const found = await read(text)
    expect(
      Array.isArray(found) && found.length > 0 && found.every((code) => typeof code === 'string'),
      JSON.stringify(found)?.slice(0, 200),
    ).toBe(true)
  })
})

describe('means what it looks like', () => {
  it.each([
    ['the line ends of another system', ENTRY.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${ENTRY}`],
    ['comments of another line end', `# a\u0085domain_blocks: []\n${ENTRY}`],
    ['a comment that looks like an entry', `${ENTRY}  # - domain: b.example\n  #   severity: suspend\n`],
    ['names for values', `domain_blocks:\n  - domain: &d a.example\n    severity: none\n`],
    ['escapes', ENTRY.replace('a.example', '"\\x61.\\u0065xample"')],
    ['braces', 'domain_blocks: [ { domain: a.example, severity: none } ]\n'],
    ['a start of the document', `---\n${ENTRY}`],
    ['its own version', `%YAML 1.2\n---\n${ENTRY}`],
  ])('%s', async (_what, text) => {
    expect(await read(text)).toEqual(PLAIN)
  })
})

test('a prototype is nobody’s after any of that', () => {
  expect(({} as { readonly severity?: unknown }).severity).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
})

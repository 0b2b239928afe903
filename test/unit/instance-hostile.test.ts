import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadInstance } from '../../src/providers/load-instance.ts'
import { directorySource } from '../../src/instance/source.ts'
import { lines, load } from '../support/instance.ts'

/**
 * Of the processor, whoever else wants it. Generous: each of these takes well under a second where nothing is
 * quadratic.
 */
const SOON = 10_000

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(start)
  return { value, ms: (user + system) / 1000 }
}

describe('hostile YAML is refused quickly, with its place', () => {
  const bomb =
    'rules: &a [x, x]\n' +
    Array.from(
      { length: 18 },
      (_, index) =>
        `k${index}: &${'abcdefghijklmnopqrstuvwxyz'[index + 1]} [*${'abcdefghijklmnopqrstuvwxyz'[index]}, ` +
        `*${'abcdefghijklmnopqrstuvwxyz'[index]}]\n`,
    ).join('')

  test.each([
    ['aliases that double', bomb, 'too-many-aliases'],
    ['few aliases that double all the same', bomb.split('\n').slice(0, 10).join('\n'), 'too-many-aliases'],
    ['a list of aliases without end', `rules:\n  - &a x\n${'  - *a\n'.repeat(50_000)}`, 'too-many-aliases'],
    ['an alias to itself', 'rules: &a [*a]\n', 'wrong-type'],
    ['an alias to nothing', 'rules: *a\n', 'yaml-alias'],
    [
      'a map of 20,000 keys',
      `${Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join('')}`,
      'unknown-key',
    ],
    ['one key 20,000 times', 'rules: 1\n'.repeat(20_000), 'duplicate-key'],
    ['a key in quotes and without', '1: a\n"1": b\n', 'duplicate-key'],
    ['brackets without end', '['.repeat(10_000_000), 'too-deep'],
    ['maps without end', '{a: '.repeat(100_000), 'too-deep'],
    ['dashes without end', '- '.repeat(100_000), 'too-deep'],
    ['sixty levels', `${'['.repeat(60)}${']'.repeat(60)}`, 'too-deep'],
    [
      'indentation without end',
      `a:\n${Array.from({ length: 2_000 }, (_, index) => `${' '.repeat(index + 1)}a:`).join('\n')}`,
      'too-deep',
    ],
    ['a tag', 'rules: !!js/function "x"\n', 'yaml-syntax'],
    ['a known tag', 'rules: !!str x\n', 'yaml-tag'],
    ['a tag on a key', '!!str rules: []\n', 'yaml-tag'],
    ['a map for a key', '? {a: b}\n: c\n', 'yaml-key'],
    ['two documents', 'rules: []\n---\nrules: []\n', 'more-documents'],
    ['200,000 documents', '---\n'.repeat(200_000), 'more-documents'],
    ['brackets full of errors', `rules: [${','.repeat(1_000_000)}]`, 'too-large'],
    ['50,000 lines with an error each', '- "a" b\n'.repeat(50_000), 'yaml-syntax'],
    ['20,000 lines with a bracket that nothing closes', '- [a\n'.repeat(20_000), 'yaml-syntax'],
    ['NUL', 'rules: []\n# a\0b\n', 'unwanted-character'],
    ['an escaped NUL', 'rules:\n  - { key: a, text: "b\\0" }\n', 'unwanted-character'],
    ['half a character', 'rules:\n  - { key: a, text: "b\\ud800" }\n', 'unwanted-character'],
    ['a bidi override', 'rules: [] # \u202E\n', 'unwanted-character'],
    ['an escaped bidi isolate in a key', '"ru\\u2066les": []\n', 'unwanted-character'],
    ['an escape sequence of a terminal', 'rules: [] # \u001B[2J\n', 'unwanted-character'],
    ['two million empty lines', '\n'.repeat(2_000_000), 'too-large'],
    ['a list for a file', '- a\n', 'wrong-type'],
    ['a word for a file', 'rules\n', 'wrong-type'],
    ['keys of prototypes', '__proto__: { rules: [] }\nconstructor: 1\n', 'unknown-key'],
  ])('%s', async (_what, text, code) => {
    const { value, ms } = await timed(() => load({ 'rules.yaml': text }))
    expect(value.instance).toBeNull()
    expect(lines(value)[0]).toContain(`error ${code} rules.yaml:`)
    expect(value.diagnostics.length).toBeLessThanOrEqual(101)
    expect(ms).toBeLessThan(SOON)
  })

  test('the place of a character that can not be seen is right', async () => {
    expect(lines(await load({ 'rules.yaml': 'rules: []\n# é\u202Eb\n' }))).toEqual([
      expect.stringContaining('rules.yaml:2:4 there is a character that changes the direction of text (U+202E) here'),
    ])
    expect(
      lines(
        await load({ 'settings.yaml': 'settings:\n  site_extended_description: { file: a.md }\n', 'a.md': 'x\ny\0' }),
      ),
    ).toEqual([expect.stringContaining('a.md:2:2 there is a NUL character')])
  })

  test('what is not UTF-8 is told, and a byte order mark is not', async () => {
    expect(lines(await load({ 'rules.yaml': Buffer.from([0x72, 0xff, 0xfe]) }))).toEqual([
      expect.stringContaining('error not-utf8 rules.yaml:1:1'),
    ])
    expect(lines(await load({ 'rules.yaml': '\uFEFFrules: []\nemptied_on_purpose: x\n' }))).toEqual([])
  })

  test('a value that says its type only in YAML 1.1 stays text', async () => {
    const { instance } = await load({
      'rules.yaml': 'rules:\n  - { key: no, text: 12:30:45 }\n  - { key: on, text: 2026-01-02 }\n',
    })
    expect(instance?.documents['rules.yaml']?.rules).toEqual([
      { key: 'no', text: '12:30:45' },
      { key: 'on', text: '2026-01-02' },
    ])
  })

  test('any bytes at all give diagnostics, never an exception', async () => {
    const bits = fc.constantFrom(
      'rules:',
      '- ',
      'key: a',
      'text: b',
      '\n',
      '  ',
      '*a',
      '&a ',
      '!x ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|\n',
      '? ',
      ': ',
      '#',
      '---',
      '%',
      '\t',
      '\0',
      '\u202E',
      '<<: ',
      ',',
      '~',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(bits, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''))),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        async (bytes) => {
          const { instance, diagnostics } = await load({ 'rules.yaml': bytes })
          expect(instance === null).toBe(diagnostics.some(({ severity }) => severity === 'error'))
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('a folder', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'herdbook-instance-'))
    await writeFile(join(folder, 'outside.md'), 'secret')
    await mkdir(join(folder, 'instance'))
    await writeFile(join(folder, 'instance', 'instance.yaml'), 'domain: herd.example\n')
    await writeFile(
      join(folder, 'instance', 'settings.yaml'),
      'settings:\n  site_extended_description: { file: about.md }\n',
    )
    await symlink('../outside.md', join(folder, 'instance', 'about.md'))
    await symlink('/etc/passwd', join(folder, 'instance', 'rules.yaml'))
    await writeFile(join(folder, 'instance', 'domain-blocks.yaml'), '')
    await truncate(join(folder, 'instance', 'domain-blocks.yaml'), 50 * 1024 * 1024)
    await writeFile(join(folder, 'instance', 'ip-block.yml'), '')
    await writeFile(join(folder, 'instance', 'vm.yaml'), '')
    await mkdir(join(folder, 'instance', 'moderators.yaml'))
    execFileSync('mkfifo', [join(folder, 'instance', 'roles.yaml')])
  })
  afterAll(async () => rm(folder, { recursive: true }))

  test('is read without following links, waiting for pipes, or opening what is too large', async () => {
    const { value, ms } = await timed(() => loadInstance(directorySource(join(folder, 'instance'))))
    expect(value.instance).toBeNull()
    expect(
      lines(value)
        .map((line) => line.split(' ').slice(0, 3).join(' '))
        .sort(),
    ).toEqual([
      'error not-a-file moderators.yaml:1:1',
      'error not-a-file roles.yaml:1:1',
      'error symlink about.md:1:1',
      'error symlink rules.yaml:1:1',
      'error symlink settings.yaml:2:38',
      'error too-large domain-blocks.yaml:1:1',
      'warning unread ip-block.yml:1:1',
    ])
    expect(value.diagnostics.find(({ at }) => at?.file === 'ip-block.yml')?.hint).toBe('Did you mean ip-blocks.yaml?')
    expect(JSON.stringify(value)).not.toContain('secret')
    expect(ms).toBeLessThan(SOON)
  })

  test('that becomes a link after it was listed is still not followed', async () => {
    const source = directorySource(join(folder, 'instance'))
    await expect(source.read('rules.yaml')).rejects.toMatchObject({ code: 'ELOOP' })
    await expect(source.read('domain-blocks.yaml')).rejects.toThrow(/larger/)
  })

  test('that is not there is told with what to do', async () => {
    const loaded = await loadInstance(directorySource(join(folder, 'nowhere')))
    expect(lines(loaded)).toEqual([
      'error no-folder - Herdbook cannot read the folder of the instance: it is not there',
    ])
  })

  test('without instance.yaml names no server, which is told', async () => {
    await mkdir(join(folder, 'bare'))
    const loaded = await loadInstance(directorySource(join(folder, 'bare')))
    expect(lines(loaded)).toEqual([
      'warning no-instance-yaml - there is no instance.yaml, so Herdbook does not know your server',
    ])
    expect(loaded.instance?.documents).toEqual({})
  })
})

describe('size', () => {
  const blocks = (count: number): string =>
    'domain_blocks:\n' +
    Array.from(
      { length: count },
      (_, index) =>
        `  - domain: server-${index}.example\n    severity: suspend\n    public_comment: Spam, no moderation\n`,
    ).join('')

  test('reading takes time in proportion to the number of blocks', async () => {
    await load({ 'domain-blocks.yaml': blocks(2_000) })
    const few = await timed(() => load({ 'domain-blocks.yaml': blocks(4_000) }))
    const many = await timed(() => load({ 'domain-blocks.yaml': blocks(32_000) }))
    expect(lines(many.value)).toEqual([])
    expect(many.ms / few.ms).toBeLessThan(8 * 3)
  })

  test('a file in which every row is wrong is told of, not listed without end', async () => {
    const { value, ms } = await timed(() =>
      load({ 'domain-blocks.yaml': blocks(20_000).replaceAll('suspend', 'suspnd') }),
    )
    expect(value.diagnostics).toHaveLength(101)
    expect(lines(value).join('\n')).toContain('domain-blocks.yaml has 19900 more problems')
    expect(ms).toBeLessThan(SOON)
  })

  test('a rule that every row breaks does not take quadratic time either', async () => {
    const twice = blocks(20_000).replaceAll(/server-\d+/g, 'server')
    let row = 0
    const different = twice.replaceAll('Spam, no moderation', () => `Spam ${(row += 1)}`)
    for (const [text, code] of [
      [twice, 'repeated'],
      [different, 'duplicate'],
    ] as const) {
      const { value, ms } = await timed(() => load({ 'domain-blocks.yaml': text }))
      expect(value.diagnostics.filter((one) => one.code === code)).toHaveLength(19_999)
      expect(value.instance === null).toBe(code === 'duplicate')
      expect(ms).toBeLessThan(SOON)
    }
  })
})

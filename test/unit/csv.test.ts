import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import type { DomainBlock } from '../../src/instance/documents.ts'
import { editObjects } from '../support/edits.ts'
import { mergeBlockList } from '../../src/instance/import/merge.ts'
import { readBlockList, type ListedBlock } from '../../src/instance/import/read.ts'
import { STRENGTH, severityOf } from '../../src/instance/severity.ts'

const read = (text: string, more: { defaultSeverity?: 'suspend' | 'silence' | 'noop' } = {}) =>
  readBlockList(Buffer.from(text), { file: 'list.csv', ...more })
const block = (domain: string, line: number, rest: Partial<ListedBlock> = {}): ListedBlock => ({
  domain,
  severity: 'suspend',
  reject_media: false,
  reject_reports: false,
  obfuscate: false,
  line,
  ...rest,
})

test("Mastodon's export is read, with a byte order mark, CRLF and comments of several lines", () => {
  const { entries, diagnostics } = read(
    '\uFEFF#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n' +
      'spam.example,suspend,true,true,"Spam,\r\nlots of ""it""",false\r\n' +
      'Loud.Example,silence,false,true,,true\r\n',
  )
  expect(diagnostics).toEqual([])
  expect(entries).toEqual([
    block('spam.example', 2, { reject_media: true, reject_reports: true, public_comment: 'Spam,\nlots of "it"' }),
    block('loud.example', 4, { severity: 'silence', reject_reports: true, obfuscate: true }),
  ])
})

test("FediBlockHole's columns are read in any order, and the words of Mastodon's forms", () => {
  const { entries, diagnostics } = read('severity,domain,private_comment\nlimit,a.example,ours\nNone,b.example,\n')
  expect(diagnostics).toEqual([])
  expect(entries).toEqual([
    block('a.example', 2, { severity: 'silence', private_comment: 'ours' }),
    block('b.example', 3, { severity: 'noop' }),
  ])
})

test('a plain list of domains asks for a severity, once, and takes the one that is given', () => {
  const list = '# bad ones\nhttps://One.example/about\n\n*.two.example\nmünchen.example.\n'
  const asked = read(list)
  expect(asked.entries).toEqual([])
  expect(asked.diagnostics).toMatchObject([
    {
      code: 'severity-missing',
      severity: 'error',
      message: '3 rows have no severity.',
      at: { line: 2 },
      hint: expect.stringContaining('--severity'),
    },
  ])
  expect(read(list, { defaultSeverity: 'silence' }).entries.map(({ domain, line }) => [domain, line])).toEqual([
    ['one.example', 2],
    ['two.example', 4],
    ['xn--mnchen-3ya.example', 5],
  ])
})

test('what is no domain, hidden or no severity is told with its line and left out', () => {
  const { entries, diagnostics } = read(
    'domain,severity,public_comment\nb*d.example,suspend,\nnot a domain!,suspend,\n' +
      'x.example,destroy,\ny.example,suspend,a\u202eb\nz.example,limit,\nZ.example,suspend,\n',
  )
  expect(diagnostics.map(({ code, at }) => [code, at?.line])).toEqual([
    ['obfuscated', 2],
    ['not-a-domain', 3],
    ['unknown-severity', 4],
    ['unwanted-character', 5],
    ['listed-twice', 7],
  ])
  expect(entries).toEqual([block('y.example', 5), block('z.example', 7)])
})

test('a quote that never ends, and bytes that are no text, are told', () => {
  expect(read('domain,severity\na.example,"suspend\n').diagnostics).toMatchObject([{ code: 'csv-syntax' }])
  expect(readBlockList(Buffer.from([0xff, 0xfe, 0x61]), { file: 'x' }).diagnostics).toMatchObject([
    { code: 'not-utf8' },
  ])
})

test('60,000 rows are read', () => {
  const rows = Array.from({ length: 60_000 }, (_, index) => `d${index}.example,suspend,true`)
  const { entries, diagnostics } = read(['domain,severity,reject_media', ...rows].join('\n'))
  expect([entries.length, diagnostics.length, entries.at(-1)?.line]).toEqual([60_000, 0, 60_001])
})

const OPTIONS = {
  source: 'https://lists.example/tier0.csv',
  budget: { create: 25, update: 25 },
  until: '2026-12-01',
  now: new Date('2026-11-24T12:00:00Z'),
}
const FILE = `domain_blocks:
  # ours
  - domain: Limited.Example   # since 2024
    severity: limit
    public_comment: 'our words'
  - domain: gone.example
    severity: suspend
  - domain: media.example
    severity: none
    reject_media: true
    reported_in: https://ours.example/7
`
const blocksOf = (text: string): DomainBlock[] => (parse(text) as { domain_blocks: DomainBlock[] }).domain_blocks

test('a list adds and raises, says what it skips, and leaves the words of the people here', () => {
  const entries = [
    block('limited.example', 2, { public_comment: 'their words' }),
    block('gone.example', 3, { severity: 'silence' }),
    block('sub.gone.example', 4),
    block('new.example', 5, { public_comment: 'Spam' }),
    block('sub.new.example', 6, { severity: 'silence' }),
    block('github.io', 7),
    block('retracted.example', 8, { severity: 'noop' }),
    block('media.example', 9, { severity: 'noop', reject_reports: true }),
    block('friend.example', 10),
  ]
  const merge = mergeBlockList(blocksOf(FILE), entries, {
    ...OPTIONS,
    refuse: (domain) => (domain === 'friend.example' ? 'the policy protects it' : undefined),
  })
  expect(merge.adds.map(({ domain }) => domain)).toEqual(['new.example'])
  expect(merge.raises.map((raise) => [raise.block.domain, raise.from])).toEqual([
    ['limited.example', 'silence'],
    ['media.example', 'noop'],
  ])
  expect(merge.skips.map(({ line, why }) => [line, why]).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [3, 'already blocked at least as strictly'],
    [4, 'covered by the block of gone.example'],
    [6, 'covered by the block of new.example'],
    [7, 'people register names below it, so it is not a server'],
    [8, 'the list says that you need not block it'],
    [10, 'the policy protects it'],
  ])
  expect(merge.raise).toBeUndefined()
  const [edited] = editObjects((file) => (file === 'domain-blocks.yaml' ? FILE : undefined), merge.changes)
  expect(edited?.text).toBe(`domain_blocks:
  # ours
  - domain: Limited.Example   # since 2024
    severity: suspend
    public_comment: 'our words'
    reported_in: https://lists.example/tier0.csv
  - domain: gone.example
    severity: suspend
  - domain: media.example
    severity: none
    reject_media: true
    reported_in: https://ours.example/7
    reject_reports: true
  - domain: new.example
    severity: suspend
    public_comment: 'Spam'
    reported_in: https://lists.example/tier0.csv
`)
})

test('a list larger than the budget says which raise it needs; a file as source stands in the private comment', () => {
  const entries = Array.from({ length: 30 }, (_, index) => block(`d${index}.example`, index + 2))
  const merge = mergeBlockList([], entries, { ...OPTIONS, source: 'tier0.csv' })
  expect(merge.raise).toEqual({ kind: 'domain-block', create: 30, until: '2026-12-01', reason: 'Import of tier0.csv' })
  expect(merge.changes[0]?.fields).toMatchObject({ private_comment: 'Imported from tier0.csv' })
})

const domain = fc.constantFrom('a.example', 'b.a.example', 'c.b.a.example', 'd.example', 'e.d.example')
const severity = fc.constantFrom('suspend', 'silence', 'noop')
const flags = { reject_media: fc.boolean(), reject_reports: fc.boolean() }

test('whatever the list, no block is lowered or lost, and the list has nothing more to say afterwards', () => {
  const existing = fc.uniqueArray(fc.record({ domain, severity, ...flags }), {
    selector: (one) => one.domain,
    minLength: 1,
  })
  const listed = fc.uniqueArray(fc.record({ domain, severity, ...flags, obfuscate: fc.boolean(), line: fc.nat(99) }), {
    selector: (one) => one.domain,
  })
  fc.assert(
    fc.property(existing, listed, (before, entries) => {
      const text = `domain_blocks:\n${before.map((one) => `  - ${JSON.stringify(one)}\n`).join('')}`
      const { changes } = mergeBlockList(before, entries, OPTIONS)
      const after = blocksOf(editObjects(() => text, changes)[0]?.text ?? text)
      const strength = (one: DomainBlock | undefined): number =>
        one ? STRENGTH[severityOf(one.severity) ?? 'noop'] : -1
      for (const one of before) {
        const now = after.find((other) => other.domain === one.domain)
        expect(strength(now)).toBeGreaterThanOrEqual(strength(one))
        if (now?.severity !== 'suspend')
          expect([now?.reject_media ?? false, now?.reject_reports ?? false]).toEqual([
            one.reject_media || now?.reject_media,
            one.reject_reports || now?.reject_reports,
          ])
      }
      expect(mergeBlockList(after, entries, OPTIONS).changes).toEqual([])
    }),
    { numRuns: 500 },
  )
})

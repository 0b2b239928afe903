import { parse } from 'yaml'
import { describe, expect, it, test } from 'vitest'
import type { DomainBlock } from '../../src/instance/documents.ts'
import { editObjects } from '../support/edits.ts'
import { mergeBlockList, type ListMerge, type ListMergeOptions } from '../../src/instance/import/merge.ts'
import type { ListedBlock } from '../../src/instance/import/read.ts'

const NOW = new Date('2026-11-30T12:00:00Z')
const OPTIONS: ListMergeOptions = {
  source: 'list.csv',
  budget: { create: 25, update: 25 },
  until: '2026-12-07',
  now: NOW,
}
const row = (domain: string, rest: Partial<ListedBlock> = {}): ListedBlock => ({
  domain,
  severity: 'suspend',
  reject_media: false,
  reject_reports: false,
  obfuscate: false,
  line: 2,
  ...rest,
})

interface Merged {
  readonly merge: ListMerge
  readonly blocks: readonly DomainBlock[]
}

function merged(
  blocks: readonly DomainBlock[],
  rows: readonly ListedBlock[],
  more: Partial<ListMergeOptions> = {},
): Merged {
  const text = `domain_blocks:\n${blocks.map((one) => `  - ${JSON.stringify(one)}\n`).join('')}`
  const merge = mergeBlockList(blocks, rows, { ...OPTIONS, ...more })
  const after = editObjects(() => text, merge.changes, { now: NOW })[0]?.text ?? text
  return { merge, blocks: (parse(after) as { domain_blocks: DomainBlock[] }).domain_blocks }
}

describe('entries that have ended', () => {
  const ended: readonly DomainBlock[] = [
    {
      domain: 'old.example',
      severity: 'suspend',
      until: '2020-01-01',
      public_comment: 'ours',
      reported_in: 'https://ours.example/1',
    },
    { domain: 'gone.example', severity: 'suspend', until: '2026-11-30' },
  ]

  it('are no blocks: what the list names is blocked again, in the words of the people here', () => {
    const { merge, blocks } = merged(ended, [
      row('old.example', { severity: 'silence', public_comment: 'theirs' }),
      row('sub.gone.example', { line: 3 }),
    ])
    expect([merge.adds.map(({ domain }) => domain), merge.skips]).toEqual([['old.example', 'sub.gone.example'], []])
    expect(blocks).toEqual([
      {
        domain: 'old.example',
        severity: 'limit',
        public_comment: 'ours',
        reported_in: 'https://ours.example/1',
        private_comment: 'Imported from list.csv',
      },
      ended[1],
      { domain: 'sub.gone.example', severity: 'suspend', private_comment: 'Imported from list.csv' },
    ])
  })

  it('are blocks until they do', () => {
    const { merge } = merged(
      [{ domain: 'old.example', severity: 'suspend', until: '2026-12-01' }],
      [row('old.example'), row('sub.old.example')],
    )
    expect(merge.skips.map(({ why }) => why)).toEqual([
      'already blocked at least as strictly, until 2026-12-01',
      'covered by the block of old.example',
    ])
  })
})

test('a row that is weaker than the block above it is added as the stricter of both, and said', () => {
  const { merge, blocks } = merged(
    [{ domain: 'foo.example', severity: 'limit', reject_reports: true }],
    [row('sub.foo.example', { severity: 'noop', reject_media: true })],
  )
  expect(blocks[1]).toEqual({
    domain: 'sub.foo.example',
    severity: 'limit',
    reject_media: true,
    reject_reports: true,
    private_comment: 'Imported from list.csv',
  })
  expect(merge.remarks).toEqual([
    {
      domain: 'sub.foo.example',
      line: 2,
      why: 'the block of foo.example is stricter, so Herdbook adds it with the stricter of both: limit',
    },
  ])
})

test('and so is one that is weaker than what the list itself says above it', () => {
  const { blocks } = merged(
    [{ domain: 'x.example', severity: 'limit' }],
    [
      row('sub.foo.example', { severity: 'noop', reject_media: true }),
      row('foo.example', { severity: 'silence', line: 9 }),
    ],
  )
  expect(blocks.slice(1).map(({ domain, severity, reject_media }) => [domain, severity, reject_media])).toEqual([
    ['foo.example', 'limit', undefined],
    ['sub.foo.example', 'limit', true],
  ])
})

test('a raise drops the end of the block, and says so', () => {
  const { merge, blocks } = merged(
    [{ domain: 'a.example', severity: 'limit', until: '2026-12-24' }],
    [row('a.example')],
  )
  expect(blocks).toEqual([{ domain: 'a.example', severity: 'suspend' }])
  expect(merge.remarks).toMatchObject([
    {
      why:
        'the list makes this block stricter and has no end date, ' +
        'so Herdbook takes the end date 2026-12-24 out of the file: the block then stays until someone lifts it',
    },
  ])
})

test('what a list says of the flags of a suspension is kept', () => {
  const flags = { reject_media: true, reject_reports: true }
  const { blocks } = merged(
    [{ domain: 'a.example', severity: 'limit', reject_media: true }],
    [row('a.example', flags), row('b.example', flags)],
  )
  expect(blocks.map(({ domain: _domain, private_comment: _note, ...rest }) => rest)).toEqual([
    { severity: 'suspend', ...flags },
    { severity: 'suspend', ...flags },
  ])
})

test('the private comment of a list is kept, else it says where the block is from; own words stay', () => {
  const { blocks } = merged(
    [{ domain: 'old.example', severity: 'limit', private_comment: 'ours' }],
    [
      row('old.example', { private_comment: 'theirs' }),
      row('a.example', { private_comment: 'theirs' }),
      row('b.example'),
    ],
  )
  expect(blocks.map(({ domain, private_comment }) => [domain, private_comment])).toEqual([
    ['old.example', 'ours'],
    ['a.example', 'theirs'],
    ['b.example', 'Imported from list.csv'],
  ])
})

test('options stand in where a row has no word for it', () => {
  const extra = { reported_in: 'https://x.example/1', until: '2027-01-01' }
  const { blocks } = merged([{ domain: 'a.example', severity: 'limit' }], [row('b.example'), row('a.example')], {
    extra,
    source: 'https://lists.example/a.csv',
  })
  expect(blocks).toEqual([
    { domain: 'a.example', severity: 'suspend', reported_in: extra.reported_in },
    { domain: 'b.example', severity: 'suspend', ...extra },
  ])
})

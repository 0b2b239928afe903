import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { readBlockList, type BlockList, type ListOptions } from '../../src/instance/import/read.ts'

const read = (value: unknown, more: Partial<ListOptions> = {}): BlockList =>
  readBlockList(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 2)), {
    file: 'list',
    ...more,
  })
const said = (list: BlockList): readonly string[] =>
  list.entries.map(({ domain, severity, reject_media, reject_reports, public_comment, line }) =>
    [line, domain, severity, reject_media ? 'media' : '', reject_reports ? 'reports' : '', public_comment ?? '']
      .join(' ')
      .trimEnd()
      .replaceAll(/ {2,}/g, ' '),
  )
const left = (list: BlockList): readonly string[] => list.leftOut.map(({ code, line }) => `${line} ${code}`)
const digest = (domain: string): string => createHash('sha256').update(domain).digest('hex')

describe("Mastodon's public list", () => {
  const shown = (domain: string, real: string, severity = 'suspend') => ({
    domain,
    digest: digest(real),
    severity,
    comment: severity === 'suspend' ? 'Spam' : null,
  })
  const list = [
    shown('a.example', 'a.example'),
    shown('hi***n.example', 'hidden.example', 'silence'),
    shown('so***e.example', 'someone.example'),
  ]

  it('is read, and hidden names are known again by their digest', () => {
    const found = read(list, { known: ['other.example', 'hidden.example'] })
    expect(said(found)).toEqual(['3 a.example suspend Spam', '9 hidden.example silence'])
    expect([left(found), found.hidden]).toEqual([['15 obfuscated'], [digest('someone.example')]])
  })

  it('leaves them out where nobody knows them, and digests in a table are taken too', () => {
    expect(left(read(list))).toEqual(['9 obfuscated', '15 obfuscated'])
    const table =
      'domain,severity,digest\n' +
      `hi***n.example,limit,${digest('hidden.example').toUpperCase()}\nhidden.example,none,\n`
    expect(said(read(table))).toEqual(['2 hidden.example silence'])
  })

  it('of the API for admins has all fields', () => {
    const admin = {
      id: '1',
      domain: 'a.example',
      severity: 'silence',
      reject_media: true,
      reject_reports: false,
      private_comment: 'ours',
      public_comment: 'Loud',
      obfuscate: true,
      created_at: '2024-01-01',
    }
    expect(read([admin]).entries).toEqual([
      {
        domain: 'a.example',
        severity: 'silence',
        reject_media: true,
        reject_reports: false,
        obfuscate: true,
        public_comment: 'Loud',
        private_comment: 'ours',
        line: 4,
      },
    ])
  })
})

describe("GoToSocial's domain permissions", () => {
  it('give no severity but the day of a suspension, and those that allow block nobody', () => {
    const list = read(
      [
        { domain: 'a.example', suspended_at: '2024-01-01T00:00:00Z', comment: 'Spam' },
        { domain: 'b.example', silenced_at: '2024-01-01T00:00:00Z', obfuscate: true },
        { domain: 'c.example', permission_type: 'allow', severity: 'suspend' },
        { domain: 'd.example', public_comment: 'Loud' },
        { domain: 'e.example', severity: { a: 1 } },
        { instance: 'f.example' },
      ],
      { defaultSeverity: 'noop' },
    )
    expect(said(list)).toEqual(['3 a.example suspend Spam', '8 b.example silence', '18 d.example noop Loud'])
    expect(left(list).toSorted()).toEqual(['13 allowed', '22 no-domain', '22 unknown-severity'])
    expect(read([{ domain: 'a.example' }]).diagnostics).toMatchObject([{ code: 'severity-missing' }])
  })

  it('are a CSV like any other', () => {
    expect(
      said(
        read(
          '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n' +
            'a.example,suspend,false,false,Spam,false\n',
        ),
      ),
    ).toEqual(['2 a.example suspend Spam'])
  })
})

test("RapidBlock's list says of each domain whether it is blocked", () => {
  const list = read({
    spec: 'x',
    publishedAt: '2022',
    blocks: { 'a.example': { isBlocked: true, reason: 'Spam' }, 'b.example': { isBlocked: false }, 'c.example': {} },
  })
  expect([said(list), left(list)]).toEqual([['5 a.example suspend Spam', '9 b.example noop'], ['12 no-severity']])
})

test('a dataset of FIRES recommends, and takes back', () => {
  const about = (entityKey: string, type: string, recommendedPolicy?: string) => ({
    type,
    entityKind: 'domain',
    entityKey,
    recommendedPolicy,
  })
  const list = read({
    type: 'Collection',
    orderedItems: [
      about('a.example', 'Recommendation', 'drop'),
      about('b.example', 'Recommendation', 'filter'),
      about('c.example', 'Recommendation', 'accept'),
      about('d.example', 'Recommendation', 'drop'),
      about('d.example', 'Retraction'),
      about('e.example', 'Advisory'),
      {
        type: 'Recommendation',
        entityKind: 'actor',
        entityKey: 'https://f.example/users/x',
        recommendedPolicy: 'drop',
      },
    ],
  })
  expect(said(list).map((one) => one.replace(/^\d+ /, ''))).toEqual([
    'a.example suspend',
    'b.example silence',
    'c.example noop',
    'd.example noop',
  ])
  expect(list.leftOut.map(({ code }) => code).toSorted()).toEqual(['no-domain', 'no-severity'])
})

describe('the MRF simple policy', () => {
  const policy = {
    accept: ['friend.example'],
    reject: ['a.example', ['b.example', 'Spam']],
    media_removal: ['*.c.example'],
    report_removal: ['c.example'],
    federated_timeline_removal: ['d.example'],
    media_nsfw: ['e.example'],
  }
  const rows = (list: BlockList) => said(list).map((one) => one.replace(/^\d+ /, ''))
  const READ = ['a.example suspend', 'b.example suspend Spam', 'c.example noop media reports', 'd.example silence']

  it('is read alone, and out of the nodeinfo of a server', () => {
    const alone = read(policy)
    expect([rows(alone), alone.leftOut.map(({ code }) => code)]).toEqual([READ, ['allowed', 'no-counterpart']])
    expect(alone.diagnostics.map(({ code }) => code)).toContain('nearest-severity')
    const nodeinfo = {
      version: '2.0',
      metadata: {
        federation: {
          mrf_policies: ['SimplePolicy'],
          mrf_simple: policy,
          mrf_simple_info: { reject: { 'a.example': { reason: 'Bots' } } },
        },
      },
    }
    expect(rows(read(nodeinfo))).toEqual(['a.example suspend Bots', ...READ.slice(1)])
    expect(rows(read({ uri: 'x', pleroma: nodeinfo }))).toEqual(['a.example suspend Bots', ...READ.slice(1)])
    expect(rows(read(nodeinfo.metadata.federation))).toEqual(['a.example suspend Bots', ...READ.slice(1)])
  })

  it('is read out of a configuration, without what is a comment there', () => {
    const list = read(`import Config

# config :pleroma, :mrf_simple, reject: [{"old.example", ""}]
config :pleroma, :instance, name: "x", blocked: ["no.example"]
config :pleroma, :mrf_simple,
  # reject: ["older.example"],
  reject: [
    {"a.example", ""}, # {"commented.example", ""}
    {"b.example", "Spam"}
  ],
  accept: ["friend.example"],
  media_removal: ["*.c.example"], report_removal: [{"c.example", "why"}],
  federated_timeline_removal: ["d.example"],
  media_nsfw: ["e.example"]

config :pleroma, :other, reject: ["no.example"]
`)
    expect(said(list)).toEqual([
      '8 a.example suspend',
      '9 b.example suspend Spam',
      '12 c.example noop media reports why',
      '13 d.example silence',
    ])
    expect(left(list)).toEqual(['11 allowed', '14 no-counterpart'])
  })

  it.each([
    'reject: ~w(a.example b.example)',
    'reject: ["a.example" <> x]',
    'reject: ["#{x}.example"]',
    'reject: [{"a.example", "b"}',
    'reject: [a: "b.example"]',
  ])('is refused where it is more than names in quotes: %s', (body) => {
    expect(read(`config :pleroma, :mrf_simple,\n  ${body}\n`).diagnostics).toMatchObject([
      { code: 'elixir-syntax', at: { line: expect.any(Number) } },
    ])
  })
})

test('a hosts file is a list of names without severities', () => {
  const list = read(
    '# hosts\n127.0.0.1 localhost\n::1 ip6-localhost\n0.0.0.0 a.example # loud\n0.0.0.0 b.example c.example\n',
    { defaultSeverity: 'silence' },
  )
  expect([said(list), left(list), list.format]).toEqual([
    ['4 a.example silence', '5 b.example silence', '5 c.example silence'],
    [],
    'a hosts file',
  ])
  expect(read('0.0.0.0 a.example\n').diagnostics).toMatchObject([{ code: 'severity-missing' }])
})

test('what is deep, wide or long costs no more than its length, and breaks nothing', () => {
  const began = process.cpuUsage()
  const deep = '['.repeat(200_000)
  for (const text of [
    deep,
    `${deep}${']'.repeat(200_000)}`,
    `[{"domain":"a.example","severity":${deep}${']'.repeat(200_000)}}]`,
    `domain${',x'.repeat(500_000)}\na.example\n`,
    `a.example${','.repeat(500_000)}x`,
    '#'.repeat(500_000),
    `${'"'.repeat(500_001)}`,
    'domain,severity\n'.repeat(50_000),
    `config :pleroma, :mrf_simple, reject: ${'{'.repeat(500_000)}`,
    ` #${' #'.repeat(300_000)}\u2028`,
    `https://a.example/${'@a/'.repeat(200_000)}`,
    Array.from({ length: 130_000 }, (_, i) => `d${i}.example,limit`).join('\n'),
  ])
    read(text, { defaultSeverity: 'silence' })
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(20)
})

import { describe, expect, it, test } from 'vitest'
import { readBlockList, type BlockList, type ListOptions } from '../../src/instance/lists/read.ts'

const read = (text: string, more: Partial<ListOptions> = {}): BlockList =>
  readBlockList(Buffer.from(text), { file: 'list.csv', ...more })
const said = (list: BlockList): readonly string[] =>
  list.entries.map(({ domain, severity, reject_media, reject_reports }) =>
    [domain, severity, ...(reject_media ? ['media'] : []), ...(reject_reports ? ['reports'] : [])].join(' '),
  )
const errors = (list: BlockList): readonly string[] =>
  list.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
const codes = (list: BlockList): readonly string[] => list.diagnostics.map(({ code }) => code)

const HEADER = 'domain,severity,reject_media,reject_reports,public_comment,obfuscate'
const ROWS = 'alpha.example,silence,false,false,loud,false\nbeta.example,noop,true,false,media,false\n'
const AS_WRITTEN = ['alpha.example silence', 'beta.example noop media']

/** Each with `--severity suspend`, which people type because a message once asked for it. */
describe('a header is found', () => {
  const cases: { readonly [what: string]: string } = {
    'on the first line': `${HEADER}\n${ROWS}`,
    'below comments, with quotes and commas in them': `# Our "tier 0, list\n# updated weekly, by hand\n\n${HEADER}\n${ROWS}`,
    'below sep=,': `sep=,\n${HEADER}\n${ROWS}`,
    'behind a byte order mark': `\uFEFF${HEADER}\n${ROWS}`,
    'with the # of Mastodon': `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n${ROWS}`,
    'with one # and a blank': `# ${HEADER}\n${ROWS}`,
    'in quotes': `${HEADER.split(',')
      .map((name) => `"#${name}"`)
      .join(',')}\n${ROWS}`,
    'again in the middle': `${HEADER}\nalpha.example,silence,false,false,loud,false\n${HEADER}\nbeta.example,noop,true,false,media,false\n`,
    'again in the middle with a # and a byte order mark': `${HEADER}\nalpha.example,silence,false,false,loud,false\n\uFEFF#domain,#severity,#reject_media\nbeta.example,noop,true\n`,
    'with its columns in another order in the second part': `${HEADER}\nalpha.example,silence,false,false,loud,false\nseverity,reject_media,domain\nnoop,true,beta.example\n`,
    'as a spreadsheet writes it': `Domain,Severity,Reject Media,Reject Reports,Public Comment\n${ROWS.replaceAll(',false\n', '\n')}`,
    'with semicolons': `${HEADER}\n${ROWS}`.replaceAll(',', ';'),
    'with sep=; and semicolons': `sep=;\n${HEADER}\n${ROWS}`.replaceAll(',', ';'),
    'with tabs': `${HEADER}\n${ROWS}`.replaceAll(',', '\t'),
    'in a table of Markdown':
      '| domain | severity | reject_media |\n|---|---|---|\n| alpha.example | silence | no |\n| beta.example | noop | yes |\n',
    'in rows that are quoted whole': `${HEADER}\n${ROWS}`.replaceAll(/^.+$/gm, '"$&"'),
    'above rows that are quoted whole': `${HEADER}\n${ROWS.replaceAll(/^.+$/gm, '"$&"')}`,
    'in a page of Markdown with text around it':
      'Our list\n====\n\nA "free" text, with | and more.\n\n| Instance | Status¹ | Reject media | Reason |\n| :--- | -- | :-: | --- |\n| `alpha.example` | 🔇 | no | [loud](https://x.example/) |\n| **beta.example** | none | yes | "media" |\n\n¹ 🔇: limit\n',
    'called action': 'domain,action,reject_media\nalpha.example,silence,false\nbeta.example,noop,true\n',
    'with a severity under a name that nobody knows':
      'domain,what we do,reject_media\nalpha.example,silence,false\nbeta.example,noop,true\n',
    'with a severity under a comment':
      'domain,comment,reject_media\nalpha.example,silence,false\nbeta.example,noop,true\n',
  }
  it.each(Object.entries(cases))('%s', (_what, text) => {
    const list = read(text, { defaultSeverity: 'suspend' })
    expect(errors(list)).toEqual([])
    expect(said(list)).toEqual(AS_WRITTEN)
    expect(said(read(text.replaceAll('\n', '\r\n'), { defaultSeverity: 'suspend' }))).toEqual(AS_WRITTEN)
  })

  it.each([
    'domain',
    '#domain',
    'Domain Name',
    'instance',
    'Instance',
    'host',
    'Host',
    'hostname',
    'server',
    'INSTANCES',
    'Domäne',
    'url',
  ])('by the name %s', (name) => {
    expect(
      said(read(`${name},severity,comment\nalpha.example,silence,loud\n`, { defaultSeverity: 'suspend' })),
    ).toEqual(['alpha.example silence'])
    expect(said(read(`${name}\nalpha.example\n`, { defaultSeverity: 'silence' }))).toEqual(['alpha.example silence'])
  })

  it('in no comment that only begins like one', () => {
    expect(
      said(
        read(
          `${HEADER}\nalpha.example,silence,false,false,,\n# hosts\n# Domain, and why\n# instance\nbeta.example,noop,true,,,\n`,
          { defaultSeverity: 'suspend' },
        ),
      ),
    ).toEqual(AS_WRITTEN)
    expect(said(read(`# host, please note\nalpha.example,silence\n`, { defaultSeverity: 'suspend' }))).toEqual([
      'alpha.example silence',
    ])
  })
})

describe('columns without names', () => {
  it('are a domain and its severity', () => {
    const list = read('alpha.example,suspend,true,true,spam,false\nbeta.example,silence,false,false,,false\n', {
      defaultSeverity: 'suspend',
    })
    expect(said(list)).toEqual(['alpha.example suspend', 'beta.example silence'])
    expect(list.diagnostics).toMatchObject([
      { code: 'columns-not-read', message: expect.stringContaining('the other 4 are not read') },
    ])
  })

  it.each([
    'alpha.example,spam\nbeta.example,loud\n',
    'alpha.example,,silence\nbeta.example,,noop\n',
    'alpha.example,spam,silence\n',
    'domain,created_at,what\nalpha.example,2020,silence\nbeta.example,2021,other\n',
  ])('are refused where the second is none: %j', (text) =>
    expect(errors(read(text, { defaultSeverity: 'suspend' }))).toEqual(['columns-unnamed']),
  )

  it.each([
    'Domaine à bloquer,Sévérité\nalpha.example,silence\n',
    'domain,suspend,silence\nalpha.example,false,true\n',
  ])('and a first line that nobody understands is no row: %j', (text) => {
    expect(errors(read(text, { defaultSeverity: 'suspend' }))).toEqual(['header-unknown'])
  })

  it.each([
    'domain,severity,severity\na.example,suspend,limit\n',
    'domain,severity,domain\na.example,limit,b.example\n',
  ])('and two of one name are refused: %j', (text) => expect(errors(read(text))).toEqual(['column-twice']))
})

describe('rows', () => {
  it.each(['true', 'True', 'TRUE', 't', 'T', 'yes', 'Y', 'on', 'x', '1', 'wahr', 'WAHR', 'ja', '✓'])(
    'say yes to a flag by %s',
    (word) => {
      expect(said(read(`domain,severity,reject_media\na.example,silence,${word}\n`))).toEqual([
        'a.example silence media',
      ])
    },
  )

  it.each(['false', 'F', 'no', 'N', 'off', '0', '', 'falsch', '-'])('say no by %j', (word) => {
    const list = read(`domain,severity,reject_media\na.example,silence,${word}\n`)
    expect([said(list), codes(list)]).toEqual([['a.example silence'], []])
  })

  test('with another word there are told, and it counts as no', () => {
    const list = read('domain,severity,reject_media\na.example,silence,perhaps\n')
    expect(said(list)).toEqual(['a.example silence'])
    expect(list.diagnostics).toMatchObject([{ code: 'unknown-flag', severity: 'warning', at: { line: 2 } }])
  })

  test('columns that are not read are told, where they hold something', () => {
    expect(read('domain,severity,created_at,empty,\na.example,limit,2020-01-01,,\n').diagnostics).toMatchObject([
      { code: 'columns-not-read', message: 'the column "created_at" is not read' },
    ])
    expect(read('domain,severity,comment,reasons\na.example,limit,spam,\n').entries).toMatchObject([
      { public_comment: 'spam' },
    ])
  })

  test('with more cells than the header are told: a comment goes on, and what could mean anything is left out', () => {
    const last = read("domain,severity,public_comment\na.example,limit,'spam, more'\n")
    expect(last.entries).toMatchObject([{ severity: 'silence', public_comment: "'spam, more'" }])
    expect(codes(last)).toEqual(['more-cells'])
    const between = read('domain,severity,comment,reject_media\na.example,limit,spam, true,false\n')
    expect([said(between), codes(between)]).toEqual([['a.example silence'], ['more-cells']])
    const before = read('domain,comment,severity\na.example,rude, suspend,limit\nb.example,,limit\n', {
      defaultSeverity: 'suspend',
    })
    expect([said(before), codes(before)]).toEqual([['b.example silence'], ['too-many-cells']])
    const none = read('domain\na.example,limit\nb.example\n', { defaultSeverity: 'suspend' })
    expect([said(none), codes(none)]).toEqual([['b.example suspend'], ['too-many-cells']])
    expect(codes(read('domain,severity\na.example,limit,,,\n'))).toEqual([])
    const moved = read(
      'domain,comment,reject_media,severity,obfuscate\na.example,spam, more,,limit,\nb.example,spam, more,,limit\nc.example,,,limit\n',
      { defaultSeverity: 'suspend' },
    )
    expect([said(moved), codes(moved)]).toEqual([['c.example silence'], ['too-many-cells', 'too-many-cells']])
  })

  test('of one domain are merged to the stricter of each field, and the given severity outranks none of them', () => {
    const list = read(
      'domain,severity,reject_media,reject_reports,comment\na.example,limit,false,true,\nA.example,limit,true,false,loud\na.example,none,,,\na.example,,,,\nb.example,limit,,,\nb.example,suspend,,,no\n',
      { defaultSeverity: 'suspend' },
    )
    expect(said(list)).toEqual(['a.example silence media reports', 'b.example suspend'])
    expect(list.entries).toMatchObject([{ public_comment: 'loud' }, { public_comment: 'no' }])
    expect(list.defaulted).toBe(0)
  })

  test('with one unknown severity are left out alone', () => {
    const list = read('domain,severity\na.example,destroy\nb.example,limit\n')
    expect([said(list), list.leftOut.map(({ code, line }) => [code, line]), errors(list)]).toEqual([
      ['b.example silence'],
      [['unknown-severity', 2]],
      [],
    ])
  })

  test('take what was given where they say nothing themselves, and are capped', () => {
    const list = read('domain,severity,reject_media,comment\na.example,suspend,,theirs\nb.example,,no,\n', {
      defaultSeverity: 'silence',
      atMost: 'silence',
      otherwise: { reject_media: true, public_comment: 'ours' },
    })
    expect(said(list)).toEqual(['a.example silence media', 'b.example silence'])
    expect(list.entries.map((entry) => entry.public_comment)).toEqual(['theirs', 'ours'])
    expect([list.defaulted, list.capped, list.rows]).toEqual([1, 1, 2])
  })

  test('give a severity in the words of Mastodon, of its forms and of other programs, in whatever letters', () => {
    const list = read(
      'domain,severity\na.example,limit\nb.example,Suspend\nc.example,SUSPEND\nd.example,filter\ne.example,drop\nf.example,noop\ng.example,None\n',
    )
    expect([said(list), codes(list)]).toEqual([
      [
        'a.example silence',
        'b.example suspend',
        'c.example suspend',
        'd.example silence',
        'e.example suspend',
        'f.example noop',
        'g.example noop',
      ],
      [],
    ])
  })

  test('with empty cells in quotes say nothing there', () => {
    const list = read('domain,severity,reject_media,public_comment,obfuscate\nalpha.example,"limit","","",""\n')
    expect([list.entries, codes(list)]).toEqual([
      [
        {
          domain: 'alpha.example',
          severity: 'silence',
          reject_media: false,
          reject_reports: false,
          obfuscate: false,
          line: 2,
        },
      ],
      [],
    ])
  })

  test.each(['', 'domain,severity\n'])(
    'take a star for a server with all below it, and for nothing else: %j',
    (header) => {
      const list = read(
        header +
          ['*.zeta.example', '*.tk', '*foo.example', 'foo.*', '*']
            .map((name) => (header ? `${name},suspend\n` : `${name}\n`))
            .join(''),
        { defaultSeverity: 'suspend' },
      )
      expect(said(list)).toEqual(['zeta.example suspend'])
      expect(list.leftOut.map(({ code }) => code)).toEqual(['no-dot', 'obfuscated', 'obfuscated', 'obfuscated'])
    },
  )

  test('name one domain in any of its spellings, and one that only looks like another as what it is', () => {
    const list = read(
      'domain,severity\nmünchen.example,limit\nxn--mnchen-3ya.example,limit\nI❤.example,limit\nfoo。example,limit\nfoo.example,limit\nmast\u043edon.example,suspend\n',
    )
    expect(said(list)).toEqual([
      'xn--mnchen-3ya.example silence',
      'xn--i-7iq.example silence',
      'foo.example silence',
      'xn--mastdon-djg.example suspend',
    ])
    expect(list.diagnostics.map(({ code, at }) => [code, at?.line])).toEqual([
      ['listed-twice', 3],
      ['listed-twice', 6],
    ])
  })

  test('that name an address of IPv6 are told as that, and a row that tests a list is a row', () => {
    const list = read('domain,severity\n2001:db8::1,suspend\ndni.invalid,suspend\n')
    expect(list.leftOut).toMatchObject([{ code: 'not-a-domain', line: 2 }])
    expect(list.diagnostics.map(({ message }) => message).join()).toContain('this is an IP address')
    expect(said(list)).toEqual(['dni.invalid suspend'])
  })

  test('name a domain by a web address or a handle; one label names no server', () => {
    const list = read(
      'https://a.example/about\n@user@b.example\nuser@c.example\n*.d.example\ntk\nhttps://a.example/@x@e.example\n',
      { defaultSeverity: 'silence' },
    )
    expect(said(list)).toEqual(['a.example silence', 'b.example silence', 'c.example silence', 'd.example silence'])
    expect(list.leftOut.map(({ code }) => code)).toEqual(['no-dot', 'not-a-domain'])
  })

  test('that begin with a number are no error', () => {
    for (const domain of ['404.example', '434.example'])
      expect(said(read(`${domain}\n`, { defaultSeverity: 'silence' }))).toEqual([`${domain} silence`])
  })

  test('that name people are no list of servers', () => {
    for (const text of ['@alice@a.example\nbob@b.example\n', 'domain,severity\nalice@a.example,suspend\n'])
      expect(errors(read(text, { defaultSeverity: 'suspend' }))).toEqual(['accounts-listed'])
    expect(
      errors(read('Account address,Hide notifications\nalice@a.example,true\n', { defaultSeverity: 'suspend' })),
    ).toHaveLength(1)
  })

  test('have no comment where a program wrote that there is none', () => {
    expect(
      read(
        'domain,severity,comment\na.example,limit,null\nb.example,limit,None\nc.example,limit,none of it\n',
      ).entries.map((entry) => entry.public_comment),
    ).toEqual([undefined, undefined, 'none of it'])
  })

  test('of a table with no domain in them are told with their line', () => {
    expect(
      read('# one\n\ndomain,severity,comment\n# two\na.example,limit,"of\ntwo lines"\n\n# three\nb c,limit,\n').leftOut,
    ).toMatchObject([{ code: 'not-a-domain', line: 9 }])
  })
})

describe('a list of which nothing can be read is an error', () => {
  it.each([
    ['', 'it is empty'],
    ['# nothing\n\n', 'it holds only comments'],
    ['<!DOCTYPE html>\n<html><body>Not Found</body></html>', 'it is a web page'],
    ['404: Not Found', 'the message of an error'],
    ['Not Found\n', 'the message of an error'],
    ['- domain: a.example\n  severity: suspend\n', 'it is YAML'],
    ['domain_blocks:\n  - domain: a.example\n', 'it is YAML'],
    ['! Title: x\n||a.example^\n||b.example^\n', 'for ad blockers'],
    ['domain,severity\n', 'holds no row'],
    ['a.example suspend\nb.example limit\n', 'not one row of 2 can be read'],
    ['domain,severity\na.example,destroy\n', "the one row of list.csv can't be read"],
    ['domain,severity\nb*d.example,suspend\n', "the one row of list.csv can't be read"],
    ['{"error":"Record not found"}', 'it says "Record not found"'],
    ['{"a":1}', 'no list that Herdbook knows'],
    ['[{"domain":"a.example"', "can't be read as that"],
  ])('%j', (text, why) => {
    const list = read(text, { defaultSeverity: 'suspend' })
    expect(list.entries).toEqual([])
    expect(
      list.diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ message }) => message)
        .join('\n'),
    ).toContain(why)
  })
})

/** Every name that an object has before anything was put into it. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype)

test.each(INHERITED)('%s is a word like any other in a list', (name) => {
  const table = read(
    `domain,severity,${name},${name}\na.example,limit,${name},x\n${name},limit,,\nb.example,${name},,\n`,
  )
  expect(said(table)).toEqual(['a.example silence'])
  expect(table.leftOut.map(({ code }) => code)).toEqual([
    expect.stringMatching(/no-dot|not-a-domain/),
    'unknown-severity',
  ])
  expect(
    errors(read(`${name},severity\na.example,limit\n`, { defaultSeverity: 'suspend' })).length,
  ).toBeLessThanOrEqual(1)
  expect(read(`domain,severity,reject_media\na.example,limit,${name}\n`).entries).toMatchObject([
    { reject_media: false },
  ])
  const key = JSON.stringify(name)
  expect(
    said(
      read(
        `[{"domain":"a.example","severity":"limit",${key}:${key}},{"domain":${key},"severity":${key}},{${key}:"b.example"},${key}]`,
      ),
    ),
  ).toEqual(['a.example silence'])
  expect(said(read(`{"blocks":{${key}:{"isBlocked":true},"a.example":{"isBlocked":true,${key}:1}},${key}:1}`))).toEqual(
    ['a.example suspend'],
  )
  expect(
    said(
      read(
        `{"mrf_simple":{"reject":[["a.example",${key}],${key}],${key}:["b.example"]},"mrf_simple_info":{"reject":{${key}:{"reason":"x"}}}}`,
      ),
    ),
  ).toEqual(['a.example suspend'])
  expect(errors(read(`{${key}:["a.example"]}`))).toEqual(['json-unknown'])
})

import { describe, expect, it, test } from 'vitest'
import { read, said, errors, codes } from '../support/lists.ts'

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
      { code: 'columns-not-read', message: 'Herdbook does not read the column "created_at"' },
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
      'domain,comment,reject_media,severity,obfuscate\n' +
        'a.example,spam, more,,limit,\nb.example,spam, more,,limit\nc.example,,,limit\n',
      { defaultSeverity: 'suspend' },
    )
    expect([said(moved), codes(moved)]).toEqual([['c.example silence'], ['too-many-cells', 'too-many-cells']])
  })

  test('of one domain are merged to the stricter of each field, and the given severity outranks none of them', () => {
    const list = read(
      'domain,severity,reject_media,reject_reports,comment\n' +
        'a.example,limit,false,true,\nA.example,limit,true,false,loud\n' +
        'a.example,none,,,\na.example,,,,\nb.example,limit,,,\nb.example,suspend,,,no\n',
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
      'domain,severity\na.example,limit\nb.example,Suspend\nc.example,SUSPEND\n' +
        'd.example,filter\ne.example,drop\nf.example,noop\ng.example,None\n',
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
      'domain,severity\nmünchen.example,limit\nxn--mnchen-3ya.example,limit\n' +
        'I❤.example,limit\nfoo。example,limit\nfoo.example,limit\nmast\u043edon.example,suspend\n',
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

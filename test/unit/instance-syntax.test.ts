import { describe, expect, test } from 'vitest'
import { edit } from '../../src/instance/edit/edit.ts'
import { formatFile } from '../../src/instance/format/format.ts'
import { hints, lines, load } from '../support/instance.ts'

const blocks = (...rows: string[]): string => ['domain_blocks:', ...rows, ''].join('\n')

describe('what is not YAML is told once, where the person has to type, in words for people new to it', () => {
  test.each([
    [
      'a single quote without an end',
      blocks("  - domain: 'spam.example", '    severity: suspend', '  - domain: bad.example'),
      '2:13',
      "a text begins with ' here, but its ' is missing",
      "Type ' where",
    ],
    [
      'a double quote without an end',
      blocks('  - domain: "spam.example', '    severity: suspend'),
      '2:13',
      'a text begins with " here, but its " is missing',
      'Type " where',
    ],
    [
      'a quote that the next quote ends',
      blocks("  - domain: 'spam.example", '    severity: suspend', "  - domain: 'bad.example'"),
      '2:13',
      "begins with ' here",
      "Type ' where",
    ],
    [
      'a key with a quote without an end',
      `"domain_blocks:\n  - domain: a.example\n`,
      '1:1',
      'begins with " here',
      'Type " where',
    ],
    [
      'an apostrophe in single quotes',
      blocks('  - domain: a.example', "    public_comment: 'It's spam'"),
      '3:25',
      'ended just before this',
      "'it''s'",
    ],
    [
      'a quote in double quotes',
      blocks('  - domain: a.example', '    public_comment: "They say "hi" all day"'),
      '3:32',
      'ended just before this',
      '\\"',
    ],
    [
      'a backslash in double quotes',
      blocks('  - domain: a.example', String.raw`    public_comment: "C:\path"`),
      '3:24',
      'backslash',
      "in ' quotes",
    ],
    [
      'a bracket without an end',
      blocks('  - domain: a.example', '    reasons: [a, b', '    severity: none'),
      '3:14',
      'begins with [ here, but its ] is missing',
      'Type ] where',
    ],
    ['a bracket at the end of the file', 'domain_blocks: [a, b\n', '1:16', 'begins with [ here', 'Type ] where'],
    ['a bracket that another one ends', 'domain_blocks: [a, b}\n', '1:16', 'begins with [ here', 'Type ] where'],
    [
      'a brace without an end',
      blocks('  - { domain: a.example, severity: none', '  - domain: b.example'),
      '2:5',
      'begins with { here, but its } is missing',
      'Type } where',
    ],
    [
      'a comma that is missing in braces',
      blocks("  - { domain: 'a.example' severity: none }"),
      '2:27',
      'does not belong here',
      'comma',
    ],
    [
      'a comma that is missing between plain words',
      blocks('  - { domain: a.example severity: none }'),
      '2:15',
      'a comma is missing',
      'comma',
    ],
    ['a tab', blocks('\t- domain: a.example', '  severity: none'), '2:1', 'begins with a tab', 'spaces'],
    [
      'a dash without a space',
      blocks('  -domain: a.example', '    severity: none'),
      '2:12',
      'no space after its dash',
      'Type a space',
    ],
    [
      'a colon without a space',
      blocks('  - domain:a.example', '    severity: none'),
      '2:5',
      'no space after its colon',
      'Type a space',
    ],
    [
      'a colon that is missing',
      blocks('  - domain: a.example', '    severity suspend', '  - domain: b.example'),
      '3:5',
      'no colon',
      'key: value',
    ],
    ['a colon that is missing at the top', 'domain_blocks\n  - domain: a.example\n', '1:1', 'no colon', 'key: value'],
    [
      'a colon in a text',
      blocks('  - domain: a.example', '    public_comment: Spam: no moderation'),
      '3:21',
      'a colon',
      'in quotes',
    ],
    [
      'a colon at the end of a text',
      'ip_blocks:\n  - ip: 2001:db8::\n    severity: no_access\n',
      '2:9',
      'ends with a colon',
      'in quotes',
    ],
    [
      'a line that is too far in',
      blocks('  - domain: a.example', '      severity: suspend'),
      '2:13',
      'too many spaces in front',
      'as many spaces',
    ],
    [
      'a line that is not far enough in',
      blocks('  - domain: a.example', '  severity: suspend'),
      '3:1',
      'a different number of spaces',
      'as many spaces',
    ],
    [
      'a line between two columns',
      blocks('  - domain: a.example', '   severity: suspend'),
      '3:1',
      'a different number of spaces',
      'as many spaces',
    ],
    [
      'an entry that is further out',
      blocks('    - domain: a.example', '  - domain: b.example'),
      '3:1',
      'a different number of spaces',
      'as many spaces',
    ],
    [
      'a space that is none',
      blocks('  - domain:\u00a0a.example', '    severity: none'),
      '2:12',
      'only looks like a space',
      'Type a normal space',
    ],
    [
      'a space that is none at the beginning of a line',
      blocks('\u00a0 - domain: a.example', '    severity: none'),
      '2:1',
      'only looks like a space',
      'Type a normal space',
    ],
    ['a handle', 'moderators:\n  - account: @alice\n', '2:14', 'begin with @', 'in quotes'],
    ['a backtick', blocks('  - domain: `a.example`'), '2:13', 'begin with `', 'in quotes'],
    ['a percent sign', blocks('  - domain: %a'), '2:13', 'begin with %', 'in quotes'],
    ['a star', blocks('  - domain: *.spam.example'), '2:13', 'begins with *', 'in quotes'],
    ['an ampersand', blocks('  - domain: a.example', '    public_comment: & co'), '3:21', 'begins with &', 'in quotes'],
    [
      'an exclamation mark',
      blocks('  - domain: a.example', '    public_comment: !spam'),
      '3:21',
      'begins with !',
      'in quotes',
    ],
    [
      'a text beside the sign for many lines',
      blocks('  - domain: a.example', '    public_comment: | Spam', '      and more'),
      '3:23',
      '| and >',
      'next line',
    ],
    [
      'a text that begins with the sign for folded lines',
      blocks('  - domain: a.example', '    public_comment: >50 reports'),
      '3:23',
      '| and >',
      'in quotes',
    ],
    [
      'a list where a text belongs',
      blocks('  - domain: a.example', '    public_comment: - spam'),
      '3:21',
      'a dash',
      'in quotes',
    ],
    ['a comment right after a quote', blocks("  - domain: 'a.example'#b"), '2:24', '# needs a space', 'space before'],
  ])('%s', async (_what, text, place, message, hint) => {
    const file = /^(moderators|ip_blocks)/.test(text)
      ? `${text.slice(0, text.indexOf(':')).replace('_', '-')}.yaml`
      : 'domain-blocks.yaml'
    const loaded = await load({ [file]: text })
    expect(loaded.instance).toBeNull()
    expect(lines(loaded)).toEqual([expect.stringContaining(message)])
    expect(lines(loaded)[0]).toContain(` ${file}:${place} `)
    expect(hints(loaded)[0]).toContain(hint)
  })

  test('with a line each where several lines are wrong', async () => {
    const loaded = await load({
      'rules.yaml': 'rules:\n\t- key: a\n\t  text: a\n',
      'domain-blocks.yaml': blocks("  - domain: 'a"),
    })
    expect(lines(loaded).map((line) => line.split(' ')[2])).toEqual([
      'domain-blocks.yaml:2:13',
      'rules.yaml:2:1',
      'rules.yaml:3:1',
    ])
  })

  test('a merge conflict that was left in a file, or in a text that a file names', async () => {
    const conflict = (ours: string, theirs: string): string => `<<<<<<< HEAD\n${ours}=======\n${theirs}>>>>>>> topic\n`
    const loaded = await load({
      'domain-blocks.yaml': `domain_blocks:\n${conflict('  - domain: a.example\n', '  - domain: b.example\n')}`,
      'settings.yaml': 'settings:\n  site_extended_description: { file: about.md }\n',
      'about.md': `# About\n\n${conflict('We are nice.\n', 'We are kind.\n')}`,
    })
    expect(loaded.instance).toBeNull()
    expect(lines(loaded)).toEqual([
      'error merge-conflict domain-blocks.yaml:2:1 this file still has a merge conflict',
      'error merge-conflict about.md:3:1 this file still has a merge conflict',
    ])
    expect(new Set(hints(loaded))).toEqual(
      new Set([
        'Keep the right lines of both sides. Then delete the lines that begin with <<<<<<<, ======= and >>>>>>>.',
      ]),
    )
  })

  test('lines that end as on old Macs', async () => {
    for (const [text, place] of [
      [blocks('  - domain: a.example').replaceAll('\n', '\r'), '1:15'],
      [`# ours\n# a\r${blocks('  - domain: a.example')}`, '2:4'],
    ] as const) {
      const loaded = await load({ 'domain-blocks.yaml': text })
      expect(lines(loaded)).toEqual([
        `error unwanted-character domain-blocks.yaml:${place} this line ends with a carriage return ` +
          '(U+000D) alone, and only some programs see a line end there',
      ])
      expect(hints(loaded)).toEqual(['Save the file with Unix line ends (LF) or Windows line ends (CRLF).'])
    }
  })

  test('and never repeats what may be a secret', async () => {
    for (const value of [
      "'ghp_secret",
      '"ghp_secret',
      '[ghp_secret',
      '"ghp_secret" ghp_secret',
      '| ghp_secret',
      '"\\ghp_secret"',
      '@ghp_secret',
    ])
      expect(
        JSON.stringify((await load({ 'instance.yaml': `domain: herd.example\nledger_key: ${value}\n` })).diagnostics),
      ).not.toContain('ghp')
  })
})

test('a file that asks for YAML 1.1 is refused by name, by every verb: words mean something else there', async () => {
  const body = blocks('  - domain: a.example', '    severity: limit', '    until: 2031-01-01', '    reject_media: yes')
  const text = `# ours\n%YAML 1.1\n---\n${body}`
  const loaded = await load({ 'domain-blocks.yaml': text })
  expect(lines(loaded)).toEqual([
    'error yaml-version domain-blocks.yaml:2:1 this line asks for YAML 1.1, ' +
      'where words such as yes and 12:30 mean something else; Herdbook reads YAML 1.2',
  ])
  expect(hints(loaded)).toEqual(['Delete the line %YAML 1.1.'])
  await expect(formatFile('domain-blocks.yaml', text)).rejects.toThrow('asks for YAML 1.1')
  expect(() => edit('domain-blocks.yaml', text, [])).toThrow('asks for YAML 1.1')
  const mended = text.replace('%YAML 1.1\n', '').replace('yes', 'true')
  expect(lines(await load({ 'domain-blocks.yaml': mended }))).toEqual([])
  expect(lines(await load({ 'domain-blocks.yaml': text.replace('1.1', '1.2').replace('yes', 'true') }))).toEqual([])
})

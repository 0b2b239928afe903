import { describe, expect, it, test } from 'vitest'
import { read, said, errors, HEADER, ROWS, AS_WRITTEN } from '../support/lists.ts'

/** Each with `--severity suspend`, which people type because a message once asked for it. */
describe('a header is found', () => {
  const cases: { readonly [what: string]: string } = {
    'on the first line': `${HEADER}\n${ROWS}`,
    'below comments, with quotes and commas in them':
      '# Our "tier 0, list\n' + `# updated weekly, by hand\n\n${HEADER}\n${ROWS}`,
    'below sep=,': `sep=,\n${HEADER}\n${ROWS}`,
    'behind a byte order mark': `\uFEFF${HEADER}\n${ROWS}`,
    'with the # of Mastodon': `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n${ROWS}`,
    'with one # and a blank': `# ${HEADER}\n${ROWS}`,
    'in quotes': `${HEADER.split(',')
      .map((name) => `"#${name}"`)
      .join(',')}\n${ROWS}`,
    'again in the middle':
      `${HEADER}\nalpha.example,silence,false,false,loud,false\n` +
      `${HEADER}\nbeta.example,noop,true,false,media,false\n`,
    'again in the middle with a # and a byte order mark':
      `${HEADER}\nalpha.example,silence,false,false,loud,false\n` +
      '\uFEFF#domain,#severity,#reject_media\nbeta.example,noop,true\n',
    'with its columns in another order in the second part':
      `${HEADER}\nalpha.example,silence,false,false,loud,false\n` +
      'severity,reject_media,domain\nnoop,true,beta.example\n',
    'as a spreadsheet writes it':
      'Domain,Severity,Reject Media,Reject Reports,Public Comment\n' + ROWS.replaceAll(',false\n', '\n'),
    'with semicolons': `${HEADER}\n${ROWS}`.replaceAll(',', ';'),
    'with sep=; and semicolons': `sep=;\n${HEADER}\n${ROWS}`.replaceAll(',', ';'),
    'with tabs': `${HEADER}\n${ROWS}`.replaceAll(',', '\t'),
    'in a table of Markdown':
      '| domain | severity | reject_media |\n|---|---|---|\n' +
      '| alpha.example | silence | no |\n| beta.example | noop | yes |\n',
    'in rows that are quoted whole': `${HEADER}\n${ROWS}`.replaceAll(/^.+$/gm, '"$&"'),
    'above rows that are quoted whole': `${HEADER}\n${ROWS.replaceAll(/^.+$/gm, '"$&"')}`,
    'in a page of Markdown with text around it':
      'Our list\n====\n\nA "free" text, with | and more.\n\n| Instance | Status¹ | Reject media | Reason |\n' +
      '| :--- | -- | :-: | --- |\n| `alpha.example` | 🔇 | no | [loud](https://x.example/) |\n' +
      '| **beta.example** | none | yes | "media" |\n\n¹ 🔇: limit\n',
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
          `${HEADER}\nalpha.example,silence,false,false,,\n# hosts\n` +
            '# Domain, and why\n# instance\nbeta.example,noop,true,,,\n',
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
      { code: 'columns-not-read', message: expect.stringContaining('and not the other 4') },
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

describe('a list of which nothing can be read is an error', () => {
  it.each([
    ['', 'it is empty'],
    ['# nothing\n\n', 'it contains only comments'],
    ['<!DOCTYPE html>\n<html><body>Not Found</body></html>', 'it is a web page'],
    ['404: Not Found', 'it is an error message'],
    ['Not Found\n', 'it is an error message'],
    ['- domain: a.example\n  severity: suspend\n', 'it is YAML'],
    ['domain_blocks:\n  - domain: a.example\n', 'it is YAML'],
    ['! Title: x\n||a.example^\n||b.example^\n', 'for ad blockers'],
    ['domain,severity\n', 'has no rows'],
    ['a.example suspend\nb.example limit\n', 'Herdbook cannot read any of the 2 rows'],
    ['domain,severity\na.example,destroy\n', 'Herdbook cannot read the only row of list.csv'],
    ['domain,severity\nb*d.example,suspend\n', 'Herdbook cannot read the only row of list.csv'],
    ['{"error":"Record not found"}', 'It says "Record not found"'],
    ['{"a":1}', 'not a list that Herdbook knows'],
    ['[{"domain":"a.example"', 'Herdbook cannot read it'],
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
        `[{"domain":"a.example","severity":"limit",${key}:${key}},` +
          `{"domain":${key},"severity":${key}},{${key}:"b.example"},${key}]`,
      ),
    ),
  ).toEqual(['a.example silence'])
  expect(said(read(`{"blocks":{${key}:{"isBlocked":true},"a.example":{"isBlocked":true,${key}:1}},${key}:1}`))).toEqual(
    ['a.example suspend'],
  )
  expect(
    said(
      read(
        `{"mrf_simple":{"reject":[["a.example",${key}],${key}],` +
          `${key}:["b.example"]},"mrf_simple_info":{"reject":{${key}:{"reason":"x"}}}}`,
      ),
    ),
  ).toEqual(['a.example suspend'])
  expect(errors(read(`{${key}:["a.example"]}`))).toEqual(['json-unknown'])
})

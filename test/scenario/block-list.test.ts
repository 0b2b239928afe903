import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { DomainBlock } from '../../src/instance/documents.ts'
import { git } from '../support/git.ts'
import { must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write({
    'domain-blocks.yaml': `domain_blocks:
  - domain: limited.example
    severity: limit
    until: 2099-01-01
  - domain: ended.example
    severity: suspend
    until: 2020-01-01
`,
  })
}, 120_000)
afterAll(async () => field[Symbol.asyncDispose]())
beforeEach(() => void git(herd.dir, 'checkout', '--quiet', '--', 'instance'))

const list = (name: string, text: string): string => {
  writeFileSync(join(herd.dir, name), text)
  return name
}
const block = (domain: string): DomainBlock | undefined =>
  (parse(herd.read('domain-blocks.yaml')) as { domain_blocks: DomainBlock[] }).domain_blocks.find(
    (one) => one.domain === domain,
  )
const TABLE =
  '# Weekly\ndomain,severity,reject_media,public_comment\nloud.test,silence,true,Loud\nbad.test,suspend,true,\n' +
  'limited.example,suspend,,\nended.example,suspend,,\nb*d.test,suspend,,\nx.test,destroy,,\nplain.test,,,\n'

describe('block --from', () => {
  it('says what it read and what it will do, and no option outranks a row', async () => {
    const { stdout, stderr } = await must(herd, [
      'block',
      '--from',
      list('l.csv', TABLE),
      '--severity',
      'suspend',
      '--public-comment',
      'By the list',
    ])
    expect(stdout).toContain(
      'l.csv: 7 rows, read as CSV.\n  Domains: 4 suspend, 1 limit, 2 with reject_media, 5 with a public comment.\n' +
        '  Of these: 1 with the severity of --severity, because their rows give none.\n' +
        '  Left out: 1 hiding part of the name, 1 with an unknown severity.\n',
    )
    expect(stdout).toContain('l.csv: adds 4 (3 suspend, 1 limit), raises 1 (1 suspend), skips 0.\n')
    expect(stderr).toContain(
      'line 5: limited.example: the list makes this block stricter and has no end date, ' +
        'so Herdbook takes the end date 2099-01-01 out of the file',
    )
    expect(block('loud.test')).toEqual({
      domain: 'loud.test',
      severity: 'limit',
      reject_media: true,
      public_comment: 'Loud',
      private_comment: 'Imported from l.csv',
    })
    expect(block('plain.test')).toMatchObject({ severity: 'suspend', public_comment: 'By the list' })
    expect(block('ended.example')).toEqual({
      domain: 'ended.example',
      severity: 'suspend',
      public_comment: 'By the list',
      private_comment: 'Imported from l.csv',
    })
    expect(block('limited.example')).toEqual({ domain: 'limited.example', severity: 'suspend' })
  })

  it('keeps the flags of a suspension on the server', async () => {
    const own = await field.herd()
    writeFileSync(join(own.dir, 'l.csv'), 'domain,severity,reject_media\nbad.test,suspend,true\n')
    await must(own, ['block', '--from', 'l.csv'])
    own.write({}, 'Import')
    await must(own, ['apply', '--yes'])
    await must(own, ['plan'])
    const live = "select severity, reject_media from domain_blocks where domain = 'bad.test'"
    expect(await own.rows(live)).toEqual([{ severity: 1, reject_media: true }])
    own.edit('domain-blocks.yaml', (text) =>
      text.replace('domain: bad.test\n    severity: suspend', 'domain: bad.test\n    severity: limit'),
    )
    await must(own, ['apply', '--yes'])
    expect(await own.rows(live)).toEqual([{ severity: 0, reject_media: true }])
    await own.hand.liftBlock('bad.test')
  })

  it('is held down by --at-most, and says where --severity was not needed', async () => {
    const { stdout, stderr } = await must(herd, [
      'block',
      '--from',
      list('l.csv', 'domain,severity\nbad.test,suspend\n'),
      '--severity',
      'limit',
    ])
    expect(stderr).toContain(
      '--severity changes nothing here, because every row has a severity already. ' +
        'To make no block stricter than limit: --at-most limit',
    )
    expect(stdout).toContain('adds 1 (1 suspend)')
    git(herd.dir, 'checkout', '--quiet', '--', 'instance')
    expect((await must(herd, ['block', '--from', 'l.csv', '--at-most', 'limit'])).stdout).toContain(
      'Of these: 1 made weaker by --at-most.',
    )
    expect(block('bad.test')).toMatchObject({ severity: 'limit' })
  })

  it('reads what is piped in, and the list of a server with its hidden names', async () => {
    await must(herd, ['block', '--from', '-', '--severity', 'limit'], 0, { stdin: 'piped.test\n@user@handle.test\n' })
    expect([block('piped.test'), block('handle.test')]).toMatchObject([
      { private_comment: 'Imported from standard input' },
      { severity: 'limit' },
    ])
    git(herd.dir, 'checkout', '--quiet', '--', 'instance')
    await herd.hand.changeSetting('show_domain_blocks', 'all')
    await herd.hand.blockDomain('hidden-name.test', { severity: 'silence', obfuscate: true })
    const address = `${field.sandbox.url}/api/v1/instance/domain_blocks`
    const { stdout } = await must(herd, ['block', '--from', address])
    expect(stdout).toContain('domain_blocks: ')
    expect(block('hidden-name.test')).toEqual({ domain: 'hidden-name.test', severity: 'limit', reported_in: address })
    await herd.hand.liftBlock('hidden-name.test')
    await herd.hand.changeSetting('show_domain_blocks', 'disabled')
  })

  it('says that the files say so already only where they do', async () => {
    expect(
      (await must(herd, ['block', '--from', list('a.csv', 'domain,severity\nlimited.example,limit\n')])).stdout,
    ).toContain('The files already say so.')
    const own = await must(herd, [
      'block',
      '--from',
      list('b.csv', `domain,severity\n${field.sandbox.domain},suspend\n`),
    ])
    expect(own.stdout).not.toContain('already say so')
    expect(own.stdout).toContain('Nothing was written')
  })

  it.each([
    [['x.test', '--from', 'l.csv'], 'You cannot give a domain (x.test) and --from together.'],
    [['--from', 'folder'], 'folder is a folder.'],
    [['--from', 'nothing.csv'], 'it does not exist'],
    [['--from', 'empty.csv'], 'it is empty'],
    [['--from', 'http://lists.example/a.csv'], 'over plain HTTP'],
    [['--from', 'l.csv', '--until', '2020-01-01'], '2020-01-01 has passed'],
    [['--from', 'l.csv'], 'This row has no severity.'],
    [['--from', 'l.csv', '--at-most', 'hardly'], '"hardly" is not a severity'],
    [['x.test', '--at-most', 'limit'], '--at-most works only with --from.'],
    [['x.test', '--severity', 'limit', '--until', '2020-01-01'], '2020-01-01 has passed'],
    [['x.test', '--severity', 'limit', '--until', 'tomorrow'], 'is not a date'],
  ])('%j is refused', async (args, why) => {
    list('l.csv', TABLE)
    list('empty.csv', '')
    mkdirSync(join(herd.dir, 'folder'), { recursive: true })
    expect((await must(herd, ['block', ...args], 9)).stderr.replaceAll(/\s+/g, ' ')).toContain(why)
    expect(git(herd.dir, 'status', '--porcelain', 'instance')).toBe('')
  })
})

it('a domain is taken as people have it: an address of the web, or a handle', async () => {
  await must(herd, ['block', 'https://web.test/about', '@user@handle.test', '--severity', 'limit'])
  expect([block('web.test'), block('handle.test')]).toMatchObject([{ severity: 'limit' }, { severity: 'limit' }])
  await must(herd, ['unblock', 'user@handle.test', 'https://web.test'])
  expect([block('web.test'), block('handle.test')]).toEqual([undefined, undefined])
})

it('a block that is raised by hand loses the end of the weaker one, and that is said', async () => {
  const { stdout } = await must(herd, ['block', 'limited.example', '--severity', 'suspend'])
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'limited.example: the weaker block had an end, 2099-01-01. ' +
      'The stricter block has none. To set an end, add --until.',
  )
  expect(block('limited.example')).toEqual({ domain: 'limited.example', severity: 'suspend' })
  await must(herd, ['block', 'limited.example', '--severity', 'suspend', '--until', '2099-02-02'])
  expect(block('limited.example')).toMatchObject({ until: '2099-02-02' })
})

it('no role is given until a day that has passed', async () => {
  expect((await must(herd, ['promote', 'second', 'Moderator', '--until', '2020-01-01'], 9)).stderr).toContain(
    '2020-01-01 has passed',
  )
})

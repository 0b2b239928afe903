import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prose, say, type Io } from '../../src/session/io.ts'
import { must, pasture, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const BLOCKS = 'domain_blocks:\n  - domain: spam.example\n    severity: suspend\n'
const connections = (): { api: { url: string; token: { env: string } } } => ({
  api: { url: field.sandbox.url, token: { env: 'HB_TOKEN' } },
})

describe('status tries each connection', () => {
  it('all is well where all is well', async () => {
    const { stdout } = await must(herd, ['status'])
    expect(stdout).not.toContain('!')
  })

  it('a token that the server does not know is no open connection', async () => {
    const { stdout } = await must(herd, ['status'], 10, { env: { HB_TOKEN: 'nobody-knows-this-token' } })
    expect(stdout).toMatch(/! API .*does not know this token/)
  })

  it('a reading role that lacks a right is no open connection, and the command that mends it is named', async () => {
    await field.sandbox.query('revoke select on user_roles from herdbook_reader')
    const { stdout } = await must(herd, ['status'], 10)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /! Database .*permission denied for table user_roles → .*herdbook reader install/,
    )
    await field.sandbox.query('grant select on user_roles to herdbook_reader')
  })

  it('a database whose psql is not there is no open connection', async () => {
    setConfig(herd, { mastodon: { ...connections(), database: { over: 'local', native: { psql: '/nowhere/psql' } } } })
    const { stdout } = await must(herd, ['status'], 10)
    expect(stdout).toMatch(/! Database .*\/nowhere\/psql/)
    setConfig(herd, {})
  })

  it("another server's database is no open connection", async () => {
    const other = await field.herd({
      begin: 'none',
      config: { domain: 'other.example' },
      mastodon: { database: { over: 'local', native: { psql: field.sandbox.database } } },
    })
    const { stdout } = await must(other, ['status'], 10)
    expect(stdout).toMatch(/! Database .*instance\.yaml is for other\.example/)
  })
})

describe('reader install', () => {
  it('takes no key for a database on this machine, and leaves none behind', async () => {
    const { stderr } = await must(herd, ['reader', 'install', '--key', 'reader.pub', '--yes'], 9)
    expect(stderr).toContain('over: local')
  })
})

describe('adopt --moderators', () => {
  it('says that the account that acts stays out of the list', async () => {
    const { stderr } = await must(herd, ['adopt', '--moderators'])
    expect(stderr).toContain('Herdbook acts as @owner, so this account was not adopted.')
    expect(herd.read('moderators.yaml')).not.toMatch(/account: owner\n/)
  })
})

describe('a verb that edits', () => {
  it('writes nothing that would not be valid', async () => {
    herd.write({ 'domain-blocks.yaml': BLOCKS })
    const { stderr } = await must(herd, ['block', herd.sandbox.domain, '--severity', 'suspend'], 9)
    expect(stderr).toMatch(/it is your own domain[^]*Nothing was written/)
    expect(herd.read('domain-blocks.yaml')).toBe(BLOCKS)
  })

  it('says that a block becomes weaker', async () => {
    herd.write({ 'domain-blocks.yaml': BLOCKS })
    const { stdout } = await must(herd, ['block', 'spam.example', '--severity', 'limit'])
    expect(stdout).toContain('spam.example: was suspend in the files and becomes limit, which is weaker.')
  })

  it('takes a domain once, however often and in whatever letters it is typed', async () => {
    herd.write({ 'domain-blocks.yaml': BLOCKS })
    await must(herd, ['block', 'a.example', 'A.example.', 'https://a.example/about', '--severity', 'limit'])
    expect(herd.read('domain-blocks.yaml').match(/a\.example/g)).toHaveLength(1)
  })

  it('says what to type for a list that is empty on purpose', async () => {
    herd.write({ 'domain-blocks.yaml': BLOCKS })
    const { stderr } = await must(herd, ['unblock', 'spam.example'], 9)
    expect(stderr).toContain('--emptied "')
  })
})

describe('an object is found however its name is written', () => {
  it.each(['why', 'adopt'])('by %s', async (verb) => {
    herd.write({ 'domain-blocks.yaml': `${BLOCKS}  - domain: bücher.example\n    severity: limit\n` })
    await must(herd, ['apply', '--yes'])
    await must(herd, [verb, 'domain-block/Spam.Example'])
    await must(herd, [verb, 'domain-block/Bücher.example'])
    await must(herd, [verb, 'domain-block/https://spam.example/about'])
    await must(herd, [verb, 'domain-block/@bob@spam.example'])
  })
})

describe('what the machine refuses is no defect of Herdbook', () => {
  it('a block list that is not there', async () => {
    const { stderr } = await must(herd, ['block', '--from', 'nowhere.csv', '--severity', 'limit'], 9)
    expect(stderr).toContain('nowhere.csv')
    expect(stderr).not.toContain('defect')
  })

  it('a place where no plan can be saved', async () => {
    const { stderr } = await must(herd, ['plan', '--out', 'nowhere/plan.json'], 9)
    expect(stderr).toMatch(/nowhere\/plan\.json[^]*does not exist/)
  })
})

describe('drift', () => {
  it('says that the files have changes, too', async () => {
    const file = join(herd.dir, 'instance/domain-blocks.yaml')
    writeFileSync(file, `${readFileSync(file, 'utf8')}  - domain: new.example\n    severity: limit\n`)
    const { out } = await must(herd, ['drift'])
    expect(out).toContain('1 change of the files is not applied yet. To see it: herdbook plan')
  })

  it('of nothing but a block that somebody added by hand is still drift', async () => {
    await herd.hand.blockDomain('night.example', { severity: 'suspend' })
    const { out } = await must(herd, ['drift'], 3)
    expect(out).toContain('domain-block/night.example')
  })
})

describe('before anything is managed', () => {
  it('a plan claims nothing about a server that it did not read, and says what to type', async () => {
    const bare = await field.herd({ begin: 'none' })
    const { stdout } = await must(bare, ['plan'])
    expect(stdout).toContain('Nothing is managed yet')
    expect(stdout).toContain('herdbook adopt')
    expect(stdout).not.toContain('In sync')
  })
})

describe('a terminal', () => {
  it('gets sentences folded to its width, and commands whole', () => {
    let text = ''
    const stdout = Object.assign(
      new Writable({ write: (chunk: Buffer, _, done) => ((text += chunk.toString()), done()) }),
      { columns: 40 },
    )
    // Nothing asks this stream for more than its width.
    const io = {
      stdout: stdout as unknown as NodeJS.WriteStream,
      secrets: { abortOnSecret: (out: string) => out },
    } as unknown as Io
    prose(io, `spam.example: ${'its accounts can be found again. '.repeat(4)}`)
    expect(text.split('\n').length).toBeGreaterThan(3)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40)
    text = ''
    const command = `  git commit -m "${'long '.repeat(12)}"`
    say(io, command)
    expect(text).toBe(`${command}\n`)
  })
})

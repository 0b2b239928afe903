import { mkdtempSync, readFileSync, writeFileSync, existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { askServer, foundIn } from '../../src/commands/init/server.ts'
import { templates } from '../../src/commands/init/templates.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { call } from '../support/cli.ts'
import { git } from '../support/git.ts'

const empty = (): string => mkdtempSync(join(tmpdir(), 'herdbook-init-'))
// Names under .invalid never resolve: nobody is asked.
const DOMAIN = 'herd.invalid'

describe('a new repository', () => {
  it('is valid as it stands, and ends with what to type next', async () => {
    const dir = empty()
    const ran = await call(dir, ['init', DOMAIN, '--dir', 'herd'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/\n {2}cd herd\n {2}herdbook adopt\n$/)
    expect(await call(join(dir, 'herd'), ['validate'])).toMatchObject({ code: 0, stdout: '2 files are valid.\n', stderr: '' })
    expect(git(join(dir, 'herd'), 'symbolic-ref', '--short', 'HEAD')).toBe('main')
  })

  it('holds nothing of the example, and every schema that its files and later ones name', async () => {
    const dir = empty()
    await call(dir, ['init', DOMAIN])
    expect(readdirSync(join(dir, 'instance')).toSorted()).toEqual(['instance.yaml', 'policy.yaml'])
    for (const name of readdirSync(join(dir, 'instance'))) {
      const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(dir, 'instance', name), 'utf8')) ?? []
      expect(existsSync(resolve(dir, 'instance', schema)), schema).toBe(true)
    }
    expect(existsSync(join(dir, 'schema/domain-blocks.schema.json'))).toBe(true)
    expect(existsSync(join(dir, 'schema/plan.schema.json'))).toBe(false)
  })

  it('overwrites no file, and joins a repository that is there', async () => {
    const dir = empty()
    git(dir, 'init', '--quiet', '-b', 'trunk')
    writeFileSync(join(dir, 'README.md'), 'ours')
    expect((await call(dir, ['init', DOMAIN])).stdout).not.toContain('README.md')
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('ours')
    expect(git(dir, 'symbolic-ref', '--short', 'HEAD')).toBe('trunk')
    expect((await call(dir, ['init', DOMAIN])).stdout).toContain('nothing was written')
  })

  it('refuses what is no domain', async () => {
    const dir = empty()
    expect(await call(dir, ['init', 'not a domain'])).toMatchObject({ code: 9, stdout: '' })
    expect(readdirSync(dir)).toEqual([])
  })

  it('every commented door is one that the schema takes', async () => {
    const dir = empty()
    await call(dir, ['init', DOMAIN])
    const path = join(dir, 'instance/instance.yaml')
    const hostKey = `SHA256:${'q'.repeat(43)}`
    const opened = readFileSync(path, 'utf8').replace(/^( *)# ((?: *)(?:database|console|ssh|over|native|directory|user|host|host_key|key|ledger_key):)/gm, '$1$2').replace('SHA256:…', hostKey)
    writeFileSync(path, opened)
    const ran = await call(dir, ['validate'])
    expect(ran.code, ran.out).toBe(0)
    expect(opened).toMatch(/^ledger_key: /m)
  })
})

describe('what a server says of itself', () => {
  it('fills in where the web interface is', async () => {
    const sandbox = await startSandbox()
    const found = await askServer(sandbox.domain, sandbox.url)
    await sandbox.close()
    expect(found).toMatchObject({ version: '4.6.5', url: sandbox.url })
    expect(templates(sandbox.domain, found, null, [])[0]?.[1]).toContain(`url: ${sandbox.url}`)
  })

  it('counts only for its own domain, and can do no harm in a terminal', () => {
    expect(foundIn('herd.example', { domain: 'evil.example', version: '4.6.5', title: 'x' }, 'https://evil.example')).toBeNull()
    expect(foundIn('herd.example', [], 'https://herd.example')).toBeNull()
    const { title = '', version = '' } = foundIn('herd.example', { domain: 'herd.example', version: '4\u001b[2J', title: 'x\n\u202ey' }, 'u') ?? {}
    expect(version).toContain('4')
    for (const control of ['\u001b', '\u202e', '\n']) expect(title + version).not.toContain(control)
  })
})

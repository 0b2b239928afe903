import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  NO_COLOR: '1',
}
const run = (cwd: string, file: string, ...args: readonly string[]) =>
  promisify(execFile)(file, [...args], { cwd, env, maxBuffer: 16 * 1024 * 1024 })

/** An empty folder in which somebody installed the package: nothing of the checkout is near it. */
let folder: string
const herdbook = (...args: readonly string[]) => run(folder, join(folder, 'node_modules/.bin/herdbook'), ...args)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'herdbook-package-'))
  await run(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string }
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await run(
    folder,
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `./herdbook-${version}.tgz`,
  )
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package, installed from its tarball', () => {
  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string }
    expect((await herdbook('--version')).stdout).toBe(`${version}\n`)
  })

  it('begins a repository and finds it valid', async () => {
    await herdbook('init', 'herd.invalid', '--dir', 'herd', '--action', `herd/book@${'a'.repeat(40)}`)
    expect(readdirSync(join(folder, 'herd/.github/workflows'))).toContain('herdbook-apply.yml')
    expect((await herdbook('validate', '--instance', 'herd/instance')).stdout).toContain('2 files are valid.')
  })

  it('loads every verb with what it depends on', async () => {
    const commands = join(folder, 'node_modules/herdbook/dist/verbs')
    const names = readdirSync(commands).filter((name) => name.endsWith('.js'))
    expect(names).toContain('plan.js')
    await run(
      folder,
      process.execPath,
      '--input-type=module',
      '--eval',
      names.map((name) => `await import(${JSON.stringify(join(commands, name))})`).join('\n'),
    )
  })

  it('plays the demo: the console, the reader and the example came along', async () => {
    const { stdout } = await herdbook('demo', '--once')
    expect(stdout).toContain('5 changes done and verified on herd.example.')
    rmSync(dirname(/stays in (\S+)\. Its Mastodon/.exec(stdout)?.[1] ?? join(folder, 'x')), {
      recursive: true,
      force: true,
    })
  })
})

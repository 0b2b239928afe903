import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeWhole } from '../../src/session/write-files.ts'
import { call } from '../support/cli.ts'
import { git, newRepository, put, scratch } from '../support/git.ts'

const scratches = [scratch()]
const newFolder = (): string => {
  const one = scratch()
  scratches.push(one)
  return one.path
}
afterAll(() => {
  for (const one of scratches) one[Symbol.dispose]()
})

const BLOCKS = 'domain_blocks:\n  - domain: a.example # first\n    severity: limit\n'

const inFolder = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ 'instance.yaml': 'domain: herd.example\n', ...files }).map(([name, text]) => [
      `instance/${name}`,
      text,
    ]),
  )

/** A folder with an instance of these files. */
function instance(files: Readonly<Record<string, string>>): string {
  const dir = newFolder()
  put(dir, inFolder(files))
  return dir
}

const committed = (files: Readonly<Record<string, string>>): string => newRepository(newFolder(), inFolder(files))
const read = (dir: string, name: string): string => readFileSync(join(dir, 'instance', name), 'utf8')
const modeOf = (dir: string, name: string): string => (statSync(join(dir, 'instance', name)).mode & 0o7777).toString(8)
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

test('a file keeps its permissions, whichever verb writes it; a new one gets those of any new file', async () => {
  for (const mode of [0o600, 0o640, 0o755]) {
    const dir = instance({ 'domain-blocks.yaml': BLOCKS.replace('# first', '   # first') })
    chmodSync(join(dir, 'instance', 'domain-blocks.yaml'), mode)
    for (const args of [['block', 'b.example', '--severity', 'limit'], ['unblock', 'b.example'], ['fmt']]) {
      expect(await call(dir, args)).toMatchObject({ code: 0 })
      expect(modeOf(dir, 'domain-blocks.yaml'), args[0]).toBe(mode.toString(8))
    }
  }
  const dir = instance({
    'roles.yaml': 'roles:\n  - name: Moderator\n    position: 10\n    permissions: [manage_reports]\n',
  })
  expect(await call(dir, ['promote', 'bob', 'Moderator'])).toMatchObject({ code: 0 })
  expect(modeOf(dir, 'moderators.yaml')).toBe((0o666 & ~process.umask()).toString(8))
})

test('a file that may only be read is not replaced, and nothing beside it is written', async () => {
  const dir = instance({
    'domain-blocks.yaml': BLOCKS.replace('# first', '   # first'),
    'rules.yaml': 'rules:\n- key: a\n  text: A\n',
  })
  chmodSync(join(dir, 'instance', 'domain-blocks.yaml'), 0o444)
  for (const args of [['block', 'b.example', '--severity', 'limit'], ['fmt']]) {
    const ran = await call(dir, args)
    expect(ran.code, args[0]).toBe(9)
    expect(flat(ran.stderr)).toContain(`domain-blocks.yaml is read-only. → Make it writable: chmod u+w`)
  }
  expect(read(dir, 'domain-blocks.yaml')).toBe(BLOCKS.replace('# first', '   # first'))
  expect(read(dir, 'rules.yaml')).toBe('rules:\n- key: a\n  text: A\n')
  expect(modeOf(dir, 'domain-blocks.yaml')).toBe('444')
})

test('a file that must be for its owner alone is, whatever it was before', async () => {
  const dir = instance({})
  const path = join(dir, 'key')
  writeFileSync(path, 'old', { mode: 0o644 })
  await writeWhole([{ path, text: 'new', mode: 0o600 }])
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
  expect(readFileSync(path, 'utf8')).toBe('new')
})

test('a clone with CRLF line ends is tidy where the repository is, and an edit keeps them', async () => {
  const files = {
    'domain-blocks.yaml': BLOCKS,
    'rules.yaml': 'rules:\n  - key: a\n    text: |\n      One\n\n      Two\n',
  }
  const origin = committed(files)
  const dir = join(newFolder(), 'clone')
  git(origin, 'clone', '--quiet', '-c', 'core.autocrlf=true', origin, dir)
  expect(read(dir, 'domain-blocks.yaml')).toBe(BLOCKS.replaceAll('\n', '\r\n'))
  expect(await call(dir, ['fmt', '--check'])).toMatchObject({ code: 0, stdout: 'All files are tidy.\n' })
  expect(await call(dir, ['block', 'b.example', '--severity', 'limit'])).toMatchObject({ code: 0 })
  expect(read(dir, 'domain-blocks.yaml')).toBe(
    `${BLOCKS}  - domain: b.example\n    severity: limit\n`.replaceAll('\n', '\r\n'),
  )
  expect(await call(dir, ['fmt', '--check'])).toMatchObject({ code: 0 })
  expect(git(dir, 'diff', '--numstat')).toBe('2\t0\tinstance/domain-blocks.yaml')
})

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`

test('fmt leaves pointers of Git LFS and JSON files as they are', async () => {
  const json = '{\n  "rules": [\n    {"text": "A", "key": "a"}\n  ]\n}\n'
  const dir = instance({ 'domain-blocks.yaml': POINTER, 'rules.yaml': json })
  const ran = await call(dir, ['fmt'])
  expect(ran.code).toBe(0)
  expect(flat(ran.stderr)).toContain('domain-blocks.yaml is only a pointer of Git LFS')
  expect([read(dir, 'domain-blocks.yaml'), read(dir, 'rules.yaml')]).toEqual([POINTER, json])
})

test('a sparse checkout without a file of the commit is refused where that file would be taken for gone', async () => {
  const dir = committed({ 'domain-blocks.yaml': BLOCKS, 'policy.yaml': 'minimum_owners: 1\n' })
  git(dir, 'sparse-checkout', 'set', '--no-cone', '/*', '!instance/domain-blocks.yaml')
  expect(existsSync(join(dir, 'instance', 'domain-blocks.yaml'))).toBe(false)
  for (const args of [
    ['plan'],
    ['block', 'b.example', '--severity', 'limit'],
    ['unblock', 'a.example'],
    ['promote', 'bob', 'Moderator'],
    ['demote', 'bob'],
    ['adopt'],
  ]) {
    const ran = await call(dir, args)
    expect(ran.code, args[0]).toBe(9)
    expect(flat(ran.stderr), args[0]).toContain(
      'instance/domain-blocks.yaml is in the commit but not in this folder: a sparse checkout leaves it out.',
    )
  }
  expect(existsSync(join(dir, 'instance', 'domain-blocks.yaml'))).toBe(false)
  const told = (await call(dir, ['block', 'b.example', '--severity', 'limit'])).stderr
  const command = /git checkout --ignore-skip-worktree-bits -- (\S+)/.exec(flat(told))
  git(dir, ...(command?.[0] ?? '').split(' ').slice(1))
  expect(await call(dir, ['block', 'b.example', '--severity', 'limit'])).toMatchObject({ code: 0 })
  expect(read(dir, 'domain-blocks.yaml')).toBe(`${BLOCKS}  - domain: b.example\n    severity: limit\n`)
})

test(
  'in a hook of a linked worktree the files there are read, and what is being committed stays as it is',
  { timeout: 60_000 },
  async () => {
    const dir = committed({ 'domain-blocks.yaml': BLOCKS })
    const linked = join(newFolder(), 'linked')
    git(dir, 'worktree', 'add', '--quiet', '-b', 'more', linked)
    const told = join(newFolder(), 'told')
    const run = (args: string): string =>
      `"${process.execPath}" "${join(import.meta.dirname, '../../src/cli.ts')}" ${args} >>"${told}" 2>&1 || exit 1\n`
    writeFileSync(
      join(dir, '.git/hooks/pre-commit'),
      `#!/bin/sh\n${run('validate')}${run('block b.example --severity limit')}`,
      { mode: 0o755 },
    )
    writeFileSync(join(linked, 'instance/rules.yaml'), 'rules:\n  - key: a\n    text: A\n')
    git(linked, 'add', 'instance/rules.yaml')
    git(linked, 'commit', '--quiet', '--message', 'Rules')
    expect(readFileSync(told, 'utf8')).toContain('3 files are valid.')
    expect(git(linked, 'show', '--format=', '--name-only', 'HEAD')).toBe('instance/rules.yaml')
    expect(git(linked, 'status', '--porcelain')).toBe('M instance/domain-blocks.yaml')
    expect(read(linked, 'domain-blocks.yaml')).toContain('b.example')
    expect(read(dir, 'domain-blocks.yaml')).toBe(BLOCKS)
  },
)

test('a file that a person deleted is no sparse checkout, and what lies outside of Git neither', async () => {
  const dir = committed({ 'domain-blocks.yaml': BLOCKS, 'rules.yaml': 'rules:\n  - key: a\n    text: A\n' })
  rmSync(join(dir, 'instance', 'rules.yaml'))
  expect(await call(dir, ['block', 'b.example', '--severity', 'limit'])).toMatchObject({ code: 0 })
})

test('a file beside it whose name is nearly right is told before a second one is written', async () => {
  const dir = instance({ 'domain-blocks.yml': BLOCKS })
  const ran = await call(dir, ['block', 'b.example', '--severity', 'limit'])
  expect(ran.code).toBe(0)
  expect(flat(ran.stderr)).toMatch(
    /domain-blocks\.yml is not a file that Herdbook reads .*Did you mean domain-blocks\.yaml\?/,
  )
  expect((await call(dir, ['promote', 'bob', 'Moderator'])).stderr).toContain('domain-blocks.yml')
})

test('a comment that was left empty is set by the verb that sets it', async () => {
  const text =
    'domain_blocks:\n  - domain: a.example\n    severity: limit\n    public_comment: # to be said\n' +
    '  - domain: b.example\n    severity: limit\n    public_comment: ~\n'
  const dir = instance({ 'domain-blocks.yaml': text })
  const block = (domain: string) => call(dir, ['block', domain, '--severity', 'limit', '--public-comment', 'Spam'])
  // The other one is still wrong, and nothing is written for now.
  expect(await block('a.example')).toMatchObject({ code: 9 })
  expect(read(dir, 'domain-blocks.yaml')).toBe(text)
  const one = text.replace(/ {2}- domain: b[^]*/, '')
  writeFileSync(join(dir, 'instance', 'domain-blocks.yaml'), one)
  expect(await block('a.example')).toMatchObject({ code: 0 })
  expect(read(dir, 'domain-blocks.yaml')).toBe(one.replace('public_comment: #', 'public_comment: Spam #'))
  expect(await call(dir, ['validate'])).toMatchObject({ code: 0 })
})

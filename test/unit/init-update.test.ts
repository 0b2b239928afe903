import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { approversIn, digestOf, normalised } from '../../src/setup/init/update.ts'
import released from '../../src/setup/init/released.json' with { type: 'json' }
import { call } from '../support/cli.ts'
import { put, scratch } from '../support/git.ts'
import written from './golden/615b2b0/init.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '../..')
/** Two versions of the action. */
const [OLD, NEW] = ['615b2b0'.padEnd(40, '0'), 'c0ffee'.padEnd(40, '0')]
const ARGS = ['init', '--update', '--action', `herd/book@${NEW}`]
const FORM = '.github/ISSUE_TEMPLATE/rule.yml'
const DRIFT = '.github/workflows/herdbook-drift.yml'
const APPLY = '.github/workflows/herdbook-apply.yml'

/** A repository as version 0.1 began it. */
function begun() {
  const dir = scratch()
  put(dir.path, written)
  const read = (path: string): string => readFileSync(join(dir.path, path), 'utf8')
  return { path: dir.path, read, [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

describe('a repository that version 0.1 began', () => {
  it('is known, file by file', () => {
    const files: Record<string, string> = written
    const { '0.1.0': digests } = released
    expect(Object.entries(digests).filter(([path, digest]) => digestOf(files[path] ?? '') !== digest)).toEqual([])
    expect(Object.keys(digests)).toHaveLength(21)
  })

  it('gets what this version writes, keeps who approves, and is then up to date', async () => {
    using repo = begun()
    const ran = await call(repo.path, ARGS)
    expect(ran.code, ran.out).toBe(0)
    expect(ran.stdout).toMatch(/^--- a\/\.github\/workflows\/herdbook-apply\.yml/m)
    expect(ran.stdout).toMatch(/Updated, since nobody edited it:\n {2}\.github\/workflows\/herdbook-apply\.yml\n/)
    for (const name of readdirSync(join(ROOT, '.github/workflows')).filter((one) => one.startsWith('herdbook-')))
      expect(normalised(repo.read(`.github/workflows/${name}`))).toBe(
        readFileSync(join(ROOT, '.github/workflows', name), 'utf8'),
      )
    expect(repo.read(APPLY)).toContain(`herdbook@${NEW}`)
    expect(repo.read(APPLY)).not.toContain(OLD)
    expect(repo.read('schema/policy.schema.json')).toBe(readFileSync(join(ROOT, 'schema/policy.schema.json'), 'utf8'))
    expect(repo.read('.github/CODEOWNERS')).toMatch(
      /^\* @alice @bob\n[^]*^\/instance\/rules\.yaml @herd\/moderators @alice @bob$/m,
    )
    for (const kept of [
      'instance/instance.yaml',
      'instance/policy.yaml',
      'README.md',
      '.github/dependabot.yml',
    ] as const)
      expect(repo.read(kept)).toBe(written[kept])
    expect((await call(repo.path, ARGS)).stdout).toBe('Every file is as this version of Herdbook writes it.\n')
  })

  it('keeps what a person edited, shows a diff, and says which workflow still runs the older version', async () => {
    using repo = begun()
    const mine = `${written[DRIFT]}# ours\n`
    put(repo.path, { [DRIFT]: mine })
    rmSync(join(repo.path, FORM))
    const { stdout } = await call(repo.path, ARGS)
    expect(repo.read(DRIFT)).toBe(mine)
    expect(stdout).toMatch(/^-# ours$/m)
    expect(stdout).toMatch(/Not changed, since you edited it\.[^\n]*:\n {2}\.github\/workflows\/herdbook-drift\.yml\n/)
    expect(stdout).toContain(`${DRIFT} still runs the older Herdbook. Change its commit by hand`)
    expect(stdout).toContain(`Not written again, since you removed them:\n  ${FORM}\n`)
    expect(readdirSync(join(repo.path, '.github/ISSUE_TEMPLATE'))).not.toContain('rule.yml')
  })

  it('gets no files for GitHub where it has none', async () => {
    using repo = begun()
    rmSync(join(repo.path, '.github'), { recursive: true })
    expect((await call(repo.path, ['init', '--update'])).code).toBe(0)
    expect(readdirSync(repo.path)).not.toContain('.github')
  })

  it.each([
    [['init', '--update', '--owners', '@alice'], 'no-effect'],
    [['init', 'herd.invalid', '--update'], 'no-effect'],
    [['init'], 'no-domain'],
  ])('refuses %j', async (args, code) => {
    using repo = begun()
    const ran = await call(repo.path, args)
    expect(ran.code).toBe(9)
    expect(ran.stderr).toContain(code)
  })

  it('is updated where an instance is, and nowhere else', async () => {
    using dir = scratch()
    const ran = await call(dir.path, ['init', '--update'])
    expect(ran.code).toBe(9)
    expect(ran.stderr).toContain('not-begun')
    expect(readdirSync(dir.path)).toEqual([])
  })
})

it('moderators are those of any file of theirs: an older CODEOWNERS does not name the files of newer kinds', () => {
  const codeowners = '* @ann @zoe\n/instance/ip-blocks.yaml @mo @ann @zoe\n'
  expect(approversIn(codeowners)).toEqual({ owners: '@ann @zoe', moderators: '@mo' })
})

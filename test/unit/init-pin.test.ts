import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { githubFiles, UNFILLED } from '../../src/setup/init/github.ts'
import { pinOf, RELEASE } from '../../src/setup/init/pin.ts'
import { githubIn } from '../../src/setup/init/repository.ts'
import { commit, git, scratch } from '../support/git.ts'

const COMMIT = 'c0ffee'.repeat(7).slice(0, 40)

const ROOT = resolve(import.meta.dirname, '../..')

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')

describe('the commit that this Herdbook is', () => {
  it('comes from the checkout that it is in, and from no other that is around it', async () => {
    using dir = scratch()
    git(dir.path, 'init', '--quiet', '-b', 'main')
    const head = commit(dir.path, 'Begin', { 'node_modules/herdbook/package.json': '{}' })
    expect(await pinOf(dir.path)).toBeNull()
    git(dir.path, 'remote', 'add', 'origin', 'https://github.com/herd/book')
    expect(await pinOf(dir.path)).toEqual({ repository: 'herd/book', commit: head, tag: null })
    expect(await pinOf(join(dir.path, 'node_modules/herdbook'))).toBeNull()
  })

  it('is named by the tag of a release, as `npm version` makes it: Dependabot finds newer ones by that', async () => {
    using dir = scratch()
    git(dir.path, 'init', '--quiet', '-b', 'main')
    git(dir.path, 'remote', 'add', 'origin', 'https://github.com/herd/book')
    commit(dir.path, 'Begin', { 'package.json': read(ROOT, 'package.json'), '.npmrc': read(ROOT, '.npmrc') })
    for (const [key, value] of [
      ['user.name', 'Ann'],
      ['user.email', 'ann@herd.example'],
    ] as const)
      git(dir.path, 'config', key, value)
    execFileSync('npm', ['version', '9.8.7', '--ignore-scripts'], { cwd: dir.path, stdio: 'pipe' })
    const pin = await pinOf(dir.path)
    expect(pin?.tag).toBe('v9.8.7')
    const files = new Map(await githubFiles(UNFILLED, pin))
    expect(files.get('.github/workflows/herdbook-apply.yml')).toContain(
      `herd/book/.github/actions/herdbook@${pin?.commit} # v9.8.7\n`,
    )
    // by hand, of a commit that nobody knows the tag of: by the version of this one
    const { version } = JSON.parse(read(ROOT, 'package.json')) as { readonly version: string }
    expect(`v${version}`).toMatch(RELEASE)
    expect(
      new Map(await githubFiles(UNFILLED, { repository: 'herd/book', commit: COMMIT })).get(
        '.github/workflows/herdbook-apply.yml',
      ),
    ).toContain(`@${COMMIT} # v${version}\n`)
  })

  it('is tagged by the version that it has', () => {
    const tags = git(ROOT, 'tag', '--list', 'v*')
      .split('\n')
      .filter((tag) => tag !== '')
    for (const tag of tags)
      expect(`v${(JSON.parse(git(ROOT, 'show', `${tag}:package.json`)) as { readonly version: string }).version}`).toBe(
        tag,
      )
  })

  it('is on GitHub only where the address says so', () => {
    for (const address of [
      'git@github.com:herd/book.git',
      'https://github.com/herd/book',
      'https://x:y@github.com/herd/book.git',
      'ssh://git@github.com/herd/book/',
    ])
      expect(githubIn(address)).toBe('herd/book')
    for (const address of [
      'https://github.com.evil.example/herd/book',
      'https://codeberg.org/herd/book',
      'https://evil.example/github.com/herd/book',
      '/srv/github.com/herd/book',
      '',
    ])
      expect(githubIn(address)).toBeNull()
  })
})

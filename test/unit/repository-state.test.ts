import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { clone, commit, git, newBare, newRepository, put, scratch } from '../support/git.ts'
import { open } from '../support/repository.ts'

describe('the state of the clone', () => {
  it('is no repository outside Git', async () => {
    using base = scratch()
    expect(await openRepository(base.path)).toBeNull()
  })

  it('says what is uncommitted in instance/, and nothing of other files', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), {
      'instance/a.yaml': 'a: 1\n',
      'instance/ü ñ.yaml': 'a: 1\n',
      'README.md': 'x',
    })
    const repository = await open(dir)
    expect(await repository.head()).toEqual({
      commit: git(dir, 'rev-parse', 'HEAD'),
      branch: 'main',
      shallow: false,
      uncommitted: [],
    })
    put(dir, { 'instance/ü ñ.yaml': 'a: 2\n', 'instance/new\nline.yaml': '', 'README.md': 'y', 'other.txt': '' })
    expect((await repository.head()).uncommitted).toEqual(['instance/ü ñ.yaml', 'instance/new\nline.yaml'])
  })

  it('finds an instance that lies deeper in the repository', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), { 'servers/herd/instance/a.yaml': 'a: 1\n', 'instance/b.yaml': '' })
    const repository = await open(join(dir, 'servers/herd'))
    expect(repository).toMatchObject({ prefix: 'servers/herd/', folder: 'servers/herd/instance' })
    put(dir, { 'servers/herd/instance/a.yaml': 'a: 2\n', 'instance/b.yaml': 'x' })
    expect((await repository.head()).uncommitted).toEqual(['servers/herd/instance/a.yaml'])
  })

  it('knows a branch without commits, a detached HEAD and a shallow clone', async () => {
    using base = scratch()
    git(base.path, 'init', '--quiet', '--initial-branch=main', 'empty')
    expect(await (await open(join(base.path, 'empty'))).head()).toMatchObject({ commit: null, branch: 'main' })
    const bare = newBare(base.path)
    const dir = clone(bare, join(base.path, 'one'))
    commit(dir, 'More')
    git(dir, 'push', '--quiet', 'origin', 'main')
    git(dir, 'checkout', '--quiet', '--detach')
    expect(await (await open(dir)).head()).toMatchObject({ branch: null, shallow: false })
    expect(await (await open(clone(`file://${bare}`, join(base.path, 'two'), '--depth=1'))).head()).toMatchObject({
      shallow: true,
    })
  })

  it('says how HEAD stands to the default branch of the remote', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const dir = clone(bare, join(base.path, 'one'))
    const other = clone(bare, join(base.path, 'two'))
    const repository = await open(dir)
    const first = git(dir, 'rev-parse', 'HEAD')
    expect(await repository.upstream()).toEqual({ remote: 'origin', branch: 'main', commit: first, position: 'same' })
    commit(dir, 'Unpushed')
    expect(await repository.upstream()).toMatchObject({ position: 'ahead' })
    const pushed = commit(other, 'Pushed by another')
    git(other, 'push', '--quiet', 'origin', 'main')
    expect(await repository.upstream()).toMatchObject({ commit: pushed, position: 'diverged' })
    git(dir, 'reset', '--quiet', '--hard', first)
    expect(await repository.upstream()).toMatchObject({ position: 'behind' })
  })

  it('is known in a worktree, a submodule and the hook of another repository, whatever the first branch', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    git(bare, 'branch', '--move', 'main', 'trunk/prod')
    const dir = clone(bare, join(base.path, 'one'))
    const other = newRepository(join(base.path, 'other'))
    git(dir, 'worktree', 'add', '--quiet', '-b', 'more', join(base.path, 'linked'))
    git(other, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', bare, 'herd')
    const theirs = git(other, 'ls-files', '--stage')
    const at = git(dir, 'rev-parse', 'HEAD')
    const before = { ...process.env }
    Object.assign(process.env, {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, '.git/index'),
      GIT_PREFIX: 'x/',
    })
    try {
      for (const [name, branch] of [
        ['one', 'trunk/prod'],
        ['linked', 'more'],
        ['other/herd', 'trunk/prod'],
      ] as const) {
        put(join(base.path, name), { 'instance/rules.yaml': 'rules: []\n' })
        const repository = await open(join(base.path, name))
        expect(await repository.head(), name).toEqual({
          commit: at,
          branch,
          shallow: false,
          uncommitted: ['instance/rules.yaml'],
        })
        expect(await repository.upstream(), name).toMatchObject({ branch: 'trunk/prod', commit: at, position: 'same' })
      }
    } finally {
      for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'])
        Reflect.deleteProperty(process.env, name)
      Object.assign(process.env, before)
    }
    expect(git(other, 'ls-files', '--stage')).toBe(theirs)
  })

  it('takes the remote of the branch, and asks where that is not clear', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const dir = clone(bare, join(base.path, 'one'))
    git(dir, 'remote', 'rename', 'origin', 'home')
    git(dir, 'remote', 'add', 'away', bare)
    expect((await open(dir)).remote).toBe('home')
    git(dir, 'branch', '--unset-upstream')
    await expect(openRepository(dir)).rejects.toMatchObject({ exit: 5, diagnostics: [{ code: 'remote-unclear' }] })
  })

  it('takes no option for a commit', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repository = await open(dir)
    await expect(repository.log('--output=leak', { limit: 1 })).rejects.toMatchObject({ exit: 5 })
    expect(existsSync(join(dir, 'leak'))).toBe(false)
  })
})

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gitSource } from '../../src/git/source.ts'
import { openRepository } from '../../src/git/repository.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import { clone, commit, git, newBare, newRepository, scratch } from '../support/git.ts'

async function opened(dir: string): Promise<Repository> {
  const repository = await openRepository(dir)
  if (!repository) throw new Error('no repository')
  return repository
}

const branch = (dir: string, files: { readonly [path: string]: string }, from = 'main'): string => {
  git(dir, 'switch', '--quiet', '--create', `b${Math.random().toString(36).slice(2)}`, from)
  const id = commit(dir, 'Propose', files)
  git(dir, 'switch', '--quiet', 'main')
  return id
}

describe('two commits merged in the object store', () => {
  const base = scratch()
  const dir = join(base.path, 'r')
  let repository: Repository
  beforeAll(async () => {
    newRepository(dir, {
      'instance/instance.yaml': 'domain: herd.example\n',
      'instance/rules.yaml': 'a\nb\nc\nd\ne\n',
      'instance/old.md': 'x\n',
    })
    repository = await opened(dir)
  })

  it('hold what both changed, and what the branch is behind with is not undone', async () => {
    const head = branch(dir, { 'instance/rules.yaml': 'A\nb\nc\nd\ne\n' })
    const main = commit(dir, 'Meanwhile', { 'instance/rules.yaml': 'a\nb\nc\nd\nE\n', 'instance/new.md': 'y\n' })
    const merged = await repository.merge(main, head)
    if (merged.state !== 'merged') throw new Error(merged.state)
    const source = gitSource(dir, merged.tree, 'instance')
    expect((await source.read('rules.yaml')).toString()).toBe('A\nb\nc\nd\nE\n')
    expect((await source.list()).map(({ name }) => name)).toContain('new.md')
    expect(git(dir, 'status', '--porcelain')).toBe('')
  })

  it('name the files that both sides changed', async () => {
    const main = git(dir, 'rev-parse', 'main')
    const [one, two] = [
      branch(dir, { 'instance/rules.yaml': 'one\n' }),
      branch(dir, { 'instance/rules.yaml': 'two\n' }),
    ]
    expect(await repository.merge(one, two)).toEqual({ state: 'conflicts', files: ['instance/rules.yaml'] })
    expect(await repository.merge(main, one)).toMatchObject({ state: 'merged' })
  })

  it('without a common commit are told apart', async () => {
    const other = newRepository(join(base.path, 'other'), { 'instance/instance.yaml': 'domain: other.example\n' })
    git(dir, 'fetch', '--quiet', other, 'main')
    expect(await repository.merge(git(dir, 'rev-parse', 'main'), git(dir, 'rev-parse', 'FETCH_HEAD'))).toEqual({
      state: 'unrelated',
    })
  })

  it('run no filter and no merge driver, whatever attributes the head brings or the machine has for them', async () => {
    const trap = join(base.path, 'trapped')
    for (const [name, value] of [
      ['filter.trap.smudge', `touch ${trap}; cat`],
      ['filter.trap.clean', `touch ${trap}; cat`],
      ['merge.trap.driver', `touch ${trap}; exit 0`],
    ] as const)
      git(dir, 'config', name, value)
    const attributes = '*.yaml filter=trap merge=trap diff=trap\n'
    const head = branch(dir, {
      '.gitattributes': attributes,
      'instance/.gitattributes': attributes,
      'instance/rules.yaml': 'mine\n',
    })
    const main = commit(dir, 'Meanwhile', { 'instance/rules.yaml': 'theirs\n' })
    rmSync(trap, { force: true })
    expect(await repository.merge(main, head)).toMatchObject({ state: 'conflicts' })
    expect(existsSync(trap)).toBe(false)
    // A checkout of the head, as a careless workflow does it, does run it.
    git(dir, 'switch', '--quiet', '--detach', head)
    expect(existsSync(trap)).toBe(true)
    git(dir, 'switch', '--quiet', 'main')
  })

  it('differ by path from one of them, under the paths that are asked for', async () => {
    const main = git(dir, 'rev-parse', 'main')
    const head = branch(dir, {
      '.github/workflows/x.yml': 'on: push\n',
      'docs/CODEOWNERS': '* @mallory\n',
      'README.md': 'x\n',
    })
    const merged = await repository.merge(main, head)
    if (merged.state !== 'merged') throw new Error(merged.state)
    expect(
      await repository.differing(main, merged.tree, ['.github/workflows', 'docs/CODEOWNERS', 'CODEOWNERS']),
    ).toEqual(['.github/workflows/x.yml', 'docs/CODEOWNERS'])
    expect(await repository.differing(main, merged.tree, ['instance'])).toEqual([])
  })

  it('are taken by full id only', async () => {
    await expect(repository.merge('--help', git(dir, 'rev-parse', 'main'))).rejects.toThrow('not a full commit id')
  })
})

describe('a commit of the remote', () => {
  it('is brought by its id, also where no branch here has it; another is not there', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const mine = clone(bare, join(base.path, 'mine'))
    const theirs = clone(bare, join(base.path, 'theirs'))
    const head = commit(theirs, 'From a fork', { 'instance/rules.yaml': 'rules: []\n' })
    git(theirs, 'push', '--quiet', 'origin', 'HEAD:refs/pull/7/head')
    const repository = await opened(mine)
    expect(await repository.bring(head)).toBe(true)
    expect(await repository.merge(git(mine, 'rev-parse', 'HEAD'), head)).toMatchObject({ state: 'merged' })
    expect(await repository.bring('e'.repeat(40))).toBe(false)
    expect(await repository.commit('HEAD')).toBe(git(mine, 'rev-parse', 'HEAD'))
    expect(await repository.commit('--help')).toBeNull()
  })
})

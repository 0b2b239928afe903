import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { checkHead } from '../../src/reconcile/apply/check-head.ts'
import { clone, commit, git, newBare, newRepository, put, scratch } from '../support/git.ts'

async function check(dir: string, applied: string | null = null, rewritten = false): Promise<string> {
  const repository = await openRepository(dir)
  if (repository === null) throw new Error('outside Git')
  return checkHead(repository, { taken: applied, applied: new Map() }, { rewritten })
}

const codes = (exit: number, ...wanted: [code: string, hint: string][]) => ({
  exit,
  diagnostics: wanted.map(([code, hint]) => expect.objectContaining({ code, hint: expect.stringContaining(hint) })),
})

describe('what an apply takes for HEAD', () => {
  it('is a clean one, without a remote', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    put(dir, { 'README.md': 'not of the instance' })
    expect(await check(dir)).toBe(git(dir, 'rev-parse', 'HEAD'))
  })

  it('is not one with uncommitted files', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    put(dir, { 'instance/rules.yaml': 'rules: []\n' })
    await expect(check(dir)).rejects.toMatchObject(codes(5, ['uncommitted', 'git add :/instance && git commit']))
    await expect(check(dir)).rejects.toThrow('instance/rules.yaml')
  })

  it('is not one without a commit', async () => {
    using base = scratch()
    git(base.path, 'init', '--quiet', '--initial-branch=main')
    await expect(check(base.path)).rejects.toMatchObject(codes(5, ['nothing-committed', 'git commit']))
  })

  it('is not an unpushed one, and all that is wrong is said at once', async () => {
    using base = scratch()
    const dir = clone(newBare(base.path), join(base.path, 'one'))
    commit(dir, 'More')
    put(dir, { 'instance/rules.yaml': '' })
    await expect(check(dir)).rejects.toMatchObject(
      codes(5, ['uncommitted', 'git'], ['unpushed', 'git push origin HEAD:main']),
    )
    git(dir, 'clean', '--quiet', '--force')
    git(dir, 'push', '--quiet', 'origin', 'main')
    expect(await check(dir)).toBe(git(dir, 'rev-parse', 'HEAD'))
  })

  it('is not one of another branch', async () => {
    using base = scratch()
    const dir = clone(newBare(base.path), join(base.path, 'one'))
    git(dir, 'switch', '--quiet', '--create', 'topic')
    commit(dir, 'More')
    git(dir, 'push', '--quiet', 'origin', 'topic')
    await expect(check(dir)).rejects.toMatchObject(codes(5, ['other-branch', 'git switch main']))
  })

  it('is not an old one', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const [dir, other] = [clone(bare, join(base.path, 'one')), clone(bare, join(base.path, 'two'))]
    commit(other, 'Newer')
    git(other, 'push', '--quiet', 'origin', 'main')
    await expect(check(dir)).rejects.toMatchObject(codes(6, ['behind', 'git pull --ff-only origin main']))
    commit(dir, 'Apart')
    await expect(check(dir)).rejects.toMatchObject(codes(6, ['diverged', 'git pull --rebase origin main']))
  })

  it('is not in a shallow clone', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    commit(clone(bare, join(base.path, 'one')), 'More')
    git(join(base.path, 'one'), 'push', '--quiet')
    await expect(
      check(clone(`file://${bare}`, join(base.path, 'two'), '--depth=1'), 'f'.repeat(40)),
    ).rejects.toMatchObject(codes(5, ['shallow-clone', 'git fetch --unshallow']))
  })

  it('descends from the commit that was applied last, unless history was rewritten on purpose', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const first = git(dir, 'rev-parse', 'HEAD')
    const second = commit(dir, 'More')
    expect(await check(dir, first)).toBe(second)
    expect(await check(dir, second)).toBe(second)
    git(dir, 'reset', '--quiet', '--hard', first)
    await expect(check(dir, second)).rejects.toMatchObject(codes(6, ['not-descended', '--history-rewritten']))
    await expect(check(dir, 'f'.repeat(40))).rejects.toMatchObject(
      codes(6, ['not-descended', 'herdbook apply --history-rewritten']),
    )
    expect(await check(dir, second, true)).toBe(first)
  })
})

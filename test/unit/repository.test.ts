import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reasonOf } from '../../src/clients/git.ts'
import { openRepository } from '../../src/clients/repository.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import { clone, commit, git, newBare, newRepository, put, scratch } from '../support/git.ts'
import { cloneVia, httpGit, sshGit } from '../support/git-servers.ts'

async function open(dir: string): Promise<Repository> {
  const repository = await openRepository(dir)
  if (repository === null) throw new Error(`${dir} is not in Git`)
  return repository
}

const REF = 'refs/herdbook/production/ledger'
const content = (text: string, parents: string[] = []) => ({
  files: new Map([
    ['a.jsonl', text],
    ['B.json', '{}\n'],
  ]),
  subject: 'Applied',
  trailers: { Run: '7', 'Source-Commit': 'f'.repeat(40) },
  parents,
})

/** The same for refs in the clone and on a remote. */
async function compareAndSwap(one: Repository, two: Repository): Promise<void> {
  expect(await one.read(REF)).toBeNull()
  const first = await one.write(REF, null, content('one\n'))
  if (first.state !== 'written') throw new Error('not written')
  expect(await two.write(REF, null, content('two\n'))).toEqual({ state: 'moved', now: first.commit })
  const read = await two.read(REF)
  expect(read?.id).toBe(first.commit)
  expect(read?.files).toEqual(
    new Map([
      ['B.json', '{}\n'],
      ['a.jsonl', 'one\n'],
    ]),
  )
  expect(read).toMatchObject({
    subject: 'Applied',
    trailers: { Run: '7', 'Source-Commit': 'f'.repeat(40) },
    parents: [],
  })

  const second = await two.write(REF, first.commit, content('three\n', [first.commit]))
  if (second.state !== 'written') throw new Error('not written')
  expect(await one.write(REF, first.commit, content('late\n', [first.commit]))).toEqual({
    state: 'moved',
    now: second.commit,
  })
  expect(await one.remove(REF, first.commit)).toBe('moved')
  expect(await one.resolve(REF)).toBe(second.commit)
  expect((await one.read(REF))?.parents).toEqual([first.commit])
  expect(await one.isAncestor(first.commit, second.commit)).toBe(true)
  expect(await one.isAncestor(second.commit, first.commit)).toBe(false)
  expect((await one.log(second.commit, { limit: 9 })).map((each) => each.trailers.Run)).toEqual(['7', '7'])
  expect(await one.texts('a.jsonl', [second.commit, first.commit])).toEqual(['three\n', 'one\n'])
  expect(await one.remove(REF, second.commit)).toBe('removed')
  expect(await two.read(REF)).toBeNull()
}

describe('refs by compare-and-swap', () => {
  it('in the clone itself', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    await compareAndSwap(await open(dir), await open(dir))
  })

  it.each(['sha1', 'sha256'])(
    'as objects that Git finds nothing wrong with, where it names them by %s',
    async (format) => {
      using base = scratch()
      git(base.path, 'init', '--quiet', `--object-format=${format}`, 'r')
      const dir = join(base.path, 'r')
      commit(dir, 'Begin', { 'instance/instance.yaml': 'domain: herd.example\n' })
      const repository = await open(dir)
      // Every length of a size in a pack, and names that Git orders by their bytes.
      const files = new Map(
        [0, 15, 16, 2_047, 2_048, 300_000].map((size): [string, string] => [
          `${size}é.jsonl`,
          'ä'.repeat(size / 2) + 'x'.repeat(size % 2),
        ]),
      )
      const swap = await repository.write(REF, null, {
        files,
        subject: 'Of all sizes',
        parents: [git(dir, 'rev-parse', 'HEAD')],
      })
      expect(git(dir, 'fsck', '--strict', '--no-dangling', '--full')).toBe('')
      expect(swap).toEqual({ state: 'written', commit: git(dir, 'rev-parse', REF) })
      expect((await repository.read(REF))?.files).toEqual(files)
    },
  )

  it('on a bare repository reached over a path', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await compareAndSwap(
      await open(clone(bare, join(base.path, 'one'))),
      await open(clone(bare, join(base.path, 'two'))),
    )
    expect(git(join(base.path, 'one'), 'for-each-ref', 'refs/herdbook')).toBe('')
  })

  it('over HTTP', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    await compareAndSwap(
      await open(cloneVia(server, bare, join(base.path, 'one'))),
      await open(cloneVia(server, bare, join(base.path, 'two'))),
    )
  })

  it('over SSH', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await sshGit(base.path)
    await compareAndSwap(
      await open(cloneVia(server, bare, join(base.path, 'one'))),
      await open(cloneVia(server, bare, join(base.path, 'two'))),
    )
  })

  it('on a server that takes only fast-forwards', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    git(bare, 'config', 'receive.denyNonFastForwards', 'true')
    await compareAndSwap(
      await open(clone(bare, join(base.path, 'one'))),
      await open(clone(bare, join(base.path, 'two'))),
    )
  })

  it('whatever the person has configured', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const dir = clone(bare, join(base.path, 'one'))
    const settings = {
      'commit.gpgSign': 'true',
      'push.gpgSign': 'true',
      'core.autocrlf': 'true',
      'push.default': 'nothing',
      'push.followTags': 'true',
      'push.useForceIfIncludes': 'true',
      'log.showSignature': 'true',
      'status.showUntrackedFiles': 'no',
      'color.ui': 'always',
      'fetch.prune': 'true',
      'user.useConfigOnly': 'true',
      'i18n.logOutputEncoding': 'latin1',
      'core.logAllRefUpdates': 'always',
    }
    for (const [name, value] of Object.entries(settings)) git(dir, 'config', name, value)
    const hook = join(dir, '.git/hooks/pre-push')
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    await compareAndSwap(await open(dir), await open(clone(bare, join(base.path, 'two'))))
    put(dir, { 'instance/rules.yaml': 'rules: []\n' })
    expect((await (await open(dir)).head()).uncommitted).toEqual(['instance/rules.yaml'])
  })

  it('knows its own write after the answer was lost', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    const repository = await open(cloneVia(server, bare, join(base.path, 'one')))
    let lost = 0
    server.loseAnswer = (request) => request.endsWith('/git-receive-pack') && ++lost === 1
    const swap = await repository.write(REF, null, content('one\n'))
    expect(lost).toBeGreaterThan(0)
    expect(swap).toEqual({ state: 'written', commit: await repository.resolve(REF) })
  })

  it('tells another writer from its own after the answer was lost', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    const repository = await open(cloneVia(server, bare, join(base.path, 'one')))
    server.loseAnswer = (request) => {
      if (!request.endsWith('/git-receive-pack')) return false
      git(bare, 'update-ref', REF, 'refs/heads/main')
      return true
    }
    expect(await repository.write(REF, null, content('one\n'))).toEqual({
      state: 'moved',
      now: git(bare, 'rev-parse', 'refs/heads/main'),
    })
  })

  it('refuses with the reason when the server takes no pushes', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\necho no thanks >&2\nexit 1\n', { mode: 0o755 })
    const repository = await open(clone(bare, join(base.path, 'one')))
    await expect(repository.write(REF, null, content('one\n'))).rejects.toMatchObject({
      exit: 10,
      message: expect.stringContaining('pre-receive hook declined'),
    })
  })

  it('refuses with the reason when the server takes nothing but branches', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    writeFileSync(join(bare, 'hooks/update'), '#!/bin/sh\ncase $1 in refs/heads/*) ;; *) exit 1;; esac\n', {
      mode: 0o755,
    })
    const repository = await open(clone(bare, join(base.path, 'one')))
    await expect(repository.write(REF, null, content('one\n'))).rejects.toMatchObject({
      exit: 10,
      message: expect.stringMatching(/^Git could not .*hook declined/),
    })
    expect(await repository.write('refs/heads/ledger', null, content('one\n'))).toMatchObject({ state: 'written' })
  })

  it('refuses when the remote is not there, and prints no password', async () => {
    using base = scratch()
    const dir = clone(newBare(base.path), join(base.path, 'one'))
    git(dir, 'remote', 'set-url', 'origin', 'http://alice:hunter2@127.0.0.1:1/herd.git')
    const refused = await (await open(dir)).read(REF).catch((error: unknown) => error)
    expect(refused).toMatchObject({ exit: 10, diagnostics: [{ code: 'git-failed' }] })
    expect(JSON.stringify(refused) + String(refused)).not.toContain('hunter2')
    expect(reasonOf("remote: hello\nfatal: could not read from 'https://alice:hunter2@git.example/herd.git'\n")).toBe(
      "fatal: could not read from 'https://git.example/herd.git'",
    )
  })
})

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

  it('is known in a linked worktree and in a submodule, whatever branch the remote begins with, and in a hook of another repository', async () => {
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

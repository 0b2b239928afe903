import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reasonOf } from '../../src/git/git.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import { clone, commit, git, newBare, newRepository, put, scratch } from '../support/git.ts'
import { cloneVia, httpGit, sshGit } from '../support/git-servers.ts'
import { open } from '../support/repository.ts'

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

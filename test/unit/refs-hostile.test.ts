import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import { ledgerStore } from '../../src/reconcile/ledger/store.ts'
import { acquire, unlock } from '../../src/reconcile/lock/lock.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import { sign, signable } from '../../src/reconcile/ledger/sign.ts'
import { clone, git, newBare, scratch } from '../support/git.ts'
import { sealingWith } from '../support/sealing.ts'

// Whoever may push can put anything under any name that no rule guards. Nothing of it stops Herdbook without a way out
// that is named and works.

const LOCK = 'refs/herdbook/production/lock'
const LEDGER = 'refs/herdbook/production/ledger'
const where = {
  sealing: sealingWith(Buffer.from('a key of the herd')),
  branch: 'refs/heads/herdbook-ledger/production',
}
const by = { run: '1', source: null, approvedBy: [] }
const asked = { ...where, run: '1', commit: null }

interface Place {
  readonly eve: string
  readonly repository: Repository
}

async function place(base: string): Promise<Place> {
  const bare = newBare(base)
  const [eve, repository] = [clone(bare, join(base, 'eve')), await openRepository(clone(bare, join(base, 'clone')))]
  if (repository === null) throw new Error('outside Git')
  return { eve, repository }
}

const piped = (dir: string, text: string, ...args: readonly string[]): string =>
  git(dir, '-c', `alias.made=!printf '${text}' | git ${args.join(' ')}`, 'made')
const blob = (dir: string): string => piped(dir, 'x', 'hash-object', '-w', '--stdin')
const many = (dir: string): string => {
  const one = blob(dir)
  const tree = piped(dir, Array.from({ length: 1_001 }, (_, i) => `100644 blob ${one}\\t${i}\\n`).join(''), 'mktree')
  return git(dir, 'commit-tree', '-m', 'Many', tree)
}
const tag = (dir: string): string => {
  git(dir, 'tag', '--force', '--annotate', '--message', 'x', 'x')
  return git(dir, 'rev-parse', 'refs/tags/x')
}

const THINGS: readonly (readonly [what: string, make: (dir: string) => string])[] = [
  ['a blob', blob],
  ['a tree', (dir) => git(dir, 'rev-parse', 'HEAD^{tree}')],
  ['an annotated tag', tag],
  ['a commit of the default branch', (dir) => git(dir, 'rev-parse', 'HEAD')],
  ['a commit of more files than any of ours', many],
]

const push = (dir: string, id: string, ref: string): string =>
  git(dir, 'push', '--quiet', '--force', 'origin', `${id}:${ref}`)

async function refused(work: Promise<unknown>): Promise<HerdbookError> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  if (error instanceof HerdbookError) return error
  throw new Error(`not refused: ${String(error)}`)
}

describe('the ref of the lock', () => {
  it.each(THINGS)('that somebody has set to %s is let go by the name that the refusal gives', async (_what, make) => {
    using base = scratch()
    const { eve, repository } = await place(base.path)
    push(eve, make(eve), LOCK)
    const { exit, diagnostics } = await refused(acquire(repository, asked))
    expect([exit, diagnostics[0]?.code]).toEqual([7, 'lock-forged'])
    const [, name = ''] = /herdbook unlock ([0-9a-f]+)/.exec(diagnostics[0]?.hint ?? '') ?? []
    await unlock(repository, where, name)
    expect(await (await acquire(repository, asked)).release()).toBeNull()
  })

  it('that a ref below leaves no room for is told, with what takes that away, whatever its name', async () => {
    using base = scratch()
    const { eve, repository } = await place(base.path)
    push(eve, 'HEAD', `${LOCK}/$(touch\${IFS}owned)`)
    const { exit, diagnostics } = await refused(acquire(repository, asked))
    expect([exit, diagnostics[0]?.code]).toEqual([5, 'ref-in-the-way'])
    expect(diagnostics[0]?.hint).toBe(
      `If nobody needs that one, delete it: git push origin --delete '${LOCK}/$(touch\${IFS}owned)'`,
    )
    git(eve, 'push', '--quiet', 'origin', '--delete', `${LOCK}/$(touch\${IFS}owned)`)
    expect(await (await acquire(repository, asked)).release()).toBeNull()
  })
})

describe('the ref of the ledger', () => {
  it.each(THINGS)(
    'that somebody has set to %s is refused with the way out, which goes back to what was signed',
    async (_what, make) => {
      using base = scratch()
      const { eve, repository } = await place(base.path)
      const store = ledgerStore(repository, where)
      const paused = { by: 'ann', at: '2026-11-23T04:00:00Z', why: 'because' }
      await store.save({ ...emptyLedger, paused }, 'Begin', by)
      push(eve, make(eve), LEDGER)
      const { exit, diagnostics } = await refused(store.load())
      expect(exit).toBe(5)
      expect(diagnostics[0]?.hint).toContain('herdbook ledger sign')
      const signing = await signable(repository, where, null, null)
      if (signing === null) throw new Error('nothing to sign')
      await sign(repository, where, signing, 'because', by)
      expect((await store.load()).paused).toMatchObject(paused)
    },
  )

  it('whose branch has no room, since another one has its folder for a name, is told', async () => {
    using base = scratch()
    const { eve, repository } = await place(base.path)
    push(eve, 'HEAD', 'refs/heads/herdbook-ledger')
    const { diagnostics } = await refused(ledgerStore(repository, where).save(emptyLedger, 'Begin', by))
    expect(diagnostics[0]?.hint).toBe(
      'If nobody needs that one, delete it: git push origin --delete refs/heads/herdbook-ledger',
    )
  })
})

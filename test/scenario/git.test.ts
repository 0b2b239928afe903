import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { acquire } from '../../src/reconcile/lock/lock.ts'
import { commit, git, put } from '../support/git.ts'
import { cloneOf, must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'
import { sealingWith } from '../support/sealing.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({ remote: true })
})
afterAll(async () => field[Symbol.asyncDispose]())

const block = (domain: string): string => `domain_blocks:\n  - domain: ${domain}\n    severity: none\n`
const blocked = async (): Promise<unknown> =>
  (await herd.rows('select domain from domain_blocks order by domain')).map((row) => Object.values(row)[0])
const apply = (one: Herd, code: number, ...args: string[]) => must(one, ['apply', '--yes', ...args], code)

describe('with a remote', () => {
  it('what is not committed is planned, and not applied: it prints the command', async () => {
    put(join(herd.dir, 'instance'), { 'domain-blocks.yaml': block('one.example') })
    await planOf(herd, 2)
    expect((await apply(herd, 5)).out).toMatch(
      /uncommitted[^]*instance\/domain-blocks\.yaml[^]*git add :\/instance && git commit/,
    )
    expect(await blocked()).toEqual([])
  })

  it('what is not pushed is not applied: it prints the command', async () => {
    commit(herd.dir, 'One')
    expect((await apply(herd, 5)).out).toMatch(/unpushed[^]*git push origin HEAD:main/)
    expect(await blocked()).toEqual([])
  })

  it('what is pushed is applied, also from another clone, whose plan is then empty', async () => {
    git(herd.dir, 'push', '--quiet', 'origin', 'HEAD:main')
    const other = cloneOf(herd, 'other')
    await apply(other, 0)
    expect(await blocked()).toEqual(['one.example'])
    await planOf(herd, 0)
    expect(git(`${herd.dir}.git`, 'for-each-ref', '--format=%(refname)')).toContain('refs/herdbook/production/ledger')
    expect(git(`${herd.dir}.git`, 'for-each-ref', '--format=%(refname)')).not.toContain('lock')
  })

  it('a clone that is behind is refused', async () => {
    const behind = cloneOf(herd, 'behind')
    herd.write({ 'domain-blocks.yaml': block('two.example') })
    expect((await apply(behind, 6)).out).toMatch(/behind[^]*git pull/)
    expect(await blocked()).toEqual(['one.example'])
    await apply(herd, 0)
    expect(await blocked()).toEqual(['two.example'])
  })

  it('a clone that went another way is refused', async () => {
    const other = cloneOf(herd, 'diverged')
    put(join(other.dir, 'instance'), { 'domain-blocks.yaml': block('mine.example') })
    commit(other.dir, 'Mine')
    herd.write({}, 'Theirs')
    expect((await apply(other, 6)).out).toContain('diverged')
  })

  it('another branch is refused', async () => {
    git(herd.dir, 'switch', '--quiet', '--create', 'topic')
    commit(herd.dir, 'Topic', { 'instance/domain-blocks.yaml': block('topic.example') })
    await planOf(herd, 2)
    expect((await apply(herd, 5)).out).toMatch(/other-branch[^]*git switch main/)
    git(herd.dir, 'switch', '--quiet', 'main')
  })

  it('a shallow clone is refused', async () => {
    const shallow = cloneOf(herd, 'shallow', '--depth=1')
    expect((await apply(shallow, 5)).out).toMatch(/shallow[^]*git fetch --unshallow/)
  })

  it('a rewritten history is refused unless somebody says so', async () => {
    git(herd.dir, 'reset', '--quiet', '--hard', 'HEAD~2')
    commit(herd.dir, 'Rewritten', { 'instance/domain-blocks.yaml': block('rewritten.example') })
    git(herd.dir, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
    expect((await apply(herd, 6)).out).toMatch(/not-descended[^]*--history-rewritten/)
    expect(await blocked()).toEqual(['two.example'])
    await apply(herd, 0, '--history-rewritten')
    expect(await blocked()).toEqual(['rewritten.example'])
  })

  it('a remote that is gone is refused: nothing is written without the ledger', async () => {
    herd.write({ 'domain-blocks.yaml': block('gone.example') })
    git(herd.dir, 'remote', 'set-url', 'origin', join(herd.dir, 'nowhere'))
    for (const verb of [['plan'], ['apply', '--yes'], ['drift']]) {
      const ran = await herd.run(verb)
      expect(ran.code, ran.out).toBeGreaterThan(3)
      expect(ran.code).not.toBe(1)
      expect(ran.out).toContain('origin')
    }
    git(herd.dir, 'remote', 'set-url', 'origin', `${herd.dir}.git`)
    expect(await blocked()).toEqual(['rewritten.example'])
    await apply(herd, 0)
  })
})

describe('the lock', () => {
  it('that is held refuses with exit 7 and names the holder; --wait waits for it', async () => {
    herd.write({ 'domain-blocks.yaml': block('locked.example') })
    const repository = await openRepository(herd.dir)
    if (repository === null) throw new Error('outside Git')
    const held = await acquire(repository, { sealing: sealingWith(null), run: '4711', commit: null })
    const ran = await herd.start(['apply', '--yes']).ran
    expect(ran).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/Another run holds the lock [^]*run 4711[^]*--wait[^]*herdbook unlock [0-9a-f]{8}/),
    })
    expect((await must(herd, ['approve', 'why', '--yes'], 7)).out).toContain('run 4711')
    await planOf(herd, 2)
    expect(await blocked()).toEqual(['gone.example'])
    expect((await must(herd, ['status'])).out).toMatch(/Lock .*run 4711/)

    const waiting = herd.start(['apply', '--yes', '--wait'])
    await new Promise<void>((resolve) =>
      waiting.child.stderr?.on('data', (text: string) => text.includes('run 4711') && resolve()),
    )
    expect(await held.release()).toBeNull()
    expect(await waiting.ran).toMatchObject({ code: 0 })
    expect(await blocked()).toEqual(['locked.example'])
  })

  it('that was waited for leaves no commit to apply that was taken back meanwhile, whatever was written', async () => {
    const repository = await openRepository(herd.dir)
    if (repository === null) throw new Error('outside Git')
    const held = await acquire(repository, { sealing: sealingWith(null), run: '4714', commit: null })
    herd.write({ 'domain-blocks.yaml': block('hasty.example') })
    const waiting = herd.start(['apply', '--yes', '--wait'])
    await new Promise<void>((resolve) =>
      waiting.child.stderr?.on('data', (text: string) => text.includes('run 4714') && resolve()),
    )
    const other = cloneOf(herd, 'reverts')
    other.write({ 'domain-blocks.yaml': block('locked.example') }, 'Take it back')
    await held.release()
    expect(await waiting.ran).toMatchObject({ code: 6, stderr: expect.stringContaining('behind') })
    expect(await blocked()).toEqual(['locked.example'])
    git(herd.dir, 'pull', '--quiet', '--ff-only')
  })

  it('is taken away by unlock, with the name that was printed', async () => {
    const repository = await openRepository(herd.dir)
    if (repository === null) throw new Error('outside Git')
    const held = await acquire(repository, { sealing: sealingWith(null), run: '4712', commit: null })
    const named = /herdbook unlock ([0-9a-f]+)/.exec((await must(herd, ['apply', '--yes'], 7)).out)?.[1] ?? ''
    await must(herd, ['unlock', '00000000'], 5)
    expect((await must(herd, ['unlock', named])).out).toContain('run 4712')
    await apply(herd, 0)
    await held.release()
  })

  it('is named by unlock without a name, in words that unlock takes', async () => {
    const repository = await openRepository(herd.dir)
    if (repository === null) throw new Error('outside Git')
    const held = await acquire(repository, { sealing: sealingWith(null), run: '4713', commit: null })
    const named = /herdbook unlock ([0-9a-f]+)/.exec((await must(herd, ['unlock'], 7)).out)?.[1] ?? ''
    await must(herd, ['unlock', named])
    await held.release()
  })
})

describe('without a remote', () => {
  it('the ledger lives in the clone', async () => {
    const alone = await field.herd({ begin: 'none', config: { environment: 'alone' } })
    alone.write({ 'email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: alone.example\n' })
    await apply(alone, 0, '--first', 'mine')
    expect(git(alone.dir, 'for-each-ref', '--format=%(refname)')).toContain('refs/herdbook/alone/ledger')
    alone.write({ 'email-domain-blocks.yaml': 'email_domain_blocks: []\nemptied_on_purpose: over\n' })
    await apply(alone, 0)
    expect(await alone.rows('select 1 from email_domain_blocks')).toEqual([])
  })
})

describe('outside Git', () => {
  it('creates, changes only when told, never deletes, and says so', async () => {
    const bare = await field.herd({ begin: 'none' })
    rmSync(join(bare.dir, '.git'), { recursive: true })
    const write = (text: string): void =>
      put(join(bare.dir, 'instance'), { 'email-domain-blocks.yaml': `email_domain_blocks:\n${text}` })
    write('  - domain: a.example\n  - domain: b.example\n')
    await apply(bare, 0)
    write('  - domain: a.example\n    allow_with_approval: true\n')
    await apply(bare, 4)
    await apply(bare, 0, '--take-over')
    expect(await bare.rows('select domain, allow_with_approval from email_domain_blocks order by domain')).toEqual([
      { domain: 'a.example', allow_with_approval: true },
      { domain: 'b.example', allow_with_approval: false },
    ])
    expect((await must(bare, ['plan'])).out).toMatch(
      /not in a Git repository[^]*Herdbook deletes nothing[^]*--take-over/,
    )
  })
})

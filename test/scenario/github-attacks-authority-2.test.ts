import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { clone, git, put, scratch } from '../support/git.ts'
import { handsOn } from '../support/hands-on.ts'

// Nobody approves what they are behind, by whatever way it came to the default branch: Eve may write here and nothing
// else, Ann and Zoe are owners, and the default branch is open to all three.

let herd: Farm
beforeAll(async () => {
  herd = await farm({ people: { eve: 'write' } })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const SLOW = { timeout: 300_000 }

const { planned, applied, live, withBlock, press } = handsOn(() => herd)
let branches = 0
/** Opens a pull request with these files, and has it planned. */
async function propose(by: string, files: { readonly [path: string]: string }): Promise<number> {
  const branch = `${by}-${(branches += 1)}`
  await herd.hub.act.push({ by, branch, files })
  const number = await herd.hub.act.openPull({ by, branch, title: 'Change' })
  await planned()
  return number
}

/** A clone of somebody who signs as whom they like, and whose pushes are Eve's. */
async function byHand(
  work: (dir: string, as: (login: string) => readonly string[]) => void,
  by = 'eve',
): Promise<void> {
  using base = scratch()
  const dir = clone(herd.hub.git, `${base.path}/clone`)
  work(dir, (login) => ['-c', `user.name=${login}`, '-c', `user.email=${login}@users.noreply.github.com`])
  await herd.hub.act.pushed(by)
}

const MODERATORS = 'instance/moderators.yaml'
const hasRole = async (name: string): Promise<boolean> =>
  (
    await herd.rows(
      `select 1 from users u join accounts a on a.id = u.account_id
       where a.username = '${name}' and u.role_id is not null`,
    )
  ).length > 0
const theirs = 'You cannot approve what you asked for, wrote or pushed'

describe('somebody who has pushed past every pull request', SLOW, () => {
  it("does not approve it by merging a pull request of another's that takes it along; somebody else does", async () => {
    await herd.hub.act.push({ by: 'eve', branch: 'main', files: { [BLOCKS]: withBlock('rides.example') } })
    const typo = await propose('mo', { 'README.md': 'A typo.\n' })
    expect(commentOn(herd, typo)).toMatch(/ along=eve:[0-9a-f]{32}:[0-9a-f]{8} /)
    await herd.hub.act.merge(typo, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('rides.example')
    // What it holds of its own counts all the same.
    const own = await propose('mo', { [BLOCKS]: withBlock('own.example') })
    await herd.hub.act.merge(own, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await live()).toMatch(/^(?!.*rides).*own\.example/)
    const other = await propose('mo', { 'README.md': 'Another.\n' })
    await herd.hub.act.merge(other, 'ann')
    expect((await applied()).exit).toBe(0)
    expect(await live()).toContain('rides.example')
  })

  it('is known below a commit on top, in the name of another', async () => {
    await byHand((dir, as) => {
      put(dir, { [BLOCKS]: withBlock('below.example') })
      git(dir, ...as('mo'), 'commit', '--quiet', '--all', '--message', 'Below')
      put(dir, { 'README.md': 'On top.\n' })
      git(dir, 'add', '--all')
      git(dir, ...as('mo'), 'commit', '--quiet', '--all', '--message', 'On top')
      git(dir, 'push', '--quiet', 'origin', 'HEAD:main')
    }, 'ann')
    expect((await press('approve', 'domain-block/below.example', 'ann')).stderr).toContain(theirs)
    expect((await press('approve', 'domain-block/below.example', 'zoe')).exit).toBe(0)
    expect(await live()).toContain('below.example')
  })

  it('and has written a last day that is over does not merge what takes the entry out', async () => {
    await herd.hub.act.push({
      by: 'eve',
      branch: 'main',
      files: { [BLOCKS]: `${herd.file(BLOCKS).replace('  - domain: kept.example\n', '$&    until: 2020-01-01\n')}\n` },
    })
    herd.events.length = 0
    await herd.hub.act.schedule('47 2 * * *')
    await herd.settle({ workflows: /^herdbook-drift/ })
    const ended = [...herd.hub.state.issues.values()].findLast(({ pull }) => pull !== null)?.number ?? 0
    expect(commentOn(herd, ended)).toMatch(/asked-by=eve ours /)
    await herd.hub.act.merge(ended, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await live()).toContain('kept.example')
    expect((await press('approve', 'domain-block/kept.example', 'zoe')).exit).toBe(0)
    expect(await live()).not.toContain('kept.example')
  })
})

describe('an owner who wrote it', SLOW, () => {
  it('does not approve it by button, where its comment says nothing of it any more', async () => {
    const number = await propose('ann', { [BLOCKS]: withBlock('silent.example') })
    const comment = [...herd.hub.state.comments.values()].find(({ issue }) => issue === number)
    if (comment === undefined) throw new Error('no comment')
    herd.hub.state.comments.delete(comment.id)
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/silent.example', 'ann')).stderr).toContain(theirs)
    expect((await press('approve', 'domain-block/silent.example', 'zoe')).exit).toBe(0)
  })

  it('nor where a moderator has merged it, and the ledger holds that', async () => {
    const number = await propose('ann', {
      [MODERATORS]: herd.file(MODERATORS).replace(/ {2}- account: mod\n(?: {4}.*\n)*/, ''),
    })
    await herd.hub.act.merge(number, 'mo')
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'moderator/mod', 'ann')).stderr).toContain(theirs)
    expect(await hasRole('mod')).toBe(true)
    expect((await press('approve', 'moderator/mod', 'zoe')).exit).toBe(0)
    expect(await hasRole('mod')).toBe(false)
  })

  it('nor long after, when an account that it names is there at last', async () => {
    const number = await propose('ann', {
      [MODERATORS]: `${herd.file(MODERATORS)}\n  - account: ghost\n    role: Moderator\n    since: 2026-11-23\n`,
    })
    await herd.hub.act.merge(number, 'zoe')
    await applied()
    await herd.sandbox.handOf('owner').signUp('ghost')
    expect((await press('approve', 'moderator/ghost', 'ann')).stderr).toContain(theirs)
    expect((await press('approve', 'moderator/ghost', 'zoe')).exit).toBe(0)
    expect(await hasRole('ghost')).toBe(true)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { clone, git, scratch } from '../support/git.ts'
import { ran, type JobRun } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

// What somebody could try so that merging applies what nobody approved. Each attack succeeds first where somebody looks
// only at the part of it that is genuine.

let herd: Farm
beforeAll(async () => {
  // Eve may write here, and the default branch is open to her: what protects it on GitHub is not what is tried.
  herd = await farm({ people: { eve: 'write' } })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const entry = (domain: string): string => `  - domain: ${domain}\n    severity: none\n`
const withBlock = (domain: string): string => `${herd.file(BLOCKS)}\n${entry(domain)}`
const blockIn = (text: string): string => /<!-- herdbook-approvals .* -->/.exec(text)?.[0] ?? 'none'
const marksIn = (text: string): string[] => blockIn(text).match(/(?<= )[0-9a-f]{32}(?= )/g) ?? []

const planned = async (): Promise<JobRun & { readonly ran: true }> =>
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
/** The newest run of an apply: GitHub drops those that wait behind it. */
async function applied(): Promise<JobRun & { readonly ran: true }> {
  const newest = herd.events.splice(0).findLast(({ name }) => name === 'push' || name === 'schedule')
  if (newest !== undefined) herd.events.push(newest)
  return ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
}
const live = async (): Promise<string> => JSON.stringify(await herd.rows('select domain from domain_blocks'))

let branches = 0
/** Opens a pull request of Eve's with these files, and has it planned. */
async function propose(files: {
  readonly [path: string]: string
}): Promise<{ readonly number: number; readonly branch: string }> {
  const branch = `eve-${(branches += 1)}`
  await herd.hub.act.push({ by: 'eve', branch, files })
  const number = await herd.hub.act.openPull({ by: 'eve', branch, title: 'Change' })
  await planned()
  return { number, branch }
}

/** Our comment on a pull request, changed by somebody who may. */
async function edit(number: number, change: (body: string) => string, by = 'eve'): Promise<void> {
  const ours = [...herd.hub.state.comments.values()].find(
    (one) => one.issue === number && one.body.startsWith('<!-- herdbook:production -->'),
  )
  if (ours === undefined) throw new Error('no comment of ours')
  await herd.hub.act.editComment(ours.id, change(ours.body), by)
}

/** Somebody settles at a desk what stayed undone, so that the next test begins in sync. */
async function settleByHand(): Promise<void> {
  herd.desk()
  await herd.herdbook(['approve', 'looked at by hand', '--yes'])
  await herd.herdbook(['apply', '--yes'])
}

const ALTERED = /approved nothing: its comment with the plan was edited later, or shows another commit/

/** Each is many whole runs. */
const SLOW = { timeout: 300_000 }

describe('a comment that is not what we wrote', SLOW, () => {
  it('whose words somebody changed between plan and merge approves nothing, with the same marks', async () => {
    const { number } = await propose({ [BLOCKS]: withBlock('hidden.example') })
    const before = commentOn(herd, number)
    await edit(number, (body) => body.replaceAll('hidden.example', 'harmless.example'))
    expect(commentOn(herd, number)).toContain('Lists `harmless.example`')
    expect(marksIn(commentOn(herd, number))).toEqual(marksIn(before))
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('hidden.example')
    expect(commentOn(herd, number, ':applied')).toMatch(ALTERED)
    expect([...herd.hub.state.issues.values()].at(-1)?.body).toMatch(ALTERED)
    await settleByHand()
    expect(await live()).toContain('hidden.example')
  })

  it('that stood there before a force-push, word for word, approves nothing of what it shows', async () => {
    const { number, branch } = await propose({ [BLOCKS]: withBlock('earlier.example') })
    const earlier = commentOn(herd, number)
    await herd.hub.act.push({
      by: 'eve',
      branch,
      files: { [BLOCKS]: withBlock('later.example') },
      onto: herd.hub.state.branches.get('main') ?? '',
    })
    await planned()
    expect(commentOn(herd, number)).not.toContain('earlier.example')
    await herd.hub.act.push({
      by: 'eve',
      branch: 'main',
      files: { 'instance/email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: beside.example\n' },
    })
    await edit(number, () => earlier)
    expect(earlier).toContain('earlier.example')
    await herd.hub.act.merge(number, 'ann')
    await herd.hub.act.push({ by: 'eve', branch: 'main', files: { [BLOCKS]: withBlock('earlier.example') } })
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('earlier.example')
    await settleByHand()
  })

  it('that is of another commit than was merged, as the head moved before the plan, approves nothing', async () => {
    const { number, branch } = await propose({ [BLOCKS]: withBlock('seen.example') })
    await herd.hub.act.push({
      by: 'eve',
      branch,
      files: { [BLOCKS]: `${withBlock('seen.example')}${entry('unseen.example')}` },
    })
    herd.events.length = 0
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toMatch(/\b(un)?seen\.example/)
    expect(commentOn(herd, number, ':applied')).toMatch(ALTERED)
    await settleByHand()
  })

  it("that began as another workflow's, with our marker, is made ours; its writer's edits are void", async () => {
    await herd.hub.act.push({ by: 'eve', branch: 'greeted', files: { [BLOCKS]: withBlock('greeted.example') } })
    const number = await herd.hub.act.openPull({ by: 'eve', branch: 'greeted', title: 'Greeted' })
    const plan = herd.events.splice(0)
    const id = await herd.hub.act.comment(
      number,
      '<!-- herdbook:production -->\nThank you for your first pull request!',
      'greeter[bot]',
    )
    herd.events.splice(0, Infinity, ...plan)
    await planned()
    expect(herd.hub.state.comments.get(id)?.body).toContain('Lists `greeted.example`')
    await edit(number, (body) => body.replaceAll('greeted.example', 'harmless.example'), 'greeter[bot]')
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('greeted.example')
    await settleByHand()
  })
})

describe('an approval', SLOW, () => {
  it('given by two pull requests with the same change counts once', async () => {
    const one = await propose({ [BLOCKS]: withBlock('twice.example') })
    const other = await propose({ [BLOCKS]: withBlock('twice.example') })
    expect(marksIn(commentOn(herd, one.number))).not.toEqual(marksIn(commentOn(herd, other.number)))
    await herd.hub.act.merge(one.number, 'ann')
    await herd.hub.act.merge(other.number, 'ann')
    expect((await applied()).exit).toBe(0)
    const lifting = await propose({ [BLOCKS]: herd.file(BLOCKS).replace(entry('twice.example').trimEnd(), '') })
    await herd.hub.act.merge(lifting.number, 'ann')
    expect((await applied()).exit).toBe(0)
    expect(await live()).not.toContain('twice.example')
    // Both comments still carry what would approve it.
    await herd.hub.act.push({ by: 'eve', branch: 'main', files: { [BLOCKS]: withBlock('twice.example') } })
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('twice.example')
    await settleByHand()
  })

  it('that was used up does not come back with an older ledger, though no clone ever saw a newer one', async () => {
    const LEDGER = 'refs/herdbook/production/ledger'
    using eve = scratch()
    const theirs = clone(herd.hub.git, `${eve.path}/clone`)
    const [, before = ''] = git(theirs, 'ls-remote', 'origin', LEDGER).match(/^([0-9a-f]{40})/) ?? []
    git(theirs, 'fetch', '--quiet', 'origin', LEDGER)
    const { number } = await propose({ [BLOCKS]: withBlock('replayed.example') })
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    const [, after = ''] = git(theirs, 'ls-remote', 'origin', LEDGER).match(/^([0-9a-f]{40})/) ?? []
    // A moderator lifts it by hand: by the ledger of now that is for people to settle, by the older one it was never
    // done.
    await herd.sandbox.handOf('owner').liftBlock('replayed.example')
    git(theirs, 'push', '--quiet', '--force', 'origin', `${before}:${LEDGER}`)
    await herd.hub.act.schedule('23 4 * * *')
    const { exit, stderr } = await applied()
    expect(await live()).not.toContain('replayed.example')
    expect(exit).toBe(5)
    expect(stderr).toMatch(
      regexOf(
        /ledger \(Herdbook's record in Git\) was set back[^]*/,
        /git push --force origin [0-9a-f]{40}:refs\/herdbook\/production\/ledger/,
      ),
    )
    expect([...herd.hub.state.issues.values()].at(-1)?.body).toMatch(/ledger \(Herdbook's record in Git\) was set back/)
    // The branch that shows it only grows, whoever pushes.
    expect(() =>
      git(theirs, 'push', '--quiet', '--force', 'origin', `${before}:refs/heads/herdbook-ledger/production`),
    ).toThrow(/only grows/)
    expect(() => git(theirs, 'push', '--quiet', 'origin', ':refs/heads/herdbook-ledger/production')).toThrow(
      /only grows/,
    )
    git(theirs, 'fetch', '--quiet', 'origin', 'herdbook-ledger/production')
    git(theirs, 'push', '--quiet', '--force', 'origin', `FETCH_HEAD:${LEDGER}`)
    expect(git(theirs, 'ls-remote', 'origin', LEDGER)).toContain(after)
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(await live()).not.toContain('replayed.example')
  })

  it('of a pull request planned here and merged into another base is none for the default branch', async () => {
    const { number } = await propose({ [BLOCKS]: withBlock('aside.example') })
    expect(commentOn(herd, number)).toContain('Merging this approves 1 change')
    await herd.hub.act.reset('side', herd.hub.state.branches.get('main') ?? '', 'eve')
    const pull = herd.hub.state.issues.get(number)?.pull
    if (!pull) throw new Error('no pull request')
    Object.assign(pull, { base: 'side' })
    const commit = await herd.hub.act.merge(number, 'eve')
    herd.events.length = 0
    await herd.hub.act.reset('main', commit, 'eve')
    // GitHub itself calls it merged, as a commit that is now on the default branch.
    expect(pull.merged?.commit).toBe(herd.hub.state.branches.get('main'))
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('aside.example')
    await settleByHand()
  })

  it('is never in the name of a stranger, who may leave an approving review where everybody can read', async () => {
    const { number } = await propose({ [BLOCKS]: withBlock('reviewed.example') })
    await herd.hub.act.review(number, 'stan')
    await herd.hub.act.review(number, 'mo')
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    const { stdout } = await herd.herdbook(['why', 'domain-block/reviewed.example'])
    expect(stdout).toMatch(/mo, ann/)
    expect(stdout).not.toContain('stan')
  })

  it("is not given by merging a stranger's pull request that nobody asked to plan", async () => {
    await herd.hub.act.push({
      by: 'stan',
      branch: 'unasked',
      fork: true,
      files: { [BLOCKS]: withBlock('unasked.example') },
    })
    const number = await herd.hub.act.openPull({ by: 'stan', branch: 'unasked', fork: true, title: 'Unasked' })
    ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'check')
    expect(commentOn(herd, number)).toContain('unasked.example')
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('unasked.example')
    await settleByHand()
  })

  it('of a role for an account to come does not cover a stranger who takes its name; a fresh one does', async () => {
    const file = 'instance/moderators.yaml'
    const { number } = await propose({
      [file]: `${herd.file(file)}\n  - account: ghost\n    role: Owner\n    since: 2026-11-23\n`,
    })
    expect(commentOn(herd, number)).toContain('`ghost`: cannot get a role yet')
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    await herd.sandbox.handOf('owner').signUp('ghost')
    const roleOf = async (): Promise<unknown> =>
      (
        await herd.rows(
          "select role_id from users join accounts on accounts.id = users.account_id where username = 'ghost'",
        )
      )[0]
    const nobody = await roleOf()
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(6)
    expect(await roleOf()).toEqual(nobody)
    // Whoever looks after roles is not asked about a block list.
    const beside = await propose({ [BLOCKS]: withBlock('fresh.example') })
    await herd.hub.act.merge(beside.number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await roleOf()).toEqual(nobody)
    const fresh = await propose({ [file]: herd.file(file).replace('since: 2026-11-23', 'since: 2026-11-24') })
    expect(commentOn(herd, fresh.number)).toMatch(
      /Left over from earlier merges · 1 change[^]*Gives `Owner` to `ghost`[^]*The account was created on \d{4}-/,
    )
    await herd.hub.act.merge(fresh.number, 'ann')
    expect((await applied()).exit).toBe(0)
    expect(await roleOf()).not.toEqual(nobody)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { textAt } from '../support/runner-events.ts'
import { merging, BLOCKS, MODERATORS, entry } from '../support/merging.ts'
import { regexOf } from '../support/regex-of.ts'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const { propose, live, failures, applied } = merging(() => herd)

describe('what is merged is applied', () => {
  it.each(['merge', 'squash', 'rebase'] as const)('by %s, and told on the pull request', async (method) => {
    const number = await propose(entry(`${method}.example`))
    await herd.hub.act.merge(number, 'ann', method)
    expect((await applied()).exit).toBe(0)
    expect(await live()).toContain(`${method}.example`)
    expect(commentOn(herd, number, ':applied')).toMatch(
      new RegExp(
        `\\*\\*Applied\\*\\*: lists \`${method}\\.example\` without a limit\\. Verified on .* after the merge`,
      ),
    )
    expect((await herd.herdbook(['why', `domain-block/${method}.example`])).stdout).toMatch(/ann/)
  })

  it('also where the lists of the forge lag behind', async () => {
    const number = await propose(entry('lagging.example'))
    herd.hub.lag(2)
    await herd.hub.act.merge(number, 'ann', 'rebase')
    herd.hub.lag(0)
    expect((await applied()).exit).toBe(0)
    expect(await live()).toContain('lagging.example')
  })

  it('all of several in a row, although the queue drops runs: each is told what became of it', async () => {
    const numbers: number[] = []
    for (const domain of ['first.example', 'second.example', 'third.example']) {
      const number = await propose(entry(domain))
      await herd.hub.act.merge(number, 'ann', 'squash')
      numbers.push(number)
      // GitHub keeps one waiting run and drops the others.
      herd.events.length = 0
    }
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(await live()).toEqual(expect.arrayContaining(['first.example', 'second.example', 'third.example']))
    for (const [i, number] of numbers.entries())
      expect(commentOn(herd, number, ':applied')).toContain(['first', 'second', 'third'][i])
    expect(commentOn(herd, numbers[0] ?? 0, ':applied')).not.toContain('third.example')
  })

  it('an older run that is started again by hand applies what is newest, and undoes nothing', async () => {
    const number = await propose(entry('newer.example'))
    await herd.hub.act.merge(number, 'ann')
    const older = herd.events.findLast(({ name }) => name === 'push')
    expect((await applied()).exit).toBe(0)
    const lifted = await propose((text) => text.replace(entry('newer.example'), ''))
    await herd.hub.act.merge(lifted, 'ann')
    expect((await applied()).exit).toBe(0)
    expect(await live()).not.toContain('newer.example')
    if (!older) throw new Error('no push')
    // The commit that this run is of asks for the block: a checkout of it would bring it back.
    expect(await herd.hub.state.git.run(['show', `${textAt(older.payload, 'after')}:${BLOCKS}`])).toContain(
      'newer.example',
    )
    herd.events.push(older)
    expect((await applied()).exit).toBe(0)
    expect(await live()).not.toContain('newer.example')
  })

  it('a revert is a change like any other', async () => {
    const number = await propose((text) => text.replace(entry('third.example'), ''))
    expect(commentOn(herd, number)).toMatch(/### (Lifts|Removes|Deletes)[^\n]*third\.example/i)
    await herd.hub.act.merge(number, 'ann', 'squash')
    expect((await applied()).exit).toBe(0)
    expect(await live()).not.toContain('third.example')
  })

  it('by a merge queue: the check is reported on what the queue put together, without any secret', async () => {
    const number = await propose(entry('queued.example'))
    const group = await herd.hub.act.enqueue([number], 'ann')
    const queue = ran(await herd.settle(), 'queue')
    expect([queue.exit, queue.environment]).toEqual([0, null])
    expect(herd.hub.state.statuses.findLast(({ commit }) => commit === group.commit)).toMatchObject({
      state: 'success',
      context: 'herdbook',
    })
    await group.pass()
    expect((await applied()).exit).toBe(0)
    expect(await live()).toContain('queued.example')
  })
})

describe('what nobody approved as it is now is not applied', () => {
  it('where live has moved since it was shown: the run ends with 6 and says what moved', async () => {
    const number = await propose((text) => text.replace(entry('kept.example'), entry('kept.example', 'limit')))
    await herd.hub.act.merge(number, 'ann')
    // Lifted and blocked again by hand: it looks the same, and is another block.
    const hand = herd.sandbox.handOf('second')
    await hand.liftBlock('kept.example')
    await hand.blockDomain('kept.example', { severity: 'noop' })
    expect((await applied()).exit).toBe(6)
    expect(await herd.rows("select severity from domain_blocks where domain = 'kept.example'")).toEqual([
      { severity: 2 },
    ])
    expect(commentOn(herd, number, ':applied')).toMatch(
      regexOf(
        /not approved[^]*kept\.example[^]*the server has changed since\. /i,
        /The approval does not cover the new change[^]*approve/i,
      ),
    )
    expect(failures().map(({ state }) => state)).toEqual(['open'])
    herd.desk()
    await herd.herdbook(['approve', 'looked at again', '--yes'])
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(commentOn(herd, number, ':applied')).toContain('**Applied**')
    expect(failures().map(({ state }) => state)).toEqual(['closed'])
  })

  it('a direct push: it waits, is one issue, and left over to the next pull request, which approves it', async () => {
    await herd.hub.act.push({
      by: 'zoe',
      branch: 'main',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry('pushed.example')}` },
    })
    expect((await applied()).exit).toBe(6)
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(6)
    expect(
      failures()
        .map(({ state }) => state)
        .filter((state) => state === 'open'),
    ).toHaveLength(1)
    expect(failures().at(-1)?.body).toMatch(/pushed\.example[^]*approve/)
    expect(await live()).not.toContain('pushed.example')
    const number = await propose(entry('beside.example'))
    expect(commentOn(herd, number)).toMatch(/Left over from earlier merges[^]*pushed\.example/)
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    expect(await live()).toEqual(expect.arrayContaining(['pushed.example', 'beside.example', 'first.example']))
    expect(failures().map(({ state }) => state)).not.toContain('open')
  })

  it('a used approval: the same change again, pushed by hand, needs another one', async () => {
    const number = await propose(entry('once.example'))
    const { body } = [...herd.hub.state.comments.values()].findLast((one) => one.issue === number) ?? {}
    await herd.hub.act.merge(number, 'ann')
    await applied()
    const lifted = await propose((text) => text.replace(entry('once.example'), ''))
    await herd.hub.act.merge(lifted, 'ann')
    await applied()
    expect(await live()).not.toContain('once.example')
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry('once.example')}` },
      message: `Again (#${number})`,
    })
    expect(body).toContain('herdbook-approvals')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('once.example')
  })

  it('a used approval while something waits that keeps every merge in view', async () => {
    await herd.sandbox.handOf('owner').signUp('patient')
    await herd.hub.act.push({
      by: 'zoe',
      branch: 'main',
      files: { [MODERATORS]: `${herd.file(MODERATORS)}\n  - account: patient\n    role: Moderator\n` },
    })
    expect((await applied()).exit).toBe(6)
    const change = async (text: string | ((text: string) => string)): Promise<number> => {
      const number = await propose(text)
      await herd.hub.act.merge(number, 'ann')
      expect((await applied()).exit).toBe(6)
      return number
    }
    const number = await change(entry('again.example'))
    expect(await live()).toContain('again.example')
    // What becomes of it later is no longer that pull request's.
    const done = commentOn(herd, number, ':applied')
    expect(done).toContain('**Applied**')
    await herd.rows("update domain_blocks set severity = 1 where domain = 'again.example'")
    await herd.hub.act.push({
      by: 'zoe',
      branch: 'main',
      files: {
        [BLOCKS]: herd
          .file(BLOCKS)
          .replace(entry('again.example').trimEnd(), entry('again.example', 'limit').trimEnd()),
      },
    })
    await applied()
    expect(commentOn(herd, number, ':applied')).toBe(done)
    await herd.rows("update domain_blocks set severity = 2 where domain = 'again.example'")
    await herd.hub.act.push({
      by: 'zoe',
      branch: 'main',
      files: {
        [BLOCKS]: herd
          .file(BLOCKS)
          .replace(entry('again.example', 'limit').trimEnd(), entry('again.example').trimEnd()),
      },
    })
    herd.events.length = 0
    await change((text) => text.replace(entry('again.example'), ''))
    expect(await live()).not.toContain('again.example')
    await herd.hub.act.push({
      by: 'zoe',
      branch: 'main',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry('again.example')}` },
    })
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('again.example')
    herd.desk()
    await herd.herdbook(['approve', 'both are right', '--yes'])
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
  })

  it('an approval of another pull request, of one never merged, or by somebody who may edit comments', async () => {
    const never = await propose(entry('never.example'))
    const blockOf = (issue: number): string => /<!-- herdbook-approvals .* -->/.exec(commentOn(herd, issue))?.[0] ?? ''
    const number = await propose(entry('beside2.example'))
    const ours = [...herd.hub.state.comments.values()].find((one) => one.issue === number)
    await herd.hub.act.push({
      by: 'mo',
      branch: 'b99',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry('never.example')}` },
    })
    const forged = await herd.hub.act.openPull({ by: 'mo', branch: 'b99', title: 'Forged' })
    // Merged before anything of ours stands there; then the marks of the other pull request are put into it.
    herd.events.length = 0
    await herd.hub.act.comment(forged, `<!-- herdbook:production -->\n\n${blockOf(never)}`, 'mo')
    await herd.hub.act.editComment(
      ours?.id ?? 0,
      `${commentOn(herd, number).replace(/<!-- herdbook-approvals .* -->/, blockOf(never))}`,
      'ann',
    )
    await herd.hub.act.merge(forged, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('never.example')
  })
})

describe('a run that may not apply', () => {
  it('says so while it is paused, and does it afterwards', async () => {
    herd.desk()
    await herd.herdbook(['approve', 'settled by hand', '--yes'])
    await herd.herdbook(['apply', '--yes'])
    const number = await propose(entry('paused.example'))
    await herd.herdbook(['pause', 'the database is being moved'])
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    expect(await live()).not.toContain('paused.example')
    expect(commentOn(herd, number, ':applied')).toContain('the database is being moved')
    herd.desk()
    await herd.herdbook(['resume'])
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(await live()).toContain('paused.example')
    expect(commentOn(herd, number, ':applied')).toContain('**Applied**')
  })

  it('refuses a branch that was rewritten, and undoes nothing', async () => {
    const before = await live()
    const older = herd.hub.state.branches.get('main') ?? ''
    const number = await propose(entry('rewritten.example'))
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    await herd.hub.act.reset('main', older, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(await live()).toEqual([...before, 'rewritten.example'].toSorted())
    expect(failures().at(-1)?.body).toMatch(/does not contain[^]*rewrote/)
    // Told to go on all the same, it would lift what was merged.
    herd.desk()
    expect((await herd.herdbook(['plan'], 2)).stdout).toMatch(/Lifts the block of rewritten\.example/i)
  })
})

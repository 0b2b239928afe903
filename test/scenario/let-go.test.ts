import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { git } from '../support/git.ts'
import { ran } from '../support/runner.ts'
import { must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

// What the files no longer speak of is managed no more, and stays on the server: whoever decides reads just that.

const BLOCKS =
  'domain_blocks:\n  - domain: one.example\n    severity: limit\n  - domain: two.example\n    severity: none\n'
const SETTINGS = 'settings:\n  site_title: The herd\n  site_short_description: A place\n'
const TWO = 'From now on not managed: 2 domain blocks (they stay on the server).'

describe('at a desk', () => {
  let field: Pasture
  let herd: Herd
  beforeAll(async () => {
    field = await pasture()
    herd = await field.herd()
  })
  afterAll(async () => field[Symbol.asyncDispose]())

  const managed = async (): Promise<void> => {
    herd.write({ 'domain-blocks.yaml': BLOCKS, 'settings.yaml': SETTINGS })
    await must(herd, ['apply', '--yes'])
  }
  const gone = (name: string): void => {
    rmSync(join(herd.dir, 'instance', name))
    git(herd.dir, 'commit', '--quiet', '--all', '--message', `Without ${name}`)
  }

  it.each([
    ['a file that is deleted', () => gone('domain-blocks.yaml'), TWO],
    ['a file of comments alone', () => herd.write({ 'domain-blocks.yaml': '# all gone\n' }), TWO],
    [
      'a key of many',
      () => herd.write({ 'settings.yaml': 'settings:\n  site_title: The herd\n' }),
      'From now on not managed: 1 setting (it stays on the server).',
    ],
    [
      'all files',
      () => {
        gone('domain-blocks.yaml')
        gone('settings.yaml')
      },
      'From now on not managed: 2 domain blocks and 2 settings (they stay on the server).',
    ],
  ])('%s', async (_, take, says) => {
    await managed()
    take()
    const planned = await must(herd, ['plan'], 2)
    expect(planned.out).toContain(says)
    expect(planned.out).not.toMatch(/In sync|No changes|Nothing is managed yet/)
    expect(planned.out).toContain('Next: herdbook apply')
    expect(JSON.parse((await must(herd, ['plan', '--json'], 2)).stdout)).toMatchObject({
      let_go: expect.arrayContaining([{ kind: expect.any(String), objects: expect.any(Number) }]),
    })
    expect((await must(herd, ['drift'])).out).not.toContain('From now on')
    const applied = await must(herd, ['apply', '--yes'])
    expect(applied.out).toContain(`Nothing to write to herd.example. ${says}`)
    expect((await must(herd, ['plan'])).out).not.toContain('From now on')
    expect(await field.sandbox.query('select domain from domain_blocks order by domain')).toHaveLength(2)
  })

  it('beside other changes', async () => {
    await managed()
    herd.write({ 'settings.yaml': 'settings:\n  site_title: Another\n' })
    gone('domain-blocks.yaml')
    const { out } = await must(herd, ['plan'], 2)
    expect(out).toMatch(
      regexOf(
        /^Changes the setting site_title\. /,
        /From now on not managed: 2 domain blocks and 1 setting \(they stay on the server\)\./,
      ),
    )
  })
})

describe('in a pull request', () => {
  let herd: Farm
  beforeAll(async () => {
    herd = await farm()
  })
  afterAll(async () => herd[Symbol.asyncDispose]())

  const FILE = 'instance/domain-blocks.yaml'
  const checkOf = (number: number) =>
    herd.hub.state.statuses.findLast(({ commit }) => commit === herd.hub.state.issues.get(number)?.pull?.head.commit)
  async function propose(by: 'mo' | 'stan', files: { readonly [path: string]: string | null }): Promise<number> {
    const fork = by === 'stan'
    await herd.hub.act.push({ by, branch: `of-${by}`, fork, files })
    const number = await herd.hub.act.openPull({ by, branch: `of-${by}`, fork, title: 'Less' })
    ran(await herd.settle({ workflows: /^herdbook-pull/ }), fork ? 'check' : 'plan')
    return number
  }

  it('of a stranger waits for somebody to look', async () => {
    const number = await propose('stan', { [FILE]: '# all gone\n' })
    expect(commentOn(herd, number)).toMatch(
      /, files only: from now on not managed: 1 domain block \(it stays on the server\)\./,
    )
    expect(checkOf(number)).toMatchObject({ state: 'pending' })
  })

  it('is its headline and its check; and what came of it says so, too', async () => {
    const number = await propose('mo', { [FILE]: '# all gone\n' })
    const says = /From now on not managed: 1 domain block \(it stays on the server\)\./
    expect(commentOn(herd, number)).toMatch(new RegExp(`\n### ${says.source}\n`))
    expect(commentOn(herd, number)).not.toMatch(/In sync|No changes/)
    expect(checkOf(number)).toMatchObject({ state: 'success', description: expect.stringMatching(says) })
    await herd.hub.act.merge(number, 'ann')
    const job = ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
    expect(job.exit).toBe(0)
    expect(job.summary).toMatch(new RegExp(`\\*\\*Nothing to apply\\*\\* to \`herd\\.example\`\\. ${says.source}`))
  })
})

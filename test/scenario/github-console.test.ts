import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

// An instance whose only connection is the console: nothing that a pull request may use reads the server, so its files
// are compared with each other.

const BLOCKS = 'instance/domain-blocks.yaml'
const RULES = 'instance/rules.yaml'
const MODERATORS = 'instance/moderators.yaml'

let herd: Farm
beforeAll(async () => {
  herd = await farm({ connections: ['console'] })
})
afterAll(async () => herd[Symbol.asyncDispose]())

let branches = 0
async function propose(files: { readonly [path: string]: string }, { by = 'mo', fork = false } = {}): Promise<number> {
  const branch = `branch-${(branches += 1)}`
  await herd.hub.act.push({ by, branch, files, ...(fork ? { fork } : {}) })
  return herd.hub.act.openPull({ by, branch, title: 'Change', ...(fork ? { fork } : {}) })
}
const planned = async () => ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
const apply = async () => ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
const blocks = async (): Promise<string> =>
  JSON.stringify(await herd.rows('select domain, severity, public_comment from domain_blocks order by 1'))
const failures = () =>
  [...herd.hub.state.issues.values()].filter(
    ({ state, labels }) => state === 'open' && labels.includes('herdbook: failure'),
  )
const withBlock = (domain: string, rest = ''): string =>
  `${herd.file(BLOCKS)}\n  - domain: ${domain}\n    severity: limit\n${rest}`

describe('with a console alone', { timeout: 300_000 }, () => {
  it('a pull request shows what its files change, says the server was not asked; its merge applies it', async () => {
    const number = await propose({
      [BLOCKS]: withBlock('loud.example'),
      [RULES]: 'rules:\n  - key: kind\n    text: Be kind\n',
    })
    const { exit } = await planned()
    const comment = commentOn(herd, number)
    expect(comment).toMatch(
      /^<!-- herdbook:production -->\n<!-- herdbook-plan v1 head=[0-9a-f]{40} -->\n### [^\n]*limits `loud\.example`/i,
    )
    expect(comment).toContain('Be kind')
    expect(comment).toMatch(
      regexOf(
        /omain blocks[^\n]*/,
        /are compared with the main branch only, because pull requests cannot read them from the server/,
      ),
    )
    expect(exit).toBe(0)
    await herd.hub.act.merge(number, 'ann')
    const applied = await apply()
    expect(applied.exit).toBe(0)
    expect(await blocks()).toContain('"domain":"loud.example","severity":0')
    expect(JSON.stringify(await herd.rows('select text from rules where deleted_at is null'))).toContain('Be kind')
    expect(commentOn(herd, number, ':applied')).toMatch(/^[^\n]*\n\*\*Applied\*\*: /)
    expect(failures()).toEqual([])
  })

  it('what it raises and lifts is approved as the ledger knows it', async () => {
    const number = await propose({
      [BLOCKS]:
        `${herd.file(BLOCKS).replace('  - domain: kept.example\n    severity: none\n', '').trimEnd()}\n` +
        '    public_comment: Too loud\n',
    })
    await planned()
    expect(commentOn(herd, number)).toMatch(/kept\.example[^]*loud\.example|loud\.example[^]*kept\.example/)
    await herd.hub.act.merge(number, 'ann')
    expect((await apply()).exit).toBe(0)
    expect(await blocks()).toBe('[{"domain":"loud.example","severity":0,"public_comment":"Too loud"}]')
  })

  it('a block that somebody changed by hand meanwhile is left as it is, and the pull request is told so', async () => {
    const number = await propose({ [BLOCKS]: herd.file(BLOCKS).replace('Too loud', 'Far too loud') })
    await planned()
    await herd.sandbox.handOf('owner').changeBlock('loud.example', { public_comment: 'Somebody else says why' })
    await herd.hub.act.merge(number, 'ann')
    expect((await apply()).exit).toBe(6)
    expect(await blocks()).toContain('Somebody else says why')
    expect(commentOn(herd, number, ':applied')).toMatch(
      regexOf(
        /^### 1 changed on the server in the meantime[^]*/m,
        /`Somebody else says why` on the server, `Far too loud` in the files/m,
      ),
    )
    await herd.sandbox.handOf('owner').changeBlock('loud.example', { public_comment: 'Far too loud' })
    await herd.hub.act.schedule('23 4 * * *')
    expect((await apply()).exit).toBe(0)
  })

  it('a role for an account that nobody could identify waits for somebody who looks at the server', async () => {
    await herd.sandbox.handOf('owner').signUp('newmod')
    const number = await propose({
      [MODERATORS]: `${herd.file(MODERATORS)}\n  - account: newmod\n    role: Moderator\n`,
    })
    await planned()
    expect(commentOn(herd, number)).toMatch(/Not approved by merging this · 1 change[^]*newmod/)
    await herd.hub.act.merge(number, 'ann')
    expect((await apply()).exit).toBe(6)
    const role = async (): Promise<string> =>
      JSON.stringify(
        await herd.rows(
          `select r.name from users u join accounts a on a.id = u.account_id
           left join user_roles r on r.id = u.role_id where a.username = 'newmod'`,
        ),
      )
    expect(await role()).not.toContain('Moderator')
    herd.desk()
    await herd.herdbook(['approve', 'she is who she says', '--yes'])
    await herd.herdbook(['apply', '--yes'])
    expect(await role()).toContain('Moderator')
  })

  it('a suspension of which nobody could read whom it touches is refused in the pull request', async () => {
    const number = await propose({
      [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: grave.example\n    severity: suspend\n`,
    })
    await planned()
    expect(commentOn(herd, number)).toMatch(/cannot be undone, and Herdbook could not count whom it affects/)
    expect(
      herd.hub.state.statuses.findLast(({ commit }) => commit === herd.hub.state.issues.get(number)?.pull?.head.commit)
        ?.state,
    ).toBe('failure')
    await herd.hub.act.close(number, 'mo')
    herd.events.length = 0
  })

  it("a stranger's pull request approves nothing", async () => {
    const number = await propose({ [BLOCKS]: withBlock('unasked.example') }, { by: 'stan', fork: true })
    ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'check')
    await herd.hub.act.merge(number, 'ann')
    expect((await apply()).exit).toBe(6)
    expect(await blocks()).not.toContain('unasked.example')
    expect(failures()).toHaveLength(1)
  })
})

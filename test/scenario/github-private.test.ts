import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { git } from '../support/git.ts'
import { ran } from '../support/runner.ts'

const IPS = 'instance/ip-blocks.yaml'
const MODERATORS = 'instance/moderators.yaml'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: { [IPS]: 'ip_blocks:\n  - ip: 192.0.2.0/24\n    severity: no_access\n    comment: Scrapers\n' },
  })
  herd.desk()
  await herd.herdbook(['approve', 'to begin with', '--yes'])
  await herd.herdbook(['apply', '--yes'])
  herd.events.length = 0
})
afterAll(async () => herd[Symbol.asyncDispose]())

/** All that the ledger ever held, and what its commits say. */
function ledgerOf({ desk }: Farm): string {
  const folder = desk()
  git(folder, 'fetch', '--quiet', 'origin', 'refs/herdbook/production/ledger')
  return git(folder, 'log', '--patch', '--format=%B', 'FETCH_HEAD')
}

describe('in public', () => {
  it('what moderators noted on the server is offered to nobody, and put on no branch', async () => {
    await herd.rows("update ip_blocks set comment = 'hush: the home of a member'")
    await herd.sandbox.handOf('owner').blockDomain('quiet.example', { severity: 'suspend', obfuscate: true })
    await herd.hub.act.schedule('47 2 * * *')
    ran(await herd.settle(), 'drift')
    const issue = [...herd.hub.state.issues.values()].find(({ labels }) => labels.includes('herdbook: drift'))
    expect(issue?.title).toBe('herd.example: 1 changed by hand and 1 added by hand')
    expect(issue?.body).not.toMatch(/hush|quiet\.example|<!-- adopt/)
    await herd.hub.act.press(
      '.github/workflows/herdbook-button.yml',
      { verb: 'adopt', object: 'ip-block/192.0.2.0/24', reason: '' },
      'mo',
    )
    const pressed = ran(await herd.settle(), 'propose')
    expect(pressed.result).toBe('failure')
    expect(pressed.stderr).toContain("it must not show the server's comment here")
    expect([...herd.hub.state.branches.keys()]).toEqual(['main', 'herdbook-ledger/production'])
  })

  it('a list that is the whole of the staff names nobody of whom no file ever spoke', async () => {
    const files = {
      [MODERATORS]: `${herd.file(MODERATORS).replace(/ {2}- account: mod\n(?: {4}.*\n)*/, '')}\nonly_these: true\n`,
      [IPS]: herd.file(IPS),
    }
    await herd.sandbox.handOf('owner').signUp('hush_name')
    await herd.sandbox.handOf('owner').giveRole('hush_name', 'Moderator')
    await herd.hub.act.push({ by: 'mo', branch: 'whole', files })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'whole', title: 'Whole' })
    const job = ran(await herd.settle(), 'plan')
    expect(commentOn(herd, number)).toContain('Takes `Moderator` from `(not shown)`')
    await herd.hub.act.merge(number, 'ann')
    const applied = ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
    expect(commentOn(herd, number, ':applied')).toContain('`(not shown)`')
    expect(
      await herd.rows(
        `select 1 from users u join accounts a on a.id = u.account_id
         where a.username = 'hush_name' and u.role_id is not null and u.role_id <> -99`,
      ),
    ).toEqual([])
    for (const text of [
      commentOn(herd, number),
      commentOn(herd, number, ':applied'),
      job.summary,
      job.stdout,
      job.stderr,
      applied.summary,
      applied.stdout,
      applied.stderr,
    ])
      expect(text).not.toContain('hush_name')
    expect(ledgerOf(herd)).toContain('"ref":"moderator/~')
    expect(ledgerOf(herd)).not.toContain('hush_name')
  })

  it('the ledger of an approval, and of a run that did not finish, names nobody either', async () => {
    await herd.sandbox.handOf('owner').signUp('hush_two')
    await herd.sandbox.handOf('owner').giveRole('hush_two', 'Moderator')
    herd.desk()
    await herd.herdbook(['approve', 'seen in the meeting', '--yes'])
    await herd.rows(
      "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$",
    )
    await herd.rows('create trigger refuse before update on users for each row execute function refuse()')
    await herd.herdbook(['apply', '--yes'], 8)
    expect(ledgerOf(herd)).not.toContain('hush_two')
    await herd.rows('drop trigger refuse on users')
    await herd.herdbook(['apply', '--yes'])
    expect(
      await herd.rows(
        `select 1 from users u join accounts a on a.id = u.account_id
         where a.username = 'hush_two' and u.role_id is not null and u.role_id <> -99`,
      ),
    ).toEqual([])
    expect(ledgerOf(herd)).not.toContain('hush_two')
  })
})

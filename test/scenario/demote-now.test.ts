import { afterAll, beforeAll, expect, it } from 'vitest'
import { git } from '../support/git.ts'
import { must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  for (const [account, role] of [
    ['mod', 'Owner'],
    ['alice', 'Moderator'],
  ]) {
    await field.sandbox.query(
      `update users set role_id = (select id from user_roles where name = '${role}')
       where account_id = (select id from accounts where username = '${account}' and domain is null)`,
    )
  }
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const roleOf = async (account: string): Promise<string> =>
  JSON.stringify(
    await herd.rows(
      `select r.name from users u join user_roles r on r.id = u.role_id
       join accounts a on a.id = u.account_id where a.username = '${account}' and a.domain is null`,
    ),
  )

it('says first what it would do, and does nothing before somebody says yes', async () => {
  const printed = await must(herd, ['demote', 'second', '--now', 'taken over', '--print'])
  expect(printed.out).toMatch(
    /1\. Herdbook writes into the ledger[^]*2\. Herdbook takes the role away[^]*3\. Herdbook reads the server again/,
  )
  await must(herd, ['demote', 'second', '--now', 'taken over'], 5)
  await must(herd, ['demote', 'second', '--yes'], 9)
  expect(await roleOf('second')).toContain('Owner')
  await must(herd, ['demote', 'owner', '--now', 'x', '--yes'], 5)
})

it('an owner is removed at once, past the rule of two and a pause; plans say so while files name them', async () => {
  await must(herd, ['pause', 'at night'])
  const { out } = await must(herd, ['demote', 'second', '--now', 'taken over', '--yes'])
  expect(out).toMatch(/What @second may still know or have[^]*herdbook token rotate[^]*herdbook demote second/)
  expect(await roleOf('second')).not.toContain('Owner')
  const plan = await planOf(herd, 0)
  expect(plan.removed).toEqual([expect.objectContaining({ ref: 'moderator/second', why: 'taken over' })])
  expect(plan.findings.map(({ code }) => code)).toContain('removed')
  await must(herd, ['resume'])
  // The files count for nothing there: nobody gets the role back by an apply.
  await must(herd, ['apply', '--yes'])
  expect(await roleOf('second')).not.toContain('Owner')
})

it('it ends when the files name them no more', async () => {
  await must(herd, ['demote', 'second'])
  herd.write({}, 'Take the role of second away')
  await must(herd, ['apply', '--yes'])
  expect((await planOf(herd, 0)).removed).toEqual([])
  // Nobody at all is more than one person can decide; who acts counts, as long as that account can log in.
  const able = (is: boolean) =>
    field.sandbox.query(
      `update users set disabled = ${!is}
       where account_id = (select id from accounts where username = 'owner' and domain is null)`,
    )
  await able(false)
  expect((await must(herd, ['demote', 'mod', '--now', 'x', '--yes'], 5)).out).toContain('at least 1 account')
  expect(await roleOf('mod')).toContain('Owner')
  await able(true)
  expect((await planOf(herd, 0)).removed).toEqual([])
})

it('what is refused names nobody in the ledger whom no file names', async () => {
  const run = (sql: string) => field.sandbox.query(sql)
  const change = (account: string, set: string) =>
    run(
      `update users set ${set}
       where account_id = (select id from accounts where username = '${account}' and domain is null)`,
    )
  await herd.hand.signUp('stranger')
  await change(
    'stranger',
    `confirmed_at = now(), approved = true, role_id = (select id from user_roles where name = 'Owner')`,
  )
  await change('owner', 'disabled = true')
  await change('mod', 'disabled = true')
  expect((await must(herd, ['demote', 'stranger', '--now', 'x', '--yes'], 5)).out).toContain('at least 1 account')
  expect(git(herd.dir, 'log', '--format=%B', 'refs/herdbook/production/ledger')).not.toContain('stranger')
  await change('owner', 'disabled = false')
  await change('mod', 'disabled = false')
  await change('stranger', 'role_id = null')
})

it('or when somebody lets it go by name', async () => {
  await must(herd, ['demote', 'alice', '--now', 'a mistake', '--yes'])
  await must(herd, ['demote', 'nobody_here', '--let-go', 'x'], 5)
  await must(herd, ['demote', 'alice', '--let-go', 'it was another'])
  expect((await planOf(herd, 2)).steps).toEqual([expect.objectContaining({ id: 'alice', action: 'create' })])
})

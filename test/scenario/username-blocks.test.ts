import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { localMachine, run } from '../../src/ssh/executor.ts'
import { add } from '../support/files.ts'
import { connectionsOf, must, pasture, planOf, refs, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

const FILE = 'username-blocks.yaml'
const SEEDED = 23
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Runs what `reader install` would. */
async function reinstall({ sandbox }: Pasture): Promise<void> {
  const installed = await run(localMachine(), `${sandbox.database} -v ON_ERROR_STOP=1`, roleSql(sandbox.domain))
  expect(installed).toMatchObject({ code: 0 })
}

describe('username blocks', () => {
  let field: Pasture
  let herd: Herd
  beforeAll(async () => {
    field = await pasture()
    herd = await field.herd({ begin: 'none' })
  })
  afterAll(async () => field[Symbol.asyncDispose]())

  const block = (username: string) =>
    herd.rows(`select username, exact, allow_with_approval from username_blocks where lower(username) = '${username}'`)
  const apply = () => must(herd, ['apply', '--yes'])
  const logged = () =>
    herd.rows(
      `select l.action || ' ' || human_identifier || ' ' || username as entry
       from admin_action_logs l join accounts a on a.id = account_id where target_type = 'UsernameBlock' order by l.id`,
    )

  it('are left alone until a file has them, and adopted as a new server has them', async () => {
    await herd.hand.blockUsername({ username: 'RootBeer', exact: true })
    expect((await planOf(herd, 0)).steps).toEqual([])
    await must(herd, ['adopt'])
    const text = herd.read(FILE)
    expect(text.match(/username: /g)).toHaveLength(SEEDED + 1)
    expect(text).toContain('  - username: rootbeer\n    exact: true\n')
    expect(text).toContain('  - username: mastodon\n')
    herd.write({}, 'Adopt')
    await apply()
    expect((await planOf(herd, 0)).steps).toEqual([])
    expect(await block('rootbeer')).toEqual([{ username: 'RootBeer', exact: true, allow_with_approval: false }])
  })

  it('are made, changed and removed through the console, with entries in the audit log', async () => {
    herd.edit(FILE, add('  - username: Official\n    allow_with_approval: true\n  - username: herdbook'))
    expect(flat((await must(herd, ['plan'], 2)).out)).toContain(
      'Holds sign-ups with official in the username for approval',
    )
    await apply()
    expect(await block('official')).toEqual([{ username: 'official', exact: false, allow_with_approval: true }])
    herd.edit(FILE, (text) => text.replace('username: herdbook\n', 'username: herdbook\n    exact: true\n'))
    expect(flat((await must(herd, ['plan'], 2)).out)).toContain('weakens protection')
    await apply()
    expect(await block('herdbook')).toEqual([{ username: 'herdbook', exact: true, allow_with_approval: false }])
    herd.edit(FILE, (text) => text.replace('  - username: herdbook\n    exact: true\n', ''))
    await apply()
    expect(await block('herdbook')).toEqual([])
    expect((await logged()).slice(1)).toEqual(
      ['create herdbook owner', 'create official owner', 'update herdbook owner', 'destroy herdbook owner'].map(
        (entry) => ({ entry }),
      ),
    )
    expect((await planOf(herd, 0)).steps).toEqual([])
  })

  it('are drift when they are changed by hand, also when one is about another name now', async () => {
    await herd.hand.editUsernameBlock('support', { allow_with_approval: true })
    await herd.hand.editUsernameBlock('staff', { username: 'crew' })
    await herd.hand.blockUsername({ username: 'shepherd' })
    const plan = await planOf(herd, 3)
    expect(refs(plan.drift)).toEqual(['username-block/staff', 'username-block/support'])
    expect(plan.steps).toEqual([])
    await must(herd, ['adopt', 'username-block'])
    expect(herd.read(FILE)).toContain('- username: shepherd\n')
    herd.write({}, 'Adopt again')
    await apply()
  })

  it('are refused where two differ in capitals alone', async () => {
    const before = herd.read(FILE)
    herd.edit(FILE, add('  - username: ADMIN'))
    expect(flat((await must(herd, ['validate'], 9)).out)).toMatch(/duplicate .*the username ADMIN is here twice/)
    herd.write({ [FILE]: before })
  })

  it('need the database or the console to be read, and the console to be written', async () => {
    const { api = expect.fail(), database = expect.fail() } = connectionsOf(field.sandbox)
    herd.edit(FILE, add('  - username: warden'))
    setConfig(herd, { mastodon: { api, database } })
    expect(flat((await must(herd, ['plan'], 2)).out)).toContain(
      'No connection in instance.yaml can write username blocks.',
    )
    setConfig(herd, { mastodon: { api } })
    expect(flat((await must(herd, ['plan'], 10)).out)).toContain('username blocks cannot be read')
    setConfig(herd, { mastodon: connectionsOf(field.sandbox) })
    herd.write({}, 'All connections')
    await apply()
  })

  it('which an older reading role may not see, say to install it again', async () => {
    await field.sandbox.query('revoke select on username_blocks from herdbook_reader')
    expect(flat((await must(herd, ['plan'], 10)).out)).toMatch(
      /username blocks cannot be read.*herdbook reader install/,
    )
    await reinstall(field)
    await planOf(herd, 0)
  })
})

describe('a server before 4.5', () => {
  let field: Pasture
  let herd: Herd
  beforeAll(async () => {
    field = await pasture({ version: '4.4.22' })
    herd = await field.herd()
  })
  afterAll(async () => field[Symbol.asyncDispose]())

  it('is adopted without a word about username blocks, and its reading role is installed', async () => {
    const { stderr, out } = await must(herd, ['adopt'])
    expect(`${stderr}${out}`).not.toMatch(/username/)
    await reinstall(field)
    await planOf(herd, 0)
  })

  it.each([
    ['the database', '4.4'],
    ['the console', '4.4.22'],
  ])('through %s says which version they need, and does all else', async (way, version) => {
    const { api = expect.fail(), database, console } = connectionsOf(field.sandbox)
    const ways = way === 'the console' ? { api, console } : { api, console, database }
    setConfig(herd, { mastodon: ways as NonNullable<Parameters<typeof setConfig>[1]['mastodon']> })
    herd.write({
      [FILE]: 'username_blocks:\n  - username: admin\n    exact: true\n',
      'rules.yaml': `rules:\n  - text: No bells through ${way}\n    key: bells\n`,
    })
    const plan = await planOf(herd, 10)
    expect(refs(plan.steps)).toContain('rule/bells')
    expect(refs(plan.steps).join()).not.toContain('username')
    const said = flat((await must(herd, ['plan'], 10)).out)
    expect(said).toContain(`username blocks need Mastodon 4.5 or later, and this server runs ${version}`)
    expect(said).toContain(`Delete ${FILE} from the files, or upgrade Mastodon`)
    expect(said).not.toMatch(/does not exist|reader install/)
    await must(herd, ['apply', '--yes'], 10)
    expect(await herd.rows(`select 1 as n from rules where text like '%${way}'`)).toEqual([{ n: 1 }])
    expect((await must(herd, ['adopt', 'username-block'], 10)).stderr).toContain('4.5 or later')
  })
})

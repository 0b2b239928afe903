import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { roleSql } from '../../../src/providers/mastodon/database/install.ts'
import { localMachine, run } from '../../../src/ssh/executor.ts'
import { measure, openRest } from '../../../src/providers/mastodon/rest/open-rest.ts'
import type { Documents, InstanceFile } from '../../../src/instance/documents.ts'
import type { PlanForm } from '../../../src/json/plan.ts'
import type { WebInterface } from '../../../src/sandbox/web-interface.ts'
import { call, type Ran } from '../../support/cli.ts'
import { commit, git, newRepository, put, scratch } from '../../support/git.ts'
import { added, changed, SETTINGS, TEXTS, unconsented } from './cycle-files.ts'
import { managedRows } from './rows.ts'
import { instanceOf, type Server } from './server.ts'

/** What the cycle does by hand. */
export type Person = Pick<
  WebInterface,
  | 'blockDomain'
  | 'changeBlock'
  | 'liftBlock'
  | 'liftEmailBlock'
  | 'blockIp'
  | 'saveRole'
  | 'giveRole'
  | 'changeRule'
  | 'changeAnnouncement'
  | 'changeSetting'
  | 'signUp'
>

/** A server, and a person at its web interface. */
export interface Herd extends Server {
  readonly person: Person
  /** Connections over SSH, in place of the local ones. */
  readonly connections?: Pick<InstanceFile, 'mastodon' | 'ssh'>
}

const KINDS = [
  'announcement',
  'domain-block',
  'email-domain-block',
  'ip-block',
  'moderator',
  'role',
  'rule',
  'rule-order',
  'setting',
  'terms-of-service',
]
const POLICY = 'budgets:\n  default: { create: 30, update: 30, delete: 20, weaken: 20 }\n'
const NEWCOMER = `calf${process.pid}`

/** By hand, all of which the files say otherwise. */
const DRIFT = [
  'announcement/cycle-party',
  'domain-block/bad.example',
  'domain-block/cycle.example',
  'email-domain-block/maybe.example',
  'moderator/alice',
  'role/Guide',
  'rule/cycle-no-spam',
  'setting/noindex',
  'setting/site_short_description',
]

/**
 * From a server to its files and back, by the verbs that people type. BaseAndHead in the state that it began with, but
 * for what
 * Mastodon never takes back: published terms, a contact, severed follows, and the account that signed up.
 */
export function cycleCases(start: () => Promise<Herd>): void {
  const folder = scratch()
  const dir = join(folder.path, 'repository')
  const token = join(folder.path, 'token')
  let herd: Herd
  let connections: InstanceFile
  let before: object
  let first: string

  const verb = async (code: number, ...args: string[]): Promise<Ran> => {
    const ran = await call(dir, args)
    expect(ran.code, `herdbook ${args.join(' ')}\n${ran.out}`).toBe(code)
    return ran
  }
  const planned = async (code: number): Promise<PlanForm> => JSON.parse((await verb(code, 'plan', '--json')).stdout)
  const inSync = async (): Promise<void> =>
    expect(await planned(0)).toMatchObject({ steps: [], drift: [], conflicts: [], takeovers: [] })
  const rewrite = (change: (files: Documents) => Documents, texts: { readonly [name: string]: string } = {}): void => {
    const files = readdirSync(join(dir, 'instance')).filter((name) => name.endsWith('.yaml'))
    const documents: Documents = Object.fromEntries(
      files.map((name) => [name, parse(readFileSync(join(dir, 'instance', name), 'utf8'))]),
    )
    put(join(dir, 'instance'), {
      ...Object.fromEntries(Object.entries(change(documents)).map(([name, file]) => [name, stringify(file)])),
      ...texts,
    })
  }
  const kept = (): string => readFileSync(token, 'utf8').trim().split(' ').at(-1) ?? ''

  beforeAll(async () => {
    herd = await start()
    const local = instanceOf(herd, ['database', 'console'])
    connections = {
      ...local,
      ...herd.connections,
      mastodon: { ...local.mastodon, ...herd.connections?.mastodon, api: { url: herd.url, token: { file: token } } },
    }
    newRepository(dir, { 'instance/instance.yaml': stringify(connections), 'instance/policy.yaml': POLICY })
  })
  afterAll(() => folder[Symbol.dispose]())

  test('a token is made, checked, and made anew; the old one is worth nothing', async () => {
    const answer = async (value: string): Promise<number> =>
      (await fetch(`${herd.url}/api/v1/admin/domain_blocks?limit=1`, { headers: { authorization: `Bearer ${value}` } }))
        .status
    const outputs = [await verb(0, 'token', 'create'), await verb(0, 'token', 'check')]
    const old = kept()
    expect(await answer(old)).toBe(200)
    outputs.push(await verb(0, 'token', 'rotate'), await verb(0, 'token', 'check'))
    expect([await answer(old), await answer(kept())]).toEqual([403, 200])
    for (const { out } of outputs) for (const value of [old, kept()]) expect(out).not.toContain(value)
  })

  test('the reading connection is put there, and says whose it is', async () => {
    if (herd.connections) await verb(0, 'reader', 'install', '--yes')
    else
      expect(await run(localMachine(), join(herd.directory, 'bin/psql'), roleSql(herd.domain))).toMatchObject({
        code: 0,
      })
    const { stdout } = await verb(0, 'status', '--console')
    expect(stdout).toMatch(new RegExp(`Database +${herd.domain}`))
    expect(stdout).toContain('acting as @owner (Owner)')
    // Somebody has looked at the settings before: a number that was cleared, and what the form writes beside it.
    await herd.person.changeSetting('media_cache_retention_period', '')
    before = await managedRows(connections)
  })

  test('what was adopted is in sync, and the first apply records it', async () => {
    await verb(0, 'adopt', '--moderators', '--ip-blocks', '--private-comments')
    rewrite((files) => ({
      ...files,
      'announcements.yaml': { announcements: [], emptied_on_purpose: 'None yet' },
      'settings.yaml': { settings: { ...SETTINGS, ...files['settings.yaml']?.settings } },
    }))
    first = commit(dir, 'Adopt')
    await inSync()
    await verb(0, 'apply', '--yes')
    expect((await verb(0, 'status')).stdout).toContain(`applied ${first.slice(0, 12)}`)
  })

  test('a suspension that severs follows is refused until somebody consents', async () => {
    rewrite(unconsented)
    const plan = await planned(5)
    expect(plan.steps).toMatchObject([
      { id: 'bad.example', hazard: 'irreversible', impact: { follows: 30, followers: 20, accounts: 15 } },
    ])
    commit(dir, 'Suspend without consent')
    await verb(5, 'apply', '--yes')
  })

  test('something of every kind is added, applied, and then in sync', async () => {
    rewrite((files) => added(files, NEWCOMER), TEXTS)
    const plan = await planned(2)
    expect(kindsOf(plan)).toEqual(KINDS.filter((kind) => kind !== 'rule-order'))
    expect(plan.waiting).toMatchObject([{ kind: 'moderator', id: NEWCOMER }])
    commit(dir, 'Something of every kind')
    expect((await verb(0, 'apply', '--yes')).stdout).toContain(
      `${plan.steps.length} changes done and verified on ${herd.domain}.`,
    )
    await inSync()
  })

  test('what the API measures is of this moment, though Mastodon keeps what it counted', async () => {
    const rest = await openRest({ url: herd.url, token: kept(), reading: true })
    await expect
      .poll(() => measure(rest, 'bad.example'), { timeout: 60_000 })
      .toMatchObject({ follows: 0, followers: 0 })
    await rest.close()
  })

  test('an account that appears after it was named needs a person, or a plan that a person saved', async () => {
    await herd.person.signUp(NEWCOMER)
    expect((await planned(2)).steps).toMatchObject([{ kind: 'moderator', id: NEWCOMER, action: 'create' }])
    expect((await verb(5, 'apply', '--yes')).stderr).toContain('young-account')
    const saved = join(folder.path, 'plan.json')
    await verb(2, 'plan', '--out', saved)
    await verb(0, 'apply', saved)
    await inSync()
  })

  test('each kind is changed or taken out, applied, and then in sync', async () => {
    rewrite((files) => changed(files, NEWCOMER))
    const plan = await planned(2)
    expect(kindsOf(plan)).toEqual(KINDS)
    expect(plan.steps).toContainEqual(expect.objectContaining({ kind: 'role', id: 'Guide', action: 'update' }))
    commit(dir, 'Each kind changed')
    await verb(0, 'apply', '--yes')
    await inSync()
  })

  test('what was done by hand is told, each with two ways out, and left alone', async () => {
    const { person } = herd
    await person.liftBlock('cycle.example')
    await person.changeBlock('bad.example', { public_comment: 'Harassment, again' })
    await person.blockDomain('emergency.example')
    await person.liftEmailBlock('maybe.example')
    await person.blockIp({ ip: '192.0.2.9', severity: 'no_access', comment: 'flood' })
    await person.saveRole('Guide', { permissions: ['manage_reports'] })
    await person.giveRole('alice', null)
    await person.changeRule('No spam, no fraud.', { text: 'No spam, please.' })
    await person.changeAnnouncement('We are six.', { text: 'We are seven.' })
    await person.changeSetting('site_short_description', 'By hand')
    await person.changeSetting('noindex', '1')
    const byHand = await managedRows(connections)
    const { stdout } = await verb(3, 'drift')
    for (const ref of DRIFT) for (const way of ['adopt', 'restore']) expect(stdout).toContain(`herdbook ${way} ${ref}`)
    const plan = await planned(3)
    expect(plan.drift.map(({ kind, id }) => `${kind}/${id}`).toSorted()).toEqual(DRIFT)
    expect(
      plan.unmanaged
        .filter((one) => one.added_by_hand)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['192.0.2.9/32', 'emergency.example'])
    await verb(0, 'apply', '--yes')
    expect(await managedRows(connections)).toEqual(byHand)
  })

  test('one half of it is adopted, the other restored, and that ends it', async () => {
    await verb(
      0,
      'adopt',
      'domain-block/cycle.example',
      'domain-block/emergency.example',
      'ip-block/192.0.2.9/32',
      'rule/cycle-no-spam',
      'setting/noindex',
      'moderator/alice',
    )
    commit(dir, 'Adopt what was done by hand')
    await verb(
      0,
      'restore',
      'domain-block/bad.example',
      'email-domain-block/maybe.example',
      'role/Guide',
      'announcement/cycle-party',
      'setting/site_short_description',
      '--yes',
    )
    await inSync()
    expect((await verb(0, 'why', 'domain-block/bad.example')).stdout).toContain('Each kind changed')
  })

  test('the files as they were make the server as it was', async () => {
    git(dir, 'rm', '--quiet', '-r', 'instance')
    git(dir, 'checkout', '--quiet', first, '--', 'instance')
    commit(dir, 'As it was')
    await planned(2)
    await verb(0, 'apply', '--yes')
    await inSync()
    expect(await managedRows(connections)).toEqual(before)
  })
}

const kindsOf = (plan: PlanForm): string[] => [...new Set(plan.steps.map(({ kind }) => kind))].toSorted()

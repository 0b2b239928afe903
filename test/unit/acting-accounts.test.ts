import { describe, expect, test } from 'vitest'
import type { Documents, Moderator, Role } from '../../src/instance/documents.ts'
import type { TokenAccount } from '../../src/providers/mastodon/tables.ts'
import { NO_MISHAPS, openMemory } from '../support/memory.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const TOKEN: TokenAccount = { state: 'known', username: 'herdbook' }
const SILENT: TokenAccount = {
  state: 'unknown',
  reason: { code: 'api-unreachable', severity: 'error', message: 'nobody answers' },
}

const ACTS = { 'instance.yaml': { domain: 'herd.example', acting_account: 'olga' } } as const
const BOT: Role = {
  name: 'Herdbook',
  position: 1000,
  permissions: [
    'manage_federation',
    'manage_blocks',
    'manage_roles',
    'manage_rules',
    'manage_settings',
    'view_dashboard',
  ],
}
const HOLDERS: readonly Moderator[] = [
  { account: 'otto', role: 'Owner' },
  { account: 'carol', role: 'Moderator' },
  { account: 'herdbook', role: 'Herdbook' },
]

const files = (moderators: readonly Moderator[], rest: Documents = {}): Documents => ({
  ...ACTS,
  'roles.yaml': { roles: [BOT] },
  'moderators.yaml': { moderators: [...moderators] },
  ...rest,
})
const others = HOLDERS.filter(({ account }) => account !== 'herdbook')

async function begun(): Promise<LiveState> {
  const world = newWorld(newServer())
  expect((await run(world, files(HOLDERS), { takeOver: true })).refused).toEqual([])
  return world
}

const against = async (world: LiveState, documents: Documents, tokenAccount?: TokenAccount) => {
  const { plan } = await look(
    world,
    documents,
    openMemory(world.server, { ...NO_MISHAPS, ...(tokenAccount ? { tokenAccount } : {}) }),
  )
  return plan.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, about, message }) => `${code} ${about}: ${message}`)
}

describe('the account of the token', () => {
  const ways: { readonly [way: string]: Documents } = {
    'loses its role': files(others),
    'gets a lesser role': files([...others, { account: 'herdbook', role: 'Moderator' }]),
    'has a role that loses a permission that it needs': files(HOLDERS, {
      'roles.yaml': { roles: [{ ...BOT, permissions: BOT.permissions.filter((one) => one !== 'manage_blocks') }] },
    }),
    'has a role that is renamed and loses it': files(others.concat({ account: 'herdbook', role: 'Robot' }), {
      'roles.yaml': { roles: [{ ...BOT, name: 'Robot', renamed_from: 'Herdbook', permissions: ['view_dashboard'] }] },
    }),
    'reaches the end of its role': files([...others, { account: 'herdbook', role: 'Herdbook', until: '2026-01-02' }]),
    'is left out of a list that is the whole': files(others, {
      'moderators.yaml': { moderators: [...others], only_these: true },
    }),
  }
  test.each(Object.keys(ways))('%s: refused, and nobody is told where no token writes', async (way) => {
    const world = await begun()
    const documents = ways[way] ?? {}
    expect(await against(world, documents)).toEqual([])
    expect(await against(world, documents, TOKEN)).toEqual([
      expect.stringMatching(
        /^invariant .*: the account of mastodon\.api\.token keeps its permissions: .*manage_blocks/,
      ),
    ])
    const { refused } = await run(world, documents, { mishaps: { ...NO_MISHAPS, tokenAccount: TOKEN } })
    expect(refused.join(' ')).toContain('the account of mastodon.api.token keeps its permissions')
  })

  test('may lose what the API does not need, and get what allows more', async () => {
    const world = await begun()
    const fewer = files(HOLDERS, {
      'roles.yaml': { roles: [{ ...BOT, permissions: ['manage_federation', 'manage_blocks', 'view_dashboard'] }] },
    })
    expect(await against(world, fewer, TOKEN)).toEqual([])
    expect(await against(world, files([...others, { account: 'herdbook', role: 'Owner' }]), TOKEN)).toEqual([])
  })

  test('is anybody who may do what it needs, if nobody could look it up: then nothing is taken away', async () => {
    const world = await begun()
    expect(await against(world, files(others), SILENT)).toEqual([
      expect.stringContaining(
        'delete moderator/herdbook would break a rule that must always hold: the account of mastodon.api.token, ' +
          'which Herdbook could not look up (nobody answers) and which may be this one, keeps its permissions',
      ),
    ])
    const { plan } = await look(world, files(others), openMemory(world.server, { ...NO_MISHAPS, tokenAccount: SILENT }))
    expect(plan.findings.map(({ hint }) => hint)).toContainEqual(expect.stringContaining('herdbook token check'))
    expect(await against(world, files(HOLDERS.filter(({ account }) => account !== 'carol')), SILENT)).toEqual([
      expect.stringContaining('delete moderator/carol would'),
    ])
    expect(await against(world, files([...HOLDERS, { account: 'alice', role: 'Moderator' }]), SILENT)).toEqual([])
  })

  test('is nobody who is removed at once for that alone: else a lost token would make somebody safe', async () => {
    const world = await begun()
    world.ledger = {
      ...world.ledger,
      removed: [{ ref: 'moderator/otto', by: 'olga', at: '2026-11-23T12:00:00Z', why: 'taken over' }],
    }
    expect(await against(world, files(HOLDERS), SILENT)).toEqual([])
    world.ledger = {
      ...world.ledger,
      removed: [{ ref: 'moderator/herdbook', by: 'olga', at: '2026-11-23T12:00:00Z', why: 'taken over' }],
    }
    expect(await against(world, files(HOLDERS), TOKEN)).toEqual([
      expect.stringContaining('the account of mastodon.api.token keeps its permissions'),
    ])
  })

  test('is the one that acts where none is named: it keeps all that it may do', async () => {
    const world = await begun()
    const unnamed = { 'instance.yaml': { domain: 'herd.example' } }
    expect(
      await against(
        world,
        files(HOLDERS, {
          ...unnamed,
          'roles.yaml': { roles: [{ ...BOT, permissions: ['manage_federation', 'manage_blocks', 'view_dashboard'] }] },
        }),
        TOKEN,
      ),
    ).toEqual([
      expect.stringContaining(
        'the account of mastodon.api.token, which Herdbook acts as, ' +
          'keeps its permissions: manage_settings, manage_rules, manage_roles',
      ),
    ])
  })

  test('is looked up only where a step is of a role or of somebody who holds one', async () => {
    const world = await begun()
    let asked = 0
    const memory = openMemory(world.server)
    const reader = { ...memory.reader, tokenAccount: async () => ((asked += 1), TOKEN) }
    await look(
      world,
      files(HOLDERS, { 'domain-blocks.yaml': { domain_blocks: [{ domain: 'a.example', severity: 'limit' }] } }),
      { ...memory, reader },
    )
    expect(asked).toBe(0)
    await look(world, files(others), { ...memory, reader })
    expect(asked).toBe(1)
  })
})

test('who holds the role Owner and can log in counts, in a file or not, and who acts does, too', async () => {
  const world = newWorld(newServer())
  const alice = world.server.rows.accounts.find(({ username }) => username === 'alice')
  if (alice) alice.role_id = '3'
  const owners = [
    { account: 'otto', role: 'Owner' },
    { account: 'alice', role: 'Owner' },
  ]
  await run(world, { ...ACTS, 'moderators.yaml': { moderators: owners } })
  const fewer = { ...ACTS, 'moderators.yaml': { moderators: owners.slice(0, 1) } }
  expect(await against(world, fewer)).toEqual([])
  const olga = world.server.rows.accounts.find(({ username }) => username === 'olga')
  if (olga) olga.disabled = true
  expect(await against(world, fewer)).toEqual([
    expect.stringContaining('at least 2 accounts with the permission administrator can log in'),
  ])
})

describe('an account that is named and not there', () => {
  const settings = (value: Readonly<Record<string, string>>, account = 'olga'): Documents => ({
    'instance.yaml': { domain: 'herd.example', acting_account: account },
    'settings.yaml': { settings: value },
  })

  test('as the one that acts refuses what goes through the console, with its line', async () => {
    const world = newWorld(newServer(), 'both')
    const { plan } = await look(world, settings({ site_title: 'Herd' }, 'nobodyhere'))
    expect(plan.findings).toEqual([
      expect.objectContaining({
        code: 'no-actor',
        severity: 'error',
        at: expect.objectContaining({ file: 'instance.yaml' }),
        message: expect.stringContaining('@nobodyhere'),
      }),
    ])
    expect(await against(world, settings({ site_title: 'Herd' }))).toEqual([])
    const rest = { 'domain-blocks.yaml': { domain_blocks: [{ domain: 'a.example', severity: 'limit' as const }] } }
    expect(
      await against(world, { 'instance.yaml': { domain: 'herd.example', acting_account: 'nobodyhere' }, ...rest }),
    ).toEqual([])
  })

  test('as the one that acts is told also where nothing is to be done, and refuses nothing then', async () => {
    const { plan } = await look(newWorld(newServer()), settings({}, 'nobodyhere'))
    expect(plan.findings).toEqual([
      expect.objectContaining({
        code: 'no-actor',
        severity: 'warning',
        message: expect.stringContaining('@nobodyhere'),
      }),
    ])
    expect((await look(newWorld(newServer()), settings({}))).plan.findings).toEqual([])
  })

  test('as the one that acts, and can not log in, is told', async () => {
    const { plan } = await look(newWorld(newServer()), settings({ site_title: 'Herd' }, 'erin'))
    expect(plan.findings).toEqual([
      expect.objectContaining({
        code: 'actor-unable',
        severity: 'warning',
        message: expect.stringContaining('@erin is suspended'),
      }),
    ])
  })

  test('as the contact is told by the plan', async () => {
    const world = newWorld(newServer())
    expect(
      await against(world, settings({ site_contact_username: 'ghost', site_contact_email: 'a@b.example' })),
    ).toEqual([
      'no-such-account setting/site_contact_username: ' +
        'setting/site_contact_username: this server has no account @ghost.',
    ])
    expect(
      await against(world, settings({ site_contact_username: '@Alice', site_contact_email: 'a@b.example' })),
    ).toEqual([])
  })
})

describe('an account that acts without the permission', () => {
  test('hands out no role, and is told of what it lacks itself', async () => {
    const world = await begun()
    const herdbook = { 'instance.yaml': { domain: 'herd.example', acting_account: 'herdbook' } }
    const more = files([...HOLDERS, { account: 'alice', role: 'Moderator' }], herdbook)
    const { plan } = await look(world, more)
    expect(plan.findings.map(({ code, message }) => [code, message])).toEqual([
      [
        'actor-too-low',
        expect.stringContaining('cannot give permissions that it does not have itself: manage_reports, manage_users'),
      ],
    ])
    const bot = world.server.rows.roles.find(({ id }) => id === '4')
    const rights = bot?.permissions
    if (bot) bot.permissions = '40'
    expect(await against(world, { ...more, 'roles.yaml': {} })).toEqual([
      expect.stringContaining(
        'actor-lacks moderator/alice: Herdbook cannot change moderator/alice. The account that Herdbook acts as ' +
          '(acting_account in instance.yaml), @herdbook (Herdbook), lacks the permission manage_roles',
      ),
    ])
    if (bot && rights !== undefined) bot.permissions = rights
  })
})

import written from './golden/615b2b0/init.json' with { type: 'json' }
import { stringify } from 'yaml'
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../../src/setup/init/settings.ts'
import { call } from '../support/cli.ts'
import { begun, doctor, faults, findings, INSTANCE, PROTECTION } from '../support/doctor.ts'
import { paste } from '../support/gh.ts'
import { put, scratch } from '../support/git.ts'

const BUTTON = '.github/workflows/herdbook-button.yml'

describe('herdbook doctor, by what instance.yaml asks for', () => {
  test('says which files of the clone are older than this version, and what mends them', async () => {
    await using hub = await begun()
    const files: Record<string, string> = written
    expect(
      faults(
        await findings(hub, 'alice', {
          files: { '.github/CODEOWNERS': files['.github/CODEOWNERS'] ?? '', [BUTTON]: files[BUTTON] ?? '' },
        }),
      ),
    ).toEqual(['wrong Files: workflows, issue forms, schemas, CODEOWNERS: 2 older than this version'])
  })

  test('what instance.yaml itself asks for: names that workflows hand over, the check of its environment', async () => {
    await using hub = await begun()
    const api = { url: 'https://herd.example', token: { env: 'MY_TOKEN' } }
    const all = faults(
      await findings(hub, 'alice', { instance: { ...INSTANCE, environment: 'staging', mastodon: { api } } }),
    )
    expect(all).toEqual([
      expect.stringMatching(/^wrong Check: .*herdbook\/staging/),
      expect.stringMatching(/^wrong Ledger: herdbook-ledger\/staging /),
      'wrong Secrets: instance.yaml uses MY_TOKEN, and the workflows do not pass it on',
      expect.stringMatching(/^wrong Reading: /),
    ])
  })

  test('an environment with another name has a check of its own, and what mends it is for that', async () => {
    await using hub = await begun()
    const instance = { ...INSTANCE, environment: 'staging' }
    const check = (await findings(hub, 'alice', { instance })).find(({ what }) => what === 'Check')
    await paste(hub, 'alice', check?.mend.filter((line) => line.startsWith('gh ')) ?? [])
    expect(faults(await findings(hub, 'alice', { instance }))).toEqual([
      expect.stringMatching(/^wrong Ledger: herdbook-ledger\/staging can be set back/),
    ])
    for (const environment of ['production', 'staging'])
      await paste(
        hub,
        'alice',
        settingsOf({ repository: hub.repository, branch: 'main', environment, owners: [] }).ledger.commands,
      )
    expect(faults(await findings(hub, 'alice', { instance }))).toEqual([])
  })

  test.for<[string, object, string | null]>([
    [
      'the token that writes',
      { api: { url: 'https://herd.example', token: { env: 'HERDBOOK_TOKEN' } } },
      'read_token: { env: HERDBOOK_READ_TOKEN }',
    ],
    ['the key of the console', { database: { over: 'ssh', reader: true } }, 'reader_key: { env: HERDBOOK_READER_KEY }'],
    ['a key of its own', { database: { over: 'ssh', reader: true, reader_key: { env: 'HERDBOOK_READER_KEY' } } }, null],
  ])('where pull requests would be planned with %s', async ([, mastodon, mended]) => {
    await using hub = await begun()
    const ssh = {
      host: 'herd.example',
      user: 'herdbook',
      host_key: `SHA256:${'A'.repeat(43)}`,
      key: { env: 'HERDBOOK_SSH_KEY' },
    }
    const reading = (await findings(hub, 'alice', { instance: { ...INSTANCE, mastodon, ssh } })).find(
      ({ what }) => what === 'Reading',
    )
    expect(reading).toMatchObject(
      mended === null ? { state: 'fine' } : { state: 'wrong', mend: [expect.stringContaining(mended)] },
    )
  })

  test('where roles are managed, it says what an old approval is good for', async () => {
    await using hub = await begun({ settings: { protection: { ...PROTECTION, lastPush: false } } })
    const files = { 'instance/moderators.yaml': 'moderators: []\nemptied_on_purpose: nobody yet\n' }
    expect(faults(await findings(hub, 'alice', { files }))).toEqual([
      expect.stringContaining('such as a role for the person who pushed'),
    ])
  })

  test('without a forge, a token or the repository it says what to do', async () => {
    await using hub = await begun()
    const { forge: _forge, ...rest } = INSTANCE
    expect(await doctor(hub, 'alice', { instance: rest })).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('forge: { github: OWNER/NAME }'),
    })
    using dir = scratch()
    put(dir.path, { 'instance/instance.yaml': stringify(INSTANCE) })
    expect(await call(dir.path, ['doctor'], { env: { GH_TOKEN: '', GITHUB_API_URL: hub.url } })).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('GH_TOKEN=$(gh auth token)'),
    })
    expect(
      await call(dir.path, ['doctor'], { env: { GH_TOKEN: 'ghp_wrong_token', GITHUB_API_URL: hub.url } }),
    ).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('does not know the token'),
    })
  })
})

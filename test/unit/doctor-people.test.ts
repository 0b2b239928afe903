import { describe, expect, test } from 'vitest'
import { ENVIRONMENTS } from '../../src/setup/environment-names.ts'
import { settingsOf } from '../../src/setup/init/settings.ts'
import type { Environment } from '../testkit/github/index.ts'
import { begun, doctor, environment, faults, findings, INSTANCE, WELL } from '../support/doctor.ts'
import { paste } from '../support/gh.ts'
import type { Finding } from '../../src/setup/doctor/finding.ts'
import { regexOf } from '../support/regex-of.ts'

const owners = (...names: readonly string[]) => ({
  files: { 'instance/policy.yaml': names.length === 0 ? '{}\n' : `owners: [${names.join(', ')}]\n` },
})
const about = (all: readonly Finding[], what: string): string[] =>
  all.flatMap((one) => (one.what === what ? [`${one.state}: ${one.says}`] : []))

describe('who decides', () => {
  test('is named in policy.yaml; where nobody is, it says which line to add', async () => {
    await using hub = await begun()
    const all = await findings(hub, 'alice', owners())
    expect(about(all, 'Deciding')).toEqual([expect.stringMatching(/^wrong: policy\.yaml names no owners/)])
    expect(all.find(({ what }) => what === 'Deciding')?.mend).toEqual([expect.stringContaining('owners: [NAME, NAME]')])
  })

  test('is there and may write; one person alone is told, and is no fault', async () => {
    await using hub = await begun()
    expect(about(await findings(hub, 'alice', owners('nobody', 'rita', 'alice')), 'Deciding')).toEqual([
      expect.stringMatching(/^wrong: policy\.yaml names @nobody as an owner, and GitHub knows no account of this name/),
      expect.stringMatching(/^wrong: @rita .* cannot write to this repository/),
    ])
    expect(about(await findings(hub, 'alice', owners('alice')), 'Deciding')).toEqual([
      'fine: policy.yaml names one owner, who decides alone: @alice',
    ])
    expect(about(await findings(hub, 'alice'), 'Deciding')).toEqual([
      'fine: each of these owners can decide: @alice, @olga',
    ])
  })
})

describe('the environment that signs the ledger anew', () => {
  const NAME = 'herdbook-owners'
  const LET = { reviewers: ['alice', 'olga'], preventSelfReview: true }
  const CASES: readonly (readonly [what: string, given: Partial<Environment> | null, expected: RegExp])[] = [
    [
      'which is not there',
      null,
      /^fine: an owner signs the ledger again on their own computer only: herdbook ledger sign "why"$/,
    ],
    [
      'without reviewers and keys',
      { secrets: [] },
      /^fine: it has no reviewer and holds no key, so an owner signs the ledger again on their own computer only/,
    ],
    [
      'without reviewers, and with keys',
      {},
      /^wrong: holds HERDBOOK_LEDGER_KEY, HERDBOOK_OLD_LEDGER_KEY, and its jobs run without the approval of an owner/,
    ],
    [
      'whose reviewers are no owners',
      { ...LET, reviewers: ['olga', 'mo'] },
      /wrong: @mo can approve the jobs of this environment on GitHub, but policy\.yaml does not name them as owners/,
    ],
    [
      'where whoever pressed lets it run',
      { ...LET, preventSelfReview: false },
      /wrong: an owner can approve a run that they started themselves/,
    ],
    [
      'where nobody can',
      { reviewers: ['alice'], preventSelfReview: true },
      /wrong: only @alice can approve the jobs of this environment, but not a run that @alice started/,
    ],
    ['for a tag', { ...LET, branches: [], tags: ['main'] }, /wrong: it is open to the tag main/],
    [
      'with a key that writes',
      { ...LET, secrets: [...ENVIRONMENTS[NAME], 'HERDBOOK_TOKEN'] },
      /wrong: holds HERDBOOK_TOKEN, which its jobs must not have/,
    ],
    [
      'as init asks',
      LET,
      /the jobs of this environment wait until one of these people approves the run on GitHub: @alice, @olga$/,
    ],
  ]
  test.for(CASES)('%s', async ([, given, expected]) => {
    const { [NAME]: _owners, ...others } = WELL.environments ?? {}
    await using hub = await begun({
      settings: { environments: given === null ? others : { ...others, [NAME]: { ...environment(NAME), ...given } } },
    })
    const all = await findings(hub, 'alice')
    expect(about(all, NAME).join('\n')).toMatch(expected)
    expect(all.filter(({ state, what }) => state === 'wrong' && what !== NAME)).toEqual([])
    expect(all.filter(({ state, mend }) => state === 'wrong' && mend.length === 0)).toEqual([])
  })

  test('holds the old key alone', async () => {
    const { [NAME]: own, ...others } = WELL.environments ?? {}
    const spilled = {
      ...environment('herdbook-apply'),
      secrets: [...ENVIRONMENTS['herdbook-apply'], 'HERDBOOK_OLD_LEDGER_KEY'],
    }
    await using hub = await begun({
      settings: { environments: { ...others, ...(own ? { [NAME]: own } : {}), 'herdbook-apply': spilled } },
    })
    expect(
      faults(
        await findings(hub, 'alice', { instance: { ...INSTANCE, old_ledger_key: { env: 'HERDBOOK_OLD_LEDGER_KEY' } } }),
      ),
    ).toEqual(['wrong herdbook-apply: holds HERDBOOK_OLD_LEDGER_KEY, which its jobs must not have'])
  })

  test('is made by what init prints, by the ids of owners; whoever is alone lets run what they pressed', async () => {
    await using hub = await begun({ settings: { environments: {} } })
    const { commands } = settingsOf({
      repository: hub.repository,
      branch: 'main',
      environment: 'production',
      owners: ['alice', 'olga'],
    }).owners
    await paste(hub, 'alice', commands)
    expect(hub.state.settings.environments[NAME]).toMatchObject({
      branches: ['main'],
      ...LET,
      secrets: ENVIRONMENTS[NAME],
    })
    await paste(
      hub,
      'alice',
      settingsOf({ repository: hub.repository, branch: 'main', environment: 'production', owners: ['alice'] }).owners
        .commands,
    )
    expect(hub.state.settings.environments[NAME]).toMatchObject({ reviewers: ['alice'], preventSelfReview: false })
    expect(about(await findings(hub, 'alice', owners('alice')), NAME).at(-1)).toBe(
      'fine: the jobs of this environment wait until one of these people approves the run on GitHub: @alice',
    )
  })
})

describe('a private repository on the free plan', () => {
  test('is told as that, once, with nothing to type that can not work there', async () => {
    await using hub = await begun({ private: true, free: true, settings: { environments: {} } })
    for (const who of ['alice', 'mo']) {
      const all = await findings(hub, who)
      expect(about(all, 'Price plan')).toEqual([
        expect.stringMatching(
          regexOf(
            /^wrong: this repository is private, and for private /,
            /repositories your price plan on GitHub has no environments/,
          ),
        ),
      ])
      expect(about(all, 'CODEOWNERS')).toEqual([expect.stringMatching(/^wrong: not enforced/)])
      expect(
        all.flatMap(({ mend }) => mend).filter((line) => /environments|protection|rulesets|--env/.test(line)),
      ).toEqual([])
      expect(all.flatMap(({ mend }) => mend)).toContain(
        'Never put the secrets into the repository instead: the workflow of any branch could read them.',
      )
    }
    const { stdout, code } = await doctor(hub, 'alice')
    expect([code, stdout.includes('Ask an administrator')]).toEqual([9, false])
  })

  test('on a plan that has all of it, nothing is told of that', async () => {
    await using hub = await begun({ private: true })
    expect(faults(await findings(hub, 'alice'))).toEqual([])
  })
})

test('a workflow that GitHub or somebody switched off is found, with the line that switches it on', async () => {
  const [drift, apply] = ['.github/workflows/herdbook-drift.yml', '.github/workflows/herdbook-apply.yml']
  await using hub = await begun({
    settings: {
      workflowStates: {
        [drift]: 'disabled_inactivity',
        [apply]: 'disabled_manually',
        '.github/workflows/theirs.yml': 'disabled_manually',
      },
    },
  })
  const found = (await findings(hub, 'alice')).find(({ what }) => what === 'Runs')
  expect(found).toMatchObject({
    state: 'wrong',
    says:
      'herdbook-apply.yml does not run: a person switched it off; ' +
      'herdbook-drift.yml does not run: GitHub stopped it after 60 days without activity',
  })
  expect(found?.mend).toEqual([
    'gh workflow enable herdbook-apply.yml --repo herd/instance',
    'gh workflow enable herdbook-drift.yml --repo herd/instance',
  ])
})

test.each([
  ['the tag main', { branches: [], tags: ['main'] }],
  ['a pattern and a tag besides', { branches: ['x/*', 'main'], tags: ['main', 'v*'] }],
  ['any branch', { branches: null }],
  ['protected branches', { branches: 'protected' as const }],
])('an environment for %s is for the default branch alone once what stands below is pasted', async (_, given) => {
  await using hub = await begun({
    settings: {
      environments: { ...WELL.environments, 'herdbook-apply': { ...environment('herdbook-apply'), ...given } },
    },
  })
  const mend = (await findings(hub, 'alice')).flatMap((one) => one.mend)
  await paste(
    hub,
    'alice',
    mend.filter((line) => line.startsWith('gh ')),
  )
  expect(faults(await findings(hub, 'alice'))).toEqual([])
})

test('a default branch with a slash is one in the commands, too', async () => {
  await using hub = await begun({ defaultBranch: 'release/main', settings: { protection: null } })
  const settings = settingsOf({
    repository: hub.repository,
    branch: 'release/main',
    environment: 'production',
    owners: ['alice'],
  })
  await paste(hub, 'alice', settings.protection.commands)
  expect(hub.state.settings.protection).toMatchObject({ strict: true, checks: [{ context: 'herdbook', app: 15368 }] })
})

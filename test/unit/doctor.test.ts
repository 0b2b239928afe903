import { describe, expect, test } from 'vitest'
import { ENVIRONMENTS } from '../../src/setup/environment-names.ts'
import { settingsOf, type Setting } from '../../src/setup/init/settings.ts'
import type { Settings } from '../testkit/github/index.ts'
import { begun, doctor, environment, faults, findings, GROWS, PEOPLE, PROTECTION, WELL } from '../support/doctor.ts'
import { paste } from '../support/gh.ts'
import { github } from '../support/github.ts'

describe('herdbook doctor', () => {
  test('finds nothing in a repository that is as init asks, and says what it looked at', async () => {
    await using hub = await begun()
    const ran = await doctor(hub, 'alice')
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('All settings are correct.') })
    for (const what of [
      'Check',
      'Source',
      'Up to date',
      'Owners',
      'Last push',
      'herdbook-plan',
      'herdbook-apply',
      'herdbook-owners',
      'Deciding',
      'Runs',
      'Secrets',
      'Workflows',
      'Labels',
      'Actions',
      'Files',
      'CODEOWNERS',
    ])
      expect(ran.stdout).toMatch(new RegExp(`^  ${what} `, 'm'))
  })

  test('the commands that init prints mend a new repository', async () => {
    await using hub = await github({
      people: PEOPLE,
      settings: { actionsMayOpenPullRequests: false, workflowsMayWrite: true, codeownersErrors: [] },
    })
    expect(faults(await findings(hub, 'alice'))).toHaveLength(9)
    await paste(
      hub,
      'alice',
      Object.values(
        settingsOf({
          repository: hub.repository,
          branch: 'main',
          environment: 'production',
          owners: ['alice', 'olga'],
        }),
      ).flatMap(({ commands }: Setting) => commands),
    )
    // what is left is no setting
    expect(faults(await findings(hub, 'alice'))).toEqual([
      'wrong Actions: main has no workflows of Herdbook: nothing is applied',
    ])
  })

  test.for<[string, Partial<Settings>, RegExp]>([
    [
      'no protection at all',
      { protection: null },
      /^wrong Check: main does not wait for the check herdbook.*\nwrong Owners: .*\nwrong Last push: /,
    ],
    [
      'another check',
      { protection: { ...PROTECTION, checks: [{ context: 'tests', app: 15368 }] } },
      /^wrong Check: main does not wait for the check herdbook/,
    ],
    [
      'a check that anything may report',
      { protection: { ...PROTECTION, checks: [{ context: 'herdbook', app: null }] } },
      /^wrong Source: other programs than GitHub Actions can report the check herdbook/,
    ],
    [
      'a check that another app reports',
      { protection: { ...PROTECTION, checks: [{ context: 'herdbook', app: 7 }] } },
      /^wrong Source: /,
    ],
    [
      'branches that are merged as they were planned long ago',
      { protection: { ...PROTECTION, strict: false } },
      /^wrong Up to date: a branch can be merged with a plan for an older main/,
    ],
    [
      'no code owners',
      { protection: { ...PROTECTION, codeOwners: false } },
      /^wrong Owners: a change of main needs no approval by a code owner/,
    ],
    ['no review counted', { protection: { ...PROTECTION, approvals: 0 } }, /^wrong Owners: .*\nwrong Last push: /],
    [
      'old approvals that hold',
      { protection: { ...PROTECTION, lastPush: false } },
      /^wrong Last push: an approval still counts after a later push/,
    ],
    [
      'administrators let through',
      { protection: { ...PROTECTION, forEverybody: false } },
      /^wrong Check: .*but not for administrators \(branch protection\)/,
    ],
    [
      'an environment that is not there',
      { environments: { 'herdbook-apply': environment('herdbook-apply') } },
      /^wrong herdbook-plan: there is no environment/,
    ],
    [
      'an environment for any branch',
      {
        environments: { ...WELL.environments, 'herdbook-apply': { ...environment('herdbook-apply'), branches: null } },
      },
      /^wrong herdbook-apply: a workflow on any branch/,
    ],
    [
      'an environment for one branch more',
      {
        environments: {
          ...WELL.environments,
          'herdbook-apply': { ...environment('herdbook-apply'), branches: ['main', 'x/*'] },
        },
      },
      /^wrong herdbook-apply: it is open to main, x\/\*/,
    ],
    [
      'an environment for all protected branches',
      {
        environments: {
          ...WELL.environments,
          'herdbook-apply': { ...environment('herdbook-apply'), branches: 'protected' },
        },
      },
      /^wrong herdbook-apply: it is open to all protected/,
    ],
    [
      'an environment for the tag main and no branch',
      {
        environments: {
          ...WELL.environments,
          'herdbook-apply': { ...environment('herdbook-apply'), branches: [], tags: ['main'] },
        },
      },
      /^wrong herdbook-apply: it is open to the tag main, and not to main alone/,
    ],
    [
      'an environment for a tag besides',
      {
        environments: { ...WELL.environments, 'herdbook-apply': { ...environment('herdbook-apply'), tags: ['main'] } },
      },
      /^wrong herdbook-apply: it is open to main, the tag main/,
    ],
    [
      'a secret that is missing',
      {
        environments: {
          ...WELL.environments,
          'herdbook-plan': { ...environment('herdbook-plan'), secrets: ['HERDBOOK_LEDGER_KEY'] },
        },
      },
      /^wrong herdbook-plan: lacks HERDBOOK_READ_TOKEN/,
    ],
    [
      'the key of apply where plans run',
      {
        environments: {
          ...WELL.environments,
          'herdbook-plan': {
            ...environment('herdbook-plan'),
            secrets: [...ENVIRONMENTS['herdbook-plan'], 'HERDBOOK_TOKEN'],
          },
        },
      },
      /^wrong herdbook-plan: holds HERDBOOK_TOKEN, which its jobs must not have/,
    ],
    [
      'a secret of the repository',
      { secrets: ['HERDBOOK_TOKEN'] },
      /^wrong Secrets: outside of the environments, .* holds HERDBOOK_TOKEN: the workflow of any branch can read/,
    ],
    [
      'a secret of the organisation',
      { organizationSecrets: ['HERDBOOK_SSH_KEY'] },
      /^wrong Secrets: outside of the environments, the repository or its organisation holds HERDBOOK_SSH_KEY/,
    ],
    [
      'workflows that may not open pull requests',
      { actionsMayOpenPullRequests: false },
      /^wrong Workflows: may not open pull requests$/,
    ],
    ['workflows that may write', { workflowsMayWrite: true }, /^wrong Workflows: may write to everything/],
    [
      'no code owners file',
      { codeownersErrors: null },
      /^wrong CODEOWNERS: there is no CODEOWNERS: no file has an owner/,
    ],
    [
      'code owners nobody knows',
      {
        codeownersErrors: [
          {
            line: 5,
            kind: 'Unknown owner',
            message: 'Unknown owner on line 5: make sure @fill-in--owners exists',
            path: '.github/CODEOWNERS',
          },
        ],
      },
      /^wrong CODEOWNERS: .github\/CODEOWNERS:5 Unknown owner/,
    ],
  ])('finds %s, and how to mend it', async ([, settings, expected]) => {
    await using hub = await begun({ settings })
    const all = await findings(hub, 'alice')
    expect(faults(all).join('\n')).toMatch(expected)
    expect(all.filter(({ state, mend }) => state === 'wrong' && mend.length === 0)).toEqual([])
  })

  test('a ruleset does as well as a protection; who passes it by is named', async () => {
    const ruleset = { ...PROTECTION, id: 1, name: 'main', enforcement: 'active' as const }
    await using good = await begun({ settings: { protection: null, rulesets: [ruleset, GROWS] } })
    expect(faults(await findings(good, 'alice'))).toEqual([])
    await using lax = await begun({
      settings: { protection: null, rulesets: [{ ...ruleset, forEverybody: false }, GROWS] },
    })
    expect(faults(await findings(lax, 'alice'))[0]).toMatch(
      /^wrong Check: .*but not for RepositoryRole 5 \(ruleset main\)/,
    )
    await using trial = await begun({
      settings: { protection: null, rulesets: [{ ...ruleset, enforcement: 'evaluate' }, GROWS] },
    })
    expect(faults(await findings(trial, 'alice'))).toHaveLength(3)
    const loose = { ...ruleset, strict: false, checks: [{ context: 'herdbook', app: null }] }
    await using open = await begun({ settings: { protection: null, rulesets: [loose, GROWS] } })
    expect(faults(await findings(open, 'alice')).map((fault) => fault.split(':')[0])).toEqual([
      'wrong Source',
      'wrong Up to date',
    ])
  })

  test.for<[string, Settings['rulesets'], RegExp]>([
    ['none', [], /^wrong Ledger: herdbook-ledger\/production can be set back, and the ledger with it/],
    [
      'one that lets it be taken away',
      [{ ...GROWS, types: ['non_fast_forward'] }],
      /^wrong Ledger: .* can be set back/,
    ],
    ['one that lets it be set back', [{ ...GROWS, types: ['deletion'] }], /^wrong Ledger: .* can be set back/],
    ['one of another branch', [{ ...GROWS, include: 'refs/heads/release/*' }], /^wrong Ledger: .* can be set back/],
    ['one that is only tried', [{ ...GROWS, enforcement: 'evaluate' }], /^wrong Ledger: .* can be set back/],
    [
      'one with exceptions',
      [{ ...GROWS, forEverybody: false }],
      /^wrong Ledger: herdbook-ledger\/production cannot be set back or deleted, but not for RepositoryRole 5 \(/,
    ],
  ])(
    'a ledger that can be set back, since there is %s for the branch that follows it',
    async ([, rulesets, expected]) => {
      await using hub = await begun({ settings: { rulesets } })
      const all = await findings(hub, 'alice')
      expect(faults(all).join('\n')).toMatch(expected)
      expect(all.find(({ what }) => what === 'Ledger')?.mend[0]).toMatch(
        /^gh api --method POST repos\/herd\/instance\/rulesets /,
      )
    },
  )

  test('labels that are missing, by name', async () => {
    await using hub = await begun()
    hub.state.labels.delete('herdbook: drift')
    const all = await findings(hub, 'alice')
    expect(faults(all)).toEqual(['wrong Labels: missing: herdbook: drift'])
    expect(all.find(({ what }) => what === 'Labels')?.mend).toEqual([
      expect.stringMatching(/^gh label create 'herdbook: drift' /),
    ])
  })

  test('an action that is not pinned to a commit, in which file', async () => {
    await using hub = await begun()
    const path = '.github/workflows/herdbook-drift.yml'
    await hub.act.push({
      by: 'alice',
      branch: 'main',
      files: {
        [path]:
          'jobs:\n  a:\n    steps:\n      - uses: herd/book/.github/actions/herdbook@v1 # abc\n' +
          '      - uses: ./.github/actions/own\n',
      },
    })
    expect(faults(await findings(hub, 'alice'))).toEqual([
      `wrong Actions: not pinned to a commit: herd/book/.github/actions/herdbook@v1 in ${path}`,
    ])
  })

  test('what mends several things stands once', async () => {
    await using hub = await begun({ settings: { protection: null } })
    const { stdout } = await doctor(hub, 'alice')
    expect(stdout.split('gh api --method PUT repos/herd/instance/branches/main/protection ')).toHaveLength(2)
    expect(stdout).toMatch(/^! Check .*\n! Owners .*\n! Last push .*\n +gh api/m)
  })
})

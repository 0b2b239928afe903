import { describe, expect, test } from 'vitest'
import { begun, environment, faults, findings, PROTECTION, WELL } from '../support/doctor.ts'
import { paste } from '../support/gh.ts'

// What `doctor` gives somebody to type must not take away what an administrator had set besides.

describe('what mends a setting keeps the rest of it', () => {
  test('a protection: its other checks, and more approvals than Herdbook asks for', async () => {
    const others = [
      { context: 'tests', app: 15368 },
      { context: 'lint', app: null },
    ]
    const checks = [...others, { context: 'herdbook', app: null }]
    const lax = { checks, strict: false, approvals: 2, codeOwners: false, lastPush: false, forEverybody: false }
    await using hub = await begun({ settings: { protection: lax } })
    const all = await findings(hub, 'alice')
    const wrong = ['Check', 'Source', 'Up to date', 'Owners', 'Last push'].map((what) => `wrong ${what}`)
    expect(faults(all).map((fault) => fault.split(':')[0])).toEqual(wrong)
    await paste(hub, 'alice', [...new Set(all.flatMap(({ mend }) => mend).filter((line) => line.startsWith('gh ')))])
    expect(hub.state.settings.protection).toEqual({
      ...PROTECTION,
      checks: [...others, { context: 'herdbook', app: 15368 }],
      approvals: 2,
    })
    expect(faults(await findings(hub, 'alice'))).toEqual([])
  })

  test.for<[string, Partial<typeof PROTECTION>, RegExp]>([
    ['waits for no check', { checks: [] }, /^wrong Check: main does not wait/],
    [
      'asks for no review',
      { approvals: null, codeOwners: false, lastPush: false },
      /^wrong Owners: .*\nwrong Last push: /,
    ],
  ])(
    'a protection that %s gets its first one on its page: no request adds it and leaves the rest',
    async ([, given, expected]) => {
      await using hub = await begun({ settings: { protection: { ...PROTECTION, ...given } } })
      const wrong = (await findings(hub, 'alice')).filter(({ state }) => state === 'wrong')
      expect(faults(wrong).join('\n')).toMatch(expected)
      expect(new Set(wrong.flatMap(({ mend }) => mend))).toEqual(
        new Set(['https://github.com/herd/instance/settings/branches']),
      )
    },
  )

  test('an environment: its reviewers', async () => {
    const reviewed = { ...environment('herdbook-apply'), branches: null, reviewers: ['olga'] }
    await using hub = await begun({ settings: { environments: { ...WELL.environments, 'herdbook-apply': reviewed } } })
    const wrong = (await findings(hub, 'alice')).filter(({ state }) => state === 'wrong')
    expect(wrong).toMatchObject([
      { what: 'herdbook-apply', mend: ['https://github.com/herd/instance/settings/environments'] },
    ])
  })
})

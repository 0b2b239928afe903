import { describe, expect, test } from 'vitest'
import { ALL_FINE } from '../../src/verbs/doctor/texts.ts'
import { begun, doctor, findings, GROWS, PROTECTION } from '../support/doctor.ts'

describe('herdbook doctor, where it can not see all', () => {
  test('what a token may not see is never called fine', async () => {
    await using hub = await begun()
    const all = await findings(hub, 'mo')
    const unseen = all.filter(({ state }) => state === 'unseen')
    expect(unseen.map(({ what }) => what)).toEqual([
      'Check',
      'Owners',
      'Last push',
      'Ledger',
      'herdbook-plan',
      'herdbook-apply',
      'herdbook-owners',
      'Workflows',
    ])
    for (const { says } of unseen)
      expect(says).toMatch(/^could not be seen: GitHub answers "(40[34] |GitHub shows this to administrators only)/)
    const ran = await doctor(hub, 'rita')
    expect(ran).toMatchObject({
      code: 10,
      stdout: expect.stringMatching(
        /\? Secrets +could not be seen.*\n[^]*9 things could not be seen \(\?\)\. Ask an administrator/,
      ),
    })
    expect(ran.stdout).not.toContain(ALL_FINE)
  })

  test('a ruleset whose exceptions are hidden may have some', async () => {
    const ruleset = { ...PROTECTION, id: 1, name: 'main', enforcement: 'active' as const }
    await using hub = await begun({ settings: { protection: null, rulesets: [ruleset, GROWS] } })
    const check = (await findings(hub, 'mo')).find(({ what }) => what === 'Check')
    expect(check).toMatchObject({ state: 'unseen' })
  })
})

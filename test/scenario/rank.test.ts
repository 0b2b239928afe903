import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pasture, type Pasture } from '../support/sandbox.ts'

describe('an account that acts and ranks too low', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(() => field[Symbol.asyncDispose]())

  test('is told of by the plan, before Mastodon refuses the step', async () => {
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'herdbook' } })
    expect(await herd.run(['promote', 'alice', 'Moderator'])).toMatchObject({ code: 0 })
    const planned = await herd.run(['plan'])
    expect(planned.code).toBe(2)
    expect(planned.stdout).toContain('Mastodon will refuse moderator/alice: @herdbook (Herdbook) acts')
    expect(planned.stdout).toContain('Name an owner as acting_account')
  })
  test('is not told of where an owner acts', async () => {
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'owner' } })
    expect(await herd.run(['promote', 'alice', 'Moderator'])).toMatchObject({ code: 0 })
    expect((await herd.run(['plan'])).stdout).not.toContain('will refuse')
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { must, pasture, setConfig, signAnew, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  setConfig(herd, { ledger_key: { env: 'HB_KEY' } })
  herd.write({}, 'A key')
})
afterAll(async () => field[Symbol.asyncDispose]())

const env = { HB_KEY: 'a key of the herd that is long' }

it('a pause has a name and a reason, and while it is on a run reports and does nothing', async () => {
  await signAnew(herd, 'signed from now on', { env })
  herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - domain: later.example\n    severity: none\n' })
  await must(herd, ['pause', 'the database\nis being moved'], 0, { env: { ...env, USER: 'alice' } })
  const ran = await must(herd, ['apply', '--yes'], 5, { env })
  expect(ran.out).toMatch(
    /later\.example[^]*Paused by alice since [^]*: the database is being moved[^]*herdbook resume/,
  )
  expect(await herd.rows("select 1 from domain_blocks where domain = 'later.example'")).toEqual([])
  expect((await must(herd, ['status'], 0, { env })).stdout).toContain('the database is being moved')
})

it('it is signed: without the key nobody ends it', async () => {
  expect((await herd.run(['resume'], { env: { HB_KEY: 'another key of somebody else' } })).code).not.toBe(0)
  await must(herd, ['apply', '--yes'], 5, { env })
})

it('resume ends it, says who paused and why, and the next apply does what waited', async () => {
  expect((await must(herd, ['resume'], 0, { env })).stdout).toMatch(
    /Resumed\. alice had paused Herdbook at .*: the database is being moved/,
  )
  await must(herd, ['apply', '--yes'], 0, { env })
  expect(await herd.rows("select severity from domain_blocks where domain = 'later.example'")).toEqual([
    { severity: 2 },
  ])
  expect((await must(herd, ['resume'], 0, { env })).stdout).toContain('Nothing was paused.')
  expect((await must(herd, ['plan', '--json'], 0, { env })).stdout).toContain('"steps": []')
})

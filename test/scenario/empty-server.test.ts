import { afterAll, beforeAll, expect, it } from 'vitest'
import { must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({ begin: 'none' })
})
afterAll(async () => field[Symbol.asyncDispose]())

it('a server with nothing to record begins its ledger, so that the next apply needs no reason', async () => {
  await must(herd, ['adopt', 'domain-block'])
  herd.write({}, 'Adopt')
  await must(herd, ['apply', '--yes'])
  herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - domain: spam.example\n    severity: suspend\n' })
  await must(herd, ['apply', '--yes'])
  expect((await planOf(herd, 0)).steps).toEqual([])
})

it('private comments are pointed at where they were left out, and only there', async () => {
  await herd.hand.blockDomain('noted.example', { severity: 'silence', private_comment: 'They promised to mend it' })
  const [spare, whole] = [await field.herd({ begin: 'none' }), await field.herd({ begin: 'none' })]
  const pointed = /1\s+block\s+has\s+a\s+private\s+comment/
  expect((await must(spare, ['adopt'])).out).toMatch(pointed)
  expect((await must(whole, ['adopt', '--private-comments'])).out).not.toMatch(pointed)
  expect([spare, whole].map((one) => one.read('domain-blocks.yaml').includes('They promised to mend it'))).toEqual([
    false,
    true,
  ])
})

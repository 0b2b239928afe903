import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { stepDigest } from '../../src/reconcile/digest.ts'
import { coveredBy, marksOf } from '../../src/reconcile/approval-marks.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import type { Value } from '../../src/instance/values.ts'
import { planJson } from '../../src/json/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { look, newToy, run, type Toy } from '../support/toy-run.ts'
import type { Fault, ToyKind } from '../support/toy-far-end.ts'
import type { Files } from '../support/toy.ts'

/** Records come first in the registry; the far end gives each new address its number. */
const kinds = (): readonly ToyKind[] => {
  let last = 6
  return [{ name: 'record' }, { name: 'address', replaces: true, made: () => ({ ip: `192.0.2.${(last += 1)}` }) }]
}
const TAKES = { ref: 'address/main#ip' }
const BOTH = { objects: { 'record/www': { ip: TAKES, ttl: 1 }, 'address/main': { size: 1 } } }

const steps = ({ steps: all }: Plan): string[] => all.map((step) => `${step.action} ${refOf(step)}`)
const ip = (toy: Toy): Value | undefined => toy.far.rows.get('record/www')?.fields['ip']
const start = (): Toy => newToy(kinds())

test('a value that another step makes is planned as a reference, written as what it is, and then in sync', async () => {
  const toy = start()
  const { plan, report } = await run(toy, BOTH)
  expect(steps(plan)).toEqual(['create address/main', 'create record/www'])
  expect(plan.steps[1]?.changes).toContainEqual({ field: 'ip', before: null, after: TAKES })
  expect([ip(toy), report?.done, report?.remaining]).toEqual(['192.0.2.7', plan.steps, []])
  expect(toy.ledger.entries.get('record/www')).toMatchObject({
    fields: { ip: '192.0.2.7', ttl: 1 },
    takes: ['address/main'],
  })
  expect((await look(toy, BOTH)).plan).toMatchObject({ steps: [], drift: [], conflicts: [], adjustments: [] })
})

test('a step has one digest, whether the value that it takes is known or not', async () => {
  const toy = start()
  const before = (await look(toy, BOTH)).plan.steps.find(({ kind }) => kind === 'record')
  await run(toy, { objects: { 'address/main': { size: 1 } } })
  const after = (await look(toy, BOTH)).plan.steps
  expect(after).toMatchObject([{ kind: 'record', digest: before?.digest }])
})

test('what takes a value follows it in the same run, and is a change like any other', async () => {
  const toy = start()
  await run(toy, BOTH)
  const files = { objects: { ...BOTH.objects, 'address/main': { size: 2 } } }
  const { plan } = await run(toy, files)
  expect(steps(plan)).toEqual(['update address/main', 'update record/www'])
  expect(plan.steps[1]?.changes).toEqual([{ field: 'ip', before: '192.0.2.7', after: TAKES }])
  expect(ip(toy)).toBe('192.0.2.8')
  // One that the far end gave anew by itself is followed, too.
  toy.far.rows.set('address/main', { serverId: '1', fields: { size: 2, ip: '192.0.2.99' } })
  expect(steps((await look(toy, files)).plan)).toEqual(['update record/www'])
  await run(toy, files)
  expect(ip(toy)).toBe('192.0.2.99')
})

test('what somebody wrote over a value that was taken is drift', async () => {
  const toy = start()
  await run(toy, BOTH)
  toy.far.rows.set('record/www', { serverId: '2', fields: { ip: '198.51.100.1', ttl: 1 } })
  expect((await look(toy, BOTH)).plan).toMatchObject({
    steps: [],
    drift: [{ id: 'www', fields: ['ip'], desired: { ip: '192.0.2.7' }, live: { ip: '198.51.100.1' } }],
  })
})

test('an attempt is written down with its value, and only once that is known', async () => {
  const toy = start()
  await run(toy, BOTH, { faults: new Map([['create address/main', 'die-before']]) })
  expect(toy.ledger.attempts.map(refOf)).toEqual(['address/main'])
  await run(toy, BOTH, { faults: new Map([['create record/www', 'die-before']]) })
  expect(toy.ledger.attempts).toContainEqual(
    expect.objectContaining({ kind: 'record', fields: { ip: '192.0.2.7', ttl: 1 } }),
  )
})

test.for<readonly [string, Fault]>([
  ['create address/main', 'die-before'],
  ['create address/main', 'die-after'],
  ['create record/www', 'die-before'],
  ['create record/www', 'die-after'],
])('a run that is killed at %s (%s) is made good by the next one', async ([moment, fault]) => {
  const toy = start()
  expect((await run(toy, BOTH, { faults: new Map([[moment, fault]]) })).report).toBeNull()
  await run(toy, BOTH)
  const { plan } = await look(toy, BOTH)
  expect([ip(toy), steps(plan), plan.takeovers, toy.ledger.attempts]).toEqual(['192.0.2.7', [], [], []])
  expect(toy.ledger.entries.size).toBe(2)
})

test('a step whose value does not come is skipped with the reason, and the rest goes on', async () => {
  const toy = newToy([{ name: 'record' }, { name: 'address' }, { name: 'zone' }])
  const { report } = await run(toy, { objects: { ...BOTH.objects, 'zone/main': { ttl: 1 } } })
  expect(report?.done.map(refOf)).toEqual(['address/main', 'zone/main'])
  expect(report?.skipped).toMatchObject([
    {
      step: { id: 'www' },
      why: 'blocked',
      reason: 'This step needs a value that does not exist yet: address/main#ip.',
    },
  ])
  expect(toy.ledger.attempts).toEqual([])
})

test('a value of what is in no file and not there is never waited for in vain', async () => {
  const { report } = await run(start(), { objects: { 'record/www': { ip: TAKES } } })
  expect(report?.skipped).toMatchObject([
    { reason: 'This step needs address/main, which is not there, and no step makes it.' },
  ])
})

test('where live can not be read for a value, the step that takes it is not sent', async () => {
  const toy = start()
  const { report } = await run(toy, BOTH, { faults: new Map([['read 2', 'break-before']]) })
  expect(report?.skipped).toMatchObject([
    {
      step: { id: 'www' },
      reason:
        'Herdbook could not read a value that this step needs: The connection to the server broke: It broke at read 2.',
    },
  ])
  expect(toy.far.did).toEqual(['create address/main'])
  await run(toy, BOTH)
  expect(ip(toy)).toBe('192.0.2.7')
})

test('an object goes after those that took its values, also where the files have forgotten both', async () => {
  const toy = newToy([{ name: 'address', made: () => ({ ip: '192.0.2.7' }) }, { name: 'record' }].toReversed())
  await run(toy, BOTH)
  const { plan } = await run(toy, { objects: {} })
  expect(steps(plan)).toEqual(['delete record/www', 'delete address/main'])
  expect(toy.far.rows.size).toBe(0)
})

const GRANTED: Files = { objects: { 'grant/ann': { role: 1 }, 'account/ann': {} } }

/** A toy whose grants are to accounts, each known by the id that its account has. */
const granting = (): Toy =>
  newToy([
    { name: 'account' },
    {
      name: 'grant',
      after: ({ id }) => [`account/${id}`],
      prospect: (id, { rows }) => ({ serverId: rows.get(`account/${id}`)?.serverId ?? null, madeBy: `account/${id}` }),
    },
  ])

test('an id that a step of the same plan makes is bound by that step, also for a pull request', async () => {
  const { plan, input } = await look(granting(), GRANTED)
  const grant = plan.steps.find(({ kind }) => kind === 'grant') ?? expect.fail('no grant')
  expect([grant.serverId, grant.madeBy]).toEqual([null, 'account/ann'])
  expect(parsePlan(planJson(plan)).steps).toContainEqual(grant)
  const { madeBy: _, ...loose } = grant
  expect(stepDigest({ ...loose, serverId: 'made by account/ann' }, input.sealing)).toBe(grant.digest)
  const said = { pullRequest: 7, restore: [], askedBy: [], isOurs: true }
  const merge = { pullRequest: 7, marks: marksOf([grant], said, input.sealing) }
  const covers = (step: Step): boolean => coveredBy(merge, [step], input.sealing).length > 0
  expect([grant, loose, { ...loose, madeBy: 'account/bob' }, { ...loose, serverId: '1' }].map(covers)).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('an id that is there is bound itself, whichever object got it', async () => {
  const toy = granting()
  await run(toy, { objects: { 'account/ann': {} } })
  const { plan } = await look(toy, GRANTED)
  expect(plan.steps).toMatchObject([{ kind: 'grant', serverId: '1' }])
  expect(plan.steps.some((step) => Object.hasOwn(step, 'madeBy'))).toBe(false)
})

test('a value that cannot be read is no change: what took it keeps what was verified, whatever is live', async () => {
  const toy = start()
  await run(toy, BOTH)
  const known = toy.ledger.entries.get('record/www')
  toy.far.unreadable.add('address')
  const { plan } = await run(toy, BOTH)
  expect(plan).toMatchObject({ steps: [], drift: [], conflicts: [], takeovers: [], adjustments: [] })
  toy.far.rows.set('record/www', { serverId: '2', fields: { ip: '198.51.100.1', ttl: 1 } })
  const moved = { objects: { ...BOTH.objects, 'record/www': { ip: { ref: 'address/other#ip' }, ttl: 1 } } }
  for (const files of [BOTH, moved])
    expect((await look(toy, files)).plan).toMatchObject({ steps: [], drift: [], conflicts: [], adjustments: [] })
  await run(toy, moved)
  expect(toy.ledger.entries.get('record/www')).toEqual(known)
  toy.far.unreadable.clear()
  expect((await look(toy, BOTH)).plan).toMatchObject({ steps: [], drift: [{ id: 'www', fields: ['ip'] }] })
})

test('what else changed of an object that takes a value that can not be read is a step of just that', async () => {
  const toy = start()
  await run(toy, BOTH)
  toy.far.unreadable.add('address')
  const { plan } = await look(toy, { objects: { ...BOTH.objects, 'record/www': { ip: TAKES, ttl: 2 } } })
  expect(plan.steps.map(({ changes }) => changes)).toEqual([[{ field: 'ttl', before: 1, after: 2 }]])
})

test('what the ledger does not know of an unreadable value it does not learn; what is not there waits', async () => {
  const toy = start()
  await run(toy, BOTH)
  toy.far.unreadable.add('address')
  toy.ledger = { ...toy.ledger, entries: new Map() }
  const { plan } = await look(toy, BOTH)
  expect([plan.steps, plan.takeovers]).toEqual([[], []])
  expect(plan.adjustments).toMatchObject([{ to: 'record', entry: { id: 'www', fields: { ttl: 1 } } }])
  expect(plan.adjustments).not.toMatchObject([{ entry: { fields: { ip: expect.anything() } } }])
  toy.far.rows.delete('record/www')
  const { report } = await run(toy, BOTH)
  expect(report?.skipped).toMatchObject([{ step: { id: 'www', action: 'create' }, why: 'blocked' }])
})

import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { exitOfApply, exitOfPlan } from '../../src/reconcile/exit.ts'
import type { ApprovalRules } from '../../src/reconcile/apply/outgoing.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { look, newToy, run, type Options, type Toy } from '../support/toy-run.ts'
import type { Fault, ToyKind } from '../support/toy-far-end.ts'
import type { Files } from '../support/toy.ts'

const PHASES = ['stage', 'switch', 'prove']
const KINDS: readonly ToyKind[] = [
  { name: 'release', phases: PHASES, owns: ['unit/web'] },
  { name: 'unit' },
  { name: 'page', after: () => ['release/main'] },
  { name: 'other' },
]
const at = (version: number): Files => ({
  objects: {
    'release/main': { version },
    'unit/web': { version },
    'page/status': { version },
    'other/one': { version },
  },
})

const steps = ({ steps: all }: Plan): string[] => all.map(refOf)
const fields = (toy: Toy) => new Map([...toy.far.rows].map(([ref, row]) => [ref, row.fields['version']]))
const wherever = (version: number) => new Map(Object.keys(at(0).objects).map((ref) => [ref, version]))
const cutAt = (phase: string, fault: Fault): Options => ({ faults: new Map([[`${phase} release/main`, fault]]) })

/** A toy of version 1, and an apply of version 2 that died there. */
async function cut(phase: string, fault: Fault = 'die-before', kinds: readonly ToyKind[] = KINDS): Promise<Toy> {
  const toy = newToy(kinds)
  await run(toy, at(1))
  await run(toy, at(2), cutAt(phase, fault))
  return toy
}

const CUTS = PHASES.flatMap((phase) =>
  (['die-before', 'die-after', 'break-before', 'break-after'] as const).map((fault) => [phase, fault] as const),
)

test.for(CUTS)('a protocol that was cut off at %s (%s) is finished by one more run', async ([phase, fault]) => {
  const toy = await cut(phase, fault)
  const stands = toy.far.records.size > 0
  const { plan } = await look(toy, at(2))
  expect(plan.unfinished.map((one) => [refOf(one), one.course])).toEqual(stands ? [['release/main', 'on']] : [])
  const { report } = await run(toy, at(2), { nonce: 'the next run' })
  expect(report?.ended.map(refOf)).toEqual(stands ? ['release/main'] : [])
  expect([fields(toy), toy.far.records.size]).toEqual([wherever(2), 0])
  expect((await look(toy, at(2))).plan).toMatchObject({
    unfinished: [],
    steps: [],
    drift: [],
    conflicts: [],
    takeovers: [],
  })
  expect([toy.ledger.attempts, toy.ledger.entries.get('release/main')?.fields]).toEqual([[], { version: 2 }])
})

test.for(CUTS)('one that was cut off at %s (%s) is taken back where the files are reverted', async ([phase, fault]) => {
  const toy = await cut(phase, fault)
  const stands = toy.far.records.size > 0
  const { plan } = await look(toy, at(1))
  expect(plan.unfinished.map((one) => one.course)).toEqual(stands ? ['back'] : [])
  await run(toy, at(1), { nonce: 'the next run' })
  expect(toy.far.records.size).toBe(0)
  expect([fields(toy), steps((await look(toy, at(1))).plan)]).toEqual([wherever(1), []])
})

test('it is first in the plan, which asks to be applied, and holds back what it owns and what needs that', async () => {
  const toy = await cut('switch')
  const held = toy.far.did.length
  // Somebody holds it up: it neither ends nor lets go.
  const { plan, report } = await run(toy, at(2), cutAt('switch', 'break-before'))
  expect([exitOfPlan(plan), plan.unfinished]).toMatchObject([
    2,
    [{ kind: 'release', id: 'main', phase: 'stage', said: '1 of 3 phases are done', course: 'on' }],
  ])
  expect(toy.far.did.slice(held)).toEqual(['update other/one'])
  expect(report?.skipped.map(({ step, why }) => [refOf(step), why])).toEqual([
    ['release/main', 'blocked'],
    ['unit/web', 'blocked'],
    ['page/status', 'blocked'],
  ])
  expect(report?.findings).toMatchObject([{ code: 'still-unfinished', about: 'release/main' }])
  expect([report?.unfinished.map(refOf), report && exitOfApply(report)]).toEqual([['release/main'], 8])
})

test('it ends before any step goes out, and counts as done where the plan has its step', async () => {
  const toy = await cut('switch')
  const before = toy.far.did.length
  const { report } = await run(toy, at(2))
  expect(toy.far.did.slice(before)).toEqual([
    'switch release/main',
    'update release/main',
    'prove release/main',
    'update unit/web',
    'update page/status',
    'update other/one',
  ])
  expect(report?.done.map(refOf)).toEqual(['release/main', 'unit/web', 'page/status', 'other/one'])
  expect(report && exitOfApply(report)).toBe(0)
})

test('what moved while it ended does not go out: nobody was shown it', async () => {
  const toy = newToy(
    KINDS.map((kind) =>
      kind.name === 'release'
        ? { ...kind, made: () => (toy.far.rows.set('unit/web', { serverId: '1', fields: { version: 7 } }), {}) }
        : kind,
    ),
  )
  await run(toy, { objects: { 'unit/web': { version: 1 } } })
  await run(toy, at(2), cutAt('switch', 'die-before'))
  const { report } = await run(toy, at(2))
  expect(report?.skipped).toMatchObject([
    { step: { kind: 'unit' }, reason: expect.stringContaining('not as the plan showed it') },
  ])
})

test('what is sent after it ended goes by what is live since, and not by what was live before', async () => {
  const seen: Fields[] = []
  const toy = newToy([
    { name: 'release', phases: PHASES, made: () => (toy.far.rows.set('unit/web', { serverId: '1', fields }), {}) },
    { name: 'unit', made: (step) => (seen.push(step.seen), {}) },
  ])
  const fields = { version: 1, size: 7 }
  await run(toy, { objects: { 'unit/web': { version: 1 } } })
  await run(toy, at(2), cutAt('switch', 'die-before'))
  const { report } = await run(toy, at(2))
  expect([report?.done.map(refOf), seen.at(-1)]).toEqual([['release/main', 'unit/web'], fields])
})

test('the lock is asked for before each phase: without it nothing more is written, and the record stays', async () => {
  const toy = newToy(KINDS)
  await run(toy, at(1))
  const before = toy.far.did.length
  const holds = (): boolean => !toy.far.did.slice(before).includes('stage release/main')
  await run(toy, at(2), { holds })
  expect(toy.far.did.slice(before).filter((one) => one.includes('release'))).toEqual(['stage release/main'])
  const stopped = new AbortController()
  const lost = { signal: stopped.signal, holds: () => (stopped.abort(), true) }
  await run(toy, at(2), lost)
  expect(toy.far.records.size).toBe(1)
  await run(toy, at(2))
  expect(fields(toy)).toEqual(wherever(2))
})

test('a run that another one followed is refused by the far end, also in the middle', async () => {
  const toy = newToy(KINDS)
  await run(toy, at(1))
  const counter = toy.far.turn?.counter ?? 0
  const holds = (): boolean => {
    if (toy.far.records.size > 0) toy.far.turn = { nonce: 'a later run', counter: counter + 2 }
    return true
  }
  const { report } = await run(toy, at(2), { holds, nonce: 'an older run' })
  expect(report?.failed).toMatchObject([{ step: { id: 'main' }, reason: { code: 'older-holder' } }])
  await run(toy, at(2), { nonce: 'the next run' })
  expect([fields(toy), toy.far.turn]).toEqual([wherever(2), { nonce: 'the next run', counter: counter + 3 }])
})

const approving: ApprovalRules = {
  isEnough: () => false,
  required: { reasonFor: () => 'Nobody.', hold: () => new Map() },
}
const ON_A_FORGE: Options = { forge: true, approving }

async function approve(toy: Toy, files: Files): Promise<void> {
  const { plan } = await look(toy, files, ON_A_FORGE)
  const by = { by: 'ann', at: '2026-12-01T10:00:00Z', source: 'she said so', form: 2 as const, spent: false }
  const approvals = plan.steps.map((step) => ({ digest: step.digest, ref: refOf(step), ...by }))
  toy.ledger = { ...toy.ledger, approvals }
}

test.for(PHASES)(
  'an approval stands until what it approved has ended, also where that was cut off at %s',
  async (phase) => {
    const toy = newToy(KINDS)
    await run(toy, at(1))
    await approve(toy, at(2))
    await run(toy, at(2), { ...ON_A_FORGE, ...cutAt(phase, 'die-before') })
    const { report } = await run(toy, at(2), ON_A_FORGE)
    expect([fields(toy), report && exitOfApply(report)]).toEqual([wherever(2), 0])
    expect(toy.ledger.approvals.every(({ spent }) => spent)).toBe(true)
  },
)

test('one that nobody approved waits for that, and is told', async () => {
  const toy = await cut('switch')
  const { plan, report } = await run(toy, at(2), ON_A_FORGE)
  expect(plan.unfinished).toMatchObject([{ course: 'waits' }])
  expect([toy.far.records.size, report?.ended, report?.unfinished.map(refOf)]).toEqual([1, [], ['release/main']])
  await approve(toy, at(2))
  await run(toy, at(2), ON_A_FORGE)
  expect(fields(toy)).toEqual(wherever(2))
})

test('to take it back needs no approval', async () => {
  const toy = await cut('prove')
  await run(toy, at(1), ON_A_FORGE)
  expect(toy.far.records.size).toBe(0)
})

test('it waits while its kind can not be read, and is taken back where no file manages that any more', async () => {
  const toy = await cut('switch')
  toy.far.unreadable.add('release')
  expect((await look(toy, at(1))).plan.unfinished).toMatchObject([{ course: 'waits' }])
  toy.far.unreadable.clear()
  await run(toy, { ...at(1), unmanaged: ['release'] })
  expect([toy.far.records.size, toy.far.rows.get('release/main')?.fields]).toEqual([0, { version: 1 }])
})

test('a plan is the same whatever phase it is in, and another where it goes another way', async () => {
  const toy = await cut('switch')
  const { plan } = await look(toy, at(2))
  const [record] = toy.far.records.values()
  if (record)
    toy.far.records.set('release/main', {
      ...record,
      unfinished: { ...record.unfinished, phase: 'switch', said: 'more' },
    })
  expect((await look(toy, at(2))).plan.digest).toBe(plan.digest)
  expect((await look(toy, at(2), ON_A_FORGE)).plan.digest).not.toBe(plan.digest)
})

/** A far end that shows an object as far as it is written. */
const HALVES = KINDS.map((kind) => (kind.phases === undefined ? kind : { ...kind, showsHalves: true }))

test('if all is written and only the end is missing, the ledger tells the files and the approval', async () => {
  const toy = await cut('prove', 'die-before', HALVES)
  expect(steps((await look(toy, at(2))).plan)).not.toContain('release/main')
  expect((await look(toy, at(2))).plan.unfinished).toMatchObject([{ course: 'on' }])
  // What has not ended was not verified.
  await run(toy, at(2), cutAt('prove', 'break-before'))
  expect(toy.ledger.entries.get('release/main')?.fields).toEqual({ version: 1 })
  expect((await look(toy, at(2), ON_A_FORGE)).plan.unfinished).toMatchObject([{ course: 'waits' }])
  const [record] = toy.far.records.values()
  const by = { by: 'ann', at: '2026-12-01T10:00:00Z', source: 'she said so', form: 2 as const, spent: false }
  const digest = record?.unfinished.digest ?? ''
  toy.ledger = { ...toy.ledger, approvals: [{ digest, ref: 'release/main', ...by }] }
  await run(toy, at(2), ON_A_FORGE)
  expect([toy.far.records.size, toy.ledger.entries.get('release/main')?.fields]).toEqual([0, { version: 2 }])
})

test('where it is written and the files are reverted, it is taken back to what it was', async () => {
  const toy = await cut('prove', 'die-before', HALVES)
  await run(toy, at(1))
  expect([toy.far.records.size, fields(toy)]).toEqual([0, wherever(1)])
})

test('one that ends lets go of what it owned alone: what another one still owns waits', async () => {
  const second: ToyKind = { name: 'engine', phases: PHASES, owns: ['other/one'] }
  const toy = newToy([...KINDS, second])
  const both = (version: number): Files => ({ objects: { ...at(version).objects, 'engine/x': { version } } })
  await run(toy, both(1))
  toy.far.unreadable.add('other')
  await run(toy, both(2), {
    faults: new Map([
      ['switch release/main', 'break-before'],
      ['switch engine/x', 'break-before'],
    ]),
  })
  toy.far.unreadable.clear()
  const { report } = await run(toy, both(2), { faults: new Map([['switch engine/x', 'break-before']]) })
  expect([report?.ended.map(refOf), report?.unfinished.map(refOf)]).toEqual([['release/main'], ['engine/x']])
  expect(report?.skipped.map(({ step }) => refOf(step))).toEqual(['other/one', 'engine/x'])
})

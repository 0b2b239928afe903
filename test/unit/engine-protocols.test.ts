import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/batches.ts'
import { exitOfApply, exitOfPlan } from '../../src/reconcile/exit.ts'
import type { Approving } from '../../src/reconcile/outgoing.ts'
import type { Plan } from '../../src/reconcile/types.ts'
import { renderApplied } from '../../src/render/applied.ts'
import { renderApply } from '../../src/render/apply.ts'
import { applyJson, planJson } from '../../src/render/json.ts'
import { renderMarkdown } from '../../src/render/markdown.ts'
import { parsePlan } from '../../src/render/saved.ts'
import { renderPlan } from '../../src/render/terminal.ts'
import { EMPTY } from '../support/plans.ts'
import { look, newToy, run, type Options, type Toy } from '../support/toy-run.ts'
import type { Fault, Files, ToyKind } from '../support/toy.ts'

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
async function cut(phase: string, fault: Fault = 'die-before', options: Options = {}): Promise<Toy> {
  const toy = newToy(KINDS)
  await run(toy, at(1))
  await run(toy, at(2), { ...options, ...cutAt(phase, fault) })
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

test('it is first of all in the plan, which asks to be applied, and holds back what it owns and what needs that', async () => {
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
    { step: { kind: 'unit' }, reason: expect.stringContaining('not what the plan showed any more') },
  ])
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

const approving: Approving = {
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

test('terminal, comment, report and JSON say how far it got and what comes of it', async () => {
  const toy = await cut('switch')
  const kinds = KINDS.map(({ name }) => ({
    name,
    title: { one: name, many: `${name}s` },
    sources: [`${name}.yaml`] as const,
  }))
  const { plan } = await look(toy, at(2))
  const said = 'release/main was cut off: 1 of 3 phases are done. The next apply goes on with it.'
  expect(renderPlan(plan, { kinds, width: 120, colour: false })).toContain(said)
  expect(renderMarkdown(plan, { kinds, visibility: 'private' })).toContain(said)
  const alone = { ...EMPTY, unfinished: plan.unfinished }
  expect(renderPlan(alone, { kinds, width: 120, colour: false })).toContain('Next: herdbook apply')
  expect(parsePlan(planJson(alone))).toEqual(alone)
  const { report } = await run(toy, at(2))
  if (report === null) throw new Error('It broke off.')
  expect(renderApply(report, { kinds, width: 120, colour: false })).toContain('release/main was finished.')
  const left = { ...report, ended: [], unfinished: plan.unfinished }
  expect(renderApply(left, { kinds, width: 120, colour: false })).toContain(said)
  const options = { kinds, visibility: 'private' as const, run: 'https://runs.example/1' }
  expect([renderApplied(report, options), renderApplied(left, options)]).toEqual([
    expect.stringContaining('release/main was finished.'),
    expect.stringContaining(said),
  ])
  expect(applyJson(report)).toContain('"ended": [')
})

test('what a far end says of how far it got is inert', () => {
  const course = 'on' as const
  const said = 'done\u001b[2J\n### <img src=x> @everyone'
  const one = { kind: 'release', id: 'main', digest: 'f', phase: 'stage', owns: [], said, course }
  const plan = { ...EMPTY, unfinished: [one] }
  expect(renderPlan(plan, { kinds: [], width: 120, colour: false })).not.toContain('\u001b')
  const comment = renderMarkdown(plan, { kinds: [], visibility: 'private' })
  expect(comment.split('\n').some((line) => line.startsWith('### <'))).toBe(false)
  expect(comment).not.toMatch(/(^|[^\\`])<img/)
})

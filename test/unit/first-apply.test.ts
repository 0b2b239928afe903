import { describe, expect, it } from 'vitest'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import type { ConvergeDeps } from '../../src/reconcile/apply/converge.ts'
import { isFirstApply } from '../../src/reconcile/plan/first-apply.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { applyTo, look, newRoom, newShelf, type Room, type Shelf } from '../support/shelves.ts'

const many = (count: number, fields: Fields = { size: 1 }) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${String(i).padStart(2, '0')}`, fields]))

/** A store that was applied to, and a host that came into the files since. */
async function withHost(): Promise<{ room: Room; host: Shelf; store: Shelf }> {
  const [host, store] = [newShelf('host', ['user', 'unit']), newShelf('store', ['bucket'])]
  const room = newRoom([host, store], { bucket: many(1) })
  await applyTo(room)
  room.files = { ...room.files, user: many(30), unit: many(2) }
  room.saves.length = 0
  return { room, host, store }
}

async function refusal(room: Room, rest: Partial<ConvergeDeps>): Promise<HerdbookError> {
  return applyTo(room, rest).then(
    () => expect.fail('it was applied'),
    (error: unknown) => (error instanceof HerdbookError ? error : expect.fail(String(error))),
  )
}

async function applied(room: Room, rest: Partial<ConvergeDeps> = {}): Promise<ApplyReport> {
  const converged = await applyTo(room, rest)
  return converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
}

const codes = ({ diagnostics }: HerdbookError) => diagnostics.map(({ code }) => code)

describe('the first apply to a provider', () => {
  it('says why, also where others were applied to before', async () => {
    const { room, host } = await withHost()
    room.files = { ...room.files, user: many(3), unit: {} }
    const error = await refusal(room, { first: undefined })
    expect([error.exit, codes(error)]).toEqual([EXIT.refused, ['first-apply']])
    expect(error.diagnostics[0]?.message).toBe('Nothing was applied to host yet, and the plan has 3 steps for it.')
    expect(host.written).toEqual([])
    await applied(room, { first: 'A new host.' })
    expect(room.saves).toEqual(['Attempt (first: A new host.)', 'Apply 3 steps (first: A new host.)'])
    room.files = { ...room.files, user: many(4) }
    await applied(room, { first: undefined })
  })

  it('says the same as ever where the ledger has nothing at all', async () => {
    const room = newRoom([newShelf('store', ['bucket'])], { bucket: many(2) })
    const error = await refusal(room, { first: undefined })
    expect(error.diagnostics[0]?.message).toBe(
      "This server has no ledger (Herdbook's record in Git) yet, and the plan has 2 steps.",
    )
  })

  it('may be empty, and then the next one needs no word', async () => {
    const { room, host } = await withHost()
    room.files = { ...room.files, user: many(2), unit: {} }
    host.stock.set('user', new Map(Object.entries(many(2))))
    await applied(room, { first: undefined })
    room.files = { ...room.files, user: many(3) }
    expect((await applied(room, { first: undefined })).done).toMatchObject([{ id: 'n02' }])
  })

  it('has no budget for what it creates, and shows how much that is', async () => {
    const { room, host } = await withHost()
    expect(exitOfPlan((await look(room)).plan)).toBe(EXIT.refused)
    const shown: Plan[] = []
    const report = await applied(room, { show: (plan) => void shown.push(plan) })
    expect(host.written).toHaveLength(32)
    const first = [
      { provider: 'host', kind: 'user', creates: 30 },
      { provider: 'host', kind: 'unit', creates: 2 },
    ]
    expect([shown[0]?.first, report.plan.first]).toEqual([first, first])
    room.files = { ...room.files, user: many(60) }
    expect(codes(await refusal(room, {}))).toEqual(['budget'])
  })

  it('keeps the budget of what it changes, and that of other providers', async () => {
    const { room, host } = await withHost()
    room.kinds = { user: { same: () => false } }
    host.stock.set('user', new Map(Object.entries(many(30))))
    expect(codes(await refusal(room, { planOptionsWith: () => ({ restore: new Set(), takeOver: true }) }))).toEqual([
      'budget',
    ])
    room.kinds = {}
    room.files = { ...room.files, bucket: many(40) }
    const error = await refusal(room, {})
    expect(error.diagnostics).toMatchObject([{ code: 'budget', about: 'bucket#create' }])
  })

  it('is the first again where another far end is meant', async () => {
    const { room, host } = await withHost()
    room.files = { ...room.files, user: many(3) }
    await applied(room)
    host.proof = 'another host'
    host.stock.set('user', new Map())
    host.stock.set('unit', new Map())
    const error = await refusal(room, { newHost: 'The old one burnt down.', first: undefined })
    expect(codes(error)).toEqual(['first-apply'])
    expect((await applied(room, { first: 'Anew.' })).done).toHaveLength(5)
  })

  it('is over for the provider that a ledger is named after once there is one, whatever it holds', async () => {
    const { room } = await withHost()
    const { input } = await look(room)
    const ledger = { ...emptyLedger, head: 'a' }
    const scope = { ...input.sealing.scope, provider: 'store:herd.example' }
    const old = { ...input, ledger, sealing: { ...input.sealing, scope } }
    expect(['host', 'store'].map((name) => isFirstApply(name, old))).toEqual([true, false])
  })

  it('is shown with its counts, which stand outside the digest', async () => {
    const { room } = await withHost()
    room.files = { ...room.files, user: many(3) }
    const { plan } = await look(room)
    const first = (await look(room, room.ledger, { restore: new Set(), takeOver: false, first: true })).plan
    expect([plan.first, plan.digest]).toEqual([undefined, first.digest])
    const kinds = ['user', 'unit'].map((name) => ({
      name,
      title: { one: name, many: `${name}s` },
      sources: [`${name}.yaml`] as const,
    }))
    const text =
      'The first apply to host creates 3 users and 2 units. ' +
      'The limit for changes in one apply (budgets in policy.yaml) does not count these.'
    expect(renderPlan(first, { kinds, colour: false, width: 200 })).toContain(text)
    expect(renderMarkdown(first, { kinds, visibility: 'public' })).toContain(
      text.replace('policy.yaml', '`policy.yaml`'),
    )
    expect(JSON.parse(planJson(first))).toMatchObject({ first: [{ kind: 'user', creates: 3 }, { kind: 'unit' }] })
  })
})

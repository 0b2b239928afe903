import { describe, expect, it } from 'vitest'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import { exitOfApply, exitOfPlan } from '../../src/reconcile/exit.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import { planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { applyTo, look, newRoom, newShelf, stockOf, type Room, type Shelf } from '../support/shelves.ts'

/** A machine that is not there, and the host on it; the host of a new machine has one user already. */
function newMachine(rest: { readonly machine?: boolean } = {}): { room: Room; cloud: Shelf; host: Shelf } {
  const cloud = newShelf('cloud', ['machine'])
  const host = newShelf('host', ['user', 'unit'], { stock: new Map() })
  const initial = new Map([['root', { shell: 'bash' }]])
  host.notYet.set('user', { by: 'machine/main', initial })
  host.notYet.set('unit', { by: 'machine/main', initial: new Map() })
  const files = {
    ...(rest.machine === false ? {} : { machine: { main: { size: 2 } } }),
    user: { root: { shell: 'none' }, alice: { shell: 'zsh' } },
    unit: { nginx: { on: true } },
  }
  // As a host is put before what it runs on by its name alone: what is not created yet still comes after what makes it.
  return { room: newRoom([host, cloud], files), cloud, host }
}

const refs = (steps: readonly { readonly kind: string; readonly id: string }[]): string[] =>
  steps.map(({ kind, id }) => `${kind}/${id}`)

async function applied(room: Room): Promise<ApplyReport> {
  const converged = await applyTo(room)
  return converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
}

async function refused(room: Room): Promise<HerdbookError> {
  return applyTo(room).then(
    () => expect.fail('it was applied'),
    (error: unknown) => (error instanceof HerdbookError ? error : expect.fail(String(error))),
  )
}

describe('what is not created yet', () => {
  it('is planned against what a new one holds, after the step that makes it', async () => {
    const { plan } = await look(newMachine().room)
    expect(refs(plan.steps)).toEqual(['machine/main', 'user/alice', 'user/root', 'unit/nginx'])
    expect(plan.steps.map(({ action, cause }) => [action, cause])).toEqual([
      ['create', 'change'],
      ['create', 'change'],
      ['update', 'change'],
      ['create', 'change'],
    ])
    expect(plan.reads).toContainEqual({ kind: 'user', complete: true, objects: 0, requests: 0, by: 'machine/main' })
    expect(exitOfPlan(plan)).toBe(EXIT.changes)
  })

  it('waits where no step makes it, and holds nothing else back', async () => {
    const { room } = newMachine({ machine: false })
    const { plan } = await look(room)
    expect(plan.steps).toEqual([])
    expect(refs(plan.waiting)).toEqual(['user/alice', 'user/root', 'unit/nginx'])
    expect(plan.waiting[0]?.reason).toContain('machine/main')
  })

  it('is made, read and planned again in the same run', async () => {
    const { room, cloud, host } = newMachine()
    const report = await applied(room)
    expect(refs(report.done)).toEqual(['machine/main', 'user/alice', 'user/root', 'unit/nginx'])
    expect([report.remaining, report.skipped, report.failed, report.findings]).toEqual([[], [], [], []])
    expect(stockOf(host, 'user')).toEqual({ root: { shell: 'none' }, alice: { shell: 'zsh' } })
    expect(cloud.written).toEqual(['machine/main'])
    // Planned, read again for what was made, and verified.
    expect(host.reads).toBe(3)
    expect(room.ledger.entries.get('user/root')).toMatchObject({ serverId: 'root-1', fields: { shell: 'none' } })
    expect((await look(room)).plan.steps).toEqual([])
  })

  it('keeps back what is no longer as a new one has it, and tells it', async () => {
    const { room, host, cloud } = newMachine()
    cloud.meanwhile = () => {
      host.stock.set(
        'user',
        new Map([
          ['root', { shell: 'fish' }],
          ['alice', { shell: 'zsh' }],
        ]),
      )
    }
    const report = await applied(room)
    expect(refs(report.done)).toEqual(['machine/main', 'user/alice', 'unit/nginx'])
    expect(host.written).toEqual(['unit/nginx'])
    expect(refs(report.skipped.map(({ step }) => step))).toEqual(['user/root'])
    expect(report.skipped[0]?.why).toBe('blocked')
    expect(stockOf(host, 'user')['root']).toEqual({ shell: 'fish' })
    expect(exitOfApply(report)).toBe(EXIT.partial)
  })

  it('sends nothing that the plan did not hold', async () => {
    const { room, cloud, host } = newMachine()
    cloud.meanwhile = () => {
      room.files = {
        ...room.files,
        unit: { nginx: { on: true }, sshd: { on: false } },
        user: { alice: { shell: 'ksh' } },
      }
    }
    const report = await applied(room)
    expect(host.written).toEqual(['unit/nginx'])
    expect(refs(report.skipped.map(({ step }) => step))).toEqual(['user/alice', 'user/root'])
  })

  it('is not touched where what makes it failed', async () => {
    const { room, host, cloud } = newMachine()
    cloud.meanwhile = () => {
      throw new Error('The hosting company is down.')
    }
    const report = await applied(room)
    expect([report.done, host.written]).toEqual([[], []])
    expect(refs(report.skipped.map(({ step }) => step))).toEqual(['user/alice', 'user/root', 'unit/nginx'])
    expect(report.skipped.map(({ why }) => why)).toEqual(['blocked', 'blocked', 'blocked'])
  })

  it('makes one thing after the other where each stands on the one before', async () => {
    const { room, host } = newMachine()
    host.notYet.set('unit', { by: 'user/alice', initial: new Map() })
    const report = await applied(room)
    expect(refs(report.done)).toEqual(['machine/main', 'user/alice', 'user/root', 'unit/nginx'])
  })
})

describe('what was there and is not', () => {
  async function lost(): Promise<{ room: Room; host: Shelf; cloud: Shelf }> {
    const { room, host, cloud } = newMachine()
    await applied(room)
    cloud.stock.get('machine')?.clear()
    host.stock.clear()
    host.written.length = 0
    cloud.written.length = 0
    return { room, host, cloud }
  }

  it('is lost: refused, without a step or a delete of its kind, and the ledger keeps it', async () => {
    const { room, host, cloud } = await lost()
    room.files = { ...room.files, user: {}, machine: { main: { size: 2 }, second: { size: 1 } } }
    const before = room.ledger
    const { plan } = await look(room)
    expect(plan.findings.map(({ code, severity, about }) => [code, severity, about])).toEqual([
      ['lost', 'error', 'user#lost'],
      ['lost', 'error', 'unit#lost'],
    ])
    expect(plan.steps.filter(({ kind }) => kind !== 'machine')).toEqual([])
    expect(exitOfPlan(plan)).toBe(EXIT.refused)
    const error = await refused(room)
    expect([error.exit, error.diagnostics.map(({ code }) => code)]).toEqual([EXIT.refused, ['lost', 'lost']])
    expect([host.written, cloud.written]).toEqual([[], []])
    expect(room.ledger).toEqual(before)
  })

  it('is let go where its file no longer speaks of it', async () => {
    const { room } = await lost()
    room.files = { machine: { main: { size: 2 } } }
    const { plan } = await look(room)
    expect(plan.findings).toEqual([])
    expect(plan.letGo).toEqual([
      { kind: 'user', objects: 2 },
      { kind: 'unit', objects: 1 },
    ])
  })

  it('is unknown where it did not answer, whatever else is gone', async () => {
    const { room, host } = await lost()
    host.unread.add('user')
    host.unread.add('unit')
    const { plan } = await look(room)
    expect(plan.findings.map(({ code }) => code)).toEqual(['unread', 'unread'])
    expect(exitOfPlan(plan)).toBe(EXIT.unreadable)
  })
})

describe('a plan with what is not created yet', () => {
  const kinds = ['machine', 'user', 'unit'].map((name) => ({
    name,
    title: { one: name, many: `${name}s` },
    sources: [`${name}.yaml`] as const,
  }))
  const NOT_YET =
    'Users and units do not exist on the server yet. ' +
    'Herdbook plans them as for a new installation. When it can read them, it compares them again.'

  it('says so on a terminal, in a comment and in JSON, and is read back', async () => {
    const { plan } = await look(newMachine().room)
    expect(renderPlan(plan, { kinds, colour: false, width: 200 })).toContain(NOT_YET)
    expect(renderMarkdown(plan, { kinds, visibility: 'public' })).toContain(NOT_YET)
    const saved = JSON.parse(planJson(plan)) as { reads: unknown[] }
    expect(saved.reads).toContainEqual({ kind: 'unit', complete: true, objects: 0, requests: 0, by: 'machine/main' })
  })
})

import { describe, expect, it } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import type { Kind } from '../../src/reconcile/kind.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import { applyTo, newRoom, newShelf, stockOf, type Files, type Room, type Shelf } from '../support/shelves.ts'

const refs = (steps: readonly { readonly kind: string; readonly id: string }[]): string[] =>
  steps.map(({ kind, id }) => `${kind}/${id}`)

const codesOf = (error: unknown): readonly string[] =>
  error instanceof HerdbookError ? error.diagnostics.map(({ code }) => code) : expect.fail(String(error))

async function applied(room: Room): Promise<ApplyReport> {
  const converged = await applyTo(room)
  return converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
}

/** A machine that is not there, a unit on it, and names that stand before the host by theirs. */
function newMachine(files: Files, kinds: { readonly [kind: string]: Partial<Kind> } = {}): Named {
  const [cloud, names] = [newShelf('cloud', ['machine', 'address']), newShelf('names', ['record'])]
  const host = newShelf('host', ['unit'], { stock: new Map() })
  host.notYet.set('unit', { by: 'machine/main', initial: new Map() })
  const room = newRoom([cloud, names, host], { machine: { main: { size: 2 } }, unit: { web: { on: true } }, ...files })
  room.kinds = kinds
  return { room, cloud, names, host }
}

interface Named {
  readonly room: Room
  readonly cloud: Shelf
  readonly names: Shelf
  readonly host: Shelf
}

describe('what needs a step of what is made first', () => {
  const AFTER = { record: { after: () => ['unit/web'] } }

  it('goes out after it', async () => {
    const { room, names, host } = newMachine({ record: { www: { to: 1 } } }, AFTER)
    names.meanwhile = () => expect(host.written).toEqual(['unit/web'])
    const report = await applied(room)
    expect(refs(report.done)).toEqual(['machine/main', 'unit/web', 'record/www'])
    expect([report.skipped, report.failed, report.remaining]).toEqual([[], [], []])
  })

  it('gets its value in the same run', async () => {
    const { room, names } = newMachine({ record: { www: { to: { ref: 'unit/web#on' } } } })
    expect((await applied(room)).skipped).toEqual([])
    expect(stockOf(names, 'record')).toEqual({ www: { to: true } })
  })

  it('does not go out where that failed, or what it is part of was not made', async () => {
    for (const place of ['host', 'cloud']) {
      const { room, names } = newMachine({ record: { www: { to: 1 } } }, AFTER)
      const shelf = room.shelves.find(({ name }) => name === place) ?? expect.fail('no shelf')
      shelf.meanwhile = () => Promise.reject(new Error('The line is dead.'))
      expect(refs((await applied(room)).skipped.map(({ step }) => step))).toContain('record/www')
      expect(names.written).toEqual([])
    }
  })
})

describe('what is planned anew once it can be made', () => {
  it('is written with the value that a reference has, also where that was known from the beginning', async () => {
    const { room, host } = newMachine({})
    const address = { main: { ip: '192.0.2.1' } }
    room.files = { address }
    await applied(room)
    room.files = { address, machine: { main: { size: 2 } }, unit: { web: { on: { ref: 'address/main#ip' } } } }
    const report = await applied(room)
    expect(stockOf(host, 'unit')).toEqual({ web: { on: '192.0.2.1' } })
    expect([report.skipped, report.remaining, room.ledger.attempts]).toEqual([[], [], []])
  })

  it('is no longer attempted where it was not sent, under whichever plan it was noted', async () => {
    const { room, host } = newMachine({ unit: { web: { on: { ref: 'machine/main#size' } } } })
    const stop = new AbortController()
    const save = room.saves.push.bind(room.saves)
    let attempts = 0
    room.saves.push = (...subjects) => {
      if (subjects.some((subject) => subject.startsWith('Attempt')) && (attempts += 1) === 2) stop.abort()
      return save(...subjects)
    }
    const converged = await applyTo(room, { signal: stop.signal })
    expect(converged.state === 'applied' && refs(converged.report.notReached)).toEqual(['unit/web'])
    expect([attempts, host.written]).toEqual([2, []])
    expect(room.ledger.attempts.map(({ kind }) => kind)).toEqual(['machine'])
  })
})

describe('what is read anew once it can be made', () => {
  it('is skipped where nothing can write it then, with what needs it', async () => {
    const { room, cloud, host } = newMachine({ record: { www: { to: 1 } } }, { record: { after: () => ['unit/web'] } })
    cloud.meanwhile = () => (host.connection = null)
    const report = await applied(room)
    expect(report.skipped.map(({ step, why }) => [...refs([step]), why])).toEqual([
      ['unit/web', 'no-door'],
      ['record/www', 'blocked'],
    ])
    expect([refs(report.done), host.written]).toEqual([['machine/main'], []])
  })

  it.for([
    ['same', ['machine/main', 'unit/web'], []],
    ['different', ['machine/main'], ['unit/web']],
    ['uncompared', ['machine/main'], ['unit/web']],
  ] as const)('is done where it is as wanted, with a secret that is %s', async ([answer, done, skipped]) => {
    const wanted = { on: true, token: { secret: 'web_token', version: 1 } }
    const { room, cloud, host } = newMachine({ unit: { web: wanted } })
    cloud.meanwhile = () => {
      host.stock.set('unit', new Map([['web', { on: true }]]))
      host.secrets = { 'unit/web': { token: answer } }
    }
    const report = await applied(room)
    expect([refs(report.done), refs(report.skipped.map(({ step }) => step)), host.written]).toEqual([done, skipped, []])
  })

  it.for([true, false])('waits where something unfinished owns it, also where it is as wanted (%s)', async (isMade) => {
    const { room, cloud, host } = newMachine({ unit: { web: { on: true }, cron: { on: true } } })
    const cut = { kind: 'unit', id: 'db', digest: 'd', phase: 'stage', owns: ['unit/web'], said: 'It is staged' }
    cloud.meanwhile = () => {
      if (isMade) host.stock.set('unit', new Map([['web', { on: true }]]))
      host.unfinished = [cut]
    }
    const report = await applied(room)
    expect(report.skipped.map(({ step, reason }) => [...refs([step]), reason])).toEqual([
      ['unit/web', 'This step waits for work on unit/db that an earlier run did not finish.'],
    ])
    expect([refs(report.done), host.written]).toEqual([['machine/main', 'unit/cron'], ['unit/cron']])
  })
})

describe('a first apply', () => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`u${i}`, { on: true }]))

  it('has no budget for what is made in it, also where the ledger is named after its provider', async () => {
    const cloud = newShelf('cloud', ['machine'])
    const host = newShelf('mastodon', ['unit'], { stock: new Map() })
    host.notYet.set('unit', { by: 'machine/main', initial: new Map() })
    const report = await applied(newRoom([cloud, host], { machine: { main: { size: 2 } }, unit: many }))
    expect([report.skipped.length, report.done.length]).toEqual([0, 601])
  })

  it('is still to come where nothing was there before', async () => {
    const { room } = newMachine({ machine: {}, record: { www: { to: 1 } } })
    await applied(room)
    room.files = { ...room.files, machine: { main: { size: 2 } } }
    expect(codesOf(await applyTo(room, { first: undefined }).catch((error: unknown) => error))).toEqual(['first-apply'])
  })
})

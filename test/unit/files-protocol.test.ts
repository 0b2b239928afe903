import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Machine } from '../../src/ssh/executor.ts'
import { leakIn } from '../support/leaks.ts'
import { type FilesLock, type FilesWriter, openWriter } from '../testkit/files/connection.ts'
import { type FilesMachine, fileOf, filesMachine } from '../testkit/files/machine.ts'
import { program } from '../testkit/files/kinds/program.ts'
import type { Fact } from '../testkit/files/wire.ts'

let far: FilesMachine
let machine: Machine
let files: FilesWriter
let lock: FilesLock
beforeAll(async () => {
  far = await filesMachine()
  machine = await far.login()
})
afterAll(async () => {
  await machine.close()
  await far[Symbol.asyncDispose]()
})
beforeEach(async () => {
  clear()
  files = await openWriter(machine, far.place)
  lock = await files.lock('ours')
})
afterEach(() => files.close())

const clear = (): void =>
  ['etc', 'protocols', '.lock.json'].forEach((name) => rmSync(join(far.root, name), { recursive: true, force: true }))

const PATH = 'etc/one.conf'
const ID = 'change-one'
const DIGEST = 'd'.repeat(64)
const STEP = { id: ID, digest: DIGEST }
const ABSENT: Fact = { state: 'absent' }
const OLD = fileOf('old', '0600')
const NEW = fileOf('new', '0644')
const change = (expect: Fact) => ({ ...STEP, path: PATH, content: 'new', mode: '0644', sealed: false, expect })

const PHASES = ['stage', 'switch', 'prove'] as const
const go = (by: FilesLock, phase: (typeof PHASES)[number], expect: Fact) =>
  phase === 'stage' ? by.stage(change(expect)) : by[phase](STEP)

/** What is there, and how far the protocol is. */
async function seen(by = files) {
  const live = await by.facts({ paths: [PATH], sealed: [], folders: [], units: [] })
  return { file: live.files.get(PATH), protocols: live.protocols }
}
const under = (phase: string, nonce = 'ours', counter = 1) => [
  { id: ID, state: 'unfinished', path: PATH, phase, digest: DIGEST, nonce, counter },
]
const kept = (): string[] => readdirSync(join(far.root, 'protocols'))

describe('a change in three phases', () => {
  test('is told with its step and its holder after each of them, and is forgotten at its end', async () => {
    far.put(PATH, 'old', 0o600)
    expect(await lock.stage(change(OLD))).toEqual({ state: 'done', live: OLD })
    expect(await seen()).toEqual({ file: OLD, protocols: under('staged') })
    expect(await lock.switch(STEP)).toEqual({ state: 'done', live: NEW })
    expect(await seen()).toEqual({ file: NEW, protocols: under('switched') })
    expect(await lock.prove(STEP)).toEqual({ state: 'done', live: NEW })
    expect(await seen()).toEqual({ file: NEW, protocols: under('proven') })
    expect(await lock.end({ id: ID })).toEqual({ state: 'done' })
    expect(await seen()).toEqual({ file: NEW, protocols: [] })
    expect(kept()).toEqual([])
  })

  test('is neither gone on with nor taken back once the lock is lost', async () => {
    await lock.stage(change(ABSENT))
    const one = { kind: 'program', ...STEP, phase: 'staged', owns: [], said: '' }
    for (const course of ['on', 'back'] as const)
      expect(await program.resume(one, course, { lock }, { nonce: 'ours', holds: () => false })).toEqual({
        state: 'cut',
      })
    expect((await seen()).protocols).toEqual(under('staged'))
  })

  test.each(PHASES.flatMap((phase) => [[phase, 'a file', OLD] as const, [phase, 'no file', ABSENT] as const]))(
    'goes back from %s to where there was %s',
    async (last, _, before) => {
      if (before === OLD) far.put(PATH, 'old', 0o600)
      for (const phase of PHASES.slice(0, PHASES.indexOf(last) + 1)) await go(lock, phase, before)
      expect((await seen()).protocols).toHaveLength(1)
      expect(await lock.back({ id: ID })).toEqual({ state: 'done' })
      expect(await seen()).toEqual({ file: before, protocols: [] })
      expect(kept()).toEqual([])
      expect(await lock.back({ id: ID })).toEqual({ state: 'done' })
    },
  )

  test('each phase can be done again, and none can be left out', async () => {
    far.put(PATH, 'old', 0o600)
    for (const verb of ['switch', 'prove'] as const)
      expect(await lock[verb](STEP)).toMatchObject({ state: 'refused', reason: { code: 'no-protocol' } })
    for (let i = 0; i < 2; i += 1) expect(await lock.stage(change(OLD))).toEqual({ state: 'done', live: OLD })
    expect(await lock.prove(STEP)).toMatchObject({ state: 'refused', reason: { code: 'not-switched' } })
    for (let i = 0; i < 2; i += 1) expect(await lock.switch(STEP)).toEqual({ state: 'done', live: NEW })
    expect(await lock.stage(change(OLD))).toEqual({ state: 'done', live: NEW })
    expect(await lock.end({ id: ID })).toMatchObject({ state: 'refused', reason: { code: 'not-proven' } })
    for (let i = 0; i < 2; i += 1) expect(await lock.prove(STEP)).toEqual({ state: 'done', live: NEW })
    expect(await lock.switch(STEP)).toEqual({ state: 'done', live: NEW })
    expect((await seen()).protocols).toEqual(under('proven'))
    for (let i = 0; i < 2; i += 1) expect(await lock.end({ id: ID })).toEqual({ state: 'done' })
  })

  test('begins only where what was expected is there', async () => {
    far.put(PATH, 'by hand', 0o600)
    expect(await lock.stage(change(OLD))).toEqual({ state: 'changed', live: fileOf('by hand', '0600') })
    expect((await seen()).protocols).toEqual([])
  })

  test('what somebody else wrote meanwhile is neither written over nor taken back', async () => {
    const hand = fileOf('by hand', '0640')
    for (const [phase, next] of [
      ['stage', 'switch'],
      ['switch', 'prove'],
    ] as const) {
      far.put(PATH, 'old', 0o600)
      for (const one of PHASES.slice(0, PHASES.indexOf(phase) + 1)) await go(lock, one, OLD)
      far.put(PATH, 'by hand', 0o640)
      expect(await lock[next](STEP)).toEqual({ state: 'changed', live: hand })
      expect(await lock.back({ id: ID })).toEqual({ state: 'done' })
      expect(await seen()).toEqual({ file: hand, protocols: [] })
    }
  })

  test('belongs to its step and owns its file', async () => {
    far.put(PATH, 'old', 0o600)
    await lock.stage(change(OLD))
    const other = { ...STEP, digest: 'e'.repeat(64) }
    expect(await lock.stage({ ...change(OLD), ...other })).toMatchObject({ reason: { code: 'other-step' } })
    for (const verb of ['switch', 'prove'] as const)
      expect(await lock[verb](other)).toMatchObject({ state: 'refused', reason: { code: 'other-step' } })
    const owned = { state: 'refused', reason: { code: 'in-protocol' } }
    expect(await lock.write(change(OLD))).toMatchObject(owned)
    expect(await lock.remove({ path: PATH, expect: OLD })).toMatchObject(owned)
    expect(await lock.stage({ ...change(OLD), id: 'another' })).toMatchObject(owned)
    expect(await lock.write({ ...change(ABSENT), path: 'etc/two.conf' })).toMatchObject({ state: 'done' })
  })

  test('whose record nobody can read is no finished one', async () => {
    far.put(PATH, 'old', 0o600)
    await lock.stage(change(OLD))
    for (const record of ['{"phase":', '[]', '{"phase":"ready"}']) {
      far.put(`protocols/${ID}.json`, record)
      expect((await seen()).protocols).toMatchObject([{ id: ID, state: 'unreadable' }])
      expect(await lock.switch(STEP)).not.toMatchObject({ state: 'done' })
      expect(await lock.back({ id: ID })).not.toMatchObject({ state: 'done' })
      expect(await lock.write(change(OLD))).toMatchObject({ state: 'refused', reason: { code: 'in-protocol' } })
    }
  })

  test('has a name that is one file’s', async () => {
    for (const id of ['', '..', '../one', 'a/b', '-rf', '.one', 'A', 'one\n', 'a'.repeat(101)])
      for (const asked of [lock.stage({ ...change(ABSENT), id }), lock.switch({ ...STEP, id }), lock.back({ id })])
        expect([id, await asked]).toMatchObject([id, { state: 'refused', reason: { code: 'bad-name' } }])
  })

  test('of a secret no answer holds the old value, the new one or a digest', async () => {
    const secrets = ['correct horse battery staple', 'battery staple correct horse'] as const
    far.put(PATH, secrets[0], 0o600)
    const answers: string[] = []
    far.meddling.answer = (line) => Boolean(answers.push(line))
    const sealed: Fact = { state: 'sealed', mode: '0600' }
    await lock.stage({ ...change(sealed), content: secrets[1], mode: '0600', sealed: true })
    expect(await lock.switch(STEP)).toEqual({ state: 'done', live: sealed })
    expect(await lock.prove(STEP)).toEqual({ state: 'done', live: sealed })
    far.put(PATH, `${secrets[0]}!`, 0o600)
    expect(await lock.prove(STEP)).toEqual({ state: 'changed', live: sealed })
    await files.facts({ paths: [], sealed: [PATH], folders: ['etc'], units: [] })
    await lock.back({ id: ID })
    far.meddling.answer = undefined
    expect(answers).toHaveLength(6)
    const digests = secrets.map((one) => fileOf(one).digest)
    expect(leakIn(answers.join('\n'), [...secrets, ...digests])).toBeUndefined()
  })
})

describe('a change in three phases that is killed', () => {
  /** Does all phases, or goes back after the last; answers false where the far end was killed over it. */
  async function all(by: FilesLock, ends: 'on' | 'back'): Promise<boolean> {
    try {
      for (const phase of PHASES) await go(by, phase, OLD)
      await (ends === 'on' ? by.end({ id: ID }) : by.back({ id: ID }))
      return true
    } catch {
      return false
    }
  }

  test.each([
    ['the next run goes on', 'on', 'on'],
    ['the next run goes back', 'on', 'back'],
    ['the next run goes back again', 'back', 'back'],
  ] as const)('before any of its effects: %s', async (_, first, then) => {
    for (let nth = 1; ; nth += 1) {
      clear()
      far.put(PATH, 'old', 0o600)
      far.env['FAR_KILL'] = `effect:${nth}`
      const struck = await openWriter(machine, far.place)
      delete far.env['FAR_KILL']
      // The first effect is that the lock is taken.
      const taken = await struck.lock('struck').catch(() => null)
      if (taken && (await all(taken, first))) {
        await struck.close()
        expect(nth).toBeGreaterThan(7)
        return
      }
      const content = far.content(PATH)
      expect(content === 'old' || content === 'new', `${nth}: ${content}`).toBe(true)

      const next = await openWriter(machine, far.place)
      const { protocols } = await seen(next)
      const held = await next.lock('next')
      if (then === 'back') await held.back({ id: ID })
      // Where it had ended already, nothing is left to do.
      else if (protocols.length > 0 || content === 'old') expect([nth, await all(held, 'on')]).toEqual([nth, true])
      const ended = then === 'on' || (protocols.length === 0 && content === 'new') ? NEW : OLD
      expect({ nth, ...(await seen(next)) }).toEqual({ nth, file: ended, protocols: [] })
      expect(readdirSync(far.root).includes('protocols') ? kept().filter((name) => name === ID) : []).toEqual([])
      await next.close()
    }
  })

  test('a later holder goes on with it, and the one before can’t', async () => {
    far.put(PATH, 'old', 0o600)
    await lock.stage(change(OLD))
    const later = await openWriter(machine, far.place)
    const held = await later.lock('later')
    expect(await held.switch(STEP)).toMatchObject({ state: 'done' })
    expect((await seen()).protocols).toEqual(under('switched', 'later', 2))
    for (const answer of [lock.prove(STEP), lock.back({ id: ID }), lock.end({ id: ID })])
      expect(await answer).toMatchObject({ state: 'refused', reason: { code: 'older-holder' } })
    await later.close()
  })
})

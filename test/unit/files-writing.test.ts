import { readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Machine } from '../../src/ssh/executor.ts'
import { leakIn } from '../support/leaks.ts'
import { type FilesLock, type FilesWriter, openWriter } from '../testkit/files/connection.ts'
import { type FilesMachine, fileOf, filesMachine, HOSTILE } from '../testkit/files/machine.ts'
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
  for (const name of ['etc', 'run', '.lock.json']) rmSync(join(far.root, name), { recursive: true, force: true })
  files = await openWriter(machine, far.place)
  lock = await files.lock('ours')
})
afterEach(() => files.close())

const NOTHING = { paths: [], sealed: [], folders: [], units: [] }
const ABSENT: Fact = { state: 'absent' }
const PATH = 'etc/one.conf'
const SECRET = 'correct horse battery staple'
const to = (content: string, expect: Fact, path = PATH) => ({ path, content, mode: '0640', sealed: false, expect })
const names = (): string[] => readdirSync(join(far.root, 'etc'))

/** Starts a far end that a fault waits for, with the lock in its hand. */
async function faulty(env: NodeJS.ProcessEnv, nonce = 'ours'): Promise<{ files: FilesWriter; lock: FilesLock }> {
  Object.assign(far.env, env)
  const writer = await openWriter(machine, far.place)
  Object.keys(env).forEach((name) => delete far.env[name])
  return { files: writer, lock: await writer.lock(nonce) }
}

describe('writing files over SSH', () => {
  test('a file is created, changed and taken away, each as it was expected', async () => {
    const one = fileOf('Grüße\n', '0640')
    expect(await lock.write(to('Grüße\n', ABSENT))).toEqual({ state: 'done', live: one })
    expect(far.content(PATH)).toBe('Grüße\n')
    const two = fileOf('zwei', '0600')
    expect(await lock.write({ ...to('zwei', one), mode: '0600' })).toEqual({ state: 'done', live: two })
    expect(await lock.remove({ path: PATH, expect: two })).toEqual({ state: 'done', live: ABSENT })
    expect(names()).toEqual([])
  })

  test.each([
    ['another content', () => far.put(PATH, 'by hand', 0o640), fileOf('ours', '0640')],
    ['another mode', () => far.put(PATH, 'ours', 0o666), fileOf('ours', '0640')],
    ['no file', () => {}, fileOf('ours', '0640')],
    ['a file', () => far.put(PATH, 'by hand'), ABSENT],
  ] as const)('where there is %s instead of what was expected, nothing is done', async (_, hand, expected) => {
    hand()
    const before = far.content(PATH)
    const { files: live } = await files.facts({ ...NOTHING, paths: [PATH] })
    const changed = { state: 'changed', live: live.get(PATH) }
    expect(await lock.write(to('new', expected))).toEqual(changed)
    expect(await lock.remove({ path: PATH, expect: expected })).toEqual(changed)
    expect(far.content(PATH)).toBe(before)
  })

  test('a kill between new file and its name leaves the old content whole, and the next write clears up', async () => {
    await lock.write(to('old', ABSENT))
    const struck = await faulty({ FAR_KILL: 'effect:1' })
    await expect(struck.lock.write(to('new'.repeat(100_000), fileOf('old', '0640')))).rejects.toMatchObject({
      exit: 10,
      diagnostics: [{ code: 'files-ended' }],
    })
    expect(far.content(PATH)).toBe('old')
    expect(names()).toHaveLength(2)
    const live = await files.facts({ ...NOTHING, folders: ['etc'] })
    expect([...live.files]).toEqual([[PATH, fileOf('old', '0640')]])
    await lock.write(to('other', ABSENT, 'etc/other.conf'))
    expect(names().toSorted()).toEqual(['one.conf', 'other.conf'])
  })

  test.each([
    ['before write:1', null],
    ['after write:1', 'new'],
    ['before any:2', null],
    ['after any:2', 'new'],
  ])('killed at “%s”: what is sent again ends the same', async (moment, left) => {
    const struck = await faulty({ FAR_KILL: moment })
    await expect(struck.lock.write(to('new', ABSENT))).rejects.toMatchObject({ diagnostics: [{ code: 'files-ended' }] })
    expect(far.content(PATH)).toBe(left)
    const again = await lock.write(to('new', ABSENT))
    expect(again).toEqual({ state: left === null ? 'done' : 'changed', live: fileOf('new', '0640') })
  })

  test('whoever reads while a file is written reads the old one or the new one', async () => {
    const contents = ['a'.repeat(200_000), 'b'.repeat(100_000)] as const
    await lock.write(to(contents[0], ABSENT))
    const seen = new Set<string | null>()
    const writes = async (): Promise<void> => {
      for (let i = 0; i < 10; i += 1)
        await lock.write(to(contents[(i + 1) % 2] ?? '', fileOf(contents[i % 2] ?? '', '0640')))
    }
    let over = false
    const written = writes().finally(() => (over = true))
    while (!over) {
      seen.add(far.content(PATH))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await written
    expect([...seen].every((one) => one === contents[0] || one === contents[1])).toBe(true)
  })

  test('a path that leads elsewhere is refused, and so is what is no file', async () => {
    const answers = await Promise.all(
      HOSTILE.flatMap((path) => [lock.write(to('x', ABSENT, path)), lock.remove({ path, expect: ABSENT })]),
    )
    expect(new Set(answers.map((answer) => ('reason' in answer ? answer.reason.code : answer.state)))).toEqual(
      new Set(['bad-path']),
    )
    far.put('etc/folder/file', '')
    symlinkSync('/tmp', join(far.root, 'etc/out'))
    for (const path of ['etc/folder', 'etc/out', 'etc/out/file'])
      expect(await lock.write(to('x', ABSENT, path))).toMatchObject({ state: 'changed' })
    for (const path of ['etc/folder', 'etc/out', 'etc/out/file']) {
      const live = (await files.facts({ ...NOTHING, paths: [path] })).files.get(path) ?? ABSENT
      expect(await lock.write(to('x', live, path))).toMatchObject({ state: 'refused', reason: { code: 'not-a-file' } })
      expect(await lock.remove({ path, expect: live })).toMatchObject({
        state: 'refused',
        reason: { code: 'not-a-file' },
      })
    }
    expect(await lock.write({ ...to('x', ABSENT), mode: '4755' })).toMatchObject({ reason: { code: 'bad-mode' } })
  })

  test('what a machine can’t do is told, and nobody knows how far it came', async () => {
    far.put('etc', 'no folder')
    expect(await lock.restart({ unit: 'web', reads: ['etc/one.conf'], sealed: [] })).toMatchObject({
      state: 'refused',
      reason: { code: 'unit-failed', message: expect.stringContaining('etc/one.conf') },
    })
    rmSync(join(far.root, 'etc'))
    far.put('run', 'no folder')
    far.put(PATH, 'one')
    expect(await lock.restart({ unit: 'web', reads: [PATH], sealed: [] })).toMatchObject({ state: 'failed' })
    rmSync(join(far.root, 'run'))
  })
})

describe('the lock of the far end', () => {
  const older = { state: 'refused', reason: { code: 'older-holder' } }

  test('each run that takes it gets a higher number, and whoever had it before writes nothing any more', async () => {
    const other = await faulty({}, 'theirs')
    expect(other.lock.counter).toBe(lock.counter + 1)
    expect(await other.lock.write(to('theirs', ABSENT))).toMatchObject({ state: 'done' })
    expect(await lock.write(to('ours', fileOf('theirs', '0640')))).toMatchObject(older)
    expect(await lock.remove({ path: PATH, expect: fileOf('theirs', '0640') })).toMatchObject(older)
    expect(await lock.restart({ unit: 'web', reads: [PATH], sealed: [] })).toMatchObject(older)
    expect(await lock.stage({ id: 'one', digest: 'd', ...to('ours', fileOf('theirs', '0640')) })).toMatchObject(older)
    for (const verb of ['switch', 'prove', 'end', 'back'] as const)
      expect(await lock[verb]({ id: 'one', digest: 'd' })).toMatchObject(older)
    expect(far.content(PATH)).toBe('theirs')
    await other.files.close()
  })

  test('who lost it never gets it back, and who still has it does', async () => {
    const same = await faulty({})
    expect(same.lock.counter).toBe(lock.counter)
    await same.files.close()
    const other = await faulty({}, 'theirs')
    const back = await openWriter(machine, far.place)
    await expect(back.lock('ours')).rejects.toMatchObject({ exit: 7, diagnostics: [{ code: 'older-holder' }] })
    expect(await other.lock.write(to('theirs', ABSENT))).toMatchObject({ state: 'done' })
    await Promise.all([back.close(), other.files.close()])
  })

  test('who was slow to take it does not take it from who was faster', async () => {
    const slow = await openWriter(machine, far.place)
    const fast = await faulty({}, 'fast')
    await expect(slow.lock('slow')).rejects.toMatchObject({ exit: 7, diagnostics: [{ code: 'older-holder' }] })
    expect(await fast.lock.write(to('fast', ABSENT))).toMatchObject({ state: 'done' })
    await Promise.all([slow.close(), fast.files.close()])
  })

  test('of two that write at once, one finds what it expected', async () => {
    const second = await faulty({})
    for (let round = 0; round < 20; round += 1) {
      const expected = round === 0 ? ABSENT : fileOf(far.content(PATH) ?? '', '0640')
      const wrote = await Promise.all([lock, second.lock].map((one, i) => one.write(to(`${round} by ${i}`, expected))))
      expect(wrote.map(({ state }) => state).toSorted()).toEqual(['changed', 'done'])
    }
    await second.files.close()
  })

  test('a machine that never saw this holder takes nothing from it', async () => {
    rmSync(join(far.root, '.lock.json'))
    expect(await lock.write(to('x', ABSENT))).toMatchObject({ state: 'refused', reason: { code: 'no-holder' } })
  })

  test('a lock that nobody can read is none that was never taken', async () => {
    far.put('.lock.json', '{"counter":')
    expect(await lock.write(to('x', ABSENT))).toMatchObject({ state: 'failed' })
    await expect(openWriter(machine, far.place)).rejects.toMatchObject({ exit: 10 })
  })
})

describe('a unit', () => {
  const unit = async () => (await files.facts({ ...NOTHING, paths: [PATH], units: ['web'] })).units.get('web')
  const inputs = (...facts: readonly (Fact & { readonly path: string })[]) => ({
    unit: 'web',
    state: 'started',
    inputs: facts,
  })

  test('remembers what it read when it was started, whatever became of its files', async () => {
    const one = { path: PATH, ...fileOf('one', '0640') }
    await lock.write(to('one', ABSENT))
    expect(await unit()).toEqual({ unit: 'web', state: 'stopped' })
    expect(await lock.restart({ unit: 'web', reads: [PATH], sealed: [] })).toEqual(inputs(one))
    await lock.write(to('two', fileOf('one', '0640')))
    expect(await unit()).toEqual(inputs(one))
    await lock.restart({ unit: 'web', reads: [PATH], sealed: [] })
    expect(await unit()).toEqual(inputs({ path: PATH, ...fileOf('two', '0640') }))
  })

  test('that can’t read a file is not started, and runs on with what it read', async () => {
    await lock.write(to('one', ABSENT))
    await lock.restart({ unit: 'web', reads: [PATH], sealed: [] })
    const refused = await lock.restart({ unit: 'web', reads: [PATH], sealed: ['etc/gone'] })
    expect(refused).toMatchObject({ state: 'refused', reason: { code: 'unit-failed' } })
    expect(await unit()).toEqual(inputs({ path: PATH, ...fileOf('one', '0640') }))
  })

  test('whose record nobody can read is not one that never ran', async () => {
    far.put('run/web.inputs', '{}')
    expect(await unit()).toMatchObject({ state: 'unreadable' })
    expect(await files.same([{ path: PATH, unit: 'web', value: 'x' }])).toMatchObject([{ state: 'unreadable' }])
  })
})

test('a secret is written, read by a unit and rotated, and no answer holds it or a digest of it', async () => {
  const answers: string[] = []
  far.meddling.answer = (line) => Boolean(answers.push(line))
  const next = SECRET.toUpperCase()
  const path = 'etc/password'
  const secret = (content: string, expect: Fact) => ({ path, content, mode: '0600', sealed: true, expect })
  const verdicts = async (value: string) =>
    (
      await files.same([
        { path, value },
        { path, unit: 'web', value },
      ])
    ).map(({ state }) => state)
  const sealed: Fact = { state: 'sealed', mode: '0600' }

  expect(await lock.write(secret(SECRET, ABSENT))).toEqual({ state: 'done', live: sealed })
  expect(await verdicts(SECRET)).toEqual(['same', 'absent'])
  await lock.restart({ unit: 'web', reads: [], sealed: [path] })
  await files.facts({ ...NOTHING, units: ['web'] })
  expect(await verdicts(SECRET)).toEqual(['same', 'same'])
  expect(await lock.write(secret(next, sealed))).toEqual({ state: 'done', live: sealed })
  expect(await verdicts(next)).toEqual(['same', 'different'])
  expect(await lock.write(secret(SECRET, ABSENT))).toEqual({ state: 'changed', live: sealed })
  expect(await lock.write(secret('', fileOf(next, '0600')))).toEqual({ state: 'done', live: sealed })
  expect(await lock.write({ ...secret(SECRET, sealed), mode: SECRET })).toMatchObject({ state: 'refused' })
  expect(await lock.remove({ path, expect: sealed })).toEqual({ state: 'done', live: ABSENT })
  expect(statSync(join(far.root, 'run/web.inputs')).mode & 0o777).toBe(0o600)
  far.meddling.answer = undefined
  expect(answers.length).toBeGreaterThan(8)
  // What the far end wrote down to compare a secret with tells too much as well.
  const written = far.content('run/web.inputs')?.match(/[0-9a-f]{32,}/g) ?? []
  expect(written).toHaveLength(2)
  const secrets = [SECRET, next].flatMap((one) => [one, fileOf(one).digest]).concat(written)
  expect(leakIn(answers.join('\n'), secrets)).toBeUndefined()
})

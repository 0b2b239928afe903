import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Machine } from '../../src/ssh/executor.ts'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { leakIn } from '../support/leaks.ts'
import { type FilesReader, openReader, openWriter } from '../testkit/files/connection.ts'
import { liveIn } from '../testkit/files/answers.ts'
import { exchangeWith } from '../testkit/files/exchange.ts'
import { type FilesMachine, fileOf, filesMachine, HOSTILE, STAMP } from '../testkit/files/machine.ts'

let far: FilesMachine
let machine: Machine
beforeAll(async () => {
  far = await filesMachine()
  machine = await far.login()
})
afterAll(async () => {
  await machine.close()
  await far[Symbol.asyncDispose]()
})

const NOTHING = { paths: [], sealed: [], folders: [], units: [] }
const SECRET = 'correct horse battery staple'

/** Reads through a far end that is started for it. */
async function reading<Result>(act: (files: FilesReader) => Promise<Result>): Promise<Result> {
  const files = await openReader(machine, far.place)
  try {
    return await act(files)
  } finally {
    await files.close()
  }
}

const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => null,
    (error: unknown) => (error instanceof HerdbookError ? error.diagnostics[0]?.code : error),
  )

describe('reading files over SSH', () => {
  test('the far end says whose it is, and that it is nobody’s', async () => {
    expect(await reading(async ({ hello }) => hello)).toEqual({ stamp: STAMP, reading: true, counter: 0 })
    rmSync(join(far.root, '.stamp'))
    expect(await reading(async ({ hello }) => hello.stamp)).toBeNull()
  })

  test('a stamp that nobody can read is no missing one', async () => {
    for (const stamp of ['{"domain":', '{"domain":"herd.example"}', '[]']) {
      far.put('.stamp', stamp)
      await expect(openReader(machine, far.place)).rejects.toMatchObject({ exit: 10, message: /refuses hello/ })
    }
    far.put('.stamp', JSON.stringify(STAMP))
  })

  test('one request answers everything: what is there, what is not, and what nobody asked for', async () => {
    far.put('etc/one.conf', 'eins\n', 0o640)
    far.put('etc/by hand', 'Grüße 🐘')
    far.put('etc/deep/__proto__', '')
    symlinkSync('/etc/passwd', join(far.root, 'etc/link'))
    writeFileSync(join(far.root, 'etc/-rf\n'), 'hostile')
    let answers = 0
    far.meddling.answer = () => Boolean((answers += 1))
    const live = await reading((files) =>
      files.facts({ ...NOTHING, paths: ['etc/one.conf', 'gone/away.conf'], folders: ['etc', 'gone'], units: ['web'] }),
    )
    expect(Object.fromEntries(live.files)).toEqual({
      'etc/one.conf': fileOf('eins\n', '0640'),
      'gone/away.conf': { state: 'absent' },
      'etc/by hand': fileOf('Grüße 🐘'),
      ['etc/deep/__proto__']: fileOf(''),
      'etc/link': { state: 'other', what: 'link' },
      'etc/-rf\n': fileOf('hostile'),
    })
    expect([...live.folders.values()]).toEqual([
      { path: 'etc', state: 'complete' },
      { path: 'gone', state: 'absent' },
    ])
    expect([...live.units.values()]).toEqual([{ unit: 'web', state: 'stopped' }])
    expect(live.protocols).toEqual([])
    expect(answers).toBe(2)
  })

  test('what can’t be read is unreadable, and stops nothing else', async () => {
    far.put('etc/one.conf', 'one')
    mkdirSync(join(far.root, 'elsewhere'))
    symlinkSync(join(far.root, 'elsewhere'), join(far.root, 'linked'))
    mkdirSync(join(far.root, 'odd'))
    writeFileSync(Buffer.concat([Buffer.from(join(far.root, 'odd/')), Buffer.from([0xff])]), '')
    const live = await reading((files) =>
      files.facts({
        ...NOTHING,
        paths: ['etc/one.conf', 'linked/a', 'etc/one.conf/b'],
        folders: ['linked', 'odd', 'etc'],
      }),
    )
    expect(live.files.get('etc/one.conf')).toEqual(fileOf('one'))
    expect(live.files.get('linked/a')?.state).toBe('unreadable')
    expect(live.files.get('etc/one.conf/b')?.state).toBe('unreadable')
    expect([...live.folders.values()].map(({ state }) => state)).toEqual(['complete', 'unreadable', 'complete'])
  })

  test('a path that leads elsewhere, or into what is the far end’s own, is refused, whatever asks for it', async () => {
    await reading(async (files) => {
      const asked = HOSTILE.flatMap((path) => [
        ...[{ paths: [path] }, { sealed: [path] }, { folders: [path] }].map(
          (request) => [path, 'bad-path', () => files.facts({ ...NOTHING, ...request })] as const,
        ),
        [path, 'bad-path', () => files.same([{ path, value: 'x' }])] as const,
        [path, 'bad-name', () => files.facts({ ...NOTHING, units: [path] })] as const,
        [path, 'bad-name', () => files.same([{ path: 'a', unit: path, value: 'x' }])] as const,
      ])
      const codes = await Promise.all(asked.map(async ([path, , ask]) => [path, await refusal(ask())]))
      expect(codes).toEqual(asked.map(([path, code]) => [path, code]))
    })
  })

  test('a secret is compared there, and no answer holds it, its length or a digest of it', async () => {
    far.put('etc/password', SECRET, 0o600)
    far.put('etc/other', 'other')
    const answers: string[] = []
    far.meddling.answer = (line) => Boolean(answers.push(line))
    await reading(async (files) => {
      const values = ['etc/password', 'etc/other', 'etc/gone', 'etc/other/x', 'etc'].map((path) => ({
        path,
        value: SECRET,
      }))
      expect((await files.same(values)).map(({ state }) => state)).toEqual([
        'same',
        'different',
        'absent',
        'unreadable',
        'different',
      ])
      const { files: live } = await files.facts({ ...NOTHING, sealed: ['etc/password'], folders: ['etc'] })
      expect(live.get('etc/password')).toEqual({ state: 'sealed', mode: '0600' })
    })
    expect(answers).toHaveLength(3)
    expect(leakIn(answers.join('\n'), [SECRET, fileOf(SECRET).digest])).toBeUndefined()
  })
})

describe('a far end for reading alone', () => {
  test('the way in has no verb that writes, and its far end refuses them', async () => {
    const files = await openReader(machine, far.place)
    expect(Object.keys(files).toSorted()).toEqual(['close', 'facts', 'hello', 'same'])
    await files.close()
    const { node, program, root } = far.place
    const running = await machine.start(`exec ${node} ${program} --reading ${root}`)
    const far2 = exchangeWith(running)
    for (const verb of ['lock', 'write', 'remove', 'restart', 'stage', 'switch', 'prove', 'end', 'back'])
      expect(await far2.ask(verb, {})).toMatchObject({ ok: false, code: 'read-only' })
    expect(await far2.ask('toString', {})).toMatchObject({ ok: false, code: 'read-only' })
    await far2.close()
  })

  test('a key that is bound to reading can’t write, whatever it asks for', async () => {
    await using bound = await filesMachine({
      forced: ({ node, program, root }) => `exec ${node} ${program} --reading ${root}`,
    })
    const there = await bound.login()
    const files = await openWriter(there, bound.place)
    await expect(files.lock('nonce')).rejects.toMatchObject({ exit: 10, diagnostics: [{ code: 'read-only' }] })
    await files.close()
    await there.close()
  })

  test('a far end that does not refuse to write is not read from', async () => {
    await using open = await filesMachine({ forced: ({ node, program, root }) => `exec ${node} ${program} ${root}` })
    const there = await open.login()
    await expect(openReader(there, open.place)).rejects.toMatchObject({ diagnostics: [{ code: 'files-unfenced' }] })
    await there.close()
  })
})

describe('a far end that can’t be understood', () => {
  test.each([
    ['killed before it looked', { FAR_KILL: 'before facts:1' }, 'files-ended'],
    ['killed before it answered', { FAR_KILL: 'after facts:1' }, 'files-ended'],
    ['unreadable', { FAR_GARBLE: 'facts:1' }, 'files-garbled'],
  ])('%s: that is an error, and says nothing of what is there', async (_, env, code) => {
    Object.assign(far.env, env)
    const files = await openReader(machine, far.place)
    Object.keys(env).forEach((name) => delete far.env[name])
    await expect(files.facts({ ...NOTHING, paths: ['etc/one.conf'] })).rejects.toMatchObject({
      exit: 10,
      diagnostics: [{ code }],
    })
    await expect(files.same([])).rejects.toMatchObject({ diagnostics: [{ code }] })
    await files.close()
  })

  test('a program that is not there says so', async () => {
    await expect(openReader(machine, { ...far.place, program: '/nowhere.ts' })).rejects.toMatchObject({
      exit: 10,
      message: /Cannot find module/,
    })
    await expect(openReader(machine, { ...far.place, root: '/nowhere' })).rejects.toMatchObject({ message: /ENOENT/ })
  })

  const whole = { files: [{ path: 'a', state: 'absent' }], folders: [], units: [], protocols: [] }
  test.each([
    ['no list of files', { ...whole, files: null }],
    ['a path left out', { ...whole, files: [] }],
    ['a path twice', { ...whole, files: [...whole.files, ...whole.files] }],
    ['a path that nobody asked for', { ...whole, files: [...whole.files, { path: 'b', state: 'absent' }] }],
    ['a state that nobody knows', { ...whole, files: [{ path: 'a', state: 'gone' }] }],
    ['a digest that is none', { ...whole, files: [{ path: 'a', ...fileOf(''), digest: '' }] }],
    ['a mode that is none', { ...whole, files: [{ path: 'a', ...fileOf(''), mode: 420 }] }],
    ['a size that is none', { ...whole, files: [{ path: 'a', ...fileOf(''), size: -1 }] }],
    ['a folder too many', { ...whole, folders: [{ path: 'b', state: 'complete' }] }],
    ['a protocol without its phase', { ...whole, protocols: [{ id: 'b', state: 'unfinished' }] }],
    ['a list', []],
  ])('an answer with %s is an error', (_, answer) => {
    expect(() => liveIn(answer, { ...NOTHING, paths: ['a'] })).toThrow(/odd shape/)
  })

  test('a digest of a secret is no answer', () => {
    const told = { ...whole, files: [{ path: 'a', ...fileOf(SECRET) }] }
    expect(() => liveIn(told, { ...NOTHING, sealed: ['a'] })).toThrow(/digest of a secret/)
    expect(liveIn(told, { ...NOTHING, paths: ['a'] }).files.get('a')).toEqual(fileOf(SECRET))
  })

  test('what has an odd shape ends the conversation', async () => {
    const lines = [{ stamp: null, reading: true, counter: 0 }, whole].map((result, i) =>
      JSON.stringify({ id: i + 1, ok: true, result }),
    )
    await using odd = await filesMachine({
      forced: () => `${lines.map((line) => `read asked; echo '${line}';`).join(' ')} cat`,
    })
    const there = await odd.login()
    const files = await openReader(there, odd.place)
    await expect(files.facts({ ...NOTHING, paths: ['b'] })).rejects.toMatchObject({
      exit: 10,
      diagnostics: [{ code: 'files-odd' }],
    })
    await expect(files.facts({ ...NOTHING, paths: ['a'] })).rejects.toMatchObject({
      diagnostics: [{ code: 'files-ended' }],
    })
    await there.close()
  })

  test('a request that is no JSON is refused without a word of it', async () => {
    const { node, program, root } = far.place
    const running = await machine.start(`exec ${node} ${program} --reading ${root}`)
    running.stdin.end(`{"value":"${SECRET}\n[1]\n`)
    running.stdout.setEncoding('utf8')
    const said = (await running.stdout.toArray()).join('')
    expect(
      said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ok: false, error: { code: 'bad-request', message: 'that is no JSON' } },
      { ok: false, error: { code: 'bad-request', message: 'that is no object' } },
    ])
  })
})

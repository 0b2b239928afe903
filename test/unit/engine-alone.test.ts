import { spawnSync } from 'node:child_process'
import { cpSync, globSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROVIDERS } from '../../src/providers/index.ts'
import { KINDS } from '../../src/providers/kinds.ts'
import { reachIn } from '../support/imports.ts'
import { scratch } from '../support/git.ts'
import { files } from '../testkit/files/provider.ts'

const ROOT = join(import.meta.dirname, '../..')
const GONE = 'src/providers'
const ENGINE = globSync('src/reconcile/**/*.ts', { cwd: ROOT })
const FILES = globSync('test/testkit/files/**/*.ts', { cwd: ROOT })

const reach = reachIn(ROOT)
const isFree = (path: string): boolean => [...reach(path)].every((one) => !one.startsWith(GONE))
const isAbout = (path: string): boolean => [...reach(path)].some((one) => ENGINE.includes(one) || FILES.includes(one))

/** The tests of the engine and of the files on a machine that need no other provider. */
const TESTS = globSync('test/{unit,laws,scenario}/*.test.ts', { cwd: ROOT }).filter(
  (path) => isFree(path) && isAbout(path),
)
/** A few of them, cheap and of every part: all run where they stand anyway. */
const SAMPLE = ['cases', 'claims', 'graph', 'protocols', 'files-writing'].map((name) => `test/unit/${name}.test.ts`)
const STORY = 'test/scenario/files-provider.test.ts'

describe('the engine', () => {
  test('never says the name of a provider or of a kind', () => {
    const names = [...PROVIDERS, files].flatMap(({ name, kinds }) => [name, ...kinds.map((kind) => kind.name)])
    expect(new Set(names).size).toBeGreaterThan(KINDS.length)
    const said = ENGINE.flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
      // what stands in a union of types is the name of a field
      const literals = [...text.matchAll(/['`]([^'`$\n]*)['`$](?!\s*(?:\|[^|]|>))/g)].map(([, literal = '']) => literal)
      return literals
        .filter((literal) => names.some((name) => literal === name || literal.startsWith(`${name}/`)))
        .map((literal) => `${path}: ${literal}`)
    })
    expect(said).toEqual([])
  })

  test('never says the word Mastodon', () => {
    expect(ENGINE.filter((path) => /mastodon/i.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
  })

  test('reaches no provider, and is reached as a whole by tests that reach none', () => {
    expect([...ENGINE, ...FILES].filter((path) => !isFree(path))).toEqual([])
    const reached = new Set(TESTS.flatMap((path) => [...reach(path)]))
    expect(ENGINE.filter((path) => !reached.has(path))).toEqual([])
    expect([...SAMPLE, STORY].filter((path) => !TESTS.includes(path))).toEqual([])
  })

  test('compiles and passes its tests where no other provider is there', () => {
    using copy = scratch()
    for (const folder of ['src', 'test/support', 'test/testkit', 'test/unit', 'test/scenario', 'test/laws', 'schema'])
      cpSync(join(ROOT, folder), join(copy.path, folder), { recursive: true })
    for (const name of ['package.json', 'tsconfig.json', 'test/vitest.config.ts'])
      cpSync(join(ROOT, name), join(copy.path, name))
    symlinkSync(join(ROOT, 'node_modules'), join(copy.path, 'node_modules'))
    rmSync(join(copy.path, GONE), { recursive: true })
    for (const path of globSync('{src,test}/**/*.ts', { cwd: copy.path }))
      if (!path.endsWith('.d.ts') && !isFree(path)) rmSync(join(copy.path, path))
    writeFileSync(
      join(copy.path, 'alone.json'),
      JSON.stringify({
        extends: './tsconfig.json',
        include: ['src/**/*.d.ts'],
        files: [...ENGINE, ...FILES, ...TESTS],
      }),
    )
    expect(ran(copy.path, 'typescript/bin/tsc', '--project', 'alone.json')).toEqual({ status: 0, said: '' })
    const tests = ran(copy.path, 'vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...SAMPLE, STORY)
    expect(tests).toMatchObject({ status: 0, said: expect.stringMatching(`${SAMPLE.length + 1} passed`) })
  })
})

function ran(cwd: string, program: string, ...args: readonly string[]) {
  const env = { ...process.env, NO_COLOR: '1' }
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd,
    env,
    encoding: 'utf8',
  })
  return { status, said: stdout }
}

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import {
  adoption,
  editionOf,
  waysOut,
  type Compiler,
  type Edition,
  type Inverses,
} from '../../src/reconcile/plan/editions.ts'
import {
  checkLeftAlone,
  isLeftAlone,
  leftAndRestored,
  setAside,
  type ObjectFiles,
} from '../../src/reconcile/plan/left-alone.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { Difference } from '../../src/reconcile/plan/types.ts'
import { checkEditions } from '../support/editions.ts'

interface Site {
  readonly names: readonly string[]
  readonly port: number
}

const FILE = 'services.yaml'
const AT = { file: FILE, line: 2, column: 1 }
const INVERSES: Inverses = {
  file: {
    port: (_object, value) => (typeof value === 'number' ? { path: ['port'], value } : null),
    'health-port': (_object, value) => (typeof value === 'number' ? { path: ['port'], value } : null),
    ttl: ({ id }, value) => ({ path: ['sites', id, 'ttl'], value }),
  },
}
const edition = (number: number, extra: Fields = {}): Edition<Site> => ({
  number,
  compile: ({ names, port }) =>
    names.map((id, i) => ({ id, fields: { port, ...extra }, source: { file: FILE, path: ['sites', i] } })),
})
const compiler = (...editions: Compiler<Site>['editions']): Compiler<Site> => ({
  file: FILE,
  editions,
  inverses: INVERSES,
})

describe('the edition that a file names', () => {
  const both = compiler(edition(2), edition(3))
  test.each([2, 3])('is taken where it is one of the last two: %i', (number) => {
    expect(editionOf(both, number, AT)).toMatchObject({ is: 'known', edition: { number } })
  })

  test.each<[string, Compiler<Site>, number | undefined, object]>([
    [
      'is missing',
      both,
      undefined,
      {
        code: 'edition-missing',
        message: 'services.yaml names no edition',
        hint: 'Add this line to the file: edition: 3',
      },
    ],
    [
      'is too old',
      both,
      1,
      {
        code: 'edition-unknown',
        message: 'services.yaml has edition 1, but this Herdbook knows only 2 and 3',
        hint: 'Set edition: 2 in a pull request of its own. Its plan shows what that changes on the server.',
      },
    ],
    [
      'is of a later Herdbook',
      compiler(edition(1)),
      2,
      {
        code: 'edition-unknown',
        message: 'services.yaml has edition 2, but this Herdbook knows only 1',
        hint: 'Use a newer Herdbook: the version that this edition came with, or a later one.',
      },
    ],
  ])('%s: the finding says what is known and what to do', (_, of, pinned, finding) => {
    expect(editionOf(of, pinned, AT)).toEqual({ is: 'unknown', finding: { severity: 'error', at: AT, ...finding } })
  })
})

describe('the golden files of editions', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'editions-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const inputs = { one: { names: ['b', 'a'], port: 80 } }
  const check = (of: Compiler<Site>): void => checkEditions(folder, of, inputs)

  it('are written once, and then hold', () => {
    expect(() => check(compiler(edition(1)))).toThrow(/one\.json was not there, and is written now/)
    check(compiler(edition(1)))
    expect(JSON.parse(readFileSync(join(folder, '1/one.json'), 'utf8'))).toEqual([
      { fields: { port: 80 }, id: 'a' },
      { fields: { port: 80 }, id: 'b' },
    ])
  })

  it('fail where output changes without an edition, as often as it is tried, and pass with one', () => {
    expect(() => check(compiler(edition(1)))).toThrow()
    for (let i = 0; i < 2; i++)
      expect(() => check(compiler(edition(1, { tls: true })))).toThrow(
        /Edition 1 of services\.yaml makes something else of one/,
      )
    expect(() => check(compiler(edition(1), edition(2, { tls: true })))).toThrow(/2\/one\.json was not there/)
    check(compiler(edition(1), edition(2, { tls: true })))
    expect(readdirSync(folder)).toEqual(['1', '2'])
  })

  it('do not mind the order of objects, nor where they stand in the file', () => {
    expect(() => check(compiler(edition(1)))).toThrow()
    const turned: Edition<Site> = { number: 1, compile: (input) => edition(1).compile(input).toReversed() }
    check(
      compiler({
        ...turned,
        compile: (input) => turned.compile(input).map((one) => ({ ...one, source: { file: FILE, path: [9] } })),
      }),
    )
  })

  it('are of editions that follow each other', () => {
    expect(() => check(compiler(edition(1), edition(3)))).toThrow(/the later is to be 2/)
  })
})

const difference = (live: Fields | null, fields: readonly string[], more: Partial<Difference> = {}): Difference => ({
  kind: 'file',
  id: 'a',
  cause: 'drift',
  desired: {},
  live,
  ledger: {},
  fields,
  ...more,
})

describe('the ways out of a difference', () => {
  const one = compiler(edition(1))
  test.each<[string, Difference, Compiler<Site> | null, readonly string[]]>([
    ['what people wrote', difference({ port: 81 }, ['port']), null, ['adopt', 'restore']],
    [
      'a field that the compiler goes back from',
      difference({ port: 81 }, ['port']),
      one,
      ['adopt', 'restore', 'left_alone'],
    ],
    ['a value that it does not', difference({ port: 'x' }, ['port']), one, ['restore', 'left_alone']],
    ['a field that it does not', difference({ mode: 1 }, ['mode']), one, ['restore', 'left_alone']],
    ['one of two fields', difference({ port: 81, mode: 1 }, ['mode', 'port']), one, ['restore', 'left_alone']],
    ['an object that is gone', difference(null, ['port']), one, ['restore', 'left_alone']],
    ['an object of another kind', difference({ port: 81 }, ['port'], { kind: 'unit' }), one, ['restore', 'left_alone']],
    [
      'two fields that want two things of a line',
      difference({ port: 81, 'health-port': 82 }, ['health-port', 'port']),
      one,
      ['restore', 'left_alone'],
    ],
    [
      'two fields that want the same',
      difference({ port: 81, 'health-port': 81 }, ['health-port', 'port']),
      one,
      ['adopt', 'restore', 'left_alone'],
    ],
    [
      'names that every object has',
      difference({ toString: 1 }, ['toString'], { kind: 'constructor' }),
      one,
      ['restore', 'left_alone'],
    ],
    ['nothing that could be written', difference({}, []), one, ['restore', 'left_alone']],
  ])('%s', (_, difference, of, ways) => {
    expect(waysOut(difference, of)).toEqual(ways)
  })

  it('say what to write where it can be adopted, once a line', () => {
    const one81 = difference({ port: 81, 'health-port': 81, ttl: 5 }, ['health-port', 'port', 'ttl'])
    expect(adoption(one81, one)).toEqual([
      { path: ['port'], value: 81 },
      { path: ['sites', 'a', 'ttl'], value: 5 },
    ])
  })

  it('of what was written, the compiler makes what is live', () => {
    fc.assert(
      fc.property(fc.nat(), (port) => {
        const [edit] = adoption(difference({ port }, ['port']), one) ?? []
        const site: Site = { names: ['a'], port: Number(edit?.value) }
        expect(edition(1).compile(site)[0]?.fields).toEqual({ port })
      }),
    )
  })
})

const known = (ref: string, ...files: string[]): ObjectFiles => ({ ref, files })
const leftAlone = new Map([
  ['services.yaml', new Set(['unit/nginx', 'file/motd'])],
  ['access.yaml', new Set(['file/motd'])],
])

describe('what is left alone', () => {
  test.each<[string, ObjectFiles, boolean]>([
    ['its file says so', known('unit/nginx', 'services.yaml'), true],
    ['both its files say so', known('file/motd', 'services.yaml', 'access.yaml'), true],
    ['one of its files does not', known('unit/nginx', 'services.yaml', 'access.yaml'), false],
    ['it comes from another file', known('unit/nginx', 'access.yaml'), false],
    ['it comes from no file', known('unit/nginx'), false],
    ['nobody says so', known('unit/redis', 'services.yaml'), false],
  ])('%s', (_, one, left) => expect(isLeftAlone(one, leftAlone)).toBe(left))

  it('is set aside, and all the rest is compared', () => {
    const refs = fc.constantFrom('a/1', 'a/2', 'b/1')
    const files = fc.subarray(['x.yaml', 'y.yaml'])
    const lists = fc.dictionary(fc.constantFrom('x.yaml', 'y.yaml'), fc.uniqueArray(refs))
    fc.assert(
      fc.property(fc.array(fc.record({ ref: refs, files })), lists, (objects, said) => {
        const all = new Map(Object.entries(said).map(([file, list]) => [file, new Set(list)]))
        const { compared, left } = setAside(objects, all)
        expect(compared.length + left.length).toBe(objects.length)
        for (const one of left) expect(one.files.filter((file) => said[file]?.includes(one.ref))).toEqual(one.files)
        for (const one of compared)
          expect(one.files.length === 0 || one.files.some((file) => said[file]?.includes(one.ref) !== true)).toBe(true)
        expect(setAside(objects, new Map()).left).toEqual([])
      }),
    )
  })

  it('is told where the file does not make it', () => {
    const objects = [known('unit/nginx', 'services.yaml'), known('file/motd', 'access.yaml')]
    expect(checkLeftAlone(leftAlone, objects, (file) => ({ file, line: 7, column: 3 }))).toEqual([
      {
        code: 'left-alone-unknown',
        severity: 'warning',
        about: 'file/motd',
        message: 'services.yaml has file/motd under left_alone, but no other line of that file makes file/motd',
        at: { file: 'services.yaml', line: 7, column: 3 },
        hint: 'Take file/motd out of left_alone, or write its name as the plan shows it.',
      },
    ])
  })

  it('can not be restored, and that is said', () => {
    const left = [known('unit/nginx', 'services.yaml'), known('file/motd', 'services.yaml')]
    expect(leftAndRestored(new Set(['unit/nginx', 'unit/redis']), left)).toEqual([
      {
        code: 'not-restorable',
        severity: 'error',
        about: 'unit/nginx',
        message: 'You cannot restore unit/nginx: it is under left_alone in services.yaml.',
        hint: 'First take unit/nginx out of left_alone.',
      },
    ])
  })
})

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { takesOwnerOf } from '../../src/approvals/owned-files.ts'
import { MODERATED } from '../../src/instance/files.gen.ts'
import type { Instance } from '../../src/instance/instance.ts'
import {
  fateOf,
  type KindSources,
  filesBehind,
  mergeAll,
  mergeClaims,
  placesOf,
  sourcesInLedger,
  type Claim,
} from '../../src/reconcile/claims.ts'
import type { Desired, DesiredObject } from '../../src/reconcile/objects.ts'
import type { Fields } from '../../src/instance/values.ts'

const FILES = ['access.yaml', 'certificates.yaml', 'services.yaml']
const KIND: KindSources = { name: 'file', sources: ['services.yaml', 'access.yaml', 'certificates.yaml'] }
const ONE: KindSources = { name: 'rule', sources: ['rules.yaml'] }

const position: Instance['position'] = ({ file, path: [nth = 0] }) => ({ file, line: Number(nth) + 1, column: 1 })
const object = (file: string, id: string, fields: Fields = {}, more: Partial<DesiredObject> = {}): DesiredObject => ({
  id,
  fields,
  source: { file, path: [4] },
  ...more,
})
const claim = (source: string, objects: readonly DesiredObject[], managed = true): Claim => ({
  source,
  managed,
  objects,
})
const merge = (claims: readonly Claim[], others: 'leave' | 'delete' = 'leave') =>
  mergeClaims('file', { claims, others }, position)
const objectsOf = (state: Desired) => (state.state === 'managed' ? state.objects : [])

describe('claims become one desired state', () => {
  it('has the objects of all files that are managed, and knows which are', () => {
    const { desired, findings } = merge([
      claim('services.yaml', [object('services.yaml', 'a')]),
      claim('access.yaml', [object('access.yaml', 'b')]),
      claim('certificates.yaml', [], false),
    ])
    expect(findings).toEqual([])
    expect(desired).toEqual({
      state: 'managed',
      objects: [object('access.yaml', 'b'), object('services.yaml', 'a')],
      others: 'leave',
      managed: new Set(['access.yaml', 'services.yaml']),
    })
  })

  it('is not managed where none of its files is', () => {
    const unmanaged = { desired: { state: 'unmanaged' }, findings: [] }
    expect(merge([claim('services.yaml', [object('services.yaml', 'a')], false)])).toEqual(unmanaged)
    expect(merge([])).toEqual(unmanaged)
  })

  it('has what two files say alike once, with both places', () => {
    const { desired, findings } = merge([
      claim('services.yaml', [object('services.yaml', 'a', { mode: 420 })]),
      claim('access.yaml', [object('access.yaml', 'a', { mode: 420 })]),
    ])
    expect(findings).toEqual([])
    const [one, ...rest] = objectsOf(desired)
    expect(rest).toEqual([])
    expect(one && placesOf(one).map(({ file }) => file)).toEqual(['access.yaml', 'services.yaml'])
  })

  it.each<[string, Fields, Partial<DesiredObject>, string]>([
    ['another value', { mode: 384 }, {}, ': mode'],
    ['a field more', { mode: 420, owner: 'root' }, {}, ': owner'],
    ['another name before', { mode: 420 }, { formerly: 'old' }, ''],
    ['another consent', { mode: 420 }, { consent: 7 }, ''],
  ])('refuses what two files say differently: %s', (_, fields, more, what) => {
    const claims = [
      claim('services.yaml', [object('services.yaml', 'a', { mode: 420 })]),
      claim('access.yaml', [object('access.yaml', 'a', fields, more)]),
    ]
    expect(merge(claims).findings).toEqual([
      {
        code: 'claims-differ',
        severity: 'error',
        about: 'file/a',
        message:
          'file/a is in the files twice, with different values ' +
          `(access.yaml line 5 and services.yaml line 5)${what}`,
        at: { file: 'access.yaml', line: 5, column: 1 },
        hint: 'Delete one of the two entries, or give both the same values.',
      },
    ])
    expect(() => mergeAll(new Map([['file', { claims, others: 'leave' }]]), position)).toThrow(
      expect.objectContaining({ exit: 9, diagnostics: [expect.objectContaining({ code: 'claims-differ' })] }),
    )
  })

  it('tells all contradictions of all kinds at once', () => {
    const claims = [
      claim(
        'services.yaml',
        ['a', 'b'].map((id) => object('services.yaml', id, { x: 1 })),
      ),
      claim(
        'access.yaml',
        ['a', 'b'].map((id) => object('access.yaml', id, { x: 2 })),
      ),
    ]
    const all = new Map(['file', 'unit'].map((kind) => [kind, { claims, others: 'leave' as const }]))
    expect(() => mergeAll(all, position)).toThrow(
      expect.objectContaining({
        diagnostics: ['file/a', 'file/b', 'unit/a', 'unit/b'].map((about) => expect.objectContaining({ about })),
      }),
    )
  })

  it('says no values: one of them may be a private one', () => {
    const { findings } = merge([
      claim('services.yaml', [object('services.yaml', 'a', { content: 'hunter2' })]),
      claim('access.yaml', [object('access.yaml', 'a', { content: 'hunter3' })]),
    ])
    expect(JSON.stringify(findings)).not.toContain('hunter')
  })

  it('takes away what no file names only where all its files are managed', () => {
    const others = (managed: boolean) => {
      const { desired } = merge([claim('services.yaml', []), claim('access.yaml', [], managed)], 'delete')
      return desired.state === 'managed' ? desired.others : undefined
    }
    expect(others(true)).toBe('delete')
    expect(others(false)).toBe('leave')
  })

  it('is a defect where an object stands in another file than its claim', () => {
    expect(() => merge([claim('services.yaml', [object('access.yaml', 'a')])])).toThrow(TypeError)
  })
})

const ids = fc.constantFrom('a', 'b', 'c')
const values = fc.constantFrom(1, 2)
const claimsOf = fc
  .record(
    Object.fromEntries(
      FILES.map((file) => [file, fc.record({ managed: fc.boolean(), objects: fc.dictionary(ids, values) })]),
    ),
  )
  .map((files) =>
    Object.entries(files).map(([file, { managed, objects }]) =>
      claim(
        file,
        Object.entries(objects).map(([id, x]) => object(file, id, { x })),
        managed,
      ),
    ),
  )

describe('for any claims', () => {
  it('does not depend on their order', () => {
    fc.assert(
      fc.property(claimsOf, (claims) => {
        expect(merge(claims.toReversed())).toEqual(merge(claims))
      }),
    )
  })

  it('has each object once, as each of its files has it unless there is a finding, and no finding else', () => {
    fc.assert(
      fc.property(claimsOf, (claims) => {
        const { desired, findings } = merge(claims)
        const said = claims.filter(({ managed }) => managed).flatMap(({ objects }) => objects)
        const valuesOf = (id: string) => new Set(said.filter((one) => one.id === id).map(({ fields }) => fields['x']))
        const differ = [...new Set(said.map(({ id }) => id))].filter((id) => valuesOf(id).size > 1)
        expect(findings.map(({ about }) => String(about)).toSorted()).toEqual(
          differ.map((id) => `file/${id}`).toSorted(),
        )
        const made = objectsOf(desired)
        expect(made.map(({ id }) => id).toSorted()).toEqual([...new Set(said.map(({ id }) => id))].toSorted())
        for (const one of made) {
          expect(valuesOf(one.id)).toContain(one.fields['x'])
          expect(
            placesOf(one)
              .map(({ file }) => file)
              .toSorted(),
          ).toEqual(
            said
              .filter(({ id }) => id === one.id)
              .map(({ source }) => source.file)
              .toSorted(),
          )
        }
      }),
    )
  })

  it('what the ledger says of the files is what they are, in a kind of one file and in one of several', () => {
    fc.assert(
      fc.property(claimsOf, (claims) => {
        const { desired } = merge(claims)
        for (const one of objectsOf(desired)) {
          const files = [...new Set(placesOf(one).map(({ file }) => file))]
          expect(filesBehind(KIND, {}, sourcesInLedger(KIND, one))).toEqual(files)
        }
      }),
    )
  })
})

describe('what the ledger knows and the files yield no more', () => {
  const managed = new Set(['services.yaml', 'access.yaml'])
  test.each<[string, readonly string[] | undefined, boolean, string]>([
    ['its file is managed', ['access.yaml'], false, 'gone'],
    ['both its files are managed', ['access.yaml', 'services.yaml'], false, 'gone'],
    ['its file is not managed any more', ['certificates.yaml'], false, 'released'],
    ['one of its files is not', ['access.yaml', 'certificates.yaml'], false, 'released'],
    ['its file is none of the kind any more', ['gone.yaml'], false, 'released'],
    ['the ledger is of the time of one file, and that is managed', undefined, false, 'gone'],
    ['another file yields it still', ['certificates.yaml'], true, 'yielded'],
  ])('%s', (_, sources, yielded, fate) => {
    expect(fateOf(KIND, sources ? { sources } : {}, { yielded, managed })).toBe(fate)
  })

  test('the ledger is of the time of one file, and that is not managed', () => {
    expect(fateOf(KIND, {}, { yielded: false, managed: new Set(['access.yaml']) })).toBe('released')
  })

  test('of earlier entries, only those are deleted that no managed file yields and whose files are all managed', () => {
    fc.assert(
      fc.property(claimsOf, claimsOf, (before, after) => {
        const old = merge(before).desired
        const now = merge(after).desired
        if (now.state === 'unmanaged') return
        const yielded = new Set(now.objects.map(({ id }) => id))
        for (const one of objectsOf(old)) {
          const entry = sourcesInLedger(KIND, one)
          const fate = fateOf(KIND, entry, { yielded: yielded.has(one.id), managed: now.managed })
          const isManaged = placesOf(one).every(({ file }) => after.find(({ source }) => source === file)?.managed)
          expect(fate).toBe(yielded.has(one.id) ? 'yielded' : isManaged ? 'gone' : 'released')
        }
      }),
    )
  })
})

describe('the ledger of a kind', () => {
  test('says nothing of the file where it is the only one, or the first', () => {
    expect(sourcesInLedger(ONE, object('rules.yaml', 'a'))).toEqual({})
    expect(sourcesInLedger(KIND, object('services.yaml', 'a'))).toEqual({})
    expect(sourcesInLedger(KIND, object('access.yaml', 'a'))).toEqual({ sources: ['access.yaml'] })
  })
  test('says the first, too, where another file says the same', () => {
    const both = { ...object('services.yaml', 'a'), alsoIn: [object('access.yaml', 'a').source] }
    expect(sourcesInLedger(KIND, both)).toEqual({ sources: ['access.yaml', 'services.yaml'] })
  })
})

describe('who approves', () => {
  const BLOCKS: KindSources = { name: 'block', sources: ['domain-blocks.yaml', 'access.yaml'] }
  const here = object('domain-blocks.yaml', 'a')
  test.each<[string, readonly string[], boolean]>([
    ['the moderators’ file alone', filesBehind(BLOCKS, here), false],
    ['and that it came from there', filesBehind(BLOCKS, here, {}), false],
    [
      'two files, and one is the owners’',
      filesBehind(BLOCKS, { ...here, alsoIn: [object('access.yaml', 'a').source] }),
      true,
    ],
    [
      'it came from the owners’ file, and moves to the moderators’',
      filesBehind(BLOCKS, here, { sources: ['access.yaml'] }),
      true,
    ],
    ['a delete of what came from the owners’', filesBehind(BLOCKS, {}, { sources: ['access.yaml'] }), true],
    ['a delete of what came from the moderators’', filesBehind(BLOCKS, {}, {}), false],
    ['what no file named, of a kind that has an owners’ file', filesBehind(BLOCKS, {}), true],
    ['what no file named, of a kind that moderators look after', filesBehind(ONE, {}), false],
    ['nobody knows', [], true],
    ['a file that nobody heard of', ['new.yaml'], true],
  ])('%s', (_, files, owner) => {
    expect(takesOwnerOf(files)).toBe(owner)
  })

  test('one file of the owners is enough among any number of others', () => {
    const strict = fc.constantFrom('access.yaml', 'roles.yaml', 'settings.yaml', 'instance.yaml')
    fc.assert(
      fc.property(fc.subarray([...MODERATED], { minLength: 1 }), fc.array(strict), (loose, owned) => {
        expect(takesOwnerOf([...loose, ...owned])).toBe(owned.length > 0)
      }),
    )
  })
})

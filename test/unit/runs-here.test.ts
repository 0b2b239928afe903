import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classOf, touchedOf } from '../../src/session/path-class.ts'

const ROOT = join(import.meta.dirname, '../..')
const PINNED = { folder: 'instance', inCopy: false }
const COPY = { folder: 'instance', inCopy: true }

const ALWAYS = [
  '.github/workflows/test.yml',
  '.github/workflows/deep/x',
  '.github/actions/herdbook/action.yml',
  '.github/actions/other/index.js',
  '.github/CODEOWNERS',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '.gitattributes',
  'docs/.gitattributes',
  'instance/.gitattributes',
  'instance/deep/.gitattributes',
  '.gitmodules',
  '.github/dependabot.yml',
  '.github/dependabot.yaml',
  // A symlink or a submodule in the place of a folder.
  '.github/workflows',
  '.github/actions',
]

describe('what a changed path is', () => {
  test.each(ALWAYS)('%s runs or is obeyed, wherever Herdbook comes from, and in any letters', (path) => {
    for (const name of [
      path,
      path.toUpperCase(),
      path.replaceAll('i', 'I'),
      path.replace('g', '\u200dg'),
      path.replace('k', '\u212a'),
    ])
      for (const around of [PINNED, COPY]) expect(classOf(name, around), name).toBe('runs')
  })

  test.each([
    'src/cli.ts',
    'src/providers/mastodon/console/console.rb',
    'src/notes.md',
    'schema/policy.schema.json',
    'package.json',
    'package-lock.json',
    '.npmrc',
    'tsconfig.json',
    '.ci/run',
    'node_modules/a/readme.md',
    'test/support/farm.ts',
    'index.js',
    'vm/x.sh',
    'docs/x.md/run.js',
    'Makefile',
    'README',
    '.github/x.yml',
  ])('%s runs in a copy, and is another file elsewhere', (path) => {
    expect(classOf(path, COPY)).toBe('runs')
    expect(classOf(path, PINNED)).toBe('other')
  })

  test.each([
    'README.md',
    'LICENSE',
    'docs/x.md',
    '.github/pictures/a.png',
    '.github/ISSUE_TEMPLATE/block.yml',
    '.github/CONTRIBUTING.md',
    'instance/deep/x.yaml',
  ])('%s is another file', (path) => {
    for (const around of [PINNED, COPY]) expect(classOf(path, around)).toBe('other')
  })

  test('the instance is what lies in its folder, in just these letters', () => {
    expect(['instance/roles.yaml', 'instance/about.md'].map((path) => classOf(path, COPY))).toEqual([
      'instance',
      'instance',
    ])
    for (const name of [
      'Domain-Blocks.yaml',
      'domain-blocks.yml',
      'domain-blocks.yaml ',
      'd\u043emain-blocks.yaml',
      'vm.yaml',
      'x',
      'roles.yaml\u200b',
    ])
      expect(classOf(`instance/${name}`, COPY), name).toBe('other')
    expect(
      ['Instance/roles.yaml', 'instance', 'instances/roles.yaml', 'x/instance/roles.yaml'].map((path) =>
        classOf(path, COPY),
      ),
    ).toEqual(['runs', 'runs', 'runs', 'runs'])
    expect(classOf('staging/instance/roles.yaml', { folder: 'staging/instance', inCopy: true })).toBe('instance')
  })

  /** Nothing in these is run. */
  const HARMLESS =
    /^(README\.md|LICENSE|\.github\/(ISSUE_TEMPLATE|docs|pictures|reference)\/.*|\.github\/[\w-]+\.(md|svg))$/

  test('each file of this very repository that the action takes in counts as what runs', () => {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
      .split('\0')
      .filter((path) => path !== '')
    const harmless = files.filter((path) => classOf(path, COPY) !== 'runs' && !path.startsWith('instance/'))
    expect(harmless.filter((path) => !HARMLESS.test(path))).toEqual([])
    expect(files.filter((path) => path.startsWith('src/')).length).toBeGreaterThan(200)
  })

  test('every path is one of the three, nothing is left out, and what runs elsewhere runs in a copy', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'instance',
        '.github',
        'workflows',
        '.gitattributes',
        'src',
        'docs',
        'CODEOWNERS',
        'a.md',
        'package.json',
      ),
      fc.string({ minLength: 1, maxLength: 5 }),
    )
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 8 }), (paths) => {
        for (const around of [PINNED, COPY]) {
          const { runs, others } = touchedOf(paths, around)
          expect(
            [...runs, ...others, ...paths.filter((one) => classOf(one, around) === 'instance')].toSorted(),
          ).toEqual(paths.toSorted())
        }
        const [pinned, copy] = [touchedOf(paths, PINNED), touchedOf(paths, COPY)]
        expect(pinned.runs.filter((one) => !copy.runs.includes(one))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

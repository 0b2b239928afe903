import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { VERBS } from '../../src/verbs/index.ts'
import { ENVIRONMENTS } from '../../src/setup/environment-names.ts'
import { width } from '../../src/words/text.ts'
import { call } from '../support/cli.ts'
import { documentation, exitCodes } from '../support/docs.ts'
import { verbsWithOptions } from '../support/verb-cases.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const PAGES = [
  'README.md',
  '.github/CONTRIBUTING.md',
  '.github/CHANGELOG.md',
  ...['reference', 'docs'].flatMap((folder) =>
    readdirSync(join(ROOT, '.github', folder)).map((name) => `.github/${folder}/${name}`),
  ),
]

describe('the reference', () => {
  it('is what `npm run docs` makes', async () => {
    for (const [path, text] of await documentation()) expect(read(path), path).toBe(text)
  })

  it('has an example for every verb', () => {
    const sections = read('.github/reference/verbs.md').split(/^## /m).slice(1)
    for (const section of sections.filter((text) => !text.startsWith('Exit codes')))
      expect(section).toMatch(/^Examples?:$/m)
  })

  it('is help that fits a terminal of 80 columns, for every verb and its own verbs', async () => {
    for (const { verb, sub } of await verbsWithOptions()) {
      const { code, stdout } = await call(ROOT, [verb, ...(sub === null ? [] : [sub]), '--help'], { columns: 80 })
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Examples?:$/m)
      for (const line of stdout.split('\n'))
        expect(width(line), `${verb} ${sub ?? ''}: ${line}`).toBeLessThanOrEqual(80)
    }
  })

  it('has every key of every schema, each with words', () => {
    const rows = read('.github/reference/files.md').match(/^\| `.*$/gm) ?? []
    expect(rows.length).toBeGreaterThan(150)
    for (const row of rows) expect(row).toMatch(/^\| `[^`]+` \| [^|]+ \| .*[A-Za-z].* \|$/)
  })
})

describe('what people read first', () => {
  it('has the exit codes as they are', () => {
    expect(read('.github/reference/verbs.md')).toContain(exitCodes())
    expect(exitCodes().match(/^\| \d+ /gm)).toHaveLength(Object.keys(EXIT).length)
  })

  it('has every file of the engine in the map of the house, and none that is gone', () => {
    const page = read('.github/CONTRIBUTING.md')
    const there = readdirSync(join(ROOT, 'src/reconcile'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const namesIn = (text: string): string[] => [...text.matchAll(/(?<![\w/-])[\w/-]+\.ts/g)].map(([name]) => name)
    const table = /What each file of `src\/reconcile\/` does[^]*?(?=\n\n## The port)/.exec(page)?.[0] ?? ''
    expect(there.filter((name) => !namesIn(table).includes(name))).toEqual([])
    expect(namesIn(table).filter((name) => !there.includes(name))).toEqual([])
  })

  it('names in the changelog what doctor calls the same', () => {
    const folder = join(ROOT, 'src/setup/doctor')
    const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    const known = [...sources.join('\n').matchAll(/(?:what:|WHAT =|what =) '([^']+)'/g)].map(([, what]) => what)
    const named = [...read('.github/CHANGELOG.md').matchAll(/\*\* \[([^\]]+)\]\./g)].flatMap(([, names = '']) =>
      names.split(', '),
    )
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((name) => ![...known, ...Object.keys(ENVIRONMENTS)].includes(name))).toEqual([])
  })

  it('names files that are there', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n')
    const isThere = (name: string): boolean =>
      tracked.some((path) => path === name || path.endsWith(`/${name}`) || path.startsWith(`${name}/`))
    const named = PAGES.filter((page) => !page.startsWith('.github/reference')).flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|schema|\.github)\/[\w./-]+?)\/?`|`(\w[\w/-]*\.(?:ts|sql|rb))`/g)].map(
        ([, path, name]) => `${page}: ${path ?? name ?? ''}`,
      ),
    )
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((one) => !isThere(one.split(': ')[1] ?? '') && !/NAME|herdbook\./.test(one))).toEqual([])
  })

  it('has pictures that are there and load fast', () => {
    const pictures = PAGES.flatMap((page) =>
      [...read(page).matchAll(/(?:src|srcset)="([^":]+)"|!\[[^\]]*\]\(([^):]+)\)/g)].map(([, tag, link]) =>
        resolve(ROOT, dirname(page), tag ?? link ?? ''),
      ),
    )
    expect(pictures.length).toBeGreaterThan(2)
    for (const picture of pictures) {
      expect(existsSync(picture), picture).toBe(true)
      expect(statSync(picture).size, picture).toBeLessThan(150_000)
    }
  })

  it('names verbs and npm scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: { readonly [name: string]: string } }
    for (const page of PAGES) {
      const code = [...read(page).matchAll(/```[^]*?```|`[^`\n]+`/g)].join('\n')
      for (const [, verb] of code.matchAll(/(?:^|`|&& |\$ )\s*herdbook (\w+)/gm))
        expect(Object.keys(VERBS), `${page}: herdbook ${verb}`).toContain(verb)
      for (const [, script = ''] of code.matchAll(/npm run ([\w:]+)/g))
        expect(Object.keys(scripts), `${page}: npm run ${script}`).toContain(script)
    }
  })

  it('links to what is there', () => {
    for (const page of PAGES) {
      for (const [, link = ''] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (!/^https?:/.test(link)) expect(existsSync(join(ROOT, dirname(page), link)), `${page}: ${link}`).toBe(true)
      }
    }
  })
})

import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { parseAst } from 'vitest/node'
import { cpuOf } from '../support/cpu.ts'
import { NASTY, nasty } from '../support/nasty.ts'

// No regular expression of ours, and no pattern of a schema, takes more time than its text is long: whoever writes that
// text may be anybody.

const ROOT = resolve(import.meta.dirname, '../..')

interface Expression {
  readonly where: string
  readonly pattern: string
  readonly flags: string
}

/**
 * What is written between slashes in the sources. What was generated is made of the schemas; nobody sends the sandbox
 * anything but tests.
 */
function inSources(): Expression[] {
  return globSync('src/**/*.ts', { cwd: ROOT, exclude: ['src/**/*.gen.ts', 'src/sandbox/**'] }).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    const found: Expression[] = []
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return
      if ('regex' in node && 'start' in node) {
        const { pattern, flags } = node.regex as { readonly pattern: string; readonly flags: string }
        found.push({ where: `${file}:${text.slice(0, Number(node.start)).split('\n').length}`, pattern, flags })
      }
      Object.values(node).forEach(walk)
    }
    walk(parseAst(text, { lang: 'ts' }))
    return found
  })
}

function inSchemas(): Expression[] {
  return globSync('schema/*.json', { cwd: ROOT }).flatMap((file) => {
    const patterns = readFileSync(join(ROOT, file), 'utf8').matchAll(/^\s*"pattern": ("(?:[^"\\]|\\.)*")/gm)
    return [...patterns].map(([, pattern = '""'], i) => ({
      where: `${file} (${i + 1})`,
      pattern: String(JSON.parse(pattern)),
      flags: 'u',
    }))
  })
}

const LENGTH = 20_000
/** What is quadratic takes ten times that, and what is linear a hundredth. */
const MOST_SECONDS = 0.03

/** Texts that an expression likes, almost: its own signs and words, over and over, behind a beginning of its own. */
function textsFor({ pattern }: Expression): Iterable<string> {
  const words = pattern.match(/[a-z]{2,}/gi) ?? []
  const signs = [...new Set(pattern.replaceAll(/\\[a-zA-Z](\{[^}]*\})?|[\\()[\]{}?*+|^$]/g, ''))].slice(0, 14)
  const units = new Set([
    ...signs,
    ...signs.flatMap((sign) => [`${sign}a`, `${sign} `, `a${sign}`]),
    ...words.flatMap((word) => [word, `${word} `]),
  ])
  const long = [...units].map((unit) => unit.repeat(LENGTH / unit.length))
  return [
    ...long,
    ...long.flatMap((text) => [
      `x${text}\u0001`,
      ...signs.slice(0, 4).map((sign) => `${sign}${text}\u0001`),
      ...words.slice(0, 2).map((word) => `${word}${text}\u0001`),
    ]),
  ]
}

const KNOWN = NASTY.flatMap((kind) => [nasty(kind, LENGTH), `x${nasty(kind, LENGTH)}\u0001`])

function search({ pattern, flags }: Expression, text: string): void {
  new RegExp(pattern, flags.replace('g', '')).test(text)
  text.replaceAll(new RegExp(pattern, flags.includes('g') ? flags : `${flags}g`), '')
}

/** The beginning of the text that costs too much, the better of two tries; null where none does. */
function tooSlowOn(expression: Expression, texts: Iterable<string>): string | null {
  for (const text of texts) {
    const seconds = (): number => cpuOf(() => search(expression, text))
    if (seconds() > MOST_SECONDS && seconds() > MOST_SECONDS) return JSON.stringify(text.slice(0, 40))
  }
  return null
}

it('finds an expression that is not linear', () => {
  expect(
    tooSlowOn({ where: 'here', pattern: '=+$', flags: '' }, textsFor({ where: 'here', pattern: '=+$', flags: '' })),
  ).not.toBeNull()
  expect(tooSlowOn({ where: 'here', pattern: '\\s+$', flags: '' }, KNOWN)).not.toBeNull()
})

it('every regular expression of the sources and the schemas is linear on nasty texts', { timeout: 600_000 }, () => {
  const all = [...inSources(), ...inSchemas()]
  expect(all.length).toBeGreaterThan(300)
  const slow = all.flatMap((expression) => {
    const text = tooSlowOn(expression, KNOWN) ?? tooSlowOn(expression, textsFor(expression))
    return text === null ? [] : [`${expression.where} /${expression.pattern}/${expression.flags} on ${text}`]
  })
  expect(slow).toEqual([])
})

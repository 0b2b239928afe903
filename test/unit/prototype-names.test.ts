import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseRef } from '../../src/session/options.ts'
import type { Diagnostic } from '../../src/instance/diagnostic.ts'
import { FILE_NAMES } from '../../src/instance/files.gen.ts'
import { fileOf } from '../support/edits.ts'
import { loadInstance } from '../../src/providers/load-instance.ts'
import { renderDiagnostics } from '../../src/terminal/diagnostics.ts'
import { memorySource } from '../support/instance.ts'

// A name that every object of JavaScript has is a name like any other: it is looked up in no plain object.

const NAMES = Object.getOwnPropertyNames(Object.prototype)
const FOLDER = resolve(import.meta.dirname, '../../instance')
const EXAMPLE: { readonly [name: string]: string } = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
)

/** What every file may refer to; the others only cost time. */
const BESIDE = Object.fromEntries(
  Object.entries(EXAMPLE).filter(([name]) => name === 'instance.yaml' || name.endsWith('.md')),
)
const SCREEN = { width: 100, colour: false }
const CODE = /\[native code\]|\[object \w+\]/

type Path = readonly (string | number)[]

/** Every place of a value, entries of one list alike taken once. */
function* places(
  value: unknown,
  path: Path = [],
  seen = new Set<string>(),
): Generator<{ readonly path: Path; readonly value: unknown }> {
  const like = path.map((part) => (typeof part === 'number' ? '#' : part)).join('/')
  if (!seen.has(like)) yield { path, value }
  seen.add(like)
  if (typeof value === 'object' && value !== null)
    for (const [key, inside] of Object.entries(value))
      yield* places(inside, [...path, Array.isArray(value) ? Number(key) : key], seen)
}

/** The value with something else at a path, as JSON, which YAML is. */
function written(value: unknown, path: Path, change: (inside: unknown) => string): string {
  const [first, ...rest] = path
  if (first === undefined) return change(value)
  const parts = Object.entries(value as object).map(([key, inside]) => {
    const text = key === String(first) ? written(inside, rest, change) : JSON.stringify(inside)
    return Array.isArray(value) ? text : `${JSON.stringify(key)}: ${text}`
  })
  return Array.isArray(value) ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`
}

const loaded = async (file: string, text: string): Promise<readonly Diagnostic[]> =>
  (await loadInstance(memorySource({ ...BESIDE, [file]: text }))).diagnostics
const withKey = (name: string) => (inside: unknown) =>
  `{${JSON.stringify(name)}: "x", ${JSON.stringify(inside).slice(1)}`

describe.each(FILE_NAMES)('%s', (file) => {
  const document: unknown = parse(EXAMPLE[file] ?? '')
  const all = [...places(document)]
  const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

  it.each(NAMES)('says that there is no key %s, wherever it stands', async (name) => {
    for (const { path } of all.filter(({ value }) => isMap(value))) {
      const diagnostics = await loaded(file, written(document, path, withKey(name)))
      // What stands where a secret is to be named may be the secret itself, and is not shown.
      const named = diagnostics.some(
        ({ code, at, message }) => at?.file === file && (code === 'wrong-secret' || message.includes(name)),
      )
      expect([named, path]).toEqual([true, path])
      expect(renderDiagnostics(diagnostics, SCREEN)).not.toMatch(CODE)
    }
  })

  it.each(['constructor', 'toString', '__proto__'])('takes %s as a text, or says why not', async (name) => {
    for (const { path } of all.filter(({ value }) => typeof value === 'string')) {
      const diagnostics = await loaded(
        file,
        written(document, path, () => JSON.stringify(name)),
      )
      expect(renderDiagnostics(diagnostics, SCREEN)).not.toMatch(CODE)
    }
  })
})

it.each(NAMES)('%s is no kind', (name) => {
  expect(() => parseRef(`${name}/a`)).toThrow(`"${name}/a" is not the name of an object.`)
  expect(() => fileOf(name)).toThrow(`The files have no kind ${name}.`)
})

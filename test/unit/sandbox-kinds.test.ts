import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { generatedSandbox } from '../../src/sandbox/generate.ts'
import type { SandboxKind } from '../../src/sandbox/kind.ts'
import { KINDS } from '../../src/sandbox/kinds.gen.ts'

const ROOT = new URL('../../', import.meta.url)
const kinds: readonly SandboxKind[] = KINDS

describe('the kinds of the embedded Mastodon', () => {
  test('are those in the folder: run `npm run generate` where this fails', async () => {
    for (const [path, text] of await generatedSandbox())
      expect(await readFile(new URL(path, ROOT), 'utf8'), path).toBe(text)
  })

  test.each([
    ['table that the console writes', kinds.flatMap(({ writes = {} }) => Object.keys(writes))],
    ['click', kinds.flatMap(({ clicks = {} }) => Object.keys(clicks))],
    ['route', kinds.flatMap(({ routes = [] }) => routes.map(({ method, path }) => `${method} ${path}`))],
    ['debt', kinds.flatMap(({ settles = {} }) => Object.keys(settles))],
  ])('have no %s in common', (_, names) => {
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
  })
})

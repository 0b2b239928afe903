import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { VERBS } from '../../src/verbs/index.ts'

it('a verb is a file of its name, with at most a folder beside it', () => {
  const entries = readdirSync(resolve(import.meta.dirname, '../../src/verbs'), { withFileTypes: true })
  const files = entries.filter((one) => one.isFile()).map(({ name }) => name)
  const folders = entries.filter((one) => one.isDirectory()).map(({ name }) => name)
  expect(files.toSorted()).toEqual([...Object.keys(VERBS).map((verb) => `${verb}.ts`), 'index.ts'].toSorted())
  expect(folders.filter((name) => !Object.hasOwn(VERBS, name))).toEqual([])
})

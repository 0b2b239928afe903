import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const MOST = 300

const tooLong = ['src', 'test']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.ts') && !name.includes('.gen.'))
  .filter((name) => readFileSync(join(ROOT, name), 'utf8').split('\n').length - 1 > MOST)

it('files that people write have 300 lines at most', () => {
  expect(tooLong).toEqual([])
})

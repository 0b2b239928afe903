import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const MOST = 120

/** What people write and the formatter does not keep to the width: texts, SQL, Ruby, shell, YAML. */
const WRITTEN = /^(?:src|test|\.github)\/.*\.(?:ts|js|rb|sql|sh|ya?ml)$/
/** What programs wrote. */
const MADE = [
  /\.gen\.(?:ts|js)$/, // of schema/, by `npm run generate`
  /^\.github\/ISSUE_TEMPLATE\//, // by `npm run docs`; GitHub shows each line break of the paragraphs as one
  /^test\/contract\/recorded\//, // what servers answered
  /^test\/unit\/golden\//, // what earlier versions wrote
]
/** Lines that cannot be broken. */
const WHOLE = [
  /^ +group: herdbook-plan-\$\{\{/, // GitHub's parser keeps the blanks of a folded scalar with expressions
]

it('sources that people write have 120 columns at most', () => {
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0')
  const tooLong = names
    .filter((name) => WRITTEN.test(name) && !MADE.some((made) => made.test(name)))
    .flatMap((name) =>
      readFileSync(join(ROOT, name), 'utf8')
        .split('\n')
        .flatMap((line, at) =>
          line.length > MOST && !WHOLE.some((whole) => whole.test(line)) ? [`${name}:${at + 1}`] : [],
        ),
    )
  expect(tooLong).toEqual([])
})

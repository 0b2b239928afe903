import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { literalsOf } from '../support/literals.ts'
import { regexOf } from '../support/regex-of.ts'

const SRC = join(import.meta.dirname, '../../src')

/** Rooms in which every sentence may stand: an editor looks there first. */
const ROOMS = /^(?:comments|terminal|words|demo|sandbox)\//
/** Files of texts; the table of verbs; what is generated or written into somebody's repository. */
const FILES = regexOf(
  /(?:^|\/)(?:[\w-]+-)?texts\.ts$|^verbs\/index\.ts$|\.gen\./,
  /|^instance\/(?:example|generate|generate-files)\.ts$|^setup\/init\/(?:templates|github)\.ts$/,
)

const SENTENCE = /^(?=[^]*\p{L}{2,}[ ,:]+[^]*\p{L}{2,}[ ,:]+[^]*\p{L}{2,}[ ,:]+\p{L})/u
/** Words for programs: commands of shells, and SQL. */
const PROGRAMS = /^(?:git |gh |herdbook |select |insert |set |begin|grant |do \$|case "|[-\w]+(?: -[-\w]+)+)/i

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** Sentences for people that stand in a file of code. */
function sentencesIn(code: string): string[] {
  return literalsOf(code)
    .map(({ text }) => text.replaceAll('…', 'x'))
    .filter((text) => SENTENCE.test(text) && !PROGRAMS.test(text))
}

describe('what people read', () => {
  it('stands where an editor finds it', () => {
    const elsewhere = filesOf(SRC)
      .filter((name) => !ROOMS.test(name) && !FILES.test(name))
      .flatMap((name) => sentencesIn(readFileSync(join(SRC, name), 'utf8')).map((text) => `${name}: ${text}`))
    expect(elsewhere).toEqual([])
  })
})

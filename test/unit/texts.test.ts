import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')

/** Rooms in which every sentence may stand: an editor looks there first. */
const ROOMS = /^(?:comments|terminal|words|demo|sandbox)\//
/** Files of texts; the table of verbs; what is generated or written into somebody's repository. */
const FILES =
  /(?:^|\/)(?:[\w-]+-)?texts\.ts$|^verbs\/index\.ts$|\.gen\.|^instance\/(?:example|generate)\.ts$|^setup\/init\/(?:templates|github)\.ts$|^cli\.ts$/

/** Rooms whose sentences still stand in their code. */
const STILL =
  /^(?:approvals|command-line|forges|git|http|instance|jobs|providers|reconcile|secrets|session|ssh|verbs)\//

/** String literals, with what is filled in as one word. */
const LITERAL = /(['"`])((?:\\.|(?!\1)[^\\])*)\1/g
/** What holds no text: comments and regular expressions. */
const ELSE =
  /\/\*[^]*?\*\/|^\s*\/\/.*$|(?<=[=(,:!&|?;[{]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/gm
const SENTENCE = /^(?=[^]*\p{L}{2,}[ ,:]+[^]*\p{L}{2,}[ ,:]+[^]*\p{L}{2,}[ ,:]+\p{L})/u
/** Words for programs: commands of shells, and SQL. */
const PROGRAMS = /^(?:git |gh |herdbook |select |insert |set |begin|[-\w]+(?: -[-\w]+)+)/i

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** Sentences for people that stand in a file of code. */
function sentencesIn(code: string): string[] {
  return [...code.replaceAll(ELSE, '').matchAll(LITERAL)]
    .map(([, , text = '']) => text.replaceAll(/\$\{[^}]*\}/g, 'x'))
    .filter((text) => SENTENCE.test(text) && !PROGRAMS.test(text))
}

describe('what people read', () => {
  it('stands where an editor finds it', () => {
    const elsewhere = filesOf(SRC)
      .filter((name) => !ROOMS.test(name) && !FILES.test(name) && !STILL.test(name))
      .flatMap((name) => sentencesIn(readFileSync(join(SRC, name), 'utf8')).map((text) => `${name}: ${text}`))
    expect(elsewhere).toEqual([])
  })
})

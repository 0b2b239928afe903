import { expect, it } from 'vitest'
import { BY_HAND } from '../support/hint-cases-by-hand.ts'
import { FILES } from '../support/hint-cases-files.ts'
import { GIT } from '../support/hint-cases-git.ts'
import { LEDGER } from '../support/hint-cases-ledger.ts'
import { LIVE } from '../support/hint-cases-live.ts'
import { LONG } from '../support/hint-cases-long.ts'
import { namedCommands } from '../support/hints.ts'
import { ELSEWHERE } from '../support/hints-elsewhere.ts'
import { literalsOf } from '../support/literals.ts'

const often = (names: readonly string[]): Map<string, number> =>
  new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]))

const followed = [
  ...[...BY_HAND, ...FILES, ...GIT, ...LEDGER, ...LIVE, ...LONG].flatMap(({ of }) => of),
  ...Object.values(ELSEWHERE).flat(),
]

it('every command that our texts name is typed by a case, or listed with the reason why it cannot be', () => {
  const known = often(followed)
  const unknown = [...often(namedCommands())].filter(([name, count]) => (known.get(name) ?? 0) < count)
  expect(unknown, 'write a case for it in test/support/hint-cases-*.ts').toEqual([])
})

it('no case is of a command that no text names any more', () => {
  const there = new Set(namedCommands())
  expect(followed.filter((name) => !there.has(name))).toEqual([])
})

it('texts are found in whatever quotes they stand, and in no comment and no expression', () => {
  const source = [
    "const a = 'git init' // 'git no'",
    '/* `git no` */',
    'const b = `x ${f({ c: "git add" })} git log`',
    "const d = e.replace(/['\"`]/g, 'git push') / 2",
    "const f = 'it\\'s git tag'",
  ].join('\n')
  expect(literalsOf(source).map(({ text }) => text)).toEqual([
    'git init',
    'git add',
    'x … git log',
    'git push',
    "it's git tag",
  ])
})

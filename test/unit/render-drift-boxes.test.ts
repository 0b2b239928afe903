import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { showsToLeave } from '../../src/comments/drift-issue.ts'
import {
  boxLine,
  carriedOver,
  dueTicks,
  hasProposals,
  parseTicks,
  proposedIn,
  type Tick,
} from '../../src/comments/checkboxes.ts'
import { HOSTILE, text } from '../support/plan-arbitrary.ts'
import { EMPTY } from '../support/plans.ts'
import { PLAN, issueOf } from '../support/drift-issue.ts'

describe('ticked boxes', () => {
  const { body } = issueOf(PLAN)
  const tick = (line: RegExp, from = body): string => from.replace(line, (found) => found.replace('[ ]', '[x]'))
  const ADOPT = /^- \[ \].*adopt domain-block\/flood\.example -->$/m
  const RESTORE = /^- \[ \].*restore setting\/site_short_description -->$/m

  test('are those that stood there unticked', () => {
    expect(parseTicks(body, tick(ADOPT), KINDS)).toEqual([{ what: 'adopt', ref: 'domain-block/flood.example' }])
    const two = tick(RESTORE, tick(ADOPT)).replaceAll('\n', '\r\n')
    expect(parseTicks(body, two, KINDS)).toEqual([
      { what: 'adopt', ref: 'domain-block/flood.example' },
      { what: 'restore', ref: 'setting/site_short_description' },
    ])
    expect(parseTicks(body, tick(ADOPT).replace('[x]', '[X]'), KINDS)).toHaveLength(1)
  })

  test('are none where nothing was ticked, was ticked before, or was unticked', () => {
    expect(parseTicks(body, body, KINDS)).toEqual([])
    expect(parseTicks(tick(ADOPT), tick(ADOPT), KINDS)).toEqual([])
    expect(parseTicks(tick(ADOPT), body, KINDS)).toEqual([])
  })

  test('are none where the line is not ours, or was edited', () => {
    const forged = '- [x] **Adopt** it <!-- adopt moderator/mallory -->'
    for (const after of [
      `${body}\n${forged}`,
      tick(ADOPT).replace('adopt domain-block/flood.example', 'adopt domain-block/evil.example'),
      tick(ADOPT).replace('- [x]', '  - [x]'),
      tick(ADOPT).replace('keep the', 'keep  the'),
    ])
      expect(parseTicks(body, after, KINDS)).toEqual([])
    for (const line of [
      'x <!-- adopt unknown/x -->',
      'x <!-- delete role/Owner -->',
      'x <!-- adopt role/ -->',
      'x <!-- adopt role/%ff -->',
      'x <!-- adopt role/a b -->',
      'x',
    ])
      expect(parseTicks(`- [ ] ${line}`, `- [x] ${line}`, KINDS)).toEqual([])
  })

  test('are none where both ways out are asked for at once', () => {
    const both = tick(/^- \[ \].*restore domain-block\/flood\.example -->$/m, tick(ADOPT))
    expect(parseTicks(body, both, KINDS)).toEqual([])
  })

  test('bring back every name that they were made of', () => {
    const names = fc
      .oneof(text, fc.constantFrom('--> <!--', '-->', 'a/b%2F', '198.51.100.0/24', 'x\n- [x] y', ...HOSTILE))
      .filter((name) => name !== '')
    fc.assert(
      fc.property(names, fc.constantFrom('adopt', 'restore'), (name, what) => {
        const line = boxLine({ what, ref: `role/${name}` }, 'words')
        expect(line).toMatch(/^- \[ \] words <!-- [^>\n]+ -->$/)
        expect(parseTicks(line, line.replace('[ ]', '[x]'), KINDS)).toEqual([
          { what, ref: `role/${name.toWellFormed()}` },
        ])
      }),
      { numRuns: 500 },
    )
  })
})

test('a box to leave something counts below what it is, and nowhere else', () => {
  const alice = { kind: 'role', id: 'Guide', addedByHand: true, mark: 'a'.repeat(64), fields: { position: 3 } } as const
  const bob = { kind: 'role', id: 'Helper', addedByHand: true, mark: 'b'.repeat(64), fields: { position: 4 } } as const
  const { body } = issueOf({ ...EMPTY, unmanaged: [alice, bob] })
  const options = { kinds: KINDS, visibility: 'public' } as const
  expect([alice, bob].map((one) => showsToLeave(body.replaceAll('\n', '\r\n'), one, options))).toEqual([true, true])
  for (const [from, to] of [
    ['leave role/Guide', 'adopt role/Guide'],
    ['`Guide`', '`Helper`'],
    [`leave role/Helper ${'b'.repeat(64)}`, `leave role/Guide ${'a'.repeat(64)}`],
    ['**Leave**', '**Adopt**'],
  ] as const)
    expect(showsToLeave(body.replace(from, to), alice, options)).toBe(false)
  expect(showsToLeave(body, { ...alice, changed: true }, options)).toBe(false)
})

describe('the pull request that a box has led to', () => {
  const box: Tick = { what: 'adopt', ref: 'domain-block/flood.example' }
  const { body } = issueOf(PLAN)
  const proposed = (number: number, from = body): string => proposedIn(from, [box], number, KINDS)
  const lineIn = (text: string): string =>
    text.split('\n').find((line) => line.endsWith('<!-- adopt domain-block/flood.example -->')) ?? ''
  /** As the version before wrote it: in words alone. */
  const old = (number: number): string =>
    body.replace(
      ' <!-- adopt domain-block/flood.example',
      ` · proposed in #${number} <!-- adopt domain-block/flood.example`,
    )
  const tick = (text: string): string => text.replace(lineIn(text), lineIn(text).replace('[ ]', '[x]'))

  test('stands beside it, once, marked for us in whatever words', () => {
    expect(lineIn(proposed(7))).toBe(
      `${lineIn(body).replace(/ <!--.*/, '')} <!-- proposed=7 --> · ` +
        'proposed in #7 <!-- adopt domain-block/flood.example -->',
    )
    expect(proposed(8, proposed(7))).toBe(proposed(8))
    expect(proposed(8, old(7))).toBe(proposed(8))
    expect([body, proposed(7), old(7), proposed(7).replace('proposed in #7', 'siehe 7')].map(hasProposals)).toEqual([
      false,
      true,
      true,
      true,
    ])
  })

  test('is carried over while it is open, also from a body of the version before', () => {
    const over = (before: string, open: number): string => carriedOver(before, body, (number) => number === open, KINDS)
    for (const before of [
      proposed(7),
      old(7),
      proposed(7).replaceAll('proposed in #7', 'siehe 7'),
      old(7).replaceAll('\n', '\r\n'),
    ]) {
      expect(over(before, 7)).toBe(proposed(7))
      expect(over(before, 8)).toBe(body)
    }
  })

  test('takes a tick that came before it', () => {
    for (const at of [proposed, old]) {
      expect(dueTicks({ before: body, after: tick(body), now: at(7) }, KINDS)).toEqual([])
      expect(dueTicks({ before: at(7), after: tick(at(7)), now: at(7) }, KINDS)).toEqual([box])
      expect(dueTicks({ before: at(7), after: tick(at(7)), now: at(8) }, KINDS)).toEqual([])
    }
    // The same pull request, told by two versions.
    expect(dueTicks({ before: old(7), after: tick(old(7)), now: proposed(7) }, KINDS)).toEqual([box])
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/reconcile/types.ts'
import { renderDriftIssue, showsToLeave, type DriftOptions } from '../../src/render/drift-issue.ts'
import { renderPlan } from '../../src/render/terminal.ts'
import {
  boxLine,
  carriedOver,
  dueTicks,
  hasProposals,
  parseTicks,
  proposedIn,
  type Tick,
} from '../../src/render/ticks.ts'
import { expectInert } from '../support/github-html.ts'
import { html } from '../support/github-page.ts'
import { anyPlan, HOSTILE, text } from '../support/plan-arbitrary.ts'
import { announced, EMPTY, KIND_NAMES, SAMPLE, standoff, step } from '../support/plans.ts'

const RUN = 'https://github.com/herd/instance/actions/runs/7'
const PULL = 'https://github.com/herd/instance/pull/31'
const OPTIONS: DriftOptions = { kinds: KIND_NAMES, visibility: 'public', run: RUN }
const PLAN: Plan = { ...SAMPLE, findings: [], steps: SAMPLE.steps.slice(0, 1) }
const BOX = /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/

const issueOf = (plan: Plan, options: Partial<DriftOptions> = {}): { title: string; body: string } => {
  const issue = renderDriftIssue(plan, { ...OPTIONS, ...options })
  if (issue === null) throw new Error('nothing to tell')
  return issue
}
const boxesIn = (body: string): number => body.match(/^- \[ \] /gm)?.length ?? 0

describe('the drift issue', () => {
  const issue = issueOf(PLAN, {
    ended: [
      { ref: 'domain-block/politics.example', until: '2026-12-24', pullRequest: { number: 31, url: PULL } },
      { ref: 'moderator/bob', until: '2026-12-31', pullRequest: null },
    ],
  })

  test('counts what there is in its title', () => {
    expect(issue.title).toBe(
      'herd.example: 1 changed by hand, 1 changed on both sides, 1 added by hand, 2 ended, 1 not applied yet, 1 waiting and 1 not read',
    )
  })

  test('offers both ways out of a difference, in words', () => {
    expect(issue.body).toContain(
      '**Domain block** `flood.example`<br>`severity`: `suspend` on the server, `limit` in the files\n\n- [ ] **Adopt**: keep it as the server has it <!-- adopt domain-block/flood.example -->\n- [ ] **Restore**: put it back as the files have it <!-- restore domain-block/flood.example -->',
    )
    expect(issue.body).toContain(
      `**Domain block** \`tonight.example\`: \`suspend\`\n\n- [ ] **Adopt**: write it into the files <!-- adopt domain-block/tonight.example -->\n- [ ] **Restore**: take it away on the server <!-- restore domain-block/tonight.example -->\n- [ ] **Leave**: it stays, in no file, and leaves this list until it changes <!-- leave domain-block/tonight.example ${'a'.repeat(64)} -->`,
    )
    expect(issue.body).not.toContain('adopt domain-block/older.example')
    expect(html(issue.body).match(/<input type="checkbox"/g)).toHaveLength(7)
  })

  test('links the pull request that ends what has ended', () => {
    expect(issue.body).toContain(
      `- \`domain-block/politics.example\` was to hold until 24 December 2026. [Pull request 31](${PULL}) takes it out of the files.`,
    )
    expect(issue.body).toContain('- `moderator/bob` was to hold until 31 December 2026. Take it out of the files')
  })

  test('tells what is left over, waits, was not read, and counts staff', () => {
    expect(issue.body).toMatch(/### Not applied yet · 1\n\n[^\n]*left over[^]*Blocks `spam\.example`/)
    expect(issueOf({ ...EMPTY, steps: [announced('bad.example', '2026-11-26T09:30:00.000Z')] }).body).toMatch(
      /its day has not come[^]*`bad\.example` [^\n]*<br>Members were told on 26 November 2026; applied from 4 December 2026 on\./,
    )
    expect(issue.body).toContain("moderator `newcomer`: can't be given a role yet")
    expect(issue.body).toContain('Not read, so nothing')
    expect(issue.body).toContain('Not in the files, and left alone: 1 moderator.')
    expect(issue.body).not.toContain('second')
    const open = issueOf(PLAN, { visibility: 'private', show: { staff: true } })
    expect(open.body).toContain('there is no account of that name yet')
    expect(open.body).toContain('left alone: 1 moderator: `second`.')
  })

  test('has no box that would write into the files what it does not show', () => {
    const plan: Plan = {
      ...EMPTY,
      drift: [
        standoff('ip-block', '192.0.2.0/24', 'drift', {
          desired: { comment: 'in the file' },
          live: { comment: 'hush' },
          fields: ['comment'],
        }),
      ],
    }
    const { body } = issueOf(plan)
    expect(body).not.toContain('hush')
    expect(body).not.toContain('<!-- adopt')
    expect(body).toContain('- To keep it as the server has it: `herdbook adopt ip-block/192.0.2.0/24` at a desk')
    expect(body).toContain('<!-- restore ip-block/192.0.2.0/24 -->')
    expect(issueOf(plan, { visibility: 'private', show: { ip_blocks: true } }).body).toContain(
      '<!-- adopt ip-block/192.0.2.0/24 -->',
    )
  })

  test('counts what was added and may not be named', () => {
    const plan: Plan = {
      ...EMPTY,
      unmanaged: [
        { kind: 'moderator', id: 'hush-name', addedByHand: true, mark: 'a'.repeat(64), fields: {} },
        { kind: 'ip-block', id: '203.0.113.9/32', addedByHand: true, mark: 'a'.repeat(64), fields: {} },
      ],
    }
    const { title, body } = issueOf(plan)
    expect(title).toBe('herd.example: 2 added by hand')
    expect(body).toContain('And 1 moderator and 1 IP block, not named here.')
    expect(body).not.toMatch(/hush|203\.0|- \[/)
  })

  test('counts what somebody changed and no file names as changed, and has it under the same words as the terminal', () => {
    const [changed, added] = ['site_title', 'theme'].map((id, i) => ({
      kind: 'setting',
      id,
      addedByHand: true,
      ...(i === 0 ? { changed: true as const } : {}),
      mark: 'a'.repeat(64),
      fields: { value: 'x' },
    }))
    const plan: Plan = { ...EMPTY, unmanaged: [changed, added, added].flatMap((one) => one ?? []) }
    const { title, body } = issueOf(plan)
    expect(title).toBe('herd.example: 1 changed by hand and 2 added by hand')
    expect(body).toContain('### Added or changed by hand · 3\n')
    expect(renderPlan(plan, { kinds: KIND_NAMES, colour: false }).split('\n')[0]).toBe(
      'No changes to apply. 1 changed by hand and 2 added by hand.',
    )
  })

  test('is not there where nobody has to decide anything', () => {
    expect(
      renderDriftIssue(
        {
          ...EMPTY,
          unmanaged: [{ kind: 'moderator', id: 'second', addedByHand: false, mark: 'a'.repeat(64), fields: {} }],
        },
        OPTIONS,
      ),
    ).toBeNull()
  })

  test('is inert and within the limit, whatever is on the server', () => {
    const endings = fc.array(
      fc.record({
        ref: text,
        until: text,
        pullRequest: fc.option(fc.record({ number: fc.nat(), url: fc.constant(PULL) })),
      }),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(anyPlan, endings, fc.integer({ min: 3000, max: 65_536 }), (plan, ended, limit) => {
        const found = renderDriftIssue(plan, { ...OPTIONS, ended, limit })
        if (found === null) return
        expect(Buffer.byteLength(found.body)).toBeLessThanOrEqual(limit)
        expectInert(found.body, { links: [RUN, PULL], boxes: boxesIn(found.body), comments: BOX })
        expect(found.title.length).toBeLessThanOrEqual(256)
        expect(found.title).not.toMatch(/[@#`<\n]/)
      }),
      { numRuns: 200 },
    )
  })

  test('of ten thousand differences is within the limit', () => {
    const drift = Array.from({ length: 10_000 }, (_, i) =>
      standoff('domain-block', `server-${i}.example`, 'drift', {
        fields: ['severity'],
        desired: { severity: 'silence' },
        live: { severity: 'suspend' },
      }),
    )
    const { title, body } = issueOf({ ...EMPTY, drift, steps: [step('rule', 'x')] })
    expect(title).toContain('10,000 changed by hand')
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    expect(body).toContain('… and 9,900 more')
  })
})

describe('ticked boxes', () => {
  const { body } = issueOf(PLAN)
  const tick = (line: RegExp, from = body): string => from.replace(line, (found) => found.replace('[ ]', '[x]'))
  const ADOPT = /^- \[ \].*adopt domain-block\/flood\.example -->$/m
  const RESTORE = /^- \[ \].*restore setting\/site_short_description -->$/m

  test('are those that stood there unticked', () => {
    expect(parseTicks(body, tick(ADOPT), KIND_NAMES)).toEqual([{ what: 'adopt', ref: 'domain-block/flood.example' }])
    const two = tick(RESTORE, tick(ADOPT)).replaceAll('\n', '\r\n')
    expect(parseTicks(body, two, KIND_NAMES)).toEqual([
      { what: 'adopt', ref: 'domain-block/flood.example' },
      { what: 'restore', ref: 'setting/site_short_description' },
    ])
    expect(parseTicks(body, tick(ADOPT).replace('[x]', '[X]'), KIND_NAMES)).toHaveLength(1)
  })

  test('are none where nothing was ticked, was ticked before, or was unticked', () => {
    expect(parseTicks(body, body, KIND_NAMES)).toEqual([])
    expect(parseTicks(tick(ADOPT), tick(ADOPT), KIND_NAMES)).toEqual([])
    expect(parseTicks(tick(ADOPT), body, KIND_NAMES)).toEqual([])
  })

  test('are none where the line is not ours, or was edited', () => {
    const forged = '- [x] **Adopt** it <!-- adopt moderator/mallory -->'
    for (const after of [
      `${body}\n${forged}`,
      tick(ADOPT).replace('adopt domain-block/flood.example', 'adopt domain-block/evil.example'),
      tick(ADOPT).replace('- [x]', '  - [x]'),
      tick(ADOPT).replace('keep it', 'keep  it'),
    ])
      expect(parseTicks(body, after, KIND_NAMES)).toEqual([])
    for (const line of [
      'x <!-- adopt unknown/x -->',
      'x <!-- delete role/Owner -->',
      'x <!-- adopt role/ -->',
      'x <!-- adopt role/%ff -->',
      'x <!-- adopt role/a b -->',
      'x',
    ])
      expect(parseTicks(`- [ ] ${line}`, `- [x] ${line}`, KIND_NAMES)).toEqual([])
  })

  test('are none where both ways out are asked for at once', () => {
    const both = tick(/^- \[ \].*restore domain-block\/flood\.example -->$/m, tick(ADOPT))
    expect(parseTicks(body, both, KIND_NAMES)).toEqual([])
  })

  test('bring back every name that they were made of', () => {
    const names = fc
      .oneof(text, fc.constantFrom('--> <!--', '-->', 'a/b%2F', '198.51.100.0/24', 'x\n- [x] y', ...HOSTILE))
      .filter((name) => name !== '')
    fc.assert(
      fc.property(names, fc.constantFrom('adopt', 'restore'), (name, what) => {
        const line = boxLine({ what, ref: `role/${name}` }, 'words')
        expect(line).toMatch(/^- \[ \] words <!-- [^>\n]+ -->$/)
        expect(parseTicks(line, line.replace('[ ]', '[x]'), KIND_NAMES)).toEqual([
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
  const options = { kinds: KIND_NAMES, visibility: 'public' } as const
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
  const proposed = (number: number, from = body): string => proposedIn(from, [box], number, KIND_NAMES)
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
      `${lineIn(body).replace(/ <!--.*/, '')} <!-- proposed=7 --> · proposed in #7 <!-- adopt domain-block/flood.example -->`,
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
    const over = (before: string, open: number): string =>
      carriedOver(before, body, (number) => number === open, KIND_NAMES)
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
      expect(dueTicks({ before: body, after: tick(body), now: at(7) }, KIND_NAMES)).toEqual([])
      expect(dueTicks({ before: at(7), after: tick(at(7)), now: at(7) }, KIND_NAMES)).toEqual([box])
      expect(dueTicks({ before: at(7), after: tick(at(7)), now: at(8) }, KIND_NAMES)).toEqual([])
    }
    // The same pull request, told by two versions.
    expect(dueTicks({ before: old(7), after: tick(old(7)), now: proposed(7) }, KIND_NAMES)).toEqual([box])
  })
})

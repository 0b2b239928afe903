import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeDomain } from '../../src/instance/domains.ts'
import { renderAnnotations } from '../../src/terminal/annotations.ts'
import { renderApply } from '../../src/terminal/applied.ts'
import { planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { readable } from '../../src/redaction/idn.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { inline } from '../../src/redaction/neutralise.ts'
import { touching, EMPTY, difference, step } from '../support/plans.ts'

const ASCII = 'xn--bcher-kva.example'
const BOTH = `bücher.example (${ASCII})`
const asciiOf = (name: string): string => {
  const found = normalizeDomain(name)
  return 'domain' in found ? found.domain : ''
}

const finding = {
  code: 'consent-missing',
  severity: 'error' as const,
  message: `domain-block/${ASCII} severs 3 follow relations for good.`,
  at: { file: 'domain-blocks.yaml', line: 2, column: 5 },
  hint: `herdbook adopt domain-block/${ASCII}`,
}
const suspension = step('domain-block', ASCII, {
  target: { severity: 'suspend' },
  hazard: 'irreversible',
  impact: touching({ follows: 1, followers: 2, accounts: 3 }),
})
const PLAN = {
  ...EMPTY,
  steps: [suspension, step('email-domain-block', ASCII)],
  drift: [
    difference('domain-block', ASCII, 'drift', {
      desired: { severity: 'silence' },
      live: { severity: 'suspend' },
      fields: ['severity'],
    }),
  ],
  unmanaged: [{ kind: 'domain-block', id: ASCII, addedByHand: true, mark: '', fields: {} }],
  waiting: [
    { kind: 'email-domain-block', id: ASCII, reason: 'waits', source: { file: 'email-domain-blocks.yaml', path: [] } },
  ],
  findings: [finding],
}

describe('an internationalised name', () => {
  it('stands in both forms wherever a person reads it on a terminal, and in ASCII in what is copied', () => {
    const shown = renderPlan(PLAN, { colour: false, kinds: KINDS, width: 200 })
    for (const text of [
      `Blocks ${BOTH}`,
      `+ Blocks ${BOTH}`,
      `Refuses sign-ups with ${BOTH}`,
      `! domain-block/${BOTH}`,
      `· domain block ${BOTH}`,
      `… e-mail domain block ${BOTH}: waits`,
      `domain-block/${BOTH} severs 3`,
    ])
      expect(shown).toContain(text)
    for (const command of [`herdbook adopt domain-block/${ASCII}`, `herdbook restore domain-block/${ASCII}`])
      expect(shown).toContain(command)
    expect(shown).not.toMatch(/herdbook \w+ [^ ]*ü/)
  })

  it('does so in a comment', () => {
    const shown = renderMarkdown(PLAN, { kinds: KINDS, visibility: 'private' })
    for (const text of [
      `Blocks \`${BOTH}\``,
      `**\`domain-block/${BOTH}\`**`,
      `\`domain-block/bücher.example\` (\`${ASCII}\`) severs`,
      `e-mail domain block \`${BOTH}\`: waits`,
    ])
      expect(shown).toContain(text)
    expect(shown).toContain(`\`herdbook adopt domain-block/${ASCII}\``)
    expect(shown).not.toMatch(/herdbook \w+ [^ ]*ü/)
  })

  it('does so beside the changed lines, and where an apply tells what it did', () => {
    expect(renderAnnotations([finding])).toContain(`::domain-block/${BOTH} severs`)
    expect(renderAnnotations([finding])).toContain(`herdbook adopt domain-block/${ASCII}\n`)
    const report = {
      plan: PLAN,
      done: [suspension],
      failed: [],
      skipped: [],
      notReached: [],
      paid: [],
      ended: [],
      unfinished: [],
      looked: [],
      remaining: [{ kind: 'domain-block', id: ASCII, fields: [], reason: 'still other' }],
      findings: [],
    }
    const shown = renderApply(report, { colour: false, kinds: KINDS, width: 200 })
    for (const text of [`Blocks ${BOTH}`, `! domain-block/${BOTH}`]) expect(shown).toContain(text)
  })

  it('stays as it is compared for machines', () => {
    const json = planJson(PLAN)
    expect(json).toContain(ASCII)
    expect(json).not.toContain('ü')
  })
})

describe('readable', () => {
  it.each([
    'bücher.example',
    '日本語.example',
    'münchen.example',
    'пример.example',
    'βιβλίο.example',
    'नेपाली.example',
    'אבג.example',
    'sub.bücher.example',
  ])('shows %s beside its ASCII form, once', (name) => {
    const ascii = asciiOf(name)
    expect(readable(ascii)).toBe(`${name} (${ascii})`)
    expect(readable(readable(ascii))).toBe(readable(ascii))
    expect(readable(`domain-block/${ascii}: "${ascii}", ${ascii}.`)).toBe(
      `domain-block/${name} (${ascii}): "${name} (${ascii})", ${name} (${ascii}).`,
    )
  })

  it.each([
    ['two alphabets that look alike in one part', 'pаypal.example'],
    ['Greek in Latin', 'gοοgle.example'],
    ['a slash that is none', 'herd.example⁄login.example'],
    ['signs', 'i❤.example'],
    ['two parts that are read from the right, which would change places', 'אבג.דהו.example'],
  ])('shows only the ASCII form of %s', (_what, name) => {
    const ascii = asciiOf(name)
    expect(ascii).toContain('xn--')
    expect(readable(ascii)).toBe(ascii)
  })

  it.each([
    ['what is stored otherwise', 'xn--fa-hia.example'],
    ['what is no such name', 'xn--a.example'],
    ['a joiner that can not be seen', 'xn--ab-m1t.example'],
    [
      'a number after what is read from the right, which would change places',
      `${asciiOf('אבג.example').split('.')[0] ?? ''}.1a.example`,
    ],
    ['a name that would be cut before its ASCII form', `${'xn--bcher-kva.'.repeat(8)}example`],
  ])('shows only the ASCII form of %s', (_what, ascii) => expect(readable(ascii)).toBe(ascii))

  it('leaves addresses on the web and of people alone', () => {
    for (const text of [`https://${ASCII}/about`, `alice@${ASCII}`, `(${ASCII})`, `not${ASCII}x.`])
      expect(readable(text)).toBe(text)
  })

  it('never shows a sign that could steer, hide or leave the name, whatever a server is called', () => {
    const label = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
      fc.constantFrom('bücher', 'אבג', 'а', 'ｆ', 'ﾠ', 'ᅟ', '឴', 'a\u0338'),
    )
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
        const ascii = asciiOf([...labels, 'example'].join('.'))
        const shown = readable(ascii)
        if (shown === ascii) return
        expect(shown.endsWith(` (${ascii})`)).toBe(true)
        const name = shown.slice(0, -ascii.length - 3)
        expect(inline(name)).toBe(name)
        expect(name).toMatch(/^[\p{L}\p{M}\p{N}.-]+$/u)
        expect(asciiOf(name)).toBe(ascii)
      }),
      { numRuns: 3000 },
    )
  })
})

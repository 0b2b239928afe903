import { KINDS } from '../../src/providers/kinds.ts'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { disclosure } from '../../src/redaction/redact.ts'
import type { KindName } from '../../src/words/describe-step.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { width } from '../../src/words/text.ts'
import { anyPlan } from '../support/plan-arbitrary.ts'
import { announced, EMPTY, SAMPLE, difference, step } from '../support/plans.ts'
import { regexOf } from '../support/regex-of.ts'

const PLAIN = { kinds: KINDS, colour: false }

/** Fails where a line is longer than it must be: only one word, or a command, may stick out. */
function expectFolded(output: string, columns: number): void {
  for (const line of output.split('\n')) {
    if (width(line) <= columns || /herdbook (adopt|restore|leave|plan|apply|drift)|[│]/.test(line)) continue
    const [indent = ''] = /^ */.exec(line) ?? []
    expect(
      width(line.trim().replace(/^([-+~!?·…→] )/, '')) <= columns - indent.length ||
        !/\S {1}\S/.test(line.trim().replace(/^[-+~!?·…→] /, '')),
      line,
    ).toBe(true)
  }
}

describe('a plan on a terminal', () => {
  test('says of which steps members are told first, and takes no time for them', () => {
    const output = renderPlan(
      { ...EMPTY, steps: [announced('bad.example'), announced('worse.example', '2026-11-26T09:30:00.000Z')] },
      PLAIN,
    )
    expect(output).toMatch(
      regexOf(
        /Blocks bad\.example {2}can't be undone\n.*\n/,
        / {6}Herdbook informs members first\. It applies this on 4 December 2026 or later\.\n/,
      ),
    )
    expect(output).toMatch(
      regexOf(
        /Blocks worse\.example {2}can't be undone\n.*\n/,
        / {6}Members were informed on 26 November 2026\. Herdbook applies this on 4 December 2026 or later\.\n/,
      ),
    )
    expect(output).toMatch(/\n2 changes wait until 4 December 2026 or later[^]*on makes it\.\nNext: herdbook apply/)
    expect(output).not.toContain('This takes ')
  })

  test('reads from the verdict to what to type next', () => {
    expect(renderPlan(SAMPLE, { ...PLAIN, width: 100 })).toMatchInlineSnapshot(`
      "Blocks spam.example, raises raid.example from limit to suspend, limits noisy.example, lifts the
      block of reformed.example, rewords the rule be-kind and makes 2 other changes. Removes 23 follow
      relations. Hides 35 follow relations. 1 object was changed on both sides, 1 changed by hand and 1
      added by hand.

      Refused  1 error
        domain-blocks.yaml:14:5 error consent-missing
          domain-block/spam.example severs 21 follow relations for good (12 follows, 9 followers); the
          file holds no consent for it.
          → If it is meant, write in that entry: accept_severed_relationships: 31

      domain-blocks.yaml  4 changes
        + Blocks spam.example  can't be undone
            Removes 12 follows and 9 followers; the server knows 1,203 accounts from there.
            severity        suspend
            public_comment  Spam, no moderation
        ~ Raises raid.example from limit to suspend  can't be undone
            Removes 2 follows; the server knows 18 accounts from there; the file accepts that at most 12
            are removed.
            severity  limit → suspend
        + Limits noisy.example  disruptive
            Hides 31 follows and 4 followers; the server knows 310 accounts from there.
            severity        limit
            public_comment  Bots that answer everybody
        - Lifts the block of reformed.example  weakens protection
            severity        limit
            public_comment  Harassment in 2024

      moderators.yaml  1 change
        + Gives Moderator to alice
            The account was created on 2023-04-11.
            role  Moderator

      rules.yaml  1 change
        ~ Rewords the rule be-kind
            hint  none → Criticise what is said, not who says it.
            text
              - Be kind. No racism, sexism, homophobia or transphobia is tolerated here.
              + Be kind. No racism, sexism, homophobia, transphobia or ableism is tolerated here.

      settings.yaml  1 change
        ~ Changes the setting registrations_mode
            value  open → approved

      Changed on both sides  the files and the server, since the last apply
        ! setting/site_short_description
            value
              files         A calm place for people who keep animals
              server        A friendly place for people who keep animals
              last applied  A place for people who keep animals
            herdbook adopt setting/site_short_description    keeps the server's version
            herdbook restore setting/site_short_description  uses the files' version

      Changed by hand  the server no longer has what Herdbook applied
        ! domain-block/flood.example
            severity  files limit, server suspend
            herdbook adopt domain-block/flood.example    keeps the server's version
            herdbook restore domain-block/flood.example  uses the files' version

      Waiting  Herdbook cannot apply these yet; everything else goes on
        … moderator newcomer: there is no account of that name yet

      Not read  Herdbook changes none of these
        ? IP blocks: the token may not read IP blocks: admin:read:ip_blocks is missing

      Added or changed by hand  in no file; these stay until you decide
        · domain block tonight.example: suspend
            herdbook adopt domain-block/tonight.example        copies it into the files
            herdbook restore domain-block/tonight.example      removes it from the server
            herdbook leave domain-block/tonight.example "why"  keeps it on the server and in no file

      On the server, in no file, and left alone: 1 domain block and 1 moderator.
      Not managed here: the terms of service.

      This takes 4 calls to Mastodon's API (seconds) and 3 writes through the console (seconds, after it
      has started).
      Next: herdbook plan  plans again, when you have fixed the errors
      "
    `)
  })

  test('is one line where nothing changes', () => {
    const plan: Plan = {
      ...EMPTY,
      reads: [{ kind: 'rule', complete: true, objects: 8, requests: 1 }],
      adjustments: [
        { to: 'forget', ref: 'rule/y' },
        { to: 'record', entry: { kind: 'rule', id: 'x', serverId: '1', fields: {}, commit: null } },
      ],
    }
    expect(renderPlan(plan, PLAIN)).toBe(
      'In sync: herd.example matches the files (8 objects read; 1 object is new to the ledger).\n',
    )
  })

  test('claims no comparison that could not be made', () => {
    const shown = (...complete: boolean[]): string =>
      renderPlan(
        {
          ...EMPTY,
          reads: complete.map((one, i) => ({
            kind: i === 0 ? 'rule' : 'role',
            complete: one,
            objects: 0,
            requests: 1,
            ...(one ? {} : { reason: 'rules can not be read: no answer' }),
          })),
        },
        PLAIN,
      )
    expect(shown(false)).toMatch(/^Herdbook could not read the server\.\n/)
    expect(shown(false, true)).toMatch(/^No changes in what Herdbook could read from the server\.\n/)
    // What is said twice is said once.
    expect(shown(false)).toContain('  ? rules can not be read: no answer')
  })

  test('colours change nothing but colours', () => {
    fc.assert(
      fc.property(anyPlan, fc.option(fc.integer({ min: 40, max: 120 }), { nil: undefined }), (plan, columns) => {
        const bare = renderPlan(plan, { ...PLAIN, width: columns })
        expect(stripVTControlCharacters(renderPlan(plan, { ...PLAIN, colour: true, width: columns }))).toBe(bare)
      }),
      { numRuns: 100 },
    )
  })

  test('lets no control or bidirectional character and no workflow command of a hostile name through', () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 40, max: 120 }), (plan, columns) => {
        const output = renderPlan(plan, { ...PLAIN, width: columns, verbose: true })
        expect(output.replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\u{e0041}]/u,
        )
        expect(output).not.toMatch(/(^|\n)\s*::(set-output|add-mask|error)/)
        expect(output).not.toContain('##[')
      }),
      { numRuns: 100 },
    )
  })

  test('keeps to the width', () => {
    for (const columns of [40, 60, 80, 120]) {
      for (const line of renderPlan(SAMPLE, { ...PLAIN, width: columns }).split('\n')) {
        if (!line.includes('herdbook ')) expect(width(line), line).toBeLessThanOrEqual(columns)
      }
    }
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 40, max: 120 }), (plan, columns) =>
        expectFolded(renderPlan(plan, { ...PLAIN, width: columns }), columns),
      ),
      { numRuns: 100 },
    )
  })

  test('names every step and both ways out of every difference', () => {
    const refs = (plan: Plan): string[] =>
      [...plan.drift, ...plan.conflicts, ...plan.takeovers].map(({ kind, id }) => `${kind}/${id}`)
    const output = renderPlan(SAMPLE, PLAIN)
    for (const { id } of SAMPLE.steps) expect(output).toContain(id)
    for (const ref of refs(SAMPLE)) {
      expect(output).toContain(`herdbook adopt ${ref}`)
      expect(output).toContain(`herdbook restore ${ref}`)
    }
  })

  test('says limit and none where the API says silence and noop, and never conflict', () => {
    const plan: Plan = {
      ...EMPTY,
      steps: [
        step('domain-block', 'a.example', {
          action: 'update',
          changes: [{ field: 'severity', before: 'noop', after: 'silence' }],
        }),
      ],
      conflicts: [
        difference('domain-block', 'b.example', 'conflict', {
          desired: { severity: 'noop' },
          live: { severity: 'silence' },
          ledger: { severity: 'suspend' },
          fields: ['severity'],
        }),
      ],
    }
    const output = renderPlan(plan, PLAIN)
    expect(output).toContain('Raises a.example from none to limit')
    expect(output).toContain('severity  files none, server limit, last applied suspend')
    expect(output).not.toMatch(/silence|noop|conflict/)
  })

  test('speaks of a kind without words by its title', () => {
    const kinds = [
      ...KINDS,
      { name: 'relay', title: { one: 'relay', many: 'relays' }, sources: ['relays.yaml'] } satisfies KindName,
    ]
    const steps = ['a', 'b'].map((id) => step('relay', id)).concat(step('relay', 'c', { action: 'delete' }))
    expect(renderPlan({ ...EMPTY, steps }, { colour: false, kinds }).split('\n')[0]).toBe(
      'Deletes the relay c, creates 2 relays.',
    )
  })

  test('tells how long 10,000 calls take, and what has no connection', () => {
    const steps = [
      ...Array.from({ length: 901 }, (_, i) => step('domain-block', `${i}.example`)),
      step('rule', 'x', { connection: null }),
    ]
    const output = renderPlan({ ...EMPTY, steps }, PLAIN)
    expect(output).toContain(
      "This takes 901 calls to Mastodon's API " +
        '(about 15 minutes, because of its rate limit) and 1 change without a connection (skipped).',
    )
  })

  test('bounds the diff of texts that have nothing in common', () => {
    const long = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`).join('\n')
    const steps = [
      step('setting', 'about', {
        action: 'update',
        changes: [{ field: 'value', before: long('old'), after: long('new') }],
      }),
    ]
    const output = renderPlan({ ...EMPTY, steps }, PLAIN)
    expect(output).toContain('- … 20000 lines, too different to compare line by line')
  })

  test('hides what is private where its output is public', () => {
    const plan: Plan = {
      ...EMPTY,
      unmanaged: [{ kind: 'moderator', id: 'hush', addedByHand: true, mark: '', fields: { role: 'Owner' } }],
    }
    expect(renderPlan(plan, PLAIN)).toContain('hush')
    expect(renderPlan(plan, { ...PLAIN, show: disclosure('public') })).not.toContain('hush')
  })
})

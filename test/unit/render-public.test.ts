import { KINDS } from '../../src/providers/kinds.ts'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/comments/plan.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { EMPTY, difference, step } from '../support/plans.ts'

const PUBLIC = { kinds: KINDS, visibility: 'public' } as const

describe('a public repository', () => {
  const secretive: Plan = {
    ...EMPTY,
    reads: [
      { kind: 'rule', complete: false, reason: 'from 198.51.100.4:22: ask root@herd.example', objects: 0, requests: 1 },
    ],
    steps: [
      step('domain-block', 'a.example', {
        action: 'update',
        changes: [{ field: 'private_comment', before: 'hush-before', after: 'said in the file' }],
        seen: { private_comment: 'hush-before' },
      }),
      step('domain-block', 'b.example', {
        action: 'delete',
        seen: { private_comment: 'hush-seen', severity: 'silence' },
      }),
      step('setting', 'site_contact_email', {
        action: 'update',
        changes: [{ field: 'value', before: 'hush@mail.example', after: 'office@herd.example' }],
      }),
    ],
    drift: [
      difference('ip-block', '192.0.2.0/24', 'drift', {
        desired: { comment: 'in the file' },
        live: { comment: 'hush-comment' },
        ledger: { comment: 'in the file' },
        fields: ['comment'],
      }),
    ],
    unmanaged: [
      { kind: 'moderator', id: 'hush-name', addedByHand: true, mark: '', fields: { role: 'Owner' } },
      { kind: 'moderator', id: 'hush-other', addedByHand: true, mark: '', fields: { role: 'Owner' } },
      { kind: 'ip-block', id: '203.0.113.9/32', addedByHand: true, mark: '', fields: { comment: 'hush-comment' } },
    ],
    findings: [
      { code: 'odd', severity: 'warning', message: 'The block of 203.0.113.9 was made by hush@mail.example.' },
    ],
  }

  test('gets counts in the place of what is private', () => {
    const comment = renderMarkdown(secretive, PUBLIC)
    expect(comment).not.toMatch(/hush|203\.0\.113|198\.51\.100|root@/)
    expect(comment).toContain('2 moderators')
    expect(comment).toContain('from (not shown): ask')
    expect(comment).toContain('said in the file')
    expect(comment).toContain('office@herd.example')
    expect(comment).toContain('192.0.2.0/24')
  })

  const purge: Plan = {
    ...EMPTY,
    steps: ['bob', 'bobby']
      .map((id) =>
        step('moderator', id, { action: 'delete', unmanaged: true, hazard: 'disruptive', seen: { role: 'Moderator' } }),
      )
      .concat(step('moderator', 'carol', { action: 'delete', seen: { role: 'Admin' } })),
    waiting: [
      { kind: 'moderator', id: 'erin', reason: '@erin is suspended.', source: { file: 'moderators.yaml', path: [] } },
    ],
    unmanaged: [
      { kind: 'domain-block', id: 'quiet.example', addedByHand: true, mark: '', fields: { obfuscate: true } },
      { kind: 'domain-block', id: 'plain.example', addedByHand: true, mark: '', fields: { obfuscate: false } },
    ],
    findings: [
      {
        code: 'invariant',
        severity: 'error',
        message: 'delete moderator/bob would break a rule: @Bobby and @bob stay; so does @bob2.',
      },
    ],
  }

  test('is not told whom a whole list leaves out, why somebody waits, or what is obfuscated elsewhere', () => {
    const comment = renderMarkdown(purge, PUBLIC)
    expect(comment).not.toMatch(/bob(?!2)|suspended|quiet\.example/i)
    expect(comment).toContain('- `-` Takes `Moderator` from `(not shown)`')
    expect(comment).toContain('Takes the role from 3 people.')
    expect(comment).toContain('`carol`')
    expect(comment).toContain('moderator `erin`: cannot get a role yet')
    expect(comment).toContain('`domain-block/plain.example`')
    const open = renderMarkdown(purge, { ...PUBLIC, visibility: 'private', show: { staff: true } })
    for (const shown of ['`bob`', '`bobby`', 'is suspended', 'quiet.example']) expect(open).toContain(shown)
  })

  test('stays closed although the policy opens it; a private one opens', () => {
    const show = { private_comments: true, ip_blocks: true, staff: true }
    expect(renderMarkdown(secretive, { ...PUBLIC, show })).not.toMatch(/hush|203\.0\.113/)
    const open = renderMarkdown(secretive, { ...PUBLIC, visibility: 'private', show })
    for (const shown of ['hush-before', 'hush-seen', 'hush-name', 'hush-comment', '203.0.113.9', 'hush@mail.example'])
      expect(open).toContain(shown)
  })
})

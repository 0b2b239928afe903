import type { Relations } from '../../src/instance/relations.ts'
import type { Intent } from '../../src/reconcile/ledger/types.ts'
import type { Impact, Plan, Difference, Step } from '../../src/reconcile/plan/types.ts'

/** What a suspension does to so many follow relations. */
export const touching = (relations: Relations): Impact => ({
  text:
    `severs ${relations.follows + relations.followers} follow relations for good ` +
    `(${relations.follows} follows, ${relations.followers} followers)`,
  weight: relations.follows + relations.followers,
  details: { ...relations },
})

/** A step with the parts that a test does not care about filled in. */
export function step(kind: string, id: string, rest: Partial<Step> = {}): Step {
  return {
    kind,
    id,
    action: 'create',
    cause: 'change',
    hazard: 'reversible',
    serverId: null,
    changes: [],
    target: {},
    seen: {},
    weakens: false,
    connection: 'rest',
    calls: 1,
    digest: 'f'.repeat(64),
    ...rest,
  }
}

/** A suspension that cuts follows, of which members are told first: they were, where `at` says when. */
export const announced = (id: string, at: string | null = null, rest: Partial<Step> = {}): Step =>
  step('domain-block', id, {
    target: { severity: 'suspend' },
    hazard: 'irreversible',
    impact: touching({ follows: 3, followers: 1, accounts: 9 }),
    notice: { at, from: '2026-12-04' },
    ...rest,
  })

/** What a run that was broken off owes. */
export const debt = (id: string, rest: Partial<Intent> = {}): Intent => ({
  kind: 'domain-block',
  id,
  action: 'create',
  fields: { severity: 'suspend' },
  hazard: 'irreversible',
  what: `the suspension of ${id}`,
  repeatable: true,
  ...rest,
})

export function difference(
  kind: string,
  id: string,
  cause: Difference['cause'],
  rest: Partial<Difference> = {},
): Difference {
  return { kind, id, cause, desired: null, live: null, ledger: null, fields: [], ...rest }
}

export const EMPTY: Plan = {
  version: 1,
  environment: 'production',
  domain: 'herd.example',
  commit: '4c1f0a9be2d3758c96f0a41be7d2c83f5a6b7c8d',
  ledger: '9d8e7f60512a3b4c5d6e7f80912a3b4c5d6e7f80',
  digest: '0b5e9d1c'.repeat(8),
  reads: [],
  unfinished: [],
  steps: [],
  drift: [],
  conflicts: [],
  takeovers: [],
  unmanaged: [],
  waiting: [],
  released: [],
  letGo: [],
  leftBehind: [],
  leftAlone: [],
  adjustments: [],
  owed: [],
  removed: [],
  findings: [],
  checks: [],
}

const block = (severity: string, comment: string): Pick<Step, 'target' | 'changes'> => ({
  target: { severity, public_comment: comment },
  changes: [
    { field: 'severity', before: null, after: severity },
    { field: 'public_comment', before: null, after: comment },
  ],
})

/** A pull request's worth of everything. */
export const SAMPLE: Plan = {
  ...EMPTY,
  reads: [
    { kind: 'domain-block', complete: true, objects: 41, requests: 1, connection: 'database' },
    { kind: 'moderator', complete: true, objects: 7, requests: 1, connection: 'database' },
    {
      kind: 'ip-block',
      complete: false,
      reason: 'the token may not read IP blocks: admin:read:ip_blocks is missing',
      objects: 0,
      requests: 1,
    },
  ],
  steps: [
    step('domain-block', 'spam.example', {
      ...block('suspend', 'Spam, no moderation'),
      hazard: 'irreversible',
      impact: touching({ follows: 12, followers: 9, accounts: 1203 }),
      source: { file: 'domain-blocks.yaml', path: ['domain_blocks', 3] },
    }),
    step('domain-block', 'raid.example', {
      action: 'update',
      hazard: 'irreversible',
      changes: [{ field: 'severity', before: 'silence', after: 'suspend' }],
      impact: touching({ follows: 2, followers: 0, accounts: 18 }),
      consent: 12,
    }),
    step('domain-block', 'noisy.example', {
      ...block('silence', 'Bots that answer everybody'),
      hazard: 'disruptive',
      impact: touching({ follows: 31, followers: 4, accounts: 310 }),
    }),
    step('domain-block', 'reformed.example', {
      action: 'delete',
      weakens: true,
      seen: { severity: 'silence', public_comment: 'Harassment in 2024' },
    }),
    step('moderator', 'alice', {
      target: { role: 'Moderator' },
      changes: [{ field: 'role', before: null, after: 'Moderator' }],
      connection: 'console',
      createdAt: '2023-04-11T09:20:00.000Z',
    }),
    step('rule', 'be-kind', {
      action: 'update',
      connection: 'console',
      changes: [
        { field: 'hint', before: '', after: 'Criticise what is said, not who says it.' },
        {
          field: 'text',
          before: 'Be kind. No racism, sexism, homophobia or transphobia is tolerated here.',
          after: 'Be kind. No racism, sexism, homophobia, transphobia or ableism is tolerated here.',
        },
      ],
    }),
    step('setting', 'registrations_mode', {
      action: 'update',
      connection: 'console',
      changes: [{ field: 'value', before: 'open', after: 'approved' }],
    }),
  ],
  drift: [
    difference('domain-block', 'flood.example', 'drift', {
      desired: { severity: 'silence' },
      ledger: { severity: 'silence' },
      live: { severity: 'suspend' },
      fields: ['severity'],
    }),
  ],
  conflicts: [
    difference('setting', 'site_short_description', 'conflict', {
      desired: { value: 'A calm place for people who keep animals' },
      ledger: { value: 'A place for people who keep animals' },
      live: { value: 'A friendly place for people who keep animals' },
      fields: ['value'],
    }),
  ],
  unmanaged: [
    {
      kind: 'domain-block',
      id: 'tonight.example',
      addedByHand: true,
      restorable: true,
      mark: 'a'.repeat(64),
      fields: { severity: 'suspend' },
    },
    {
      kind: 'domain-block',
      id: 'older.example',
      addedByHand: false,
      mark: 'a'.repeat(64),
      fields: { severity: 'suspend' },
    },
    { kind: 'moderator', id: 'second', addedByHand: false, mark: 'a'.repeat(64), fields: { role: 'Owner' } },
  ],
  waiting: [
    {
      kind: 'moderator',
      id: 'newcomer',
      reason: 'there is no account of that name yet',
      source: { file: 'moderators.yaml', path: ['moderators', 4] },
    },
  ],
  released: ['terms-of-service'],
  findings: [
    {
      code: 'consent-missing',
      severity: 'error',
      about: 'domain-block/spam.example',
      message:
        'domain-block/spam.example severs 21 follow relations for good (12 follows, 9 followers); ' +
        'the file holds no consent for it.',
      at: { file: 'domain-blocks.yaml', line: 14, column: 5, end: { line: 14, column: 25 } },
      hint: 'If it is meant, write in that entry: accept_severed_relationships: 31',
    },
  ],
}

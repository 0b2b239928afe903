import { expect, it } from 'vitest'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import type { TableRows } from '../support/rows.ts'
import type { DraftStep } from '../../src/reconcile/kind.ts'

const kind = KINDS.find(({ name }) => name === 'domain-block')
const row = (
  domain: string,
  severity: 'noop' | 'silence' | 'suspend',
  flags: Partial<TableRows['domain_blocks']> = {},
): TableRows['domain_blocks'] => ({
  id: domain,
  domain,
  severity,
  reject_media: false,
  reject_reports: false,
  obfuscate: false,
  public_comment: null,
  private_comment: null,
  created_at: '2026-11-01T00:00:00Z',
  ...flags,
})
const created = (id: string, fields: DraftStep['target']): DraftStep => ({
  kind: 'domain-block',
  id,
  action: 'create',
  cause: 'change',
  serverId: null,
  changes: Object.entries(fields).map(([field, after]) => ({ field, before: null, after })),
  target: fields,
  seen: {},
})
const none = { severity: 'noop', reject_media: false, reject_reports: false }

it.each<[string, DraftStep, readonly TableRows['domain_blocks'][], boolean]>([
  ['weaker than the one above', created('sub.spam.example', none), [row('spam.example', 'suspend')], true],
  [
    'weaker than the one two above',
    created('a.b.spam.example', { ...none, severity: 'silence' }),
    [row('spam.example', 'suspend')],
    true,
  ],
  [
    'weaker than one further up, below one that is as weak',
    created('a.b.spam.example', none),
    [row('spam.example', 'suspend'), row('b.spam.example', 'noop')],
    false,
  ],
  [
    'that lets through what the one above rejects',
    created('sub.spam.example', { ...none, severity: 'silence' }),
    [row('spam.example', 'silence', { reject_media: true })],
    true,
  ],
  [
    'as strict as the one above',
    created('sub.spam.example', { ...none, severity: 'suspend' }),
    [row('spam.example', 'suspend')],
    false,
  ],
  ['under nothing', created('spam.example', none), [row('example', 'noop'), row('other.example', 'suspend')], false],
])('a new block %s counts as what it does to protection', (_what, draft, rows, weakens) => {
  expect(
    kind?.weakens?.(draft, {
      read: { domain_blocks: { state: 'complete', rows, connection: 'database', requests: 1 } },
      version: null,
    }),
  ).toBe(weakens)
})

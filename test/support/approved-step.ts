import type { ApprovableStep } from '../../src/reconcile/digest.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { sealingWith } from './sealing.ts'

export const KEY = Buffer.from('a key of the herd')
export const HEAD = 'a'.repeat(40)
export const SEALING = sealingWith(KEY)
/** What an approval names of a step. */
export const step: ApprovableStep = {
  kind: 'domain-block',
  id: 'spam.example',
  action: 'update',
  serverId: '7',
  changes: [
    { field: 'severity', before: 'limit', after: 'suspend' },
    { field: 'comment', before: null, after: 'Spam' },
  ],
}
/** The same step as a plan holds it. */
export const full: Step = {
  ...step,
  cause: 'change',
  hazard: 'irreversible',
  target: {},
  seen: {},
  weakens: false,
  connection: 'rest',
  calls: 1,
  digest: 'd1',
}
/** Who approved it, and where. */
export const by = { by: 'alice', at: '2026-11-23T04:00:00Z', source: 'https://github.com/herd/instance/pull/12' }

import { KINDS } from '../../src/providers/kinds.ts'
import { NO_EDITS } from '../../src/words/config-changes.ts'
import type { PullRequestFacts } from '../../src/comments/plan.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { touching, EMPTY, SAMPLE, step } from './plans.ts'

export const PUBLIC = { kinds: KINDS, visibility: 'public' } as const
export const RUN = 'https://github.com/herd/instance/actions/runs/7'
export const FILES = 'https://github.com/herd/instance/blob/1d4f/instance'
/** What a plan of a pull request is shown for. */
export const PROPOSAL: PullRequestFacts = {
  pullRequest: 12,
  base: '9e8d7c6b5a4f3e2d1c0b9e8d7c6b5a4f3e2d1c0b',
  head: '1d4f00cafe2b3c4d5e6f1d4f00cafe2b3c4d5e6f',
  leftover: new Set(),
  withheld: new Map(),
  byFiles: [],
  edits: NO_EDITS,
  run: RUN,
}
export const MARKER = '<!-- herdbook:production -->'
export const MARK = `<!-- herdbook-plan v1 head=${PROPOSAL.head} -->`
export const HIDDEN = '<!-- herdbook-approvals\n0123456789abcdef\n-->'

/** The file that `lacking` speaks of. */
export const BLOCKS = `domain_blocks:
  - domain: calm.example
    severity: limit
  - domain: spam.example
    severity: suspend
    public_comment: Spam, no moderation
  - domain: quiet.example
    severity: limit
  - { domain: raid.example, severity: suspend, accept_severed_relationships: 12 }
`
/** A plan whose suspensions cut more than was consented to. */
export const lacking = (consents: readonly (number | undefined)[]): Plan => ({
  ...EMPTY,
  steps: ['spam.example', 'raid.example'].slice(0, consents.length).map((id, i) => {
    const consent = consents[i]
    return step('domain-block', id, {
      target: { severity: 'suspend' },
      hazard: 'irreversible',
      impact: touching({ follows: 12, followers: 9, accounts: 3, members: 5 }),
      source: { file: 'domain-blocks.yaml', path: ['domain_blocks', 2 * i + 1] },
      ...(consent === undefined ? {} : { consent }),
    })
  }),
  findings: ['spam.example', 'raid.example']
    .slice(0, consents.length)
    .flatMap((id) => SAMPLE.findings.map((finding) => ({ ...finding, about: `domain-block/${id}` }))),
})
/** The text of a file, where it is that one. */
export const textOf = (file: string): string | undefined => (file === 'domain-blocks.yaml' ? BLOCKS : undefined)

import { describe, expect, test } from 'vitest'
import type { Documents } from '../../src/instance/documents.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run } from '../support/world.ts'

/** What the files say of one block, and what it does, each as a number that is higher where it does more. */
interface Case {
  readonly files: Documents
  readonly effect: readonly number[]
}

const FLAGS = [undefined, false, true] as const
const SEVERITIES = ['none', 'limit', 'suspend'] as const

/** Beside the one in question, so that no list is empty. */
const OTHER = { domain: 'other.example', severity: 'none', reject_media: true } as const

const domains: readonly Case[] = [
  { files: { 'domain-blocks.yaml': { domain_blocks: [OTHER] } }, effect: [0, 0, 0] },
  ...SEVERITIES.flatMap((severity, strength) =>
    FLAGS.flatMap((media) =>
      FLAGS.map((reports): Case => {
        const flags = {
          ...(media === undefined ? {} : { reject_media: media }),
          ...(reports === undefined ? {} : { reject_reports: reports }),
        }
        const does = (flag: boolean | undefined): number => Number(severity === 'suspend' || flag === true)
        return {
          files: { 'domain-blocks.yaml': { domain_blocks: [{ domain: 'a.example', severity, ...flags }, OTHER] } },
          effect: [strength, does(media), does(reports)],
        }
      }),
    ),
  ),
]

const emails: readonly Case[] = [undefined, true, false].map((allow, strength) => {
  const block = allow === undefined ? [] : [{ domain: 'a.example', allow_with_approval: allow }]
  return {
    files: { 'email-domain-blocks.yaml': { email_domain_blocks: [...block, { domain: 'other.example' }] } },
    effect: [strength],
  }
})

const addresses: readonly Case[] = [
  { files: { 'ip-blocks.yaml': { ip_blocks: [{ ip: '198.51.100.0/24', severity: 'no_access' }] } }, effect: [0, 0] },
  ...(['sign_up_requires_approval', 'sign_up_block', 'no_access'] as const).flatMap((severity, i) =>
    ['2029-01-01', '2030-01-01', undefined].map((until, j): Case => ({
      files: {
        'ip-blocks.yaml': {
          ip_blocks: [
            { ip: '192.0.2.1', severity, ...(until === undefined ? {} : { until }) },
            { ip: '198.51.100.0/24', severity: 'no_access' },
          ],
        },
      },
      effect: [i + 1, j + 1],
    })),
  ),
]

const usernames: readonly Case[] = [undefined, true, false].flatMap((exact, i) =>
  [true, false].map((allow, j): Case => {
    const block = exact === undefined ? [] : [{ username: 'admin', exact, allow_with_approval: allow }]
    return {
      files: { 'username-blocks.yaml': { username_blocks: [...block, { username: 'other' }] } },
      effect: exact === undefined ? [0, 0] : [i, j + 1],
    }
  }),
)

describe.each([
  ['domain block', domains],
  ['e-mail domain block', emails],
  ['IP block', addresses],
  ['username block', usernames],
] as const)('a %s', (_kind, cases) => {
  test('weakens exactly where it does less than before in something', { timeout: 60_000 }, async () => {
    for (const before of cases) {
      const world = newWorld(newServer())
      expect((await run(world, before.files)).refused).toEqual([])
      for (const after of cases) {
        const { plan } = await look(world, after.files)
        const does = { before, after, weaker: plan.steps.some(({ weakens }) => weakens) }
        expect(does).toEqual({
          before,
          after,
          weaker: after.effect.some((amount, i) => amount < (before.effect[i] ?? 0)),
        })
      }
    }
  })
})

import { expect } from 'vitest'
import { must, planOf, setConfig, type Herd } from './sandbox.ts'
import type { InstanceFile } from '../../src/instance/documents.ts'

/** The ways into a Mastodon, as instance.yaml names them. */
export type Connections = NonNullable<InstanceFile['mastodon']>

/** What the list of blocks holds in a round. */
const blocks = (comment: number): string =>
  'domain_blocks:\n  - domain: update.example\n    severity: none\n' +
  `    public_comment: 'round ${comment}'\n  - domain: create${comment}.example\n    severity: limit\n`

/** Rounds of one update, one create and one delete, each of which can go wrong and must end the same. */
export function rounds(herd: () => Herd) {
  let round = 0

  const audit = async (): Promise<number> =>
    Number(Object.values((await herd().rows('select count(*) as n from admin_action_logs'))[0] ?? {})[0])
  const live = () =>
    herd().rows("select domain, public_comment from domain_blocks where domain ~ '^(update|create)' order by domain")

  /** Gives the next round to apply: one update, one create, one delete. */
  function next(mastodon: Connections, ssh?: InstanceFile['ssh']): void {
    round += 1
    setConfig(herd(), { mastodon, ...(ssh === undefined ? {} : { ssh }) })
    herd().write({ 'domain-blocks.yaml': blocks(round) })
  }

  /** Runs through again without the fault: the end is the same, and nothing was done twice. */
  async function recovers(before: number, writes = 3): Promise<void> {
    setConfig(herd(), {})
    herd().write({}, 'Connections as before')
    await must(herd(), ['apply', '--yes'])
    expect(await live()).toEqual(
      [
        { domain: `create${round}.example`, public_comment: null },
        { domain: 'update.example', public_comment: `round ${round}` },
      ].map((row) => expect.objectContaining({ domain: row.domain })),
    )
    expect(await herd().rows("select public_comment from domain_blocks where domain = 'update.example'")).toEqual([
      { public_comment: `round ${round}` },
    ])
    expect((await audit()) - before).toBe(writes)
    await planOf(herd(), 0)
  }
  /** The list as the last round left it. */
  const listed = (): string => blocks(round)
  return { audit, next, recovers, listed }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Diagnostic } from '../../src/instance/diagnostic.ts'
import type { Documents, DomainBlock } from '../../src/instance/documents.ts'
import { connections, DOMAINS, relations } from '../support/generate.ts'
import { NO_MISHAPS, type Seen } from '../support/memory.ts'
import { clone, newServer, touchedBy, type Server } from '../support/memory-server.ts'
import { look, newWorld, run } from '../support/world.ts'

const CASES = 200

const blocks = fc.uniqueArray(
  fc.record({
    domain: fc.constantFrom(...DOMAINS),
    severity: fc.constantFrom('suspend' as const, 'limit' as const, 'none' as const),
    consent: fc.option(fc.nat(30)),
  }),
  { selector: (block) => block.domain },
)
const file = (
  list: readonly { domain: string; severity: DomainBlock['severity']; consent: number | null }[],
): Documents => ({
  'domain-blocks.yaml': {
    domain_blocks: list.map(({ domain, severity, consent }) => ({
      domain,
      severity,
      ...(consent === null ? {} : { accept_severed_relationships: consent }),
    })),
    emptied_on_purpose: 'a test',
  },
})

test(
  'consent: no write severs more than its block consented to, also when follows grow meanwhile',
  { timeout: 120_000 },
  async () => {
    const growth = fc.array(fc.tuple(fc.nat(8), fc.constantFrom(...DOMAINS), fc.nat(40)), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(blocks, blocks, relations, connections, growth, async (before, after, impact, way, grown) => {
        const world = newWorld(newServer(impact), way)
        await run(world, file(before))
        const others = new Map(
          grown.map(([at, host, follows]) => [
            at,
            (server: Server) => void server.relations.set(host, { follows, followers: 0, accounts: 1 }),
          ]),
        )
        const consented = new Map(after.map((block) => [block.domain, block.consent ?? 0]))
        const seen: Seen[] = []
        const check = ({ write, result, before: was, after: is }: Seen): void => {
          const severity = (server: Server): string | undefined =>
            server.rows.domain_blocks.find((block) => block.domain === write.name)?.severity
          if (result.state !== 'done' || severity(is) !== 'suspend' || severity(was) === 'suspend') return
          const { follows, followers } = touchedBy(was, write.name)
          expect(follows + followers, write.name).toBeLessThanOrEqual(consented.get(write.name) ?? 0)
        }
        const measured = clone(world.server)
        const { plan, refused } = await run(world, file(after), {
          mishaps: { ...NO_MISHAPS, others, watch: (one) => void seen.push(one) },
        })
        for (const one of seen) check(one)
        const short = plan.steps.filter((step) => {
          const { follows, followers } = touchedBy(measured, step.id)
          const raises =
            step.action !== 'delete' &&
            step.changes.some((change) => change.field === 'severity' && change.after === 'suspend')
          return raises && follows + followers > (step.consent ?? 0)
        })
        expect(refused.length > 0).toBe(short.length > 0)
      }),
      { numRuns: CASES },
    )
  },
)

test(
  'consent: far more than what was measured is told, refuses nothing, and what it says to write is not told of',
  { timeout: 120_000 },
  async () => {
    const suspend = (consent: number): Documents => file([{ domain: 'spam.example', severity: 'suspend', consent }])
    const told = async (follows: number, consent: number): Promise<readonly Diagnostic[]> => {
      const world = newWorld(newServer(new Map([['spam.example', { follows, followers: 0, accounts: 1 }]])))
      return (await look(world, suspend(consent))).plan.findings
    }
    // A fifth more than 100 is 120; at least ten more than none is 10.
    for (const [follows, consent, is] of [
      [100, 120, false],
      [100, 240, false],
      [100, 241, true],
      [0, 60, false],
      [0, 61, true],
      [0, 100_000, true],
      [20, 80, false],
      [20, 81, true],
    ] as const)
      expect(
        (await told(follows, consent)).map(({ code, severity }) => `${severity} ${code}`),
        `${follows} ${consent}`,
      ).toEqual(is ? ['warning consent-generous'] : [])
    await fc.assert(
      fc.asyncProperty(fc.nat(300), fc.nat(2000), async (follows, consent) => {
        const [finding, ...more] = await told(follows, consent)
        expect(more).toEqual([])
        expect(finding?.code).toBe(
          consent < follows ? 'consent-missing' : finding === undefined ? undefined : 'consent-generous',
        )
        const written = /accept_severed_relationships: (\d+)$/.exec(finding?.hint ?? '')?.[1]
        expect(await told(follows, Number(written ?? follows))).toEqual([])
      }),
      { numRuns: CASES },
    )
  },
)

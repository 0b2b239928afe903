import { expect, test } from 'vitest'
import type { Documents } from '../../src/instance/documents.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { apply } from '../../src/reconcile/apply/apply-steps.ts'
import type { ApplyDeps } from '../../src/reconcile/apply/progress.ts'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { openMemory, providerIn } from '../support/memory.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld } from '../support/world.ts'

const BLOCK: Documents = { 'domain-blocks.yaml': { domain_blocks: [{ domain: 'a.example', severity: 'limit' }] } }
const RULE: Documents = { 'rules.yaml': { rules: [{ key: 'kind', text: 'Be kind' }] } }

/** What happens at the connections, in order, when these files are applied to an empty server that has both. */
async function connectionsUsed(
  files: Documents,
  changed: (refs: readonly string[]) => Partial<ApplyDeps> = () => ({}),
): Promise<readonly string[]> {
  const world = { ...newWorld(newServer(new Map())), connections: 'both' as const }
  const memory = openMemory(world.server)
  const { plan, input } = await look(world, files, memory)
  const used: string[] = []
  await apply(plan, {
    kinds: KINDS,
    ledger: world.ledger,
    save: async (next) => next,
    open: async () => {
      const session = await providerIn(memory, 'both').open()
      return {
        ...session,
        expect: (connections) => void (connections.has('console') && used.push('expected')),
        write: (kind, steps, context) => {
          used.push(context.connection)
          return session.write(kind, steps, context)
        },
      }
    },
    now: () => input.now,
    replan: (next) => look({ ...world, ledger: next }, files, memory),
    live: { ...input.live, guard: () => ({}) },
    again: () => Promise.resolve([]),
    proofs: input.proofs,
    withheld: new Map(),
    nonce: 'run',
    holds: () => true,
    signal: new AbortController().signal,
    told: () => {},
    ...changed(plan.steps.map(refOf)),
  })
  return used
}

test('what goes through the console for certain is told before the API writes, and nothing else is', async () => {
  expect(await connectionsUsed({ ...BLOCK, ...RULE })).toEqual(['expected', 'rest', 'console'])
  expect(await connectionsUsed(BLOCK)).toEqual(['rest'])
})

test('a step that is held back, or that nothing has time for, opens no console', async () => {
  const held = (refs: readonly string[]) => ({
    withheld: new Map(
      refs
        .filter((ref) => !ref.startsWith('domain-block/'))
        .map((ref) => [ref, { why: 'not-approved' as const, reason: 'Nobody.' }]),
    ),
  })
  expect(await connectionsUsed({ ...BLOCK, ...RULE }, held)).toEqual(['rest'])
  expect(await connectionsUsed({ ...BLOCK, ...RULE }, () => ({ signal: AbortSignal.abort() }))).toEqual([])
})

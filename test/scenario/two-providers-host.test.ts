import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { both, pair, type Pair } from '../support/two-providers.ts'
import { applyHead, ledgerOf, planHead, sshTo, type Environment } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let herd: Pair
let rebuilt: FilesMachine
let there: Environment
beforeAll(async () => {
  herd = await pair()
  rebuilt = await herd.world.machine()
  there = { ...herd.far, machine: rebuilt }
  herd.world.write(both(herd, 'Hello', 'spam.example'))
  await applyHead(herd.world, herd.far)
})
afterAll(() => herd[Symbol.asyncDispose]())

describe('a machine that was replaced', () => {
  test('is not spoken to by the key that is pinned still', async () => {
    const { world, machine } = herd
    // What answers under the old address is the new machine.
    world.write({
      'instance.yaml': {
        ...both(herd, '')['instance.yaml'],
        ssh: { ...machine.connection, port: rebuilt.server.port },
      },
    })
    const { plan } = await planHead(world, there)
    expect([plan.steps, plan.reads.find(({ kind }) => kind === 'file')?.complete]).toEqual([[], false])
    expect(rebuilt.server.commands).toEqual([])
  })

  test('is refused under its own key, with all that the run would do, until somebody says it is meant', async () => {
    const { world, server } = herd
    world.write({
      ...both(herd, 'Hello', 'spam.example', 'b.example'),
      'instance.yaml': { ...both(herd, '')['instance.yaml'], ...sshTo(rebuilt) },
    })
    const { plan } = await planHead(world, there)
    expect(plan.findings.map(({ code, about }) => [code, about])).toContainEqual(['another-far-end', 'files#far-end'])
    await expect(applyHead(world, there)).rejects.toMatchObject({ exit: 5 })
    expect([rebuilt.content('etc/motd'), server.rows.domain_blocks.length]).toEqual([null, 1])
  })

  test('gets all of it anew once an owner says so, and what Mastodon has stays verified', async () => {
    const { world, server } = herd
    const before = (await ledgerOf(world)).entries.get('domain-block/spam.example')
    const report = reportOf(await applyHead(world, there, { newHost: 'The disk died.' }))
    expect(refs(report.done)).toEqual(['create file/etc/motd', 'create domain-block/b.example'])
    expect([rebuilt.content('etc/motd'), server.rows.domain_blocks.length]).toEqual(['Hello', 2])
    const ledger = await ledgerOf(world)
    expect(ledger.entries.get('domain-block/spam.example')).toEqual(before)
    expect(ledger.providers.get('files')?.proof).toBe(rebuilt.connection.host_key)
    const again = await planHead(world, there)
    expect([again.plan.steps, again.plan.findings]).toEqual([[], []])
  })
})

import { execFileSync } from 'node:child_process'
import { openRepository } from '../../src/git/repository.ts'
import { ledgerStore } from '../../src/reconcile/ledger/store.ts'
import { adjust, emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { Ledger, LedgerEntry } from '../../src/reconcile/ledger/types.ts'
import { sealingWith } from '../support/sealing.ts'
import type { Figure } from './cases.ts'
import { newHerd, type Herd } from './herd.ts'
import { median, run } from './measure.ts'

const OBJECTS = 10_000
const APPLIES = [0, 60, 600] as const
const ASKED = 'blocked-9000.example'
const RUNS = 5

/**
 * What `why` of one object costs after many applies of others: a few of them in the ledger alone, as after a change by
 * hand that was taken over.
 */
export async function why(): Promise<Figure[]> {
  const seen: { readonly applies: number; readonly wall: number }[] = []
  const herd = newHerd(null, OBJECTS)
  const history = await begun(herd)
  for (const applies of APPLIES) {
    await history.grow(applies)
    await run([asking(herd)])
    const walls: number[] = []
    for (let time = 0; time < RUNS; time += 1) walls.push((await run([asking(herd)])).wall)
    seen.push({ applies, wall: median(walls) })
  }
  const [none, some, many] = seen.map(({ wall }) => wall) as [number, number, number]
  const how = seen.map(({ applies, wall }) => `${wall.toFixed(2)} s after ${applies}`).join(', ')
  return [
    {
      name: `why, ${OBJECTS.toLocaleString('en')} objects, 60 applies of others`,
      figure: some / none,
      unit: '×',
      most: 1.3,
      how,
    },
    {
      name: `why, ${OBJECTS.toLocaleString('en')} objects, 600 applies of others`,
      figure: many / none,
      unit: '×',
      most: 1.5,
      how,
    },
  ]
}

const asking = (herd: Herd) => herd.herdbook('why', `domain-block/${ASKED}`)

/** A ledger that grows as applies make it grow, one object each. */
async function begun(herd: Herd): Promise<{ readonly grow: (applies: number) => Promise<void> }> {
  const repository = await openRepository(herd.dir)
  if (repository === null) throw new Error('outside Git')
  const store = ledgerStore(repository, {
    sealing: sealingWith(null, { repository: await repository.root() }),
    branch: null,
  })
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: herd.dir, encoding: 'utf8' }).trim()
  const entry = (i: number, severity: string): LedgerEntry => ({
    kind: 'domain-block',
    id: `blocked-${i}.example`,
    serverId: `${i}`,
    fields: { severity, public_comment: 'Spam' },
    commit,
  })
  const written = (ledger: Ledger, entries: readonly LedgerEntry[]): Ledger =>
    adjust(
      ledger,
      entries.map((one) => ({ to: 'record', entry: one })),
    )
  const save = (ledger: Ledger, run: number): Promise<Ledger> =>
    store.save(ledger, 'Applied', { run: `${run}`, source: commit, approvedBy: [] })
  let ledger = await save(
    written(
      emptyLedger,
      Array.from({ length: OBJECTS }, (_, i) => entry(i + 1, 'none')),
    ),
    0,
  )
  let made = 0
  return {
    grow: async (applies) => {
      for (; made < applies; made += 1)
        ledger = await save(written(ledger, [entry(1 + ((made * 37) % 8_000), `change ${made}`)]), made)
    },
  }
}

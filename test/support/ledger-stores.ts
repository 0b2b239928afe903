import { expect } from 'vitest'
import { ledgerStore, type LedgerStore, type LedgerOptions } from '../../src/reconcile/ledger/store.ts'
import { adjust } from '../../src/reconcile/ledger/ledger.ts'
import { sign, signable, type LedgerToSign } from '../../src/reconcile/ledger/sign.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import { open } from './repository.ts'
import { sealingWith } from './sealing.ts'

export const REF = 'refs/herdbook/production/ledger'
export const KEY = Buffer.from('a key of the herd')
export const AT = '2026-11-23T04:00:00.000Z'
export const by = { run: '7', source: 'a'.repeat(40), approvedBy: ['alice', 'bob'] }

/** The ledger of a clone, with its key and the branch that follows it. */
export async function storeIn(
  dir: string,
  key: Uint8Array | null = KEY,
  branch: string | null = null,
): Promise<LedgerStore> {
  const { repository, where } = await placeIn(dir, key, branch)
  return ledgerStore(repository, where)
}

/** A clone, and how its ledger is found and signed. */
export async function placeIn(
  dir: string,
  key: Uint8Array | null = KEY,
  branch: string | null = null,
): Promise<{ readonly repository: Repository; readonly where: LedgerOptions }> {
  return { repository: await open(dir), where: { sealing: sealingWith(key), branch } }
}

/**
 * A person signs the ledger anew, as `herdbook ledger sign` does; with the key that signed it before, where they have
 * it.
 */
export async function signAnew(
  dir: string,
  why: string,
  { old = null, branch = null }: { readonly old?: Uint8Array | null; readonly branch?: string | null } = {},
): Promise<{ readonly ledger: Ledger; readonly signing: LedgerToSign }> {
  const { repository, where } = await placeIn(dir, KEY, branch)
  const signing = await signable(repository, where, old, 'a'.repeat(40))
  if (signing === null) throw new Error('there is nothing to sign')
  return { ledger: await sign(repository, where, signing, why, by), signing }
}

/** The ledger with one more block in it. */
export const withBlock = (ledger: Ledger, id: string): Ledger =>
  adjust(ledger, [
    {
      to: 'record',
      entry: {
        kind: 'domain-block',
        id,
        serverId: '1',
        fields: { severity: 'suspend', comment: 'zähe Güsse' },
        commit: 'a'.repeat(40),
      },
    },
  ])

/** What a ledger that is not taken fails with, and what a person is told to type. */
export const refused = (code: string) => ({
  exit: 5,
  diagnostics: [expect.objectContaining({ code, hint: expect.stringContaining('herdbook ledger sign "why"') })],
})

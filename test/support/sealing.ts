import type { LedgerKey, DigestScope, Sealing } from '../../src/reconcile/digest.ts'

/** What digests of herd.example are made for and with. */
export const sealingWith = (key: LedgerKey, scope: Partial<DigestScope> = {}): Sealing => ({
  scope: { provider: 'mastodon:herd.example', environment: 'production', repository: 'e'.repeat(40), ...scope },
  key,
  providers: new Map(),
})

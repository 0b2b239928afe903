import { EXIT, fail } from '../../instance/diagnostic.ts'
import { canonicalJson, sealIn, type LedgerKey, type Sealing } from '../digest.ts'
import { type DigestForm } from '../values.ts'
import { equal } from '../equal.ts'
import { Malformed } from './lines.ts'
import { readRows } from './rows.ts'
import { pointers, save, type Authorship, type LedgerOptions } from './store.ts'
import { emptyLedger, ledgerOf, tryRead } from './ledger.ts'
import { refsOf, type Repository, type Snapshot } from '../repository.ts'
import { signatureOf } from '../signature.ts'
import type { Ledger } from './types.ts'
import type { ObjectRef } from '../values.ts'
import { nothingToSign, signedAgain } from './texts.ts'

/** What signing a ledger again would make. All of it was written by Herdbook. */
export interface LedgerToSign {
  /** The newest commit that Herdbook signed; null if there is none: then the ledger begins again, empty. */
  readonly from: Snapshot | null
  readonly ledger: Ledger
  readonly parents: readonly string[]
  /** What the ref holds now and the signed ledger does not. */
  readonly left: { readonly objects: readonly ObjectRef[]; readonly approvals: number }
  /** Names exactly this result, so that a person confirms what was shown. */
  readonly digest: string
}

/** How many commits back a signed one is looked for. */
const MAX_COMMITS_BACK = 5_000

/** Looks for what can be signed; null if the ledger is right. Throws (exit 5) without one. `old`: the earlier key. */
export async function signable(
  repository: Repository,
  where: LedgerOptions,
  old: LedgerKey,
  head: string | null,
): Promise<LedgerToSign | null> {
  const { ledger: now, branch, seen } = await pointers(repository, where)
  const { ledger: ref } = refsOf(where.sealing.scope.environment)
  // Anyone who can push may have put anything there.
  const snapshot = await repository.read(ref, now).catch(() => null)
  if (branch !== null) await repository.bring(branch.commit)
  // It descends from the newest commits seen, so every clone that saw those accepts it, and the branch, too.
  const named = [...new Set([now, seen, branch?.commit].filter((id) => typeof id === 'string'))]
  if (named.length === 0) fail(EXIT.refused, 'no-ledger-yet', nothingToSign.message, nothingToSign)
  const keys = [where.sealing.key, ...(old === null ? [] : [old])]
  const parents = await commitsAmong(repository, named)
  const found = await newestOf(
    repository,
    where,
    [branch?.commit, seen, now].flatMap((id) => parents.filter((one) => one === id)),
    keys,
  )
  if (
    found?.key === where.sealing.key &&
    found.snapshot.id === now &&
    (await descends(repository, found.snapshot.id, parents))
  )
    return null
  const ledger = ledgerFrom(found, where.sealing, now, head)
  const digest = sealIn(where.sealing, 'ledger', { from: found?.snapshot.id ?? null, over: named }).slice(0, 16)
  return { from: found?.snapshot ?? null, ledger, parents, left: leftOf(snapshot, ledger), digest }
}

/** Those ids that are commits: a ref may name anything. */
async function commitsAmong(repository: Repository, ids: readonly string[]): Promise<readonly string[]> {
  const own = await Promise.all(
    ids.map(async (id) => (await repository.bring(id)) && (await repository.commit(id)) === id),
  )
  return ids.filter((_, i) => own[i])
}

/** Signs it with the current key. Refuses (exit 6) if the ref moved meanwhile. */
export const sign = (
  repository: Repository,
  where: LedgerOptions,
  { ledger, parents }: LedgerToSign,
  why: string,
  by: Authorship,
): Promise<Ledger> => save(repository, where, ledger, parents, { subject: signedAgain(why), by, touched: null })

/** Whether a commit descends from all of these. */
async function descends(repository: Repository, commit: string, earlier: readonly string[]): Promise<boolean> {
  for (const id of earlier) if (!(await repository.isAncestor(id, commit))) return false
  return true
}

interface Found {
  readonly snapshot: Snapshot
  readonly key: LedgerKey
  readonly form: DigestForm
}

/** The newest commit that one of the keys signed. That of a later start counts only if it descends from it. */
async function newestOf(
  repository: Repository,
  { sealing }: LedgerOptions,
  starts: readonly string[],
  keys: readonly LedgerKey[],
): Promise<Found | null> {
  let newest: Found | null = null
  for (const start of starts) {
    const found = await signedIn(repository, sealing, start, keys)
    if (found === null) continue
    if (newest === null || (await repository.isAncestor(newest.snapshot.id, found.snapshot.id))) newest = found
  }
  return newest
}

async function signedIn(
  repository: Repository,
  sealing: Sealing,
  start: string,
  keys: readonly LedgerKey[],
): Promise<Found | null> {
  const { ledger } = refsOf(sealing.scope.environment)
  for (const { id } of await repository.log(start, { limit: MAX_COMMITS_BACK, topological: true })) {
    const snapshot = await repository.read(ledger, id).catch(() => null)
    if (snapshot === null) continue
    for (const key of keys) {
      const signed = signatureOf(snapshot, 'ledger', { ...sealing, key })
      const isRight = key === null ? signed.is === 'unsigned' : signed.is === 'right'
      if (isRight) return { snapshot, key, form: signed.is === 'unsigned' ? 2 : signed.form }
    }
  }
  return null
}

/** The ledger of a signed commit. With another key, unused approvals, merges and seen lists are dropped. */
function ledgerFrom(found: Found | null, sealing: Sealing, head: string | null, commit: string | null): Ledger {
  // A new ledger: earlier merges were for the one that is gone.
  if (found === null) return { ...emptyLedger, head, taken: commit }
  const { snapshot, form, key } = found
  const ledger = { ...ledgerOf(snapshot, readRows(snapshot.files), form, true), head }
  // Without a key anyone may have pushed a list.
  const own = sealing.key === null ? { ...ledger, seen: new Map() } : ledger
  return key === sealing.key
    ? own
    : { ...ledger, approvals: ledger.approvals.filter(({ spent }) => spent), merges: [], seen: new Map() }
}

/** What the ref holds now and the signed ledger does not. */
function leftOf(snapshot: Snapshot | null, ledger: Ledger): LedgerToSign['left'] {
  const now = snapshot === null ? null : tryRead(snapshot)
  if (now === null || now instanceof Malformed) return { objects: [], approvals: 0 }
  const known = new Set(ledger.approvals.map(canonicalJson))
  return {
    objects: [...now.entries].flatMap(([ref, entry]) =>
      equal({ ...entry.fields }, { ...ledger.entries.get(ref)?.fields }) && ledger.entries.has(ref) ? [] : [ref],
    ),
    approvals: now.approvals.filter((approval) => !known.has(canonicalJson(approval))).length,
  }
}

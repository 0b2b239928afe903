import { EXIT, fail } from '../../instance/diagnostic.ts'
import { canonicalJson, sealIn, type Key, type Sealing } from '../digest.ts'
import { type Form } from '../values.ts'
import { equal } from '../equal.ts'
import { Malformed } from './lines.ts'
import { readRows } from './rows.ts'
import { pointers, save, type Authorship, type Where } from './store.ts'
import { emptyLedger, ledgerOf, tryRead } from './ledger.ts'
import { refsOf, type Repository, type Snapshot } from '../repository.ts'
import { signatureOf } from '../signature.ts'
import type { Ledger } from './types.ts'
import type { ObjectRef } from '../values.ts'

/** What signing a ledger anew would come to. Nothing in it was ever anybody's but Herdbook's. */
export interface Signing {
  /** The newest commit that Herdbook signed; null where there is none: then the ledger begins anew and takes nothing over. */
  readonly from: Snapshot | null
  readonly ledger: Ledger
  readonly parents: readonly string[]
  /** What stands on the ref now and is not taken. */
  readonly left: { readonly objects: readonly ObjectRef[]; readonly approvals: number }
  /** Names just this, so that what is confirmed is what was shown. */
  readonly digest: string
}

/** How far back a commit of ours is looked for. */
const MOST = 5_000

/** Looks for what can be signed; null where the ledger is as it should be. Throws (exit 5) where there is no ledger at all. `old`: the key that signed it before. */
export async function signable(
  repository: Repository,
  where: Where,
  old: Key,
  head: string | null,
): Promise<Signing | null> {
  const { ledger: now, branch, seen } = await pointers(repository, where)
  const { ledger: ref } = refsOf(where.sealing.scope.environment)
  // Anybody who can write may have put anything there.
  const snapshot = await repository.read(ref, now).catch(() => null)
  if (branch !== null) await repository.bring(branch.commit)
  // Descending from the newest commits seen, too, it is taken by every clone that saw those, and by the branch.
  const named = [...new Set([now, seen, branch?.commit].filter((id) => typeof id === 'string'))]
  if (named.length === 0)
    fail(EXIT.refused, 'no-ledger-yet', 'There is no ledger to sign: nothing was applied yet.', {
      hint: 'The first apply begins it: herdbook apply',
    })
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

/** Of what refs name those that are commits themselves: a ref may name anything. */
async function commitsAmong(repository: Repository, ids: readonly string[]): Promise<readonly string[]> {
  const own = await Promise.all(
    ids.map(async (id) => (await repository.bring(id)) && (await repository.commit(id)) === id),
  )
  return ids.filter((_, i) => own[i])
}

/** Signs it with the key of now. Refuses (exit 6) if the ref moved meanwhile. */
export const sign = (
  repository: Repository,
  where: Where,
  { ledger, parents }: Signing,
  why: string,
  by: Authorship,
): Promise<Ledger> => save(repository, where, ledger, parents, { subject: `Sign anew: ${why}`, by, touched: null })

/** Whether a commit is what came of all of these. */
async function descends(repository: Repository, commit: string, earlier: readonly string[]): Promise<boolean> {
  for (const id of earlier) if (!(await repository.isAncestor(id, commit))) return false
  return true
}

interface Found {
  readonly snapshot: Snapshot
  readonly key: Key
  readonly form: Form
}

/** Of these histories the newest commit that one of the keys signed: the branch's, which only grows, unless another descends from it. */
async function newestOf(
  repository: Repository,
  { sealing }: Where,
  starts: readonly string[],
  keys: readonly Key[],
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
  keys: readonly Key[],
): Promise<Found | null> {
  const { ledger } = refsOf(sealing.scope.environment)
  for (const { id } of await repository.log(start, { limit: MOST, topological: true })) {
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

/** The ledger of a commit of ours. What another key made can't be told from a forgery any more: approvals that were not used are given anew, and the seen lists are begun anew, by an apply that names all staff. */
function ledgerFrom(found: Found | null, sealing: Sealing, head: string | null, commit: string | null): Ledger {
  // FirstApply anew, what was merged before was merged for the ledger that is gone.
  if (found === null) return { ...emptyLedger, head, taken: commit }
  const { snapshot, form, key } = found
  const ledger = { ...ledgerOf(snapshot, readRows(snapshot.files), form, true), head }
  // Without a key anybody may have pushed a list.
  const own = sealing.key === null ? { ...ledger, seen: new Map() } : ledger
  return key === sealing.key
    ? own
    : { ...ledger, approvals: ledger.approvals.filter(({ spent }) => spent), merges: [], seen: new Map() }
}

/** Of what stands on the ref now, what the signed ledger does not hold as it is. */
function leftOf(snapshot: Snapshot | null, ledger: Ledger): Signing['left'] {
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

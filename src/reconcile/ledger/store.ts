import { EXIT, fail, HerdbookError } from '../../instance/diagnostic.ts'
import type { DigestForm } from '../values.ts'
import type { Sealing } from '../digest.ts'
import { emptyLedger, parseLedger, serializeLedger } from './ledger.ts'
import { isForeign, refsOf, type Repository, type Snapshot } from '../repository.ts'
import { signatureOf, signContent } from '../signature.ts'
import { readSeen, seenFiles } from './rows.ts'
import { TOUCHED, touchedIn } from './touched.ts'
import {
  foreignBranch,
  moved,
  notPushed,
  restoreHere,
  restoreThere,
  rolledBack,
  SIGN,
  theBranch,
  THIS_CLONE,
} from './texts.ts'
import type { Ledger } from './types.ts'

/** The trailers of a ledger's commit. */
export interface Authorship {
  /** The run that writes. */
  readonly run: string
  /** The instance's commit that was applied. */
  readonly source: string | null
  readonly approvedBy: readonly string[]
}

export interface LedgerStore {
  /** `isRewritten`: accepts the ledger of the history before a rewrite, too. */
  readonly load: (isRewritten?: boolean) => Promise<Ledger>
  /** Writes a ledger after the one it came from; answers it with its new head. Refuses (exit 6) if the ref moved. */
  readonly save: (next: Ledger, subject: string, by: Authorship) => Promise<Ledger>
}

/** Which ledger is meant, and its signing key. */
export interface LedgerOptions {
  readonly sealing: Sealing
  /** The remote's branch that follows the ledger. A forge can forbid force pushes to it; null if there is no forge. */
  readonly branch: string | null
}

/** The ledger of one environment, on its ref. */
export function ledgerStore(repository: Repository, asked: LedgerOptions): LedgerStore {
  const where = repository.remote === null ? { ...asked, branch: null } : asked
  let last = emptyLedger
  const remembered = (ledger: Ledger): Ledger => (last = ledger)
  return {
    load: async (isRewritten = false) =>
      remembered(await withKept(repository, where, await load(repository, where, isRewritten))),
    save: async (next, subject, by) => {
      const touched = next.head === last.head ? touchedIn(last.entries, next.entries) : null
      return remembered(
        await save(repository, where, next, next.head === null ? [] : [next.head], { subject, by, touched }),
      )
    },
  }
}

/** A ledger by its ref, by the branch that follows it, and by the newest commit that this clone has seen. */
interface LedgerState {
  readonly snapshot: Snapshot | null
  readonly branch: { readonly name: string; readonly commit: string } | null
  readonly seen: string | null
}

/** The ids that ref, branch and clone name; they may be anything. */
export async function pointers(
  repository: Repository,
  {
    sealing: {
      scope: { environment },
    },
    branch: name,
  }: LedgerOptions,
): Promise<Omit<LedgerState, 'snapshot'> & { readonly ledger: string | null }> {
  const { ledger } = refsOf(environment)
  const [now, seen] = await Promise.all([
    repository.resolveAll(name === null ? [ledger] : [ledger, name]),
    repository.seen(environment),
  ])
  const commit = name === null ? undefined : now.get(name)
  return {
    ledger: now.get(ledger) ?? null,
    branch: name === null || commit === undefined ? null : { name, commit },
    seen,
  }
}

/** Without a key anyone could write a seen list, so it stays in the clone. */
async function withKept(
  repository: Repository,
  { sealing: { key, scope } }: LedgerOptions,
  ledger: Ledger,
): Promise<Ledger> {
  return key !== null || ledger.head === null
    ? ledger
    : { ...ledger, seen: readSeen(await repository.kept(scope.environment)) }
}

async function look(repository: Repository, where: LedgerOptions): Promise<LedgerState> {
  const { ledger, ...rest } = await pointers(repository, where)
  return { ...rest, snapshot: await readOwn(repository, refsOf(where.sealing.scope.environment).ledger, ledger) }
}

/** Reads a commit of a ref. If Herdbook never wrote it, the error names the way out. */
async function readOwn(repository: Repository, ref: string, named: string | null): Promise<Snapshot | null> {
  return repository.read(ref, named).catch((error: unknown) => {
    if (!isForeign(error)) throw error
    throw new HerdbookError(
      error.exit,
      error.diagnostics.map((one) => ({ ...one, hint: `${one.hint ?? ''}. ${SIGN}` })),
    )
  })
}

async function load(repository: Repository, where: LedgerOptions, isRewritten: boolean): Promise<Ledger> {
  const { environment } = where.sealing.scope
  const { snapshot, branch, seen } = await look(repository, where)
  if (snapshot === null && seen !== null)
    return (
      (await refuseUnpushed(repository, environment, seen)) ??
      refuseOld(repository, environment, null, { who: THIS_CLONE, commit: seen })
    )
  if (branch !== null && branch.commit !== snapshot?.id) await checkBranch(repository, where, branch, snapshot)
  if (snapshot === null) return emptyLedger
  const ledger = parseLedger(
    snapshot,
    where.sealing,
    await formsFor(repository, where, { snapshot, branch, seen }),
    isRewritten,
  )
  if (seen === snapshot.id) return ledger
  if (seen !== null && !(await repository.isAncestor(seen, snapshot.id)))
    refuseOld(repository, environment, snapshot, { who: THIS_CLONE, commit: seen })
  await repository.see(environment, snapshot.id)
  return ledger
}

/** Accepts version 1 until version 2 was seen: by this clone, on the branch, or in the ledger's own past. */
async function formsFor(
  repository: Repository,
  { sealing }: LedgerOptions,
  { snapshot, branch, seen }: LedgerState,
): Promise<ReadonlySet<DigestForm>> {
  const earlier = [...new Set([seen, branch?.commit, ...(snapshot?.parents ?? [])])].filter(
    (id) => typeof id === 'string' && id !== snapshot?.id,
  )
  const own = snapshot && signatureOf(snapshot, 'ledger', sealing)
  if (own === null || own.is === 'unsigned' || own.form === 2) return new Set<DigestForm>([1, 2])
  for (const id of earlier) {
    const known = await repository.read(refsOf(sealing.scope.environment).ledger, id)
    const signed = known && signatureOf(known, 'ledger', sealing)
    if (signed?.is === 'right' && signed.form === 2) return new Set<DigestForm>([2])
  }
  return new Set<DigestForm>([1, 2])
}

/** Refuses a branch that is ahead of the ledger. It may lag behind. */
async function checkBranch(
  repository: Repository,
  { sealing }: LedgerOptions,
  branch: NonNullable<LedgerState['branch']>,
  snapshot: Snapshot | null,
): Promise<void> {
  const { name, commit } = branch
  if (snapshot !== null && (await repository.isAncestor(commit, snapshot.id))) return
  const ahead = await readOwn(repository, name, commit)
  const {
    key,
    scope: { environment },
  } = sealing
  if (ahead !== null && signatureOf(ahead, 'ledger', sealing).is === (key === null ? 'unsigned' : 'right'))
    refuseOld(repository, environment, snapshot, { who: called(name), commit })
  const text = foreignBranch({ branch: called(name), commit })
  fail(EXIT.refused, 'ledger-branch', text.message, text)
}

const called = (ref: string): string => theBranch(ref.replace('refs/heads/', ''))

/** Refuses if only this clone has the ledger, as with a remote that was added after the first apply. */
async function refuseUnpushed(repository: Repository, environment: string, seen: string): Promise<null> {
  const { ledger } = refsOf(environment)
  if (repository.remote === null || (await repository.commit(ledger)) !== seen) return null
  const text = notPushed({ remote: repository.remote, ref: ledger })
  return fail(EXIT.refused, 'ledger-not-pushed', text.message, text)
}

/** Refuses a ledger that was set back. `newer`: who has seen a newer commit, and which. */
function refuseOld(
  repository: Repository,
  environment: string,
  snapshot: Snapshot | null,
  newer: { readonly who: string; readonly commit: string },
): never {
  const { ledger } = refsOf(environment)
  const restore =
    repository.remote === null
      ? restoreHere({ ref: ledger, commit: newer.commit })
      : restoreThere({ remote: repository.remote, ref: ledger, commit: newer.commit })
  const text = rolledBack({ who: newer.who, newer: newer.commit, now: snapshot?.id ?? null, restore })
  fail(EXIT.refused, 'ledger-rolled-back', text.message, text)
}

/** What the commit of a ledger says. */
interface Written {
  readonly subject: string
  readonly by: Authorship
  /** The objects that changed since the commit before it; null if unknown. */
  readonly touched: string | null
}

/** Writes a ledger after these commits. Refuses (exit 6) if the ref no longer names `next.head`. */
export async function save(
  repository: Repository,
  { sealing, branch }: LedgerOptions,
  next: Ledger,
  parents: readonly string[],
  { subject, by, touched }: Written,
): Promise<Ledger> {
  const at = new Date().toISOString()
  const trailers = {
    Run: by.run,
    ...(by.source === null ? {} : { 'Source-Commit': by.source }),
    ...(by.approvedBy.length === 0 ? {} : { 'Approved-By': by.approvedBy.join(', ') }),
    ...(touched === null ? {} : { [TOUCHED]: touched }),
  }
  const {
    key,
    scope: { environment },
  } = sealing
  const upgraded = next.form === 1 ? at : next.upgraded
  const content = {
    files: serializeLedger({ ...next, upgraded, ...(key === null ? { seen: new Map() } : {}) }, sealing, at),
    subject,
    trailers,
    parents,
  }
  // Before the ledger: if the run is killed in between, what the ledger would let go of is on the list already.
  if (key === null) await repository.keep(environment, seenFiles(next.seen))
  const swap = await repository.write(
    refsOf(environment).ledger,
    next.head,
    signContent(content, 'ledger', sealing),
    branch ?? undefined,
  )
  if (swap.state === 'moved') return fail(EXIT.stale, 'ledger-moved', moved.message, moved)
  await repository.see(environment, swap.commit)
  return { ...next, head: swap.commit, at, began: next.began ?? at, form: 2, upgraded, signed: key !== null }
}

import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { Key } from './digest.ts'
import { emptyLedger, NEW_KEY, parseLedger, readLedger, serializeLedger, signatureOf, signContent } from './ledger.ts'
import { refsOf, type Repository, type Snapshot } from './repository.ts'
import type { Ledger } from './types.ts'

/** What the trailers of a ledger's commit say. */
export interface Authorship {
  /** The run that writes. */
  readonly run: string
  /** The instance's commit that was applied. */
  readonly source: string | null
  readonly approvedBy: readonly string[]
}

export interface LedgerStore {
  readonly load: () => Promise<Ledger>
  /** Writes the next ledger after the one it was made from, and answers it with its own head. Refuses (exit 6) if the ref moved meanwhile. */
  readonly save: (next: Ledger, subject: string, by: Authorship) => Promise<Ledger>
  /** Takes what is there, whoever signed it, and signs it with the key of now. */
  readonly renew: (why: string, by: Authorship) => Promise<Ledger>
}

/** Which ledger it is, and what it is signed with. */
export interface Where {
  readonly environment: string
  readonly key: Key
  /** The branch of the remote that grows with it, so that nobody can set both back; null where nothing keeps branches from that. */
  readonly branch: string | null
}

/** The ledger of one environment, on its ref. */
export function ledgerStore(repository: Repository, asked: Where): LedgerStore {
  const where = repository.remote === null ? { ...asked, branch: null } : asked
  return {
    load: () => load(repository, where),
    save: (next, subject, by) => save(repository, where, next, next.head === null ? [] : [next.head], { subject, by }),
    renew: (why, by) => renew(repository, where, why, by),
  }
}

/** What is known of a ledger: as its ref has it, by the branch that follows it, and the newest that this clone has seen. */
interface Standing {
  readonly snapshot: Snapshot | null
  readonly branch: { readonly name: string; readonly commit: string } | null
  readonly seen: string | null
}

async function look(repository: Repository, { environment, branch: name }: Where): Promise<Standing> {
  const { ledger } = refsOf(environment)
  const [now, seen] = await Promise.all([repository.resolveAll(name === null ? [ledger] : [ledger, name]), repository.seen(environment)])
  const commit = name === null ? undefined : now.get(name)
  return { snapshot: await repository.read(ledger, now.get(ledger) ?? null), branch: name === null || commit === undefined ? null : { name, commit }, seen }
}

async function load(repository: Repository, where: Where): Promise<Ledger> {
  const { environment, key } = where
  const { snapshot, branch, seen } = await look(repository, where)
  if (snapshot === null && seen !== null) return (await refuseUnpushed(repository, environment, seen)) ?? refuseOld(repository, environment, null, { who: SEEN, commit: seen })
  if (branch !== null && branch.commit !== snapshot?.id) await checkBranch(repository, where, branch, snapshot)
  if (snapshot === null) return emptyLedger
  const ledger = parseLedger(snapshot, environment, key)
  if (seen === snapshot.id) return ledger
  if (seen !== null && !(await repository.isAncestor(seen, snapshot.id))) refuseOld(repository, environment, snapshot, { who: SEEN, commit: seen })
  await repository.see(environment, snapshot.id)
  return ledger
}

/** The branch may lag behind the ledger, and is never ahead of it. */
async function checkBranch(repository: Repository, { environment, key }: Where, branch: NonNullable<Standing['branch']>, snapshot: Snapshot | null): Promise<void> {
  const { name, commit } = branch
  if (snapshot !== null && (await repository.isAncestor(commit, snapshot.id))) return
  const ahead = await repository.read(name, commit)
  if (ahead !== null && signatureOf(ahead, environment, 'ledger', key) === (key === null ? 'unsigned' : 'right')) refuseOld(repository, environment, snapshot, { who: called(name), commit })
  fail(EXIT.refused, 'ledger-branch', `Somebody pushed to ${called(name)}, which follows the ledger: ${commit.slice(0, 12)} is not Herdbook's.`, { hint: `Look at it: git log -p ${commit}. ${NEW_KEY}` })
}

const SEEN = 'this clone'
const called = (ref: string): string => `the branch ${ref.replace('refs/heads/', '')}`

/** A remote that came after the first apply has no ledger: the one of this clone is taken there by a person. */
async function refuseUnpushed(repository: Repository, environment: string, seen: string): Promise<null> {
  const { ledger } = refsOf(environment)
  if (repository.remote === null || (await repository.commit(ledger)) !== seen) return null
  return fail(EXIT.refused, 'ledger-not-pushed', `The ledger is in this clone alone: ${repository.remote} does not have it.`, { hint: `Take it there: git push ${repository.remote} ${ledger}` })
}

/** `newer`: who has seen a newer commit, and which. */
function refuseOld(repository: Repository, environment: string, snapshot: Snapshot | null, newer: { readonly who: string; readonly commit: string }): never {
  const { ledger } = refsOf(environment)
  const what = snapshot === null ? 'is gone' : `was set back to ${snapshot.id.slice(0, 12)}`
  const restore = repository.remote === null ? `git update-ref ${ledger} ${newer.commit}` : `git push --force ${repository.remote} ${newer.commit}:${ledger}`
  fail(EXIT.refused, 'ledger-rolled-back', `The ledger ${what}: ${newer.who} has seen the newer commit ${newer.commit.slice(0, 12)}.`, {
    hint: `Put it back: ${restore}. ${NEW_KEY}`,
  })
}

async function save(
  repository: Repository,
  { environment, key, branch }: Where,
  next: Ledger,
  parents: readonly string[],
  { subject, by }: { subject: string; by: Authorship },
): Promise<Ledger> {
  const at = new Date().toISOString()
  const trailers = {
    Run: by.run,
    ...(by.source === null ? {} : { 'Source-Commit': by.source }),
    ...(by.approvedBy.length === 0 ? {} : { 'Approved-By': by.approvedBy.join(', ') }),
  }
  const content = { files: serializeLedger(next, environment, at), subject, trailers, parents }
  const swap = await repository.write(refsOf(environment).ledger, next.head, signContent(content, environment, 'ledger', key), branch ?? undefined)
  if (swap.state === 'moved') {
    return fail(EXIT.stale, 'ledger-moved', 'Somebody else wrote the ledger meanwhile.', { hint: 'Plan again: herdbook plan' })
  }
  await repository.see(environment, swap.commit)
  return { ...next, head: swap.commit, at, began: next.began ?? at, signed: key !== null }
}

/** What nobody can read is begun anew: then nothing is known as ours, and nothing is changed or deleted for being so. */
function readable(snapshot: Snapshot, environment: string): Ledger {
  try {
    return readLedger(snapshot, environment, false)
  } catch (error) {
    if (error instanceof HerdbookError) return { ...emptyLedger, head: snapshot.id }
    throw error
  }
}

async function renew(repository: Repository, where: Where, why: string, by: Authorship): Promise<Ledger> {
  const { snapshot, branch, seen } = await look(repository, where)
  const ledger = snapshot === null ? emptyLedger : readable(snapshot, where.environment)
  if (branch !== null) await repository.bring(branch.commit)
  // Descending from the newest commits seen, too, it is taken by every clone that saw those, and by the branch.
  const parents = [...new Set([snapshot?.id, seen, branch?.commit].filter((id) => typeof id === 'string'))]
  return save(repository, where, ledger, parents, { subject: `Sign anew: ${why}`, by })
}

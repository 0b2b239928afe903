import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { Key } from './digest.ts'
import { emptyLedger, parseLedger, readLedger, serializeLedger, signContent } from './ledger.ts'
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

type Where = { readonly environment: string; readonly key: Key }

/** The ledger of one environment, on its ref. */
export function ledgerStore(repository: Repository, where: Where): LedgerStore {
  return {
    load: () => load(repository, where),
    save: (next, subject, by) => save(repository, where, next, next.head === null ? [] : [next.head], { subject, by }),
    renew: (why, by) => renew(repository, where, why, by),
  }
}

async function load(repository: Repository, { environment, key }: Where): Promise<Ledger> {
  const [snapshot, seen] = await Promise.all([repository.read(refsOf(environment).ledger), repository.seen(environment)])
  if (snapshot === null && seen !== null) return (await refuseUnpushed(repository, environment, seen)) ?? refuseOld(repository, environment, seen, 'is gone')
  if (snapshot === null) return emptyLedger
  const ledger = parseLedger(snapshot, environment, key)
  if (seen === snapshot.id) return ledger
  if (seen !== null && !(await repository.isAncestor(seen, snapshot.id))) refuseOld(repository, environment, seen, `was set back to ${snapshot.id.slice(0, 12)}`)
  await repository.see(environment, snapshot.id)
  return ledger
}

/** A remote that came after the first apply has no ledger: the one of this clone is taken there by a person. */
async function refuseUnpushed(repository: Repository, environment: string, seen: string): Promise<null> {
  const { ledger } = refsOf(environment)
  if (repository.remote === null || (await repository.commit(ledger)) !== seen) return null
  return fail(EXIT.refused, 'ledger-not-pushed', `The ledger is in this clone alone: ${repository.remote} does not have it.`, { hint: `Take it there: git push ${repository.remote} ${ledger}` })
}

function refuseOld(repository: Repository, environment: string, seen: string, what: string): never {
  const { ledger } = refsOf(environment)
  const restore = repository.remote === null ? `git update-ref ${ledger} ${seen}` : `git push --force ${repository.remote} ${seen}:${ledger}`
  fail(EXIT.refused, 'ledger-rolled-back', `The ledger ${what}: this clone has seen the newer commit ${seen.slice(0, 12)}.`, {
    hint: `Put it back: ${restore}. If the older one is right: herdbook unlock --new-key "why"`,
  })
}

async function save(
  repository: Repository,
  { environment, key }: Where,
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
  const swap = await repository.write(refsOf(environment).ledger, next.head, signContent(content, environment, 'ledger', key))
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
  const { environment } = where
  const [snapshot, seen] = await Promise.all([repository.read(refsOf(environment).ledger), repository.seen(environment)])
  const ledger = snapshot === null ? emptyLedger : readable(snapshot, environment)
  // Descending from the newest commit seen, too, it is taken by every clone that saw that one.
  const parents = [...new Set([snapshot?.id, seen].filter((id) => typeof id === 'string'))]
  return save(repository, where, ledger, parents, { subject: `Sign anew: ${why}`, by })
}

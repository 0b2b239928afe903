import { EXIT, fail, HerdbookError } from '../../instance/diagnostic.ts'
import type { Form } from '../values.ts'
import type { Sealing } from '../digest.ts'
import { emptyLedger, parseLedger, serializeLedger, SIGN } from './ledger.ts'
import { isForeign, refsOf, type Repository, type Snapshot } from '../repository.ts'
import { signatureOf, signContent } from '../signature.ts'
import { readSeen, seenFiles } from './rows.ts'
import { TOUCHED, touchedIn } from './touched.ts'
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
  /** `moved`: also the ledger of a history that this one was rewritten from. */
  readonly load: (moved?: boolean) => Promise<Ledger>
  /** Writes the next ledger after the one it was made from, and answers it with its own head. Refuses (exit 6) if the ref moved meanwhile. */
  readonly save: (next: Ledger, subject: string, by: Authorship) => Promise<Ledger>
}

/** Which ledger it is, and what it is signed with. */
export interface Where {
  readonly sealing: Sealing
  /** The branch of the remote that grows with it, so that nobody can set both back; null where nothing keeps branches from that. */
  readonly branch: string | null
}

/** The ledger of one environment, on its ref. */
export function ledgerStore(repository: Repository, asked: Where): LedgerStore {
  const where = repository.remote === null ? { ...asked, branch: null } : asked
  let last = emptyLedger
  const remembered = (ledger: Ledger): Ledger => (last = ledger)
  return {
    load: async (moved = false) => remembered(await withKept(repository, where, await load(repository, where, moved))),
    save: async (next, subject, by) => {
      const touched = next.head === last.head ? touchedIn(last.entries, next.entries) : null
      return remembered(
        await save(repository, where, next, next.head === null ? [] : [next.head], { subject, by, touched }),
      )
    },
  }
}

/** What is known of a ledger: as its ref has it, by the branch that follows it, and the newest that this clone has seen. */
interface Standing {
  readonly snapshot: Snapshot | null
  readonly branch: { readonly name: string; readonly commit: string } | null
  readonly seen: string | null
}

/** What ref, branch and clone name, whatever that is. */
export async function pointers(
  repository: Repository,
  {
    sealing: {
      scope: { environment },
    },
    branch: name,
  }: Where,
): Promise<Omit<Standing, 'snapshot'> & { readonly ledger: string | null }> {
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

/** Without a key anybody could write a seen list: then it stays in the clone. */
async function withKept(repository: Repository, { sealing: { key, scope } }: Where, ledger: Ledger): Promise<Ledger> {
  return key !== null || ledger.head === null
    ? ledger
    : { ...ledger, seen: readSeen(await repository.kept(scope.environment)) }
}

async function look(repository: Repository, where: Where): Promise<Standing> {
  const { ledger, ...rest } = await pointers(repository, where)
  return { ...rest, snapshot: await readOwn(repository, refsOf(where.sealing.scope.environment).ledger, ledger) }
}

/** Reads a commit of a ref, and names the way out where Herdbook never wrote it. */
async function readOwn(repository: Repository, ref: string, named: string | null): Promise<Snapshot | null> {
  return repository.read(ref, named).catch((error: unknown) => {
    if (!isForeign(error)) throw error
    throw new HerdbookError(
      error.exit,
      error.diagnostics.map((one) => ({ ...one, hint: `${one.hint ?? ''}. ${SIGN}` })),
    )
  })
}

async function load(repository: Repository, where: Where, moved: boolean): Promise<Ledger> {
  const { environment } = where.sealing.scope
  const { snapshot, branch, seen } = await look(repository, where)
  if (snapshot === null && seen !== null)
    return (
      (await refuseUnpushed(repository, environment, seen)) ??
      refuseOld(repository, environment, null, { who: SEEN, commit: seen })
    )
  if (branch !== null && branch.commit !== snapshot?.id) await checkBranch(repository, where, branch, snapshot)
  if (snapshot === null) return emptyLedger
  const ledger = parseLedger(
    snapshot,
    where.sealing,
    await formsFor(repository, where, { snapshot, branch, seen }),
    moved,
  )
  if (seen === snapshot.id) return ledger
  if (seen !== null && !(await repository.isAncestor(seen, snapshot.id)))
    refuseOld(repository, environment, snapshot, { who: SEEN, commit: seen })
  await repository.see(environment, snapshot.id)
  return ledger
}

/** Version 1 is taken as long as no version 2 was seen: by this clone, on the branch, or in the ledger's own past. */
async function formsFor(
  repository: Repository,
  { sealing }: Where,
  { snapshot, branch, seen }: Standing,
): Promise<ReadonlySet<Form>> {
  const earlier = [...new Set([seen, branch?.commit, ...(snapshot?.parents ?? [])])].filter(
    (id) => typeof id === 'string' && id !== snapshot?.id,
  )
  const own = snapshot && signatureOf(snapshot, 'ledger', sealing)
  if (own === null || own.is === 'unsigned' || own.form === 2) return new Set<Form>([1, 2])
  for (const id of earlier) {
    const known = await repository.read(refsOf(sealing.scope.environment).ledger, id)
    const signed = known && signatureOf(known, 'ledger', sealing)
    if (signed?.is === 'right' && signed.form === 2) return new Set<Form>([2])
  }
  return new Set<Form>([1, 2])
}

/** The branch may lag behind the ledger, and is never ahead of it. */
async function checkBranch(
  repository: Repository,
  { sealing }: Where,
  branch: NonNullable<Standing['branch']>,
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
  fail(
    EXIT.refused,
    'ledger-branch',
    `Somebody pushed to ${called(name)}, which follows the ledger: ${commit.slice(0, 12)} is not Herdbook's.`,
    { hint: `Look at it: git log -p ${commit}. ${SIGN}` },
  )
}

const SEEN = 'this clone'
const called = (ref: string): string => `the branch ${ref.replace('refs/heads/', '')}`

/** A remote that came after the first apply has no ledger: the one of this clone is taken there by a person. */
async function refuseUnpushed(repository: Repository, environment: string, seen: string): Promise<null> {
  const { ledger } = refsOf(environment)
  if (repository.remote === null || (await repository.commit(ledger)) !== seen) return null
  return fail(
    EXIT.refused,
    'ledger-not-pushed',
    `The ledger is in this clone alone: ${repository.remote} does not have it.`,
    { hint: `Take it there: git push ${repository.remote} ${ledger}` },
  )
}

/** `newer`: who has seen a newer commit, and which. */
function refuseOld(
  repository: Repository,
  environment: string,
  snapshot: Snapshot | null,
  newer: { readonly who: string; readonly commit: string },
): never {
  const { ledger } = refsOf(environment)
  const what = snapshot === null ? 'is gone' : `was set back to ${snapshot.id.slice(0, 12)}`
  const restore =
    repository.remote === null
      ? `git update-ref ${ledger} ${newer.commit}`
      : `git push --force ${repository.remote} ${newer.commit}:${ledger}`
  fail(
    EXIT.refused,
    'ledger-rolled-back',
    `The ledger ${what}: ${newer.who} has seen the newer commit ${newer.commit.slice(0, 12)}.`,
    {
      hint: `Put it back: ${restore}. ${SIGN}`,
    },
  )
}

/** What the commit of a ledger says of it. */
interface Written {
  readonly subject: string
  readonly by: Authorship
  /** Which objects changed since the commit before it; null where that is not known. */
  readonly touched: string | null
}

/** Writes a ledger after these commits. Refuses (exit 6) if the ref no longer names `next.head`. */
export async function save(
  repository: Repository,
  { sealing, branch }: Where,
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
  // Before the ledger: where this is killed in between, what that let go of is on the list already.
  if (key === null) await repository.keep(environment, seenFiles(next.seen))
  const swap = await repository.write(
    refsOf(environment).ledger,
    next.head,
    signContent(content, 'ledger', sealing),
    branch ?? undefined,
  )
  if (swap.state === 'moved') {
    return fail(EXIT.stale, 'ledger-moved', 'Somebody else wrote the ledger meanwhile.', {
      hint: 'Plan again: herdbook plan',
    })
  }
  await repository.see(environment, swap.commit)
  return { ...next, head: swap.commit, at, began: next.began ?? at, form: 2, upgraded, signed: key !== null }
}

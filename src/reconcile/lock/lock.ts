import { uptime } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, fail, type Diagnostic } from '../../instance/diagnostic.ts'
import { canonicalJson, type Sealing } from '../digest.ts'
import { type DigestForm } from '../values.ts'
import { describeHolder, isDead, parseHolder, thisHolder, type Holder } from './holder.ts'
import { isForeign, refsOf, type CommitContent, type Repository } from '../repository.ts'
import { signatureOf, signContent } from '../signature.ts'
import type { Advice } from '../../instance/diagnostic.ts'
import { locked, lockForged, lockLeft, lockOther, LOCK_ABSENT, LOCK_LOST } from './texts.ts'

/** What the lock needs of a repository. */
export type LockRefs = Pick<Repository, 'resolve' | 'read' | 'write' | 'remove'>

export interface LockOptions {
  readonly sealing: Sealing
  /** Accepted forms of signatures; only the newest if not given. */
  readonly forms?: ReadonlySet<DigestForm>
  /** Names this run to others. */
  readonly run: string
  readonly commit: string | null
  /** Wait for the holder instead of refusing. */
  readonly wait?: boolean
  readonly leaseMs?: number
  /** Hears who holds the lock: when the wait begins, and after each renewal. */
  readonly onWait?: (holder: Holder) => void
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

export interface HeldLock {
  readonly holder: Holder
  /** False as soon as another run may have the lock: then nothing more may be written. */
  readonly isHeld: () => boolean
  /** Lets the lock go. Answers a warning if that failed. */
  readonly release: () => Promise<Diagnostic | null>
}

const LEASE_MS = 60_000
const LOCK_FILE = 'lock.json'
const NEWEST: ReadonlySet<DigestForm> = new Set<DigestForm>([2])

/** Takes the lock of an environment. Refuses (exit 7) if another run holds it, and names that run. */
export async function acquire(repository: LockRefs, options: LockOptions): Promise<HeldLock> {
  const holder = thisHolder(options.run, options.commit)
  const { lock: ref } = refsOf(options.sealing.scope.environment)
  for (let expected: string | null = null; ;) {
    const began = elapsed()
    const swap = await repository.write(ref, expected, lockContent(holder, expected, 0, options))
    if (swap.state === 'written') return hold(repository, holder, swap.commit, began, options)
    const current = await standingLock(repository, options, swap.now)
    if (current?.holder?.nonce === holder.nonce) return hold(repository, holder, current.id, began, options)
    expected = current === null ? null : await outwait(repository, current, options)
  }
}

/** A lock that is there, and its holder; null if Herdbook did not write it with this key. */
export interface LockState {
  /** The commit of the lock's ref. */
  readonly id: string
  /** What to type after `unlock`. */
  readonly name: string
  readonly holder: Holder | null
}

/** Reads the lock; null if no run holds it. `named`: the commit of its ref, if that is known. */
export async function standingLock(
  repository: LockRefs,
  { sealing, forms = NEWEST }: Pick<LockOptions, 'sealing' | 'forms'>,
  named?: string | null,
): Promise<LockState | null> {
  const { lock: ref } = refsOf(sealing.scope.environment)
  const id = named === undefined ? await repository.resolve(ref) : named
  if (id === null) return null
  const snapshot = await repository.read(ref, id).catch(foreign)
  if (snapshot === null) return null
  if (snapshot === 'foreign') return { id, name: id.slice(0, 12), holder: null }
  const found = signatureOf(snapshot, 'lock', sealing)
  const signed = sealing.key === null || (found.is === 'right' && forms.has(found.form))
  const holder = signed ? parseHolder(snapshot.files.get(LOCK_FILE) ?? '') : null
  return { id: snapshot.id, name: holder?.nonce.slice(0, 8) ?? snapshot.id.slice(0, 12), holder }
}

/** Lets a lock that Herdbook did not write have a name, so that a person can let it go. */
function foreign(error: unknown): 'foreign' {
  if (isForeign(error)) return 'foreign'
  throw error
}

/** Lets the lock of this name go for its holder. Answers who held it. */
export async function unlock(
  repository: LockRefs,
  options: Pick<LockOptions, 'sealing' | 'forms'>,
  name: string,
): Promise<LockState> {
  for (;;) {
    const current = await standingLock(repository, options)
    if (current === null) return fail(EXIT.refused, 'lock-absent', LOCK_ABSENT)
    if (current.name !== name) {
      const holder = current.holder && describeHolder(current.holder)
      const text = lockOther({ name: current.name, holder })
      return fail(EXIT.refused, 'lock-other', text.message, text)
    }
    // A living holder may have renewed since the reading: then try again.
    if ((await repository.remove(refsOf(options.sealing.scope.environment).lock, current.id)) === 'removed')
      return current
  }
}

/** Waits until this lock may be taken over (answers its id) or is gone (null). */
async function outwait(
  repository: LockRefs,
  { id, name, holder }: LockState,
  options: LockOptions,
): Promise<string | null> {
  const {
    sealing: {
      scope: { environment },
    },
    wait = false,
    leaseMs = LEASE_MS,
  } = options
  if (holder === null) return refuse('lock-forged', lockForged(name))
  if (isDead(holder)) return id
  if (!wait) return refuse('locked', locked({ holder: describeHolder(holder), name }))
  options.onWait?.(holder)
  // Only this process's own clock counts: other machines' clocks may be wrong.
  const since = performance.now()
  for (;;) {
    const now = await repository.resolve(refsOf(environment).lock)
    if (now === null) return null
    if (now !== id) {
      const current = await standingLock(repository, options, now)
      return current === null ? null : outwait(repository, current, options)
    }
    if (performance.now() - since >= leaseMs) return id
    await sleep(
      Math.min(leaseMs / 10, 2_000),
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    )
  }
}

const refuse = (code: string, text: Advice): never => fail(EXIT.locked, code, text.message, text)

/** Keeps the lock: renews it in the second quarter of a lease. Gives up a third before others may take it. */
function hold(repository: LockRefs, holder: Holder, commit: string, began: number, options: LockOptions): HeldLock {
  const {
    sealing: {
      scope: { environment },
    },
    leaseMs = LEASE_MS,
  } = options
  const { lock: ref } = refsOf(environment)
  const known = new Set([commit])
  let id = commit
  let renewed = began
  let renewals = 0
  let lost = false
  let renewing: Promise<void> | null = null

  const renew = async (): Promise<void> => {
    const at = elapsed()
    renewals += 1
    const swap = await repository.write(ref, id, lockContent(holder, id, renewals, options))
    if (swap.state === 'written') renewed = at
    id = swap.state === 'written' ? swap.commit : await unheard()
    known.add(id)
  }
  // The ref moved, is still ours and was not set back: the answer of an earlier renewal was lost.
  const unheard = async (): Promise<string> => {
    const current = await standingLock(repository, options)
    lost = current?.holder?.nonce !== holder.nonce || known.has(current.id)
    return current?.id ?? id
  }
  const beat = setInterval(() => {
    if (lost) clearInterval(beat)
    // A failed renewal is tried again at the next beat, while the lease goes on running out.
    else if (elapsed() - renewed > leaseMs / 4)
      renewing ??= renew()
        .catch(() => {})
        .finally(() => (renewing = null))
  }, leaseMs / 6)
  beat.unref()

  return {
    holder,
    isHeld: () => !lost && elapsed() - renewed < (leaseMs * 2) / 3,
    release: async () => {
      clearInterval(beat)
      await renewing
      const freed = lost ? 'moved' : await repository.remove(ref, id).catch(() => 'unreachable' as const)
      lost = true
      if (freed === 'removed') return null
      return freed === 'moved'
        ? { code: 'lock-lost', severity: 'warning', message: LOCK_LOST }
        : { code: 'lock-left', severity: 'warning', ...lockLeft(holder.nonce.slice(0, 8)) }
    },
  }
}

/** Milliseconds since the machine started, with its sleep: after a sleep the lease has run out. */
const elapsed = (): number => uptime() * 1_000

function lockContent(
  holder: Holder,
  follows: string | null,
  renewals: number,
  { sealing }: LockOptions,
): CommitContent {
  const files = new Map([[LOCK_FILE, `${canonicalJson({ ...holder, renewals })}\n`]])
  // A chain of commits, so that a server that accepts only fast-forwards accepts a renewal.
  const parents = follows === null ? [] : [follows]
  return signContent({ files, subject: `Lock: ${holder.user}@${holder.host}`, parents }, 'lock', sealing)
}

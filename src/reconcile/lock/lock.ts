import { uptime } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, fail, type Diagnostic } from '../../instance/diagnostic.ts'
import { canonicalJson, type Sealing } from '../digest.ts'
import { type Form } from '../values.ts'
import { describeHolder, isDead, parseHolder, thisHolder, type Holder } from './holder.ts'
import { isForeign, refsOf, type Content, type Repository } from '../repository.ts'
import { signatureOf, signContent } from '../signature.ts'

/** What the lock needs of a repository. */
export type LockRefs = Pick<Repository, 'resolve' | 'read' | 'write' | 'remove'>

export interface LockOptions {
  readonly sealing: Sealing
  /** Forms of signatures that are taken; the newest alone unless given. */
  readonly forms?: ReadonlySet<Form>
  /** Names this run to others. */
  readonly run: string
  readonly commit: string | null
  /** Wait for the holder instead of refusing. */
  readonly wait?: boolean
  readonly leaseMs?: number
  /** Told who is waited for: at the start and whenever the holder renewed. */
  readonly onWait?: (holder: Holder) => void
  /** BaseAndHead the waiting. */
  readonly signal?: AbortSignal
}

export interface Held {
  readonly holder: Holder
  /** False as soon as the lock may be another's: then nothing may be written any more. */
  readonly ok: () => boolean
  /** Gives it back. Answers a warning where that could not be done. */
  readonly release: () => Promise<Diagnostic | null>
}

const LEASE_MS = 60_000
const LOCK_FILE = 'lock.json'
const NEWEST: ReadonlySet<Form> = new Set<Form>([2])

/** Takes the lock of an environment, or refuses (exit 7) and names its holder. */
export async function acquire(repository: LockRefs, options: LockOptions): Promise<Held> {
  const holder = thisHolder(options.run, options.commit)
  const { lock: ref } = refsOf(options.sealing.scope.environment)
  for (let expected: string | null = null; ;) {
    const began = elapsed()
    const swap = await repository.write(ref, expected, lockContent(holder, expected, 0, options))
    if (swap.state === 'written') return hold(repository, holder, swap.commit, began, options)
    const standing = await standingLock(repository, options, swap.now)
    if (standing?.holder?.nonce === holder.nonce) return hold(repository, holder, standing.id, began, options)
    expected = standing === null ? null : await outwait(repository, standing, options)
  }
}

/** A lock as it stands: its id for `unlock`, and its holder; null where Herdbook did not write it with this key. */
export interface Standing {
  /** The commit that the ref names. */
  readonly id: string
  /** What to type after `unlock`. */
  readonly name: string
  readonly holder: Holder | null
}

/** Who holds the lock now; null where nobody does. `named`: the commit that its ref names, where that is known. */
export async function standingLock(
  repository: LockRefs,
  { sealing, forms = NEWEST }: Pick<LockOptions, 'sealing' | 'forms'>,
  named?: string | null,
): Promise<Standing | null> {
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

/** What Herdbook never writes there is a lock of nobody's, to be let go by its name. */
function foreign(error: unknown): 'foreign' {
  if (isForeign(error)) return 'foreign'
  throw error
}

/** Takes the lock away from whoever holds it, if it is the one of that name. Answers who held it. */
export async function unlock(
  repository: LockRefs,
  options: Pick<LockOptions, 'sealing' | 'forms'>,
  name: string,
): Promise<Standing> {
  for (;;) {
    const standing = await standingLock(repository, options)
    if (standing === null) return fail(EXIT.refused, 'lock-absent', 'Nobody holds the lock.')
    if (standing.name !== name) {
      const who = standing.holder === null ? 'something that Herdbook did not write' : describeHolder(standing.holder)
      return fail(EXIT.refused, 'lock-other', `The lock has another name, ${standing.name}; it is held by ${who}.`, {
        hint: `herdbook unlock ${standing.name}`,
      })
    }
    // A holder that lives may renew in between: then once more.
    if ((await repository.remove(refsOf(options.sealing.scope.environment).lock, standing.id)) === 'removed')
      return standing
  }
}

/** Waits until this lock may be taken over (answers its id) or has gone (null). */
async function outwait(
  repository: LockRefs,
  { id, name, holder }: Standing,
  options: LockOptions,
): Promise<string | null> {
  const {
    sealing: {
      scope: { environment },
    },
    wait = false,
    leaseMs = LEASE_MS,
  } = options
  if (holder === null) {
    return fail(
      EXIT.locked,
      'lock-forged',
      'The lock was not written by Herdbook with your ledger_key: anyone who may push to the repository could have made it.',
      {
        hint: `If no other run with another key is under way: herdbook unlock ${name}`,
      },
    )
  }
  if (isDead(holder)) return id
  if (!wait) {
    return fail(EXIT.locked, 'locked', `Locked by ${describeHolder(holder)}.`, {
      hint: `Wait for it with --wait. If that run has surely ended: herdbook unlock ${name}`,
    })
  }
  options.onWait?.(holder)
  // Only this process's own clock counts: those of other machines may say anything.
  const since = performance.now()
  for (;;) {
    const now = await repository.resolve(refsOf(environment).lock)
    if (now === null) return null
    if (now !== id) {
      const standing = await standingLock(repository, options, now)
      return standing === null ? null : outwait(repository, standing, options)
    }
    if (performance.now() - since >= leaseMs) return id
    await sleep(
      Math.min(leaseMs / 10, 2_000),
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    )
  }
}

/** Keeps the lock: renews it in the second quarter of each lease, and gives up a third before anyone may take it over. */
function hold(repository: LockRefs, holder: Holder, commit: string, began: number, options: LockOptions): Held {
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
  // Moved, and still ours, and not set back: an earlier renewal whose answer was lost.
  const unheard = async (): Promise<string> => {
    const standing = await standingLock(repository, options)
    lost = standing?.holder?.nonce !== holder.nonce || known.has(standing.id)
    return standing?.id ?? id
  }
  const beat = setInterval(() => {
    if (lost) clearInterval(beat)
    // A renewal that fails is tried again at the next beat; meanwhile the lease runs out.
    else if (elapsed() - renewed > leaseMs / 4)
      renewing ??= renew()
        .catch(() => {})
        .finally(() => (renewing = null))
  }, leaseMs / 6)
  beat.unref()

  return {
    holder,
    ok: () => !lost && elapsed() - renewed < (leaseMs * 2) / 3,
    release: async () => {
      clearInterval(beat)
      await renewing
      const freed = lost ? 'moved' : await repository.remove(ref, id).catch(() => 'unreachable' as const)
      lost = true
      if (freed === 'removed') return null
      return freed === 'moved'
        ? STOLEN
        : { ...LEFT, hint: `It runs out by itself: use --wait, or: herdbook unlock ${holder.nonce.slice(0, 8)}` }
    },
  }
}

const STOLEN: Diagnostic = {
  code: 'lock-lost',
  severity: 'warning',
  message: 'The lock was taken away while this run held it.',
}
const LEFT: Diagnostic = { code: 'lock-left', severity: 'warning', message: 'The lock could not be given back.' }

/** Milliseconds since the machine started, its sleep included: a holder that was asleep must not think that its lease still runs. */
const elapsed = (): number => uptime() * 1_000

function lockContent(holder: Holder, follows: string | null, renewals: number, { sealing }: LockOptions): Content {
  const files = new Map([[LOCK_FILE, `${canonicalJson({ ...holder, renewals })}\n`]])
  // A chain, so that servers which refuse anything but fast-forwards take a renewal.
  const parents = follows === null ? [] : [follows]
  return signContent({ files, subject: `Lock: ${holder.user}@${holder.host}`, parents }, 'lock', sealing)
}

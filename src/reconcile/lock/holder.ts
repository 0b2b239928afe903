import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { sha256 } from '../digest.ts'
import { holderInWords } from './texts.ts'

/** Who holds the lock. */
export interface Holder {
  /** Random: by it a run knows its own lock after an answer was lost. */
  readonly nonce: string
  readonly user: string
  readonly host: string
  /** A digest of machine, boot and process namespace, in which process ids can be compared; null if unknown. */
  readonly machine: string | null
  readonly pid: number
  readonly run: string
  readonly commit: string | null
  readonly started: string
}

/** This process as a holder, with a fresh nonce. */
export function thisHolder(run: string, commit: string | null): Holder {
  return {
    nonce: randomBytes(16).toString('hex'),
    user: userName(),
    host: hostname(),
    machine: thisMachine(),
    pid: process.pid,
    run,
    commit,
    started: new Date().toISOString(),
  }
}

/** True only for a process of this machine that has surely ended. */
export function isDead(holder: Holder): boolean {
  if (holder.machine === null || holder.machine !== thisMachine() || holder.pid === process.pid) return false
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ESRCH'
  }
}

/** `alice@laptop (process 4711, run 12, commit 1a2b3c4d5e6f, since 2026-11-23T04:00:00Z)` */
export function describeHolder({ user, host, pid, run, commit, started }: Holder): string {
  return holderInWords({ user, host, pid, run, commit: commit?.slice(0, 12) ?? null, started })
}

/** Reads a holder; null if it is none. Makes its texts safe to print. */
export function parseHolder(source: string): Holder | null {
  const row = parse(source)
  if (
    row === null ||
    typeof row.nonce !== 'string' ||
    !/^[0-9a-f]{32}$/.test(row.nonce) ||
    !Number.isSafeInteger(row.pid) ||
    Number(row.pid) < 1
  )
    return null
  return {
    nonce: row.nonce,
    user: printable(row.user),
    host: printable(row.host),
    machine: typeof row.machine === 'string' ? row.machine : null,
    pid: Number(row.pid),
    run: printable(row.run),
    commit: typeof row.commit === 'string' ? printable(row.commit) : null,
    started: printable(row.started),
  }
}

function parse(source: string): { readonly [name: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(source)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

const printable = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 100) : '?'

/** The name of this process's user. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown' // a container may run under a number without a name
  }
}

function thisMachine(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // Containers of one machine share its boot and host name, but not the namespace of process ids.
    return sha256(`${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`)
  } catch {
    return null
  }
}

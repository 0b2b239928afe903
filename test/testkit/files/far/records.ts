import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Phase, ProtocolFact } from '../wire.ts'
import { discard, readJson, replace } from './atomic.ts'
import { whyOf } from './fact.ts'
import { reach } from './faults.ts'
import type { Holder } from './lock.ts'
import { checkPath } from './paths.ts'
import { count, isRequest, refuse, type Request, text } from './request.ts'

// A protocol that is under way has a record, protocols/ID.json, and the old and the new content beside it in
// protocols/ID/.

/** What a file was before a protocol, or is after it. */
export type Side = 'before' | 'after'

export interface ProtocolRecord {
  readonly path: string
  readonly phase: Phase
  /** The step's. */
  readonly digest: string
  readonly holder: Holder
  readonly sealed: boolean
  /** Modes of the file; null where there is none. */
  readonly modes: { readonly [side in Side]: number | null }
}

/** The protocols that are under way. */
export function protocolFacts(root: string): ProtocolFact[] {
  return idsOf(root).map((id) => {
    try {
      const { path, phase, digest, holder } = recordOf(root, id) ?? refuse('bad-record', 'it went away')
      return { id, state: 'unfinished', path, phase, digest, ...holder }
    } catch (error) {
      return { id, state: 'unreadable', why: whyOf(error) }
    }
  })
}

/** How far a protocol is; null where it is not under way. */
export function recordOf(root: string, id: string): ProtocolRecord | null {
  const record = readJson(recordPlace(root, id))
  if (record === null) return null
  if (!isRequest(record) || !isRequest(record['modes']))
    return refuse('bad-record', `the record of ${id} has an odd shape`)
  const { modes } = record
  return {
    path: checkPath(text(record, 'path')),
    phase: phaseOf(text(record, 'phase')),
    digest: text(record, 'digest'),
    holder: { nonce: text(record, 'nonce'), counter: count(record, 'counter') },
    sealed: record['sealed'] === true,
    modes: { before: modeOf(modes, 'before'), after: modeOf(modes, 'after') },
  }
}

/** Writes down how far a protocol is, and who brought it there. */
export function putRecord(root: string, id: string, { holder, ...record }: ProtocolRecord): void {
  replace(recordPlace(root, id), JSON.stringify({ ...record, ...holder }), 0o600)
}

/** Forgets a protocol, and then the contents that it kept: without them nothing could go back. */
export function forget(root: string, id: string): void {
  if (readJson(recordPlace(root, id)) !== null) discard(recordPlace(root, id))
  reach('effect')
  rmSync(join(root, 'protocols', id), { recursive: true, force: true })
}

/** Keeps a content for as long as the protocol is under way. */
export function keep(root: string, id: string, side: Side, content: string | Buffer): void {
  replace(join(root, 'protocols', id, side), content, 0o600)
}

/** Forgets what was kept for a protocol that never began, or is over. */
export function forgetLeftovers(root: string): void {
  const under = new Set(idsOf(root))
  for (const id of namesIn(root)) if (!id.endsWith('.json') && !under.has(id)) forget(root, id)
}

/** A content that was kept. */
export const kept = (root: string, id: string, side: Side): Buffer => readFileSync(join(root, 'protocols', id, side))

/** Refuses to touch a file that a protocol owns. */
export function freeOf(root: string, path: string): void {
  const owner = protocolFacts(root).find((one) => one.state === 'unreadable' || one.path === path)
  if (owner) refuse('in-protocol', `${path} may belong to the protocol ${owner.id}, which is not finished`)
}

const recordPlace = (root: string, id: string): string => join(root, 'protocols', `${id}.json`)

const namesIn = (root: string): string[] =>
  readdirSync(root).includes('protocols')
    ? readdirSync(join(root, 'protocols')).filter((name) => !name.startsWith('.'))
    : []

const idsOf = (root: string): string[] =>
  namesIn(root)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))

const PHASES: readonly Phase[] = ['staged', 'switched', 'proven']

const phaseOf = (name: string): Phase =>
  PHASES.find((phase) => phase === name) ?? refuse('bad-record', `${JSON.stringify(name)} is no phase`)

const modeOf = (modes: Request, side: Side): number | null => (modes[side] === null ? null : count(modes, side))

import { readFileSync } from 'node:fs'
import type { Fact, Written } from '../wire.ts'
import { discard, replace } from './atomic.ts'
import { digestOf, factOf } from './fact.ts'
import type { Holder } from './lock.ts'
import { checkName, placeOf } from './paths.ts'
import { forget, freeOf, keep, kept, type ProtocolRecord, putRecord, recordOf, type Side } from './records.ts'
import { refuse, type Request, text } from './request.ts'
import { expecting, wantedOf } from './writes.ts'

// A file's change in three phases: stage keeps both contents, switch puts the new one in place, prove looks at it. Each
// can be killed at any
// moment and done again. The record says which phase is over. `back` undoes from any of them, `end` forgets what was
// proven.

/** Keeps the old and the new content, if the old one is still what was expected. */
export function stage(root: string, request: Request, holder: Holder): Written {
  const id = checkName(text(request, 'id'))
  const digest = text(request, 'digest')
  const { path, content, mode, sealed } = wantedOf(request)
  if (recordOf(root, id)) {
    const { record } = underWay(root, request)
    return { state: 'done', live: factOf(root, record.path, record.sealed) }
  }
  freeOf(root, path)
  return expecting(root, request, path, sealed, () => {
    const old = factOf(root, path, true)
    if (old.state === 'sealed') keep(root, id, 'before', readFileSync(placeOf(root, path)))
    keep(root, id, 'after', content)
    const before = old.state === 'sealed' ? Number.parseInt(old.mode, 8) : null
    putRecord(root, id, { path, phase: 'staged', digest, holder, sealed, modes: { before, after: mode } })
  })
}

/** Puts the new content in place, if the old one is still there. */
export function switchOver(root: string, request: Request, holder: Holder): Written {
  const { id, record } = underWay(root, request)
  const there = sidesOf(root, id, record)
  if (record.phase === 'staged' && there.has('before')) put(root, id, record, 'after')
  else if (!there.has('after')) return changed(root, record)
  if (record.phase === 'staged') putRecord(root, id, { ...record, phase: 'switched', holder })
  return { state: 'done', live: factOf(root, record.path, record.sealed) }
}

/** Looks whether the new content is what is there. */
export function prove(root: string, request: Request, holder: Holder): Written {
  const { id, record } = underWay(root, request)
  if (record.phase === 'staged') refuse('not-switched', `${id} was not switched yet`)
  if (!sidesOf(root, id, record).has('after')) return changed(root, record)
  putRecord(root, id, { ...record, phase: 'proven', holder })
  return { state: 'done', live: factOf(root, record.path, record.sealed) }
}

/** BaseAndHead a protocol whose change was proven. One that is not under way has ended. */
export function end(root: string, request: Request): { readonly state: 'done' } {
  const id = checkName(text(request, 'id'))
  const record = recordOf(root, id)
  if (record && record.phase !== 'proven') refuse('not-proven', `${id} was not proven yet`)
  forget(root, id)
  return { state: 'done' }
}

/**
 * Puts the old content back where the new one is, and ends the protocol. What somebody else put there meanwhile stays:
 * it is a difference.
 */
export function back(root: string, request: Request): { readonly state: 'done' } {
  const id = checkName(text(request, 'id'))
  const record = recordOf(root, id)
  if (record && sidesOf(root, id, record).has('after')) put(root, id, record, 'before')
  forget(root, id)
  return { state: 'done' }
}

/** The protocol that a request goes on with. Refuses where it is none of the request's step. */
function underWay(root: string, request: Request): { readonly id: string; readonly record: ProtocolRecord } {
  const id = checkName(text(request, 'id'))
  const record = recordOf(root, id) ?? refuse('no-protocol', `${id} is not under way`)
  if (record.digest !== text(request, 'digest')) refuse('other-step', `${id} is under way for another step`)
  return { id, record }
}

/** Which of the two is there: both, where they are the same; none, where somebody else wrote. */
function sidesOf(root: string, id: string, record: ProtocolRecord): ReadonlySet<Side> {
  const live = factOf(root, record.path, false)
  return new Set((['before', 'after'] as const).filter((side) => isSide(root, id, record, side, live)))
}

function isSide(root: string, id: string, { modes }: ProtocolRecord, side: Side, live: Fact): boolean {
  if (live.state !== 'file') return live.state === 'absent' && modes[side] === null
  return Number.parseInt(live.mode, 8) === modes[side] && live.digest === digestOf(kept(root, id, side))
}

function put(root: string, id: string, { path, modes }: ProtocolRecord, side: Side): void {
  const mode = modes[side]
  if (mode === null) discard(placeOf(root, path))
  else replace(placeOf(root, path), kept(root, id, side), mode)
}

const changed = (root: string, { path, sealed }: ProtocolRecord): Written => ({
  state: 'changed',
  live: factOf(root, path, sealed),
})

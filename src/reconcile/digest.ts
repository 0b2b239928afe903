import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { byText } from './equal.ts'
import type { Plan, Step } from './types.ts'

/** The secret that `ledger_key` in `instance.yaml` refers to; null where there is none. */
export type Key = Uint8Array | null

/** What a digest is for: one purpose's digest never passes for another's. */
export type Purpose = 'step' | 'plan' | 'ledger' | 'lock'

/** JSON with sorted keys and no spaces: equal values give equal text (RFC 8785 for what we hold). Throws on what JSON can't hold. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return `{${members.sort(([a], [b]) => byText(a, b)).map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
  }
  throw new TypeError(`JSON can't hold this ${typeof value}`)
}

/** SHA-256 of canonical JSON, keyed (HMAC) where there is a key; in hex. */
export function seal(purpose: Purpose, value: unknown, key: Key): string {
  const text = canonicalJson([purpose, value])
  return (key === null ? createHash('sha256') : createHmac('sha256', key)).update(text).digest('hex')
}

/** SHA-256 of a text, in hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Whether two digests are the same, in a time that tells nothing. */
export function sameDigest(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)))
}

/** What an approval of a step covers; its impact is not in it, since that moves by the hour. */
export type Approvable = Pick<Step, 'kind' | 'id' | 'action' | 'serverId' | 'changes' | 'extra'> & {
  /** The instance's domain. */
  readonly server: string
  readonly pullRequest?: number | null
}

/** The digest that approves one step: for this server, object and change, and from this pull request alone. */
export function stepDigest(step: Approvable, key: Key): string {
  const { server, kind, id, action, serverId, extra, pullRequest } = step
  const changes = step.changes.map(({ field, before, after }) => ({ field, before, after })).sort((a, b) => byText(a.field, b.field))
  return seal('step', { server, kind, id, action, serverId, changes, extra: extra ?? {}, pullRequest: pullRequest ?? null }, key)
}

/** The digest of a plan: of all that it would do and says, not of how it was read or by which door it is done. */
export function planDigest(plan: Omit<Plan, 'digest'>, key: Key = null): string {
  const { reads: _reads, steps, ...rest } = plan
  return seal('plan', { ...rest, steps: steps.map(({ calls: _calls, door: _door, impact: _impact, ...step }) => step) }, key)
}

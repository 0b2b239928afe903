import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { byText } from './equal.ts'
import type { Plan, Step } from './types.ts'

/** The secret that `ledger_key` in `instance.yaml` refers to; null where there is none. */
export type Key = Uint8Array | null

/** What a digest is for: one purpose's digest never passes for another's. */
export type Purpose = 'step' | 'comment' | 'plan' | 'ledger' | 'lock'

/** JSON with sorted keys and no spaces: equal values give equal text (RFC 8785 for what we hold). Throws on what JSON can't hold. */
export function canonicalJson(value: unknown): string {
  let text = ''
  write(value, (piece) => {
    text += piece
  })
  return text
}

function write(value: unknown, out: (piece: string) => void): void {
  if (value === null || typeof value !== 'object') return out(scalar(value))
  let lead = ''
  if (Array.isArray(value)) {
    out('[')
    for (const member of value) {
      out(lead)
      lead = ','
      write(member, out)
    }
    return out(']')
  }
  out('{')
  const members = value as { readonly [name: string]: unknown }
  for (const name of Object.keys(members).sort()) {
    if (members[name] === undefined) continue
    out(`${lead}${JSON.stringify(name)}:`)
    lead = ','
    write(members[name], out)
  }
  out('}')
}

function scalar(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)) return JSON.stringify(value)
  throw new TypeError(`JSON can't hold this ${typeof value}`)
}

const PIECE = 65_536

/** SHA-256 of canonical JSON, keyed (HMAC) where there is a key; in hex. In pieces: a plan of 100,000 objects need not be one text. */
export function seal(purpose: Purpose, value: unknown, key: Key): string {
  const hash = key === null ? createHash('sha256') : createHmac('sha256', key)
  let text = ''
  write([purpose, value], (piece) => {
    text += piece
    if (text.length < PIECE) return
    hash.update(text)
    text = ''
  })
  return hash.update(text).digest('hex')
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

/** The digest of a plan: of all that it would do and says, not of how it was read, by which door it is done or from which day on; what the ledger holds shows in it, an approval that was added does not. */
export function planDigest(plan: Omit<Plan, 'digest'>, key: Key = null): string {
  const { reads: _reads, ledger: _ledger, steps, ...rest } = plan
  return seal('plan', { ...rest, steps: steps.map(({ calls: _calls, door: _door, impact: _impact, notice: _notice, ...step }) => step) }, key)
}

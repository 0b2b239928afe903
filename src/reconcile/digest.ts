import type { Form } from './values.ts'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { byText } from './equal.ts'
import { boundId } from './made-by.ts'
import type { Protocol, Plan, Step, Unmanaged } from './plan/types.ts'

/** The secret that `ledger_key` in `instance.yaml` refers to; null where there is none. */
export type Key = Uint8Array | null

/** What a digest is for: one purpose's digest never passes for another's. */
export type Purpose = 'step' | 'comment' | 'plan' | 'ledger' | 'lock' | 'commit'

/** Whose digests these are: none passes for that of another server, environment or repository. */
export interface Scope {
  /** The provider by its name in the instance, such as `host:herd.example`. */
  readonly provider: string
  readonly environment: string
  /** The id of the repository's root commit; null outside Git, and where nothing is committed. */
  readonly repository: string | null
}

/** What digests are made for and with. */
export interface Sealing {
  readonly scope: Scope
  readonly key: Key
  /** The providers of kinds, by their names in the instance: a step binds its own; the scope's where a kind has none here. */
  readonly providers: ReadonlyMap<string, string>
}

/** The domain, which is all that version 1 knew of a provider. */
const domainOf = ({ provider }: Scope): string => provider.slice(provider.indexOf(':') + 1)

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
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value))
    return JSON.stringify(value)
  throw new TypeError(`JSON can't hold this ${typeof value}`)
}

const PIECE = 65_536

/** A digest of version 1. */
export const seal = (purpose: Purpose, value: unknown, key: Key): string => hashOf([purpose, value], key)

/** A digest of version 2: of a value for one purpose, within its scope. */
export const sealIn = ({ scope, key }: Sealing, purpose: Purpose, value: unknown): string =>
  hashOf([purpose, 2, scope, value], key)

/** SHA-256 of canonical JSON, keyed (HMAC) where there is a key; in hex. In pieces: a plan of 100,000 objects need not be one text. */
function hashOf(value: unknown, key: Key): string {
  const hash = key === null ? createHash('sha256') : createHmac('sha256', key)
  let text = ''
  write(value, (piece) => {
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
export type Approvable = Pick<Step, 'kind' | 'id' | 'action' | 'serverId' | 'changes'> &
  Partial<Pick<Step, 'cause' | 'unmanaged' | 'seen' | 'madeBy'>>

/** What somebody added by hand is taken away as it was looked at: no file says what it should have been. */
const asSeen = ({ action, cause, unmanaged, seen }: Approvable): object =>
  action === 'delete' && cause === 'drift' && unmanaged ? { seen } : {}

const ofProvider = (sealing: Sealing, kind: string): Sealing => {
  const provider = sealing.providers.get(kind) ?? sealing.scope.provider
  return { ...sealing, scope: { ...sealing.scope, provider } }
}

/** The digest that approves one step: for this server, object and change, and from this pull request alone, where there is one. */
export function stepDigest(
  step: Approvable,
  sealing: Sealing,
  pullRequest: number | null = null,
  form: Form = 2,
): string {
  const { kind, id, action } = step
  const changes = step.changes
    .map(({ field, before, after }) => ({ field, before, after }))
    .sort((a, b) => byText(a.field, b.field))
  const value = { kind, id, action, serverId: boundId(step), changes, pullRequest }
  return form === 2
    ? sealIn(ofProvider(sealing, kind), 'step', { ...value, ...asSeen(step) })
    : seal('step', { ...value, server: domainOf(sealing.scope), extra: {} }, sealing.key)
}

/** A plan to be told from others: of all that it would do and says, not of how it was read, by which connection it is done or from which day on; what the ledger holds shows in it, an approval that was added does not, nor what is only counted from the rest. */
export function planDigest(plan: Omit<Plan, 'digest'>, sealing: Sealing): string {
  const {
    reads: _reads,
    ledger: _ledger,
    letGo: _letGo,
    leftBehind: _leftBehind,
    checks: _checks,
    first: _first,
    leftAlone: _leftAlone,
    steps,
    unfinished,
    unmanaged,
    ...rest
  } = plan
  return sealIn(sealing, 'plan', {
    ...rest,
    ...(unfinished.length === 0 ? {} : { unfinished: unfinished.map(unphased) }),
    unmanaged: unmanaged.map(unmarked),
    steps: steps.map(bare),
  })
}

const unphased = ({ kind, id, digest, course }: Protocol): object => ({ kind, id, digest, course })

const unmarked = ({
  mark: _mark,
  restorable: _restorable,
  initial: _initial,
  spared: _spared,
  ...one
}: Unmanaged): object => one

const bare = ({
  calls: _calls,
  connection: _connection,
  impact: _impact,
  notice: _notice,
  notBefore: _notBefore,
  ...step
}: Step): object => step

/** The digest that version 1 gave the same plan: it knew nothing of what has come since. */
export function planDigest1(plan: Omit<Plan, 'digest'>, sealing: Sealing): string {
  const {
    version,
    environment,
    domain,
    commit,
    drift,
    conflicts,
    takeovers,
    unmanaged,
    waiting,
    released,
    adjustments,
    owed,
  } = plan
  const steps = plan.steps.map((step) => bare({ ...step, digest: stepDigest(step, sealing, null, 1) }))
  const findings = plan.findings.map(({ code, severity, message, at, hint }) => ({ code, severity, message, at, hint }))
  return seal(
    'plan',
    {
      version,
      environment,
      domain,
      commit,
      steps,
      drift,
      conflicts,
      takeovers,
      unmanaged: unmanaged.map(unmarked),
      waiting,
      released,
      adjustments,
      owed,
      findings,
    },
    sealing.key,
  )
}

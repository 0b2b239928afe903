import type { DigestForm } from './values.ts'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { byText } from './equal.ts'
import { boundId } from './made-by.ts'
import type { Protocol, Plan, Step, UnmanagedObject } from './plan/types.ts'

/** The secret that `ledger_key` in `instance.yaml` refers to; null if there is none. */
export type LedgerKey = Uint8Array | null

/** What a digest is for: a digest for one purpose is never valid for another. */
export type DigestPurpose = 'step' | 'comment' | 'plan' | 'ledger' | 'lock' | 'commit'

/** Whose digests these are: none is valid for another server, environment or repository. */
export interface DigestScope {
  /** The provider by its name in the instance, such as `host:herd.example`. */
  readonly provider: string
  readonly environment: string
  /** The id of the repository's root commit; null outside Git, and if nothing is committed. */
  readonly repository: string | null
}

/** What digests are made for and with. */
export interface Sealing {
  readonly scope: DigestScope
  readonly key: LedgerKey
  /** The provider's identity by kind: a step binds that of its kind, or the scope's if there is none. */
  readonly providers: ReadonlyMap<string, string>
}

/** The domain: version 1 knew nothing else of a provider. */
const domainOf = ({ provider }: DigestScope): string => provider.slice(provider.indexOf(':') + 1)

/** JSON with sorted keys and no spaces, so that equal values give equal text (RFC 8785). Throws if it is no JSON. */
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
  throw new TypeError(`Not JSON: ${typeof value}`)
}

const PIECE = 65_536

/** A digest of version 1. */
export const seal = (purpose: DigestPurpose, value: unknown, key: LedgerKey): string => hashOf([purpose, value], key)

/** A digest of version 2: of a value for one purpose, within its scope. */
export const sealIn = ({ scope, key }: Sealing, purpose: DigestPurpose, value: unknown): string =>
  hashOf([purpose, 2, scope, value], key)

/** SHA-256 of canonical JSON in hex, an HMAC if there is a key. In pieces, so that a large plan is never one text. */
function hashOf(value: unknown, key: LedgerKey): string {
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

/** Whether two digests are the same, in constant time. */
export function sameDigest(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)))
}

/** What an approval of a step covers. Not the impact, which changes by the hour. */
export type ApprovableStep = Pick<Step, 'kind' | 'id' | 'action' | 'serverId' | 'changes'> &
  Partial<Pick<Step, 'cause' | 'unmanaged' | 'seen' | 'madeBy'>>

/** Binds an object that was added by hand as it was seen, since no file says what it should be. */
const asSeen = ({ action, cause, unmanaged, seen }: ApprovableStep): object =>
  action === 'delete' && cause === 'drift' && unmanaged ? { seen } : {}

const ofProvider = (sealing: Sealing, kind: string): Sealing => {
  const provider = sealing.providers.get(kind) ?? sealing.scope.provider
  return { ...sealing, scope: { ...sealing.scope, provider } }
}

/** The digest that approves one step: it binds server, object, change and, if there is one, the pull request. */
export function stepDigest(
  step: ApprovableStep,
  sealing: Sealing,
  pullRequest: number | null = null,
  form: DigestForm = 2,
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

/** The digest of a plan: of all that it does and says, not of how it was read, nor of connections, dates and counts. */
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
}: UnmanagedObject): object => one

const bare = ({
  calls: _calls,
  connection: _connection,
  impact: _impact,
  notice: _notice,
  notBefore: _notBefore,
  ...step
}: Step): object => step

/** The digest that version 1 gave the same plan. */
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

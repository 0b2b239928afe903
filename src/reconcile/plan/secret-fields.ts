import type { SecretAnswer } from '../objects.ts'
import type { Diagnostic, Position } from '../../instance/diagnostic.ts'
import { byText, equal } from '../equal.ts'
import type { Attempt } from '../ledger/types.ts'
import type { Fields, ObjectRef, Value } from '../values.ts'

/** What files, ledger, steps and digests hold of a secret: which one it is, and its version. Never its value, nor a digest of that. */
export interface SecretField {
  readonly secret: string
  readonly version: number
}

/** What a field holds whose secret the ledger does not know, and that is not the one of the files. */
const ANOTHER: Value = { secret: null, version: null }

/** The secret that a field holds; undefined where it is anything else. */
export function asSecret(value: Value | undefined): SecretField | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { secret, version, ...rest } = value as { readonly [key: string]: Value }
  if (typeof secret !== 'string' || typeof version !== 'number' || Object.keys(rest).length > 0) return undefined
  return Number.isSafeInteger(version) && version > 0 ? { secret, version } : undefined
}

/** What is known of one object that may hold secrets. */
export interface SecretSides {
  readonly desired: Fields | null
  readonly live: Fields
  readonly ledger: Fields | null
  readonly attempts: readonly Pick<Attempt, 'fields'>[]
  /** By field. One that nobody answered for was not compared. */
  readonly answers: { readonly [field: string]: SecretAnswer }
}

/** The sides as the table of cases takes them: a secret that is live stands there by the name and version that it must have. */
export interface ComparedSides {
  readonly live: Fields
  readonly ledger: Fields | null
  /** Fields that this run has no verdict on, since it lacks the secret. */
  readonly uncompared: readonly string[]
  /** Fields that hold another value, though the files have the name and version that the ledger has. */
  readonly changed: readonly string[]
}

/** Puts names and versions in the place of answers. Whether this run could compare or not, a new version is the same step. */
export function compareSecrets(sides: SecretSides): ComparedSides {
  const { desired, ledger, answers } = sides
  const fields = secretFields(sides)
  const kept = Object.entries(sides.live).filter(([field]) => !fields.includes(field))
  const placed = fields.flatMap((field): [string, Value][] => {
    const value = liveSecret(field, sides)
    return value === undefined ? [] : [[field, value]]
  })
  // What the ledger has in plain words was no secret then: nobody can say what became of it.
  const isPlain = (field: string): boolean => fields.includes(field) && asSecret(ledger?.[field]) === undefined
  const wanted = fields.filter((field) => asSecret(desired?.[field]) !== undefined)
  return {
    live: Object.fromEntries([...kept, ...placed]),
    ledger: ledger && Object.fromEntries(Object.entries(ledger).filter(([field]) => !isPlain(field))),
    uncompared: wanted.filter((field) => answerTo(field, answers) === 'uncompared'),
    changed: wanted.filter(
      (field) =>
        answerTo(field, answers) === 'different' &&
        equal(desired?.[field] ?? null, ledger?.[field] ?? null) &&
        broughtBy(field, sides) === undefined,
    ),
  }
}

/** The fields that are secrets: by the files, by the answers, or by the ledger where the files leave them out. */
function secretFields({ desired, ledger, answers }: SecretSides): string[] {
  const isSecret = (field: string): boolean =>
    Object.hasOwn(answers, field) ||
    asSecret(desired !== null && Object.hasOwn(desired, field) ? desired[field] : ledger?.[field]) !== undefined
  return Object.keys({ ...desired, ...ledger, ...answers })
    .filter(isSecret)
    .sort(byText)
}

const answerTo = (field: string, answers: SecretSides['answers']): SecretAnswer =>
  (Object.hasOwn(answers, field) ? answers[field] : undefined) ?? 'uncompared'

/** What live is taken to hold in a field; undefined where nobody can say, and nothing is compared. */
function liveSecret(field: string, sides: SecretSides): Value | undefined {
  const answer = answerTo(field, sides.answers)
  const [wanted, known] = [sides.desired, sides.ledger].map((side) => named(side?.[field]))
  if (answer === 'absent') return null
  if (wanted === undefined) return known
  if (answer === 'same') return wanted
  if (known === undefined) return answer === 'different' ? ANOTHER : undefined
  return (equal(wanted, known) ? broughtBy(field, sides) : undefined) ?? known
}

const named = (value: Value | undefined): Value | undefined => {
  const secret = asSecret(value)
  return secret && { ...secret }
}

/** What a run that was cut off may have written since, where the files are back at what the ledger has. */
const broughtBy = (field: string, { ledger, attempts }: SecretSides): Value | undefined =>
  attempts
    .map(({ fields }) => named(fields[field]))
    .findLast((tried) => tried !== undefined && !equal(tried, ledger?.[field] ?? null))

/** The code of a finding that somebody put another value there. */
export const SECRET_CHANGED = 'secret-changed'

/** Told where the far end has another value than this run, and no version says that it should. */
export const secretChanged = (
  ref: ObjectRef,
  field: string,
  { secret, version }: SecretField,
  at?: Position,
): Diagnostic => ({
  code: SECRET_CHANGED,
  severity: 'warning',
  about: `${ref}#${field}`,
  message: `${ref} holds another value of the secret ${secret} (${field}) than this run, and the version is still ${version}`,
  ...(at === undefined ? {} : { at }),
  hint: `If the value of this run is right, raise the version to ${version + 1} in the files: the next apply then writes it.`,
})

/** A secret in words: its name and version. Undefined where the value is none. */
export function secretInWords(value: Value): string | undefined {
  const secret = asSecret(value)
  if (secret) return `${secret.secret}, version ${secret.version}`
  return equal(value, ANOTHER) ? 'another value' : undefined
}

/** What a plan says of secrets that it could not compare, by their names; null where there are none. */
export function uncomparedInWords(names: readonly string[]): string | null {
  const all = [...new Set(names)].sort(byText)
  if (all.length === 0) return null
  const what =
    all.length === 1
      ? '1 secret was not compared: this run does not have it'
      : `${all.length} secrets were not compared: this run does not have them`
  return `${what} (${all.join(', ')}). The ledger keeps ${all.length === 1 ? 'its version' : 'their versions'}.`
}

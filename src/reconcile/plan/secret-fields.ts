import type { SecretAnswer } from '../objects.ts'
import type { Diagnostic, Position } from '../../instance/diagnostic.ts'
import { byText, equal } from '../equal.ts'
import type { Attempt } from '../ledger/types.ts'
import type { Fields, Value } from '../../instance/values.ts'
import type { ObjectRef } from '../values.ts'
import { secretChanged as secretChangedText, secretsUncompared } from './texts.ts'

/** What files, ledger, steps and digests hold of a secret: its name and version, never its value or a digest of it. */
export interface SecretField {
  readonly secret: string
  readonly version: number
}

/** Stands for a secret that is not the one of the files and that the ledger does not know. */
const ANOTHER: Value = { secret: null, version: null }

/** The secret that a field holds; undefined if it holds anything else. */
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
  /** By field. A field without an answer was not compared. */
  readonly answers: { readonly [field: string]: SecretAnswer }
}

/** The sides for the three-way merge: a live secret stands there by the name and version that it must have. */
export interface ComparedSides {
  readonly live: Fields
  readonly ledger: Fields | null
  /** Fields that this run could not compare, since it lacks the secret. */
  readonly uncompared: readonly string[]
  /** Fields that hold another value although files and ledger have the same name and version. */
  readonly changed: readonly string[]
}

/** Puts names and versions in the place of answers. A new version is the same step with or without a comparison. */
export function compareSecrets(sides: SecretSides): ComparedSides {
  const { desired, ledger, answers } = sides
  const fields = secretFields(sides)
  const kept = Object.entries(sides.live).filter(([field]) => !fields.includes(field))
  const placed = fields.flatMap((field): [string, Value][] => {
    const value = liveSecret(field, sides)
    return value === undefined ? [] : [[field, value]]
  })
  // A plain value in the ledger was no secret then, so it cannot be compared.
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

/** The fields that are secrets: by the files, by the answers, or by the ledger if the files leave them out. */
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

/** What live is taken to hold in a field; undefined if that is unknown and nothing is compared. */
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

/** What an interrupted run may have written since, if the files are back at what the ledger has. */
const broughtBy = (field: string, { ledger, attempts }: SecretSides): Value | undefined =>
  attempts
    .map(({ fields }) => named(fields[field]))
    .findLast((tried) => tried !== undefined && !equal(tried, ledger?.[field] ?? null))

/** The code of the finding that someone set another value. */
export const SECRET_CHANGED = 'secret-changed'

/** Warns if the far end has another value than this run although the version is the same. */
export const secretChanged = (
  ref: ObjectRef,
  field: string,
  { secret, version }: SecretField,
  at?: Position,
): Diagnostic => ({
  code: SECRET_CHANGED,
  severity: 'warning',
  about: `${ref}#${field}`,
  ...secretChangedText({ ref, field, secret, version }),
  ...(at === undefined ? {} : { at }),
})

/** For people: a secret's name and version. Undefined if the value is no secret. */
export function secretInWords(value: Value): string | undefined {
  const secret = asSecret(value)
  if (secret) return `${secret.secret}, version ${secret.version}`
  return equal(value, ANOTHER) ? 'another value' : undefined
}

/** For people: the secrets that a plan could not compare; null if there are none. */
export function uncomparedInWords(names: readonly string[]): string | null {
  const all = [...new Set(names)].sort(byText)
  return all.length === 0 ? null : secretsUncompared(all)
}

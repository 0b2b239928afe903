import { EXIT, HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { partsOf, refOf } from '../object-ref.ts'
import type { DesiredObject } from '../objects.ts'
import type { Fields, Value } from '../../instance/values.ts'
import type { ObjectRef } from '../values.ts'
import { WRONG_REFERENCE, wrongReference } from './texts.ts'
import type { Step } from './types.ts'

/** Stands in fields for a value that exists only after another object's step: `{ ref: 'address/main#ip' }`. */
export type ReferenceValue = { readonly ref: string }

/** A field of another object. */
export interface Reference {
  readonly object: ObjectRef
  readonly field: string
}

export type ParsedReference =
  | { readonly is: 'reference'; readonly reference: Reference }
  | { readonly is: 'wrong'; readonly why: string }

/** Answers the value that a reference names; null or undefined if it does not exist yet. */
export type ValueOf = (reference: Reference) => Value | undefined

/** Whether a value is a map with `ref` as its only key, even if its text cannot be read. */
export const isReference = (value: Value): value is ReferenceValue =>
  isMap(value) && Object.keys(value).length === 1 && typeof value['ref'] === 'string'

const isMap = (value: Value): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads `kind/id#field`. An id may hold `/` and `#`: the first `/` ends the kind, the last `#` begins the field. */
export function parseReference(text: string): ParsedReference {
  const [slash, hash] = [text.indexOf('/'), text.lastIndexOf('#')]
  if (hash < 0) return { is: 'wrong', why: WRONG_REFERENCE.noField }
  if (slash < 0 || slash > hash) return { is: 'wrong', why: WRONG_REFERENCE.noObject }
  if (!/^[a-z][a-z0-9-]*$/.test(text.slice(0, slash))) return { is: 'wrong', why: WRONG_REFERENCE.noKind }
  if (slash + 1 === hash) return { is: 'wrong', why: WRONG_REFERENCE.emptyObject }
  if (hash + 1 === text.length) return { is: 'wrong', why: WRONG_REFERENCE.emptyField }
  return { is: 'reference', reference: { object: text.slice(0, hash), field: text.slice(hash + 1) } }
}

/** A reference as fields hold it. */
export const referenceValue = ({ object, field }: Reference): ReferenceValue => ({ ref: `${object}#${field}` })

/** The references in a value, its lists and its maps, each once. Throws (exit 9) on one that cannot be read. */
export function referencesIn(value: Value): Reference[] {
  return holdsOne(value) ? [...new Set(textsIn(value))].map(read) : []
}

/** Whether a value holds a reference. Stops early, since most of 100,000 objects hold none. */
export function holdsOne(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isReference(value)) return true
  for (const member of Object.values(value)) if (holdsOne(member)) return true
  return false
}

/** The objects that a step takes values of, each once. */
export const referencedBy = ({ changes }: Pick<Step, 'changes'>): ObjectRef[] => [
  ...new Set(changes.flatMap(({ after }) => referencesIn(after)).map(({ object }) => object)),
]

function textsIn(value: Value): string[] {
  if (typeof value !== 'object' || value === null) return []
  return isReference(value) ? [value.ref] : Object.values(value).flatMap(textsIn)
}

function read(text: string): Reference {
  const parsed = parseReference(text)
  if (parsed.is === 'reference') return parsed.reference
  throw new HerdbookError(EXIT.invalid, [wrong(text, parsed.why)])
}

const wrong = (text: string, why: string): Diagnostic => ({
  code: 'reference-wrong',
  severity: 'error',
  message: wrongReference({ text, why }),
})

/** Finds references of an object that cannot be read or name an unknown kind. */
export function checkReferences(
  kind: string,
  { id, fields }: Pick<DesiredObject, 'id' | 'fields'>,
  isKind: (name: string) => boolean,
): Diagnostic[] {
  if (!holdsOne(fields)) return []
  return [...new Set(textsIn(fields))].flatMap((text) => {
    const parsed = parseReference(text)
    const why =
      parsed.is === 'wrong'
        ? parsed.why
        : isKind(partsOf(parsed.reference.object)[0])
          ? null
          : WRONG_REFERENCE.unknownKind
    return why === null ? [] : [{ ...wrong(text, why), about: refOf({ kind, id }) }]
  })
}

export type ResolvedValue<Whole> =
  | { readonly state: 'resolved'; readonly value: Whole }
  /** The references without a value. */
  | { readonly state: 'unresolved'; readonly references: readonly Reference[] }

/** Puts values in place of references. A far end's value is never resolved again, even if it looks like a reference. */
export function resolve(fields: Fields, valueOf: ValueOf): ResolvedValue<Fields> {
  const references = referencesIn(fields).filter((reference) => (valueOf(reference) ?? null) === null)
  return references.length > 0
    ? { state: 'unresolved', references }
    : { state: 'resolved', value: mapFields(fields, (value) => withValues(value, valueOf)) }
}

function withValues(value: Value, valueOf: ValueOf): Value {
  if (typeof value !== 'object' || value === null) return value
  if (isReference(value)) return valueOf(read(value.ref)) ?? null
  return isMap(value)
    ? mapFields(value, (member) => withValues(member, valueOf))
    : value.map((item) => withValues(item, valueOf))
}

const mapFields = (fields: Fields, by: (value: Value) => Value): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, by(value)]))

/** Puts values in place of a step's references. Its digest stays that of the references. */
export function resolveStep(step: Step, valueOf: ValueOf): ResolvedValue<Step> {
  const [after, target] = [
    resolve(Object.fromEntries(step.changes.map((change) => [change.field, change.after])), valueOf),
    resolve(step.target, valueOf),
  ]
  if (after.state === 'resolved' && target.state === 'resolved')
    return {
      state: 'resolved',
      value: {
        ...step,
        changes: step.changes.map((change) => ({ ...change, after: after.value[change.field] ?? null })),
        target: target.value,
      },
    }
  const references = [after, target].flatMap((one) => (one.state === 'unresolved' ? one.references : []))
  return {
    state: 'unresolved',
    references: [...new Map(references.map((reference) => [referenceValue(reference).ref, reference])).values()],
  }
}

import type { ErrorObject } from 'ajv'
import * as texts from './check-texts.ts'
import type { SchemaWording } from './check-texts.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Documents, FileName } from './documents.ts'
import { nearest } from './nearest.ts'
import { schemaAt } from './schema.ts'
import type { SchemaNode } from './schema.ts'
import { validators } from './validate.gen.js'
import { MAX_PROBLEMS } from './yaml/syntax.ts'
import type { Path } from './yaml/positions.ts'
import type { ParsedYaml } from './yaml/parse.ts'
import { own } from './get-own.ts'

export interface CheckedDocument<F extends FileName> {
  /** The file without what the schema refuses: a wrong row is a hole in its list. */
  readonly document: Documents[F]
  readonly diagnostics: readonly Diagnostic[]
}

/** Checks one parsed file against its schema. */
export async function checkFile<F extends FileName>(file: F, parsed: ParsedYaml): Promise<CheckedDocument<F>> {
  const validate = validators[file]
  // A file with only comments manages nothing.
  const value = parsed.value ?? {}
  if (validate(value)) return { document: value as Documents[F], diagnostics: [] }
  const errors = validate.errors ?? []
  const problems = withoutMisspelt(errors)
  const first = await Promise.all(problems.slice(0, MAX_PROBLEMS).map((error) => explain(file, parsed, error)))
  const rest = problems.length - first.length
  const more: Diagnostic = {
    code: 'more-problems',
    severity: 'error',
    message: texts.moreProblems(file, rest),
    at: first.at(-1)?.at ?? parsed.position([]),
  }
  return {
    document: (await pruned(file, value, errors)) as Documents[F],
    diagnostics: rest > 0 ? [...first, more] : first,
  }
}

/** Leaves out missing keys that are only misspelt: the unknown key is listed, and that is one mistake. */
function withoutMisspelt(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unknown = Map.groupBy(errors.filter(isUnknown), ({ instancePath }) => instancePath)
  return errors.filter(
    ({ keyword, instancePath, params }) =>
      keyword !== 'required' ||
      !unknown
        .get(instancePath)
        ?.some((other) => nearest(unknownIn(other), [String(params['missingProperty'])]) !== undefined),
  )
}

const isUnknown = ({ keyword }: ErrorObject): boolean => keyword === 'additionalProperties'
const unknownIn = ({ params }: ErrorObject): string => String(params['additionalProperty'])

const pathOf = (error: ErrorObject): Path =>
  error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')))

/** Takes the wrong parts out of the value, so that rules across files can still check the rest. */
async function pruned(file: FileName, value: unknown, errors: readonly ErrorObject[]): Promise<unknown> {
  const root = { value }
  for (const error of errors) {
    const extra: unknown = error.keyword === 'additionalProperties' ? error.params['additionalProperty'] : undefined
    const path = typeof extra === 'string' ? [...pathOf(error), extra] : await removablePath(file, pathOf(error))
    const at: Path = ['value', ...path]
    const parent = valueAt(root, at.slice(0, -1))
    if (isObject(parent)) delete parent[at.at(-1) ?? 'value']
  }
  return root.value
}

/** The nearest path that can be left out, at a path or above it: an entry of a list, or an optional key. */
async function removablePath(file: FileName, path: Path): Promise<Path> {
  const last = path.at(-1)
  if (last === undefined || typeof last === 'number') return path
  const above = path.slice(0, -1)
  const { required = [] } = await schemaAt(file, above)
  return required.includes(last) ? removablePath(file, above) : path
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, segment) => (isObject(inside) && Object.hasOwn(inside, segment) ? inside[segment] : undefined),
    value,
  )
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null
}

interface Problem {
  readonly code: string
  readonly words: SchemaWording
  /** The key is wrong, not its value. */
  readonly key?: Path
}

async function explain(file: FileName, parsed: ParsedYaml, error: ErrorObject): Promise<Diagnostic> {
  const path = pathOf(error)
  const node = await schemaAt(file, path)
  const value = valueAt(parsed.value, path)
  // A value in instance.yaml may be a secret in the wrong place.
  const shown =
    file === 'instance.yaml' ? undefined : (parsed.typed(path) ?? (typeof value === 'string' ? value : undefined))
  const context = { path, node, value, shown: short(shown === '' ? undefined : shown), name: nameOf(path, file) }
  const { code, words, key } = problemOf(error, context)
  const at = key === undefined ? parsed.position(path) : parsed.keyPosition(key)
  const { message, hint } = words
  return { code, severity: 'error', message, at, ...(hint === undefined ? {} : { hint }) }
}

/** The value that is wrong, and what the schema says of it. */
interface Context {
  readonly path: Path
  readonly node: SchemaNode
  readonly value: unknown
  /** The value as it was typed, cut; undefined if it must not be printed or is no single word. */
  readonly shown: string | undefined
  readonly name: string
}

function problemOf(error: ErrorObject, context: Context): Problem {
  const { node, shown, name } = context
  const value = texts.named(name, shown)
  const params: Readonly<Record<string, unknown>> = error.params
  const limit = String(params['limit'])
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), context)
    case 'required':
      return missingKey(String(params['missingProperty']), context)
    case 'type':
      return wrongType(context)
    case 'enum':
      return wrongWord(context)
    case 'const':
      return { code: 'wrong-value', words: texts.onlyValue(name, String(params['allowedValue'])) }
    case 'minLength':
      return { code: 'empty-text', words: texts.emptyText(name, node.description) }
    case 'maxLength':
      return { code: 'too-long', words: texts.tooLong(name, Array.from(String(context.value)).length, limit) }
    case 'minimum':
      return { code: 'out-of-range', words: texts.tooSmall(value, limit, node.description) }
    case 'maximum':
      return { code: 'out-of-range', words: texts.tooLarge(value, limit, node.description) }
    case 'uniqueItems':
      return { code: 'duplicate', words: texts.listedTwice(name) }
    case 'minProperties':
    case 'maxProperties':
      return { code: 'wrong-secret', words: texts.notOneSecret(name) }
    default:
      return { code: 'wrong-value', words: texts.notAllowed(value, node.description) }
  }
}

function missingKey(key: string, { node, name }: Context): Problem {
  const { description } = own(node.properties, key) ?? {}
  return { code: 'missing-key', words: texts.missingKey(key, name, description) }
}

function unknownKey(key: string, { path, node, value, name }: Context): Problem {
  // The key may be the secret itself.
  if (node.title === 'Secret') return { code: 'wrong-secret', words: texts.secretKeys(name) }
  const at = { code: 'unknown-key', key: [...path, key] }
  if (node.patternProperties !== undefined) return { ...at, words: texts.keyNotAllowed(short(key), node.description) }
  const known = Object.keys(node.properties ?? {})
  const free = known.filter((name) => !isObject(value) || !Object.hasOwn(value, name))
  const wanted = free.filter((name) => node.required?.includes(name))
  const near = nearest(key, wanted) ?? nearest(key, free) ?? nearest(key, known)
  const choices = known.length > MAX_CHOICES ? undefined : texts.keysHere(known)
  const hint = own(texts.EXPLAINED_KEYS, key) ?? (near === undefined ? choices : texts.didYouMean(near))
  return { ...at, words: texts.unknownKey(short(key), hint) }
}

function wrongType(context: Context): Problem {
  const { node, value, shown, name } = context
  if (node.title === 'Secret')
    return value === null
      ? { code: 'wrong-secret', words: texts.emptySecret(name) }
      : { code: 'literal-secret', words: texts.literalSecret(name) }
  const types = [node.type ?? []].flat()
  const hint = keyHint(context) ?? typeHint(types, context) ?? node.description
  const wanted = types.map((type) => own(texts.TYPES, type) ?? type)
  return { code: 'wrong-type', words: texts.wrongType(texts.named(name, shown), wanted, hint) }
}

/** The hint for a word in the place of keys: it is mostly the value of the first key. */
function keyHint({ node, value, path, shown }: Context): string | undefined {
  const [key] = node.required ?? Object.keys(node.properties ?? {})
  if (key === undefined || typeof value !== 'string') return undefined
  return path.length === 0 ? texts.beginFile(key) : texts.writeAs(key, shown ?? '…')
}

function typeHint(types: readonly string[], { node: { format }, value, shown, name }: Context): string | undefined {
  const [, year, month, day] = (format === 'date' && /^(\d{4})(\d{2})(\d{2})$/.exec(shown ?? '')) || []
  if (year !== undefined) return texts.withDashes(name, `${year}-${month}-${day}`)
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return texts.inQuotes(shown)
  if (types.includes('string') && value === null) return texts.textMissing(name)
  if (types.includes('array') && value === null) return texts.listMissing(name)
  if (types.includes('array')) return texts.LIST_ENTRIES
  if (types.includes('boolean') && typeof value === 'string') {
    const yes = /^(yes|on|y|true|ja|oui)$/i.test(value)
    if (yes || /^(no|off|n|false|nein|non)$/i.test(value)) return texts.writeFlag(name, yes)
  }
  if (types.includes('integer') && typeof value === 'string' && /^\d+$/.test(value))
    return texts.withoutQuotes(name, value)
  return undefined
}

/** A longer list of words is no help in a hint. */
const MAX_CHOICES = 12

function wrongWord({ node, value, shown, name }: Context): Problem {
  const choices = (node.enum ?? []).map(String)
  const near = typeof value === 'string' ? nearest(value, choices) : undefined
  const list = choices.length > MAX_CHOICES ? texts.WORDS_IN_SCHEMA : texts.writeOneOf(choices)
  const hint = near === undefined ? list : texts.didYouMean(near)
  return { code: 'unknown-word', words: texts.unknownWord(texts.named(name, shown), hint) }
}

function nameOf(path: Path, file: string): string {
  const last = path.at(-1)
  if (last === undefined) return file
  return typeof last === 'string' ? last : texts.entryName(last, String(path.at(-2) ?? file))
}

function short(text: string): string
function short(text: string | undefined): string | undefined
function short(text: string | undefined): string | undefined {
  return text === undefined || text.length <= 60 ? text : `${text.slice(0, 59)}…`
}

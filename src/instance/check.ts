import type { ErrorObject } from 'ajv'
import type { Diagnostic } from './diagnostic.ts'
import type { Documents, FileName } from './documents.ts'
import { nearest } from './nearest.ts'
import { schemaAt } from './schema.ts'
import type { SchemaNode } from './schema.ts'
import { validators } from './validate.gen.js'
import { MAX_PROBLEMS } from './yaml/syntax.ts'
import type { Path } from './yaml/positions.ts'
import type { Parsed } from './yaml/parse.ts'
import { own } from './get-own.ts'

export interface Checked<F extends FileName> {
  /** The file without what the schema refuses: rows that are wrong are holes in their list. */
  readonly document: Documents[F]
  readonly diagnostics: readonly Diagnostic[]
}

/** Holds one parsed file against its schema. */
export async function checkFile<F extends FileName>(file: F, parsed: Parsed): Promise<Checked<F>> {
  const validate = validators[file]
  // A file of comments alone manages nothing.
  const value = parsed.value ?? {}
  if (validate(value)) return { document: value as Documents[F], diagnostics: [] }
  const errors = validate.errors ?? []
  const telling = withoutMisspelt(errors)
  const told = await Promise.all(telling.slice(0, MAX_PROBLEMS).map((error) => explain(file, parsed, error)))
  const rest = telling.length - told.length
  const more: Diagnostic = {
    code: 'more-problems',
    severity: 'error',
    message: `${file} has ${rest} more problems`,
    at: told.at(-1)?.at ?? parsed.position([]),
  }
  return {
    document: (await pruned(file, value, errors)) as Documents[F],
    diagnostics: rest > 0 ? [...told, more] : told,
  }
}

/** A key that has to be there and is misspelt is one mistake: it is told where it stands, not as missing. */
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

/** The value without the parts that are wrong, so that rules across files can still tell what else is. */
async function pruned(file: FileName, value: unknown, errors: readonly ErrorObject[]): Promise<unknown> {
  const root = { value }
  for (const error of errors) {
    const extra: unknown = error.keyword === 'additionalProperties' ? error.params['additionalProperty'] : undefined
    const path = typeof extra === 'string' ? [...pathOf(error), extra] : await spare(file, pathOf(error))
    const at: Path = ['value', ...path]
    const parent = valueAt(root, at.slice(0, -1))
    if (isObject(parent)) delete parent[at.at(-1) ?? 'value']
  }
  return root.value
}

/** The nearest thing at a path or above it that can be left out: an entry of a list, or a key that need not be there. */
async function spare(file: FileName, path: Path): Promise<Path> {
  const last = path.at(-1)
  if (last === undefined || typeof last === 'number') return path
  const above = path.slice(0, -1)
  const { required = [] } = await schemaAt(file, above)
  return required.includes(last) ? spare(file, above) : path
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

interface Finding {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  /** The key is wrong, not its value. */
  readonly key?: Path
}

async function explain(file: FileName, parsed: Parsed, error: ErrorObject): Promise<Diagnostic> {
  const path = pathOf(error)
  const node = await schemaAt(file, path)
  const value = valueAt(parsed.value, path)
  // What stands in instance.yaml may be a secret in the wrong place.
  const shown =
    file === 'instance.yaml' ? undefined : (parsed.typed(path) ?? (typeof value === 'string' ? value : undefined))
  const name = nameOf(path, file)
  const { code, message, hint, key } = find(error, {
    path,
    node,
    value,
    shown: short(shown === '' ? undefined : shown),
    name,
  })
  const at = key === undefined ? parsed.position(path) : parsed.keyPosition(key)
  return { code, severity: 'error', message, at, ...(hint === undefined ? {} : { hint }) }
}

interface Place {
  readonly path: Path
  readonly node: SchemaNode
  readonly value: unknown
  /** The value as it was typed, cut; undefined where it must not be printed or is no single word. */
  readonly shown: string | undefined
  readonly name: string
}

function find(error: ErrorObject, place: Place): Finding {
  const { node, shown, name } = place
  const said = shown === undefined ? name : `${name}: ${shown}`
  const params: Readonly<Record<string, unknown>> = error.params
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), place)
    case 'required':
      return missingKey(String(params['missingProperty']), place)
    case 'type':
      return wrongType(place)
    case 'enum':
      return wrongWord(place)
    case 'const':
      return {
        code: 'wrong-value',
        message: `${name} can only be ${String(params['allowedValue'])}`,
        hint: `Write ${name}: ${String(params['allowedValue'])}, or delete the line.`,
      }
    case 'minLength':
      return { code: 'empty-text', message: `${name} is empty`, hint: node.description }
    case 'maxLength':
      return {
        code: 'too-long',
        message: `${name} has ${Array.from(String(place.value)).length} characters, at most ${String(params['limit'])} are taken`,
        hint: 'Shorten it.',
      }
    case 'minimum':
    case 'maximum':
      return {
        code: 'out-of-range',
        message: `${said} is out of range: ${error.keyword === 'minimum' ? 'at least' : 'at most'} ${String(params['limit'])}`,
        hint: node.description,
      }
    case 'uniqueItems':
      return { code: 'duplicate', message: `${name} names something twice`, hint: 'Keep one of the two.' }
    case 'minProperties':
    case 'maxProperties':
      return {
        code: 'wrong-secret',
        message: `${name} needs exactly one of env and file`,
        hint: 'Write { env: NAME } or { file: PATH }.',
      }
    default:
      return { code: 'wrong-value', message: `${said} is not taken here`, hint: node.description }
  }
}

function missingKey(key: string, { node, name }: Place): Finding {
  const { description } = own(node.properties, key) ?? {}
  return {
    code: 'missing-key',
    message: `${key} is missing in ${name}`,
    hint: [`Add a line that begins with ${key}:`, description].filter(Boolean).join('. '),
  }
}

/** Keys that people reach for and that are not there for a reason. */
const EXPLAINED: Readonly<Record<string, string>> = {
  '<<': 'Merge keys are not read here: write the keys out.',
  ...Object.fromEntries(
    ['thumbnail', 'mascot', 'app_icon', 'favicon'].map((key) => [
      key,
      `Pictures are not managed: upload the ${key} in Mastodon, and delete this line.`,
    ]),
  ),
}

function unknownKey(key: string, { path, node, value, name }: Place): Finding {
  // What stands here may be the secret itself.
  if (node.title === 'Secret')
    return {
      code: 'wrong-secret',
      message: `${name} takes env or file and nothing else`,
      hint: 'Write { env: NAME } or { file: PATH }.',
    }
  const known = Object.keys(node.properties ?? {})
  const free = known.filter((name) => !isObject(value) || !Object.hasOwn(value, name))
  const wanted = free.filter((name) => node.required?.includes(name))
  const near = nearest(key, wanted) ?? nearest(key, free) ?? nearest(key, known)
  const choices = known.length > 12 ? undefined : `The keys here are ${known.join(', ')}.`
  const hint = own(EXPLAINED, key) ?? (near === undefined ? choices : `Did you mean ${near}?`)
  const message =
    node.patternProperties === undefined
      ? `there is no key ${short(key)} here`
      : `${short(key)} is not a key that can stand here`
  return {
    code: 'unknown-key',
    message,
    hint: node.patternProperties === undefined ? hint : node.description,
    key: [...path, key],
  }
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys, each with a value',
  null: 'null',
}

function wrongType(place: Place): Finding {
  const { node, value, shown, name } = place
  if (node.title === 'Secret') {
    const hint =
      'Write { env: NAME } or { file: PATH } instead, and make a new secret: this one may be in the history of the repository.'
    return value === null
      ? { code: 'wrong-secret', message: `${name} is empty`, hint: 'Write { env: NAME } or { file: PATH }.' }
      : { code: 'literal-secret', message: `${name} holds the secret itself`, hint }
  }
  const types = [node.type ?? []].flat()
  const wanted = types.map((type) => own(WORDS, type) ?? type).join(' or ')
  const said = shown === undefined ? name : `${name}: ${shown}`
  return {
    code: 'wrong-type',
    message: `${said} has to be ${wanted}`,
    hint: keyHint(place) ?? typeHint(types, place) ?? node.description,
  }
}

/** A word where keys belong is mostly the value of the first of them. */
function keyHint({ node, value, path, shown }: Place): string | undefined {
  const [key] = node.required ?? Object.keys(node.properties ?? {})
  if (key === undefined || typeof value !== 'string') return undefined
  return path.length === 0 ? `Begin the file with ${key}:` : `Write it as ${key}: ${shown ?? '…'}`
}

function typeHint(types: readonly string[], { node: { format }, value, shown, name }: Place): string | undefined {
  const [, year, month, day] = (format === 'date' && /^(\d{4})(\d{2})(\d{2})$/.exec(shown ?? '')) || []
  if (year !== undefined) return `Write it with dashes: ${name}: ${year}-${month}-${day}`
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return shown === undefined ? 'Write it in quotes.' : `Write '${shown}' in quotes.`
  if (types.includes('string') && value === null)
    return `Write the text after ${name}:, in quotes where it begins with # or another sign, or delete the line.`
  if (types.includes('array') && value === null)
    return `Delete the line to leave it unmanaged; for a list that is empty on purpose write ${name}: [] and emptied_on_purpose: 'why'.`
  if (types.includes('array')) return 'Begin each entry on a line of its own with a dash.'
  if (types.includes('boolean') && typeof value === 'string') {
    const yes = /^(yes|on|y|true|ja|oui)$/i.test(value)
    if (yes || /^(no|off|n|false|nein|non)$/i.test(value)) return `Write ${name}: ${String(yes)}`
  }
  if (types.includes('integer') && typeof value === 'string' && /^\d+$/.test(value))
    return `Write ${name}: ${value} without quotes.`
  return undefined
}

function wrongWord({ node, value, shown, name }: Place): Finding {
  const choices = (node.enum ?? []).map(String)
  const near = typeof value === 'string' ? nearest(value, choices) : undefined
  const list = choices.length > 12 ? 'The words are in the schema.' : `Write one of ${choices.join(', ')}.`
  return {
    code: 'unknown-word',
    message: `${shown === undefined ? name : `${name}: ${shown}`} is not known`,
    hint: near === undefined ? list : `Did you mean ${near}?`,
  }
}

function nameOf(path: Path, file: string): string {
  const last = path.at(-1)
  if (last === undefined) return file
  return typeof last === 'string' ? last : `entry ${last + 1} of ${String(path.at(-2) ?? file)}`
}

function short(text: string | undefined): string | undefined
function short(text: string): string
function short(text: string | undefined): string | undefined {
  return text === undefined || text.length <= 60 ? text : `${text.slice(0, 59)}…`
}

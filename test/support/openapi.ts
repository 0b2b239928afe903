import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Exchange, GitHubEvent } from '../testkit/github/index.ts'

/** GitHub's own description of its API, and what it finds wrong. */
export interface Description {
  /** What is wrong with a request and with its answer, each with its place. */
  readonly problemsOf: (exchange: Exchange) => readonly string[]
  /** What is wrong with what a webhook tells; nothing is known of the ones that GitHub does not describe. */
  readonly problemsOfEvent: (event: GitHubEvent) => readonly string[]
}

type Schema = { readonly [key: string]: unknown }
interface Media {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } }
  readonly required?: boolean
}
interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required?: boolean
  readonly schema: Schema
  readonly 'x-multi-segment'?: boolean
}
interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: Media
  readonly responses: { readonly [status: string]: Media | { readonly $ref: string } }
}
interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly 'x-webhooks': { readonly [name: string]: { readonly post: Operation } }
  readonly components: { readonly [kind: string]: { readonly [name: string]: unknown } }
}

/**
 * Where the description is known to be other than GitHub:
 * - Errors that every operation may answer (401, 403, 404, 422, 429, 5xx) are described for some only, and for some
 * without the body that they have;
 *   all have the shape of a `basic-error`.
 * - `head.repo` of a pull request is null once the fork was deleted: GitHub's guides say so, the schema wants an
 * object.
 * - `line` of a comment on a pull request is null once the line was changed: so is `position` in
 * github/rest-api-description#1901, the schema wants integers.
 * - `contexts` of the required checks of a branch may be left out where `checks` are given, and has to be:
 * google/go-github#2976 tried it.
 */
const ANYWHERE = ['401', '403', '404', '405', '422', '429', '500', '502', '503']
const NULL_IN_FACT = /\/head\/repo: must be object|\/line: must be integer/
const OPTIONAL_IN_FACT = "/required_status_checks: must have required property 'contexts'"

/** Reads the description. */
export function describeGitHub(): Description {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document
  const validate = validator(document)
  const routes = Object.keys(document.paths).map((path) => ({
    path,
    parts: path.split('{').length,
    pattern: patternOf(document, path),
  }))
  // Where several fit, the one that says most: `branches/{branch}` would take `main/protection` for a branch.
  const routeOf = (path: string): (typeof routes)[number] | undefined =>
    routes
      .filter(({ pattern }) => pattern.test(path))
      .toSorted((a, b) => a.parts - b.parts || b.path.length - a.path.length)[0]
  return {
    problemsOf: (exchange) => {
      const route = routeOf(exchange.path)
      const operation = route && document.paths[route.path]?.[exchange.method.toLowerCase()]
      const called = `${exchange.method} ${exchange.path}`
      if (!route || !operation) return [`${called}: GitHub has no such operation`]
      const asked = [
        ...parameterProblems(document, validate, operation, route.pattern, exchange),
        ...requestProblems(document, validate, operation, exchange),
      ]
      return [
        ...asked.map((problem) => `${called} asks ${problem}`),
        ...answerProblems(document, validate, operation, exchange).map(
          (problem) => `${called} ${exchange.status} answers ${problem}`,
        ),
      ]
    },
    problemsOfEvent: ({ name, payload }) => {
      const action = typeof payload.action === 'string' ? `-${payload.action}` : ''
      const hook = document['x-webhooks'][`${name}${action}`.replaceAll('_', '-')]
      if (!hook) return name === 'schedule' ? [] : [`${name}${action}: GitHub sends no such event`]
      return validate(schemaOf(hook.post.requestBody), payload)
        .filter((problem) => !NULL_IN_FACT.test(problem))
        .map((problem) => `event ${name}${action} ${problem}`)
    },
  }
}

const schemaOf = (media: Media | undefined): Schema | undefined => media?.content?.['application/json']?.schema

function resolve<T>(document: Document, thing: T | { readonly $ref: string }): T {
  if (!isRecord(thing) || typeof thing.$ref !== 'string') return thing as T
  const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(thing.$ref) ?? []
  return document.components[kind]?.[name] as T
}

function patternOf(document: Document, path: string): RegExp {
  const parameters = Object.values(document.paths[path] ?? {}).flatMap(({ parameters: all = [] }) =>
    all.map((one) => resolve<Parameter>(document, one)),
  )
  const wide = (name: string): boolean => parameters.some((one) => one.name === name && one['x-multi-segment'] === true)
  const named = (_whole: string, name: string): string =>
    `(?<${name.replaceAll('-', '_')}>${wide(name) ? '.+' : '[^/]+'})`
  return new RegExp(`^${path.replace(/\{([^}]+)\}/g, named)}$`)
}

type Validate = (schema: Schema | undefined, value: unknown) => readonly string[]

function parameterProblems(
  document: Document,
  validate: Validate,
  operation: Operation,
  pattern: RegExp,
  { path, query }: Exchange,
): string[] {
  const known = (operation.parameters ?? []).map((one) => resolve<Parameter>(document, one))
  const inPath = pattern.exec(path)?.groups ?? {}
  const unknown = [...query.keys()].filter((name) => !known.some((one) => one.in === 'query' && one.name === name))
  return [
    ...unknown.map((name) => `for ?${name}, which is not there`),
    ...known.flatMap((one) => {
      const given = one.in === 'path' ? decodeURIComponent(inPath[one.name] ?? '') : query.get(one.name)
      if (given === null) return one.required === true ? [`without ?${one.name}`] : []
      return validate(one.schema, valueOf(one.schema, given)).map((problem) => `with ${one.name} ${problem}`)
    }),
  ]
}

/** What a text in an address stands for. */
const valueOf = ({ type }: Schema, text: string): unknown =>
  type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : type === 'boolean' ? text === 'true' : text

function requestProblems(
  document: Document,
  validate: Validate,
  { requestBody }: Operation,
  { sent }: Exchange,
): string[] {
  const schema = schemaOf(requestBody)
  if (sent === undefined) return requestBody?.required === true && schema ? ['without a body'] : []
  if (!schema) return ['with a body, and it takes none']
  return [
    ...validate(schema, sent).filter((problem) => problem !== OPTIONAL_IN_FACT),
    ...unknownKeys(document, schema, sent).map((key) => `${key}: GitHub takes no such thing`),
  ]
}

function answerProblems(
  document: Document,
  validate: Validate,
  { responses }: Operation,
  { status, answered }: Exchange,
): string[] {
  const described = responses[String(status)]
  const schema = described && schemaOf(resolve<Media>(document, described))
  if (!schema && ANYWHERE.includes(String(status)))
    return [...validate({ $ref: '#/components/schemas/basic-error' }, answered)]
  if (!described) return ['with a status that is not described']
  if (!schema) return answered === undefined ? [] : ['with a body, and it has none']
  return validate(schema, answered).filter((problem) => !NULL_IN_FACT.test(problem))
}

/** Keys that a plain schema does not name: a misspelt one would do nothing, in silence. */
function unknownKeys(document: Document, schema: Schema, value: unknown): string[] {
  const { properties } = resolve<Schema>(document, schema)
  return isRecord(value) && isRecord(properties) ? Object.keys(value).filter((key) => !(key in properties)) : []
}

const FORMATS: { readonly [name: string]: true | RegExp | ((text: string) => boolean) } = {
  uri: (text) => URL.canParse(text),
  'uri-template': true,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  email: /^\S+@\S+$/,
  int64: true,
}

/** A validator that compiles what it is asked for and nothing else: the whole takes a minute. */
function validator(document: Document): Validate {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: FORMATS, logger: false })
  const compiled = new Map<Schema, ValidateFunction>()
  const load = (schema: Schema): unknown =>
    translate(schema, (name) => {
      const id = `github:${name}`
      if (loaded.has(id)) return
      loaded.add(id)
      ajv.addSchema({ $id: id, ...(load(document.components.schemas?.[name] as Schema) as object) })
    })
  const loaded = new Set<string>()
  return (schema, value) => {
    if (!schema) return []
    const check = compiled.get(schema) ?? ajv.compile(load(schema) as object)
    compiled.set(schema, check)
    return check(value) ? [] : readable(check.errors ?? [])
  }
}

/** OpenAPI 3.0 as JSON Schema: `nullable` is a type, references are by name. */
function translate(schema: unknown, reference: (name: string) => void): unknown {
  if (Array.isArray(schema)) return schema.map((one) => translate(one, reference))
  if (!isRecord(schema)) return schema
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace('#/components/schemas/', '')
    reference(name)
    return { $ref: `github:${name}` }
  }
  const { nullable, example: _example, examples: _examples, description: _description, ...rest } = schema
  const same = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === 'properties' && isRecord(value) ? properties(value, reference) : translate(value, reference),
    ]),
  )
  return nullable === true ? { anyOf: [{ type: 'null' }, same] } : same
}

/** Properties may be called what keywords are called. */
const properties = (all: Schema, reference: (name: string) => void): Schema =>
  Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, translate(schema, reference)]))

/** The deepest errors: that no branch of an `anyOf` fits says less than why. */
function readable(errors: readonly ErrorObject[]): string[] {
  const telling = errors.filter(({ keyword }) => !['anyOf', 'oneOf', 'allOf', 'if'].includes(keyword))
  const lines = (telling.length > 0 ? telling : errors).map(
    ({ instancePath, message, params }) =>
      `${instancePath}: ${message}${'allowedValues' in params ? ` ${JSON.stringify(params.allowedValues)}` : ''}`,
  )
  return [...new Set(lines)].filter((line) => !line.endsWith('must be null'))
}

const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import {
  isBasicExpression,
  isBoolean,
  isMapping,
  isNumber,
  isSequence,
  isString,
} from '@actions/workflow-parser/templates/tokens/type-guards'

/** What expressions may look at, by the name of the context. */
export type Contexts = { readonly [context: string]: unknown }

/** How things stand, for `success()`, `failure()` and `cancelled()`. */
export type Standing = 'success' | 'failure' | 'cancelled'

type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

const CONTEXTS = ['github', 'env', 'vars', 'secrets', 'inputs', 'needs', 'steps', 'job', 'runner', 'strategy', 'matrix']

/** Evaluates one expression with GitHub's own library. Throws what it throws. */
export function evaluate(expression: string, contexts: Contexts, standing: Standing): Value {
  const functions = [
    status('success', standing === 'success'),
    status('failure', standing === 'failure'),
    status('cancelled', standing === 'cancelled'),
    status('always', true),
  ]
  const tree = new Parser(new Lexer(expression).lex().tokens, CONTEXTS, functions).parse()
  const known = JSON.parse(
    JSON.stringify({ ...Object.fromEntries(CONTEXTS.map((name) => [name, null])), ...contexts }),
    data.reviver,
  ) as data.Dictionary
  const result = new Evaluator(tree, known, new Map(functions.map((one) => [one.name, one]))).evaluate()
  return JSON.parse(JSON.stringify(result, data.replacer)) as Value
}

const status = (name: string, answer: boolean): FunctionDefinition => ({
  name,
  minArgs: 0,
  maxArgs: 0,
  call: () => new data.BooleanData(answer),
})

/** Whether a condition lets through: by GitHub's rules of what is true. */
export const holds = (expression: string, contexts: Contexts, standing: Standing): boolean =>
  Boolean(evaluate(expression, contexts, standing))

/** A part of a workflow with its expressions evaluated. */
export function valueOf(token: TemplateToken, contexts: Contexts): Value {
  if (isBasicExpression(token)) return evaluate(token.expression, contexts, 'success')
  if (isString(token) || isNumber(token) || isBoolean(token)) return token.value
  if (isSequence(token)) return Array.from({ length: token.count }, (_, index) => valueOf(token.get(index), contexts))
  if (isMapping(token))
    return Object.fromEntries([...token].map(({ key, value }) => [key.toString(), valueOf(value, contexts)]))
  return null
}

/** A mapping as texts, as variables of the environment and inputs of actions are. */
export function textsOf(token: TemplateToken | undefined, contexts: Contexts): { readonly [name: string]: string } {
  const value = token === undefined ? null : valueOf(token, contexts)
  if (value === null || typeof value !== 'object') return {}
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, text(one)]))
}

/** A part of a workflow as the text that it comes to. */
export const textOf = (token: TemplateToken, contexts: Contexts): string => text(valueOf(token, contexts))

const text = (value: Value): string =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

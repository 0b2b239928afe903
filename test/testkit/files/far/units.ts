import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { PathFact, UnitFact, Verdict } from '../wire.ts'
import { readJson, replace } from './atomic.ts'
import { contentOf, digestOf, factOf, whyOf } from './fact.ts'
import { checkName, checkPath } from './paths.ts'
import { isRequest, objects, refuse, type Request, text, texts } from './request.ts'

// What a unit read of its files when it was started stands in run/NAME.inputs. Of a secret there is a digest with a
// salt, which stays here.

/** What a unit read when it was last started. */
export function unitFact(root: string, unit: string): UnitFact {
  try {
    const inputs = inputsOf(root, unit)
    return inputs ? { unit, state: 'started', inputs: inputs.map(told) } : { unit, state: 'stopped' }
  } catch (error) {
    return { unit, state: 'unreadable', why: whyOf(error) }
  }
}

/** Compares a value with what a unit read of a file. */
export function inputOf(root: string, unit: string, path: string, value: string): Verdict {
  try {
    const input = inputsOf(root, unit)?.find((one) => text(one, 'path') === path)
    if (!input) return { state: 'absent' }
    const salted = input['state'] === 'sealed' ? digestOf(`${text(input, 'salt')}${digestOf(value)}`) : digestOf(value)
    return { state: text(input, 'digest') === salted ? 'same' : 'different' }
  } catch (error) {
    return { state: 'unreadable', why: whyOf(error) }
  }
}

/**
 * Starts a unit anew: it reads its files, and that is written down. Refused, with nothing done, where it could not read
 * one.
 */
export function restart(root: string, request: Request): UnitFact {
  const unit = checkName(text(request, 'unit'))
  const sealed = texts(request, 'sealed').map(checkPath)
  const plain = texts(request, 'reads').map(checkPath)
  const inputs = [
    ...plain.map((path) => ({ path, ...factOf(root, path, false) })),
    ...sealed.map((path) => ({ path, ...factOf(root, path, true), ...saltedOf(root, path) })),
  ]
  const missing = inputs.find(({ state }) => state !== 'file' && state !== 'sealed')
  if (missing) refuse('unit-failed', `${unit} can't read ${missing.path}: ${missing.state}`)
  replace(placeOf(root, unit), JSON.stringify({ inputs }), 0o600)
  return unitFact(root, unit)
}

const placeOf = (root: string, unit: string): string => join(root, 'run', `${unit}.inputs`)

function inputsOf(root: string, unit: string): Request[] | null {
  const record = readJson(placeOf(root, unit))
  if (record === null) return null
  return isRequest(record) ? objects(record, 'inputs') : refuse('bad-record', `what ${unit} read has an odd shape`)
}

function saltedOf(root: string, path: string): object {
  const held = contentOf(root, path)
  const salt = randomBytes(16).toString('hex')
  return held.state === 'held' ? { salt, digest: digestOf(`${salt}${held.digest}`) } : held
}

function told(input: Request): PathFact {
  const [path, mode] = [text(input, 'path'), text(input, 'mode')]
  if (input['state'] === 'sealed') return { path, state: 'sealed', mode }
  return { path, state: 'file', digest: text(input, 'digest'), mode, size: Number(input['size']) }
}

import type { Verdict } from '../wire.ts'
import { contentOf, digestOf, type Held } from './fact.ts'
import { checkName, checkPath } from './paths.ts'
import { objects, type Request, text } from './request.ts'
import { inputOf } from './units.ts'

/** Compares values with what files hold, or with what a unit read of them. */
export function same(root: string, request: Request): readonly Verdict[] {
  return objects(request, 'values').map((one) => {
    const path = checkPath(text(one, 'path'))
    const value = text(one, 'value')
    return 'unit' in one
      ? inputOf(root, checkName(text(one, 'unit')), path, value)
      : verdictOf(contentOf(root, path), value)
  })
}

function verdictOf(held: Held, value: string): Verdict {
  if (held.state === 'held') return { state: held.digest === digestOf(value) ? 'same' : 'different' }
  return held.state === 'other' ? { state: 'different' } : held
}

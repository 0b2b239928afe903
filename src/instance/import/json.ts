import { blocksJson } from './json-blocks.ts'
import { fires } from './json-fires.ts'
import { mrfJson } from './json-mrf.ts'
import { rapidBlock } from './json-rapidblock.ts'
import { membersOf, type LineOf, type JsonShape } from './json-shape.ts'
import { refused, type Format } from './row.ts'
import { badJson, jsonError, unknownJson } from './texts.ts'

/** What lists in JSON look like. */
const SHAPES: readonly JsonShape[] = [blocksJson, rapidBlock, fires, mrfJson]

/** JSON, told apart by its shape. */
export const json: Format = {
  name: 'JSON',
  read: (text, file) => {
    if (!/^\s*[[{]/.test(text)) return undefined
    const value = parsed(text)
    // An Elixir list begins like one of JSON, and a name in brackets may stand in any text.
    if (value === undefined)
      return /^\s*(?:\{\s*["}]|\[\s*["{\]])/.test(text) ? refused('json-syntax', file, 1, badJson(file)) : undefined
    const lineOf = places(text)
    for (const shape of SHAPES) {
      const reading = shape(value, { file, lineOf })
      if (reading) return reading
    }
    const error = membersOf(value)?.get('error')
    return refused('json-unknown', file, 1, typeof error === 'string' ? jsonError(file, error) : unknownJson(file))
  },
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Finds the lines of values, asked for in their order. After one that is not found, the last line is the answer. */
function places(text: string): LineOf {
  let [at, line, lost] = [0, 1, false]
  return (written) => {
    if (written === undefined) return line
    const found = lost ? -1 : text.indexOf(JSON.stringify(written), at)
    if (found < 0) lost = true
    else {
      for (; at < found; at++) if (text[at] === '\n') line++
    }
    return line
  }
}

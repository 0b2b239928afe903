import type { Document } from 'yaml'
import type { Diagnostic, Position } from '../diagnostic.ts'
import { compose, linesOf } from './compose.ts'
import { parseInParts } from './parse-in-chunks.ts'
import { placesIn } from './positions.ts'
import type { Places } from './positions.ts'
import { MAX_ALIASES, refusals } from './forbidden.ts'
import type { At } from './syntax.ts'
import { endedAlone, unwanted } from './characters.ts'

/** A YAML file with its value and the way back from the value to lines and columns. */
export interface Parsed extends Places {
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
}

/** Parses YAML 1.2 core: no tags, no merge keys, one document, keys once, and few aliases. */
export function parseYaml(file: string, text: string): Parsed {
  const bad = unwanted(file, text) ?? endedAlone(file, text)
  if (bad !== undefined) return refused(file, [bad])
  const at = placeIn(file, text)
  const inParts = parseInParts(text, at)
  return inParts === undefined ? parseWhole(file, text, at) : { ...inParts, diagnostics: [] }
}

/** The place between two offsets of a text. */
function placeIn(file: string, text: string): At {
  const lines = linesOf(text)
  return (start, end) => {
    const from = lines.linePos(start)
    const to = lines.linePos(end)
    return { file, line: from.line, column: from.col, end: { line: to.line, column: to.col } }
  }
}

/** Parses a file at one go. */
export function parseWhole(file: string, text: string, at = placeIn(file, text)): Parsed {
  const composed = compose(text)
  if (composed.state !== 'composed')
    return refused(file, [
      { code: composed.state, severity: 'error', ...STOPPED[composed.state], at: at(composed.offset, composed.offset) },
    ])
  const { document } = composed
  const problems = refusals(document, text, at)
  if (problems.length > 0) return refused(file, problems)
  const value = plainValue(document)
  if (value === undefined)
    return refused(file, [
      {
        code: 'too-many-aliases',
        severity: 'error',
        message: 'aliases (*name) repeat each other without end',
        at: at(0, 0),
        hint: 'Write the values out instead.',
      },
    ])
  return { value: value.of, diagnostics: [], ...placesIn(() => text, at, document) }
}

const STOPPED = {
  'too-deep': {
    message: 'lists and maps are nested too deeply',
    hint: 'Check the dashes and brackets, and how far lines are indented.',
  },
  'too-large': {
    message: 'the file has more lines, words or brackets than are read',
    hint: 'Check whether the right file is there.',
  },
  'more-documents': {
    message: 'a second document begins here',
    hint: 'Delete the line --- and what follows it, or move that into its own file.',
  },
} as const

function refused(file: string, diagnostics: readonly Diagnostic[]): Parsed {
  const top = (): Position => ({ file, line: 1, column: 1 })
  return {
    value: undefined,
    diagnostics,
    position: top,
    keyPosition: top,
    typed: () => undefined,
    rest: () => undefined,
  }
}

/** The value of a document; undefined where its aliases grow without bound. */
function plainValue(document: Document.Parsed): { readonly of: unknown } | undefined {
  try {
    return { of: document.toJS({ maxAliasCount: MAX_ALIASES * MAX_ALIASES }) }
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

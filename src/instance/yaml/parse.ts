import type { Document } from 'yaml'
import type { Diagnostic, Position } from '../diagnostic.ts'
import { compose, linesOf } from './compose.ts'
import { parseInParts } from './parse-in-chunks.ts'
import { placesIn } from './positions.ts'
import type { Places } from './positions.ts'
import { MAX_ALIASES, refusals } from './forbidden.ts'
import type { PositionOf } from './syntax.ts'
import { endedAlone, unwanted } from './characters.ts'
import { ENDLESS_ALIASES, MORE_DOCUMENTS, TOO_DEEP, TOO_LARGE } from './texts.ts'

/** A YAML file with its value, and where each part of the value is. */
export interface ParsedYaml extends Places {
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
}

/** Parses YAML 1.2 core: no tags, no merge keys, one document, keys once, and few aliases. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const bad = unwanted(file, text) ?? endedAlone(file, text)
  if (bad !== undefined) return refused(file, [bad])
  const at = placeIn(file, text)
  const inParts = parseInParts(text, at)
  return inParts === undefined ? parseWhole(file, text, at) : { ...inParts, diagnostics: [] }
}

/** Makes positions out of offsets in a text. */
function placeIn(file: string, text: string): PositionOf {
  const lines = linesOf(text)
  return (start, end) => {
    const from = lines.linePos(start)
    const to = lines.linePos(end)
    return { file, line: from.line, column: from.col, end: { line: to.line, column: to.col } }
  }
}

/** Parses a file in one piece. */
export function parseWhole(file: string, text: string, at = placeIn(file, text)): ParsedYaml {
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
    return refused(file, [{ code: 'too-many-aliases', severity: 'error', ...ENDLESS_ALIASES, at: at(0, 0) }])
  return { value: value.of, diagnostics: [], ...placesIn(() => text, at, document) }
}

const STOPPED = { 'too-deep': TOO_DEEP, 'too-large': TOO_LARGE, 'more-documents': MORE_DOCUMENTS } as const

function refused(file: string, diagnostics: readonly Diagnostic[]): ParsedYaml {
  const top = (): Position => ({ file, line: 1, column: 1 })
  return {
    value: undefined,
    diagnostics,
    position: top,
    keyPosition: top,
    typed: () => undefined,
    release: () => undefined,
  }
}

/** The value of a document; undefined if its aliases repeat each other without end. */
function plainValue(document: Document.Parsed): { readonly of: unknown } | undefined {
  try {
    return { of: document.toJS({ maxAliasCount: MAX_ALIASES * MAX_ALIASES }) }
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

import type { Diagnostic } from '../diagnostic.ts'
import {
  CARRIAGE_RETURN,
  controlCharacter,
  directionCharacter,
  MERGE_CONFLICT,
  notUtf8,
  NUL,
  unwantedCharacter,
} from './texts.ts'

/** Control characters other than tab and line ends, and those that change the order in which text is shown. */
const UNWANTED = /(?![\t\n\r\u0085])\p{Cc}|\p{Cs}|[\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/u

const BIDI = /[\u202A-\u202E\u2066-\u2069]/

/** Decodes bytes as UTF-8; anything else is an error. */
export function decode(file: string, bytes: Buffer): { readonly text: string } | { readonly diagnostic: Diagnostic } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return {
      diagnostic: { code: 'not-utf8', severity: 'error', ...notUtf8(file), at: { file, line: 1, column: 1 } },
    }
  }
}

/** Finds what no file may contain: a merge conflict, or a character that cannot be seen. */
export function unwanted(file: string, text: string): Diagnostic | undefined {
  return conflict(file, text) ?? invisible(file, text)
}

/** Finds both ends of a merge conflict: each alone could be a line of a text. */
function conflict(file: string, text: string): Diagnostic | undefined {
  const index = text.search(/^<{7} /m)
  if (index < 0 || !/^>{7} /m.test(text.slice(index))) return undefined
  const line = text.slice(0, index).split('\n').length
  return {
    code: 'merge-conflict',
    severity: 'error',
    ...MERGE_CONFLICT,
    at: { file, line, column: 1, end: { line, column: 8 } },
  }
}

/** Finds the first character that cannot be seen. */
function invisible(file: string, text: string): Diagnostic | undefined {
  const index = text.search(UNWANTED)
  if (index < 0) return undefined
  const before = text.slice(0, index)
  const line = before.split('\n').length
  const column = index - before.lastIndexOf('\n')
  return {
    code: 'unwanted-character',
    severity: 'error',
    ...unwantedCharacter(describe(text[index] ?? '')),
    at: { file, line, column, end: { line, column: column + 1 } },
  }
}

/** Finds a line that only some programs end: in others, people would see another file. */
export function endedAlone(file: string, text: string): Diagnostic | undefined {
  const index = text.search(/\r(?!\n)/)
  if (index < 0) return undefined
  const before = text.slice(0, index)
  const line = before.split('\n').length
  return {
    code: 'unwanted-character',
    severity: 'error',
    ...CARRIAGE_RETURN,
    at: { file, line, column: index - before.lastIndexOf('\n') },
  }
}

/** Whether a value contains a character that no file may contain; an escape such as "\\0" can make one. */
export function isUnwanted(value: string): boolean {
  return UNWANTED.test(value)
}

/** Describes the first character of a value that no file may contain; undefined if there is none. */
export function unwantedIn(value: string): string | undefined {
  const [character] = UNWANTED.exec(value) ?? []
  return character === undefined ? undefined : describe(character)
}

/** Describes a character that cannot be printed, by its code point. */
export function describe(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  if (character === '\0') return NUL
  return BIDI.test(character) ? directionCharacter(code) : controlCharacter(code)
}

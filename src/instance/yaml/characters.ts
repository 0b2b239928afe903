import type { Diagnostic } from '../diagnostic.ts'

/** Control characters other than tab and line ends, and those that make text read in another order than it is. */
const UNWANTED = /(?![\t\n\r\u0085])\p{Cc}|\p{Cs}|[\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/u

const BIDI = /[\u202A-\u202E\u2066-\u2069]/

/** The bytes as text; what is not UTF-8 is an error. */
export function decode(file: string, bytes: Buffer): { readonly text: string } | { readonly diagnostic: Diagnostic } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    const hint = 'Save the file as UTF-8.'
    return {
      diagnostic: {
        code: 'not-utf8',
        severity: 'error',
        message: `${file} is not UTF-8 text`,
        at: { file, line: 1, column: 1 },
        hint,
      },
    }
  }
}

/** What must not be in a file, whatever it means: a merge conflict, or a character that can not be seen. */
export function unwanted(file: string, text: string): Diagnostic | undefined {
  return conflict(file, text) ?? invisible(file, text)
}

/** Both of its ends: each alone could be a line of somebody's text. */
function conflict(file: string, text: string): Diagnostic | undefined {
  const index = text.search(/^<{7} /m)
  if (index < 0 || !/^>{7} /m.test(text.slice(index))) return undefined
  const line = text.slice(0, index).split('\n').length
  return {
    code: 'merge-conflict',
    severity: 'error',
    message: 'a merge conflict is left in this file',
    at: { file, line, column: 1, end: { line, column: 8 } },
    hint: 'Keep what is right of both sides, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>.',
  }
}

/** The first character that can not be seen. */
function invisible(file: string, text: string): Diagnostic | undefined {
  const index = text.search(UNWANTED)
  if (index < 0) return undefined
  const before = text.slice(0, index)
  const line = before.split('\n').length
  const column = index - before.lastIndexOf('\n')
  return {
    code: 'unwanted-character',
    severity: 'error',
    message: `there is ${describe(text[index] ?? '')} here`,
    at: { file, line, column, end: { line, column: column + 1 } },
    hint: 'Delete it. It can not be seen, so retype the word around it.',
  }
}

/** A line that only some programs end: others, and those who read it there, see another file. */
export function endedAlone(file: string, text: string): Diagnostic | undefined {
  const index = text.search(/\r(?!\n)/)
  if (index < 0) return undefined
  const before = text.slice(0, index)
  const line = before.split('\n').length
  return {
    code: 'unwanted-character',
    severity: 'error',
    message: 'a line ends with a carriage return (U+000D) alone here, which only some programs take for an end',
    at: { file, line, column: index - before.lastIndexOf('\n') },
    hint: 'Save the file with line ends of Unix (LF) or of Windows (CRLF).',
  }
}

/** Whether a value holds a character that must not be in a file; an escape such as "\\0" can make one. */
export function isUnwanted(value: string): boolean {
  return UNWANTED.test(value)
}

/** The first character of a value that must not be in a file, in words; undefined where there is none. */
export function unwantedIn(value: string): string | undefined {
  const [character] = UNWANTED.exec(value) ?? []
  return character === undefined ? undefined : describe(character)
}

/** A character by its code point, for characters that can not be printed. */
export function describe(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  if (character === '\0') return 'a NUL character'
  return `${BIDI.test(character) ? 'a character that changes the direction of text' : 'a control character'} (U+${code})`
}

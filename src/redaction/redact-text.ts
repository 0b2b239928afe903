import { isIP } from 'node:net'

/** The placeholder for what is not shown. */
export const HIDDEN = '(not shown)'

/** A word that may hold an e-mail address: one character class, so that the search stays linear. */
const WORD = /[^\s<>"'(),;:]+/g

/** A text without its e-mail addresses. */
export const withoutEmails = (text: string): string =>
  text.includes('@') ? text.replace(WORD, (word) => (word.includes('@') ? hideEmails(word) : word)) : text

/** Hides characters on both sides of an @ with a dot behind it; a part of two addresses goes with both. */
function hideEmails(word: string): string {
  const parts = word.split('@')
  const shown: string[] = []
  parts.forEach((part, i) => {
    if (part.length > 2 && i > 0 && parts[i - 1] !== '' && part.slice(1, -1).includes('.'))
      shown[shown.length - 1] = HIDDEN
    else shown.push(part)
  })
  return shown.join('@')
}

const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g
/** The port behind an address that is hidden goes with it. */
const PORT = /(?<=\(not shown\)):\d{1,5}/g
/** The longest way to write an IP address. */
const MAX_ADDRESS = 45

/** A text without unknown IP addresses. Looks only around dots and colons, so that it stays linear. */
export function withoutAddresses(text: string, known: ReadonlySet<string>): string {
  const points = /[.:]/g
  const shown: string[] = []
  let done = 0
  while (points.test(text)) {
    const [start, end] = runAround(text, points.lastIndex - 1, done)
    shown.push(text.slice(done, start), hideAddresses(text.slice(start, end), known))
    done = end
    points.lastIndex = end
  }
  return shown.join('') + text.slice(done)
}

/** Start and end of the address characters around a place, no further back than `least`. */
function runAround(text: string, place: number, least: number): readonly [number, number] {
  let [start, end] = [place, place + 1]
  while (start > least && isPart(text.charCodeAt(start - 1))) start -= 1
  while (end < text.length && isPart(text.charCodeAt(end))) end += 1
  return [start, end]
}

/** A dot, a digit, a colon, or a letter from a to f. */
const isPart = (unit: number): boolean =>
  unit === 46 || (unit >= 48 && unit <= 58) || ((unit | 32) >= 97 && (unit | 32) <= 102)

function hideAddresses(run: string, known: ReadonlySet<string>): string {
  if (run.length < 3) return run
  const isAddress = (token: string): boolean => token.length <= MAX_ADDRESS && isIP(token) !== 0
  const whole = tokensOf(run).find(isAddress)
  if (whole !== undefined) return known.has(whole) ? run : run.replace(whole, HIDDEN)
  return run.replace(IPV4, (token) => (isAddress(token) && !known.has(token) ? HIDDEN : token)).replace(PORT, '')
}

/** A run without the sentence's colons and dots; two at its end may be the address's own: `2001:db8::`. */
function tokensOf(run: string): string[] {
  const [first, last] = [run.search(/[0-9a-f]/i), lastDigit(run)]
  const [own, ended] = [run.slice(0, last + 1), run.slice(0, last + 3)]
  return [own, run.slice(Math.max(first, 0), last + 1), ...(ended.endsWith('::') && own.includes(':') ? [ended] : [])]
}

function lastDigit(run: string): number {
  let last = run.length - 1
  while (last >= 0 && (run[last] === ':' || run[last] === '.')) last -= 1
  return last
}

/** Hides names behind an @ or a kind's name, in upper or lower case; its time does not grow with their number. */
export function nameHider(names: readonly string[]): (text: string) => string {
  const hidden = new Set(names.map((name) => name.toLowerCase()))
  const lengths = [...new Set(names.map(({ length }) => length))].toSorted((a, b) => b - a)
  if (lengths.length === 0) return (text) => text
  const lengthAt = (text: string, at: number): number =>
    lengths.find(
      (length) => hidden.has(text.slice(at, at + length).toLowerCase()) && !/[\w-]/.test(text.charAt(at + length)),
    ) ?? 0
  return (text) => {
    const shown: string[] = []
    let done = 0
    for (const { index } of text.matchAll(/(?<=@|[a-z]\/)/gi)) {
      const length = index < done ? 0 : lengthAt(text, index)
      if (length > 0) shown.push(text.slice(done, index), HIDDEN)
      if (length > 0) done = index + length
    }
    return shown.join('') + text.slice(done)
  }
}

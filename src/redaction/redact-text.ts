import { isIP } from 'node:net'

/** Stands where something is not shown. */
export const HIDDEN = '(not shown)'

/** What an e-mail address may be part of. Runs of one class are found in one pass, however long they are. */
const WORD = /[^\s<>"'(),;:]+/g

/** A text without its e-mail addresses. */
export const withoutEmails = (text: string): string =>
  text.includes('@') ? text.replace(WORD, (word) => (word.includes('@') ? hideEmails(word) : word)) : text

/** Signs on both sides of an @, and a dot among those behind it. One that is in two addresses goes with both. */
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
/** No IP address is written longer. */
const LONGEST = 45

/** A text without IP addresses, those aside that are known. Looks around dots and colons alone: a text may be all digits. */
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

/** Where what an address may be made of begins and ends around a place, no further back than what was looked at before. */
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
  const isAddress = (token: string): boolean => token.length <= LONGEST && isIP(token) !== 0
  const whole = tokensOf(run).find(isAddress)
  if (whole !== undefined) return known.has(whole) ? run : run.replace(whole, HIDDEN)
  return run.replace(IPV4, (token) => (isAddress(token) && !known.has(token) ? HIDDEN : token))
}

/** A run without the colons and dots of the sentence around it; two at its end may be the address's own: `2001:db8::`. */
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

/** Takes names out of texts: those behind an @ or the name of a kind, in whatever case, and with more names at once in the same time. */
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

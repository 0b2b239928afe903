import { expect } from 'vitest'
import { html } from './github-page.ts'

/** What is left where GitHub looks for mentions, issues and links: everything outside code. */
const outsideCode = (page: string): string => page.replace(/<code[^>]*>[^]*?<\/code>/g, '')

const ALLOWED = new Set([
  'h3',
  'h4',
  'p',
  'ul',
  'li',
  'strong',
  'em',
  'code',
  'pre',
  'br',
  'sub',
  'details',
  'summary',
  'blockquote',
])

export interface Ours {
  /** Where our own links may go: the beginnings of their addresses. */
  readonly links?: readonly string[]
  /** The comments that we wrote, whole; or what each of them, and as many as there are boxes, must be. */
  readonly comments?: readonly string[] | RegExp
  /** How many boxes to tick we made. */
  readonly boxes?: number
}

/** Fails unless the page holds only our own markup, balanced, and nothing that GitHub would bring to life. */
export function expectInert(markdown: string, { links = [], comments = [], boxes = 0 }: Ours = {}): void {
  const whole = html(markdown)
  const found: readonly string[] = whole.match(/<!--[^]*?(-->|$)/g) ?? []
  if (comments instanceof RegExp) {
    expect(found).toHaveLength(boxes)
    for (const one of found) expect(one).toMatch(comments)
  } else expect(found).toEqual(comments)
  const page = whole.replace(/<!--[^]*?-->/g, '')
  const open: string[] = []
  for (const [tag, close, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'a' && close === '')
      expect(
        links.some((link) => tag.startsWith(`<a href="${link}`)),
        tag,
      ).toBe(true)
    else if (name === 'input') expect(tag).toBe('<input type="checkbox" disabled="" />')
    else if (name !== 'a') expect(ALLOWED, tag).toContain(name)
    if (close === '') open.push(...(name === 'br' || name === 'input' ? [] : [name]))
    else expect(open.pop(), `${tag} in ${page}`).toBe(name)
  }
  expect(open).toEqual([])
  expect(page.match(/<input/g) ?? []).toHaveLength(boxes)
  const rest = outsideCode(page).replace(/<a href="[^"]*">/g, '')
  expect(rest).not.toMatch(/@[\p{L}\p{N}]/u)
  expect(rest).not.toMatch(/#\d/)
  expect(rest).not.toMatch(/gh-\d|https?:|www\.|javascript:|\[[ x]\]|\$/i)
  expect(rest).not.toMatch(/\b[0-9a-f]{40}\b/)
  // A closing keyword before a link to an issue works like one before its number.
  expect(outsideCode(page)).not.toMatch(/\b(close[sd]?|fix(e[sd])?|resolve[sd]?)\b[\s:]*<a/i)
  expectNoControls(markdown)
  expectNoControls(page)
  // The runner takes a line for a command where a blank or `::` follows the name: `::ffff:0:0/96` is none.
  expect(markdown).not.toMatch(/(^|\n)\s*::[a-z][a-z-]*(\s|::|$)/i)
  expect(markdown).not.toContain('##[')
}

export function expectNoControls(output: string): void {
  expect(output.replaceAll('\n', '')).not.toMatch(
    /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\u{e0041}]/u,
  )
}

import { domainToUnicode } from 'node:url'
import { parse } from 'tldts'
import { toASCII } from 'tr46'
import { NO_DOMAIN } from './texts.ts'

/** A name as Mastodon stores it, or why it accepts none. `changed` is the stored name if it reads differently. */
export type NormalizedDomain = { readonly domain: string; readonly changed?: string } | { readonly refused: string }

const PLAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/
const ASCII = /^[\u0020-\u007E]*$/
/** Quotes of all kinds; those of ASCII are escaped. */
export const QUOTE = /[\u0022\u0027\u0060´‘-‟‹›«»]/
const MAX_NAME = 255
const MAX_LABEL = 63
/** A typed name may be longer than a stored one, but not by this much: converting it takes more than linear time. */
const MAX_TYPED = 1000

/** A domain as Mastodon stores it: lower case, IDNA 2003 with compatibility mapping, without a last dot or slash. */
export function normalizeDomain(text: string): NormalizedDomain {
  const typed = text.trim().replace(/\/$/, '').replace(/\.$/, '')
  const domain = ASCII.test(typed) ? typed.toLowerCase() : typed.length > MAX_TYPED ? typed : asciiOf(typed)
  const refused = refusal(typed, domain)
  if (refused !== undefined) return { refused }
  return readsAlike(typed, domain) ? { domain } : { domain, changed: unicodeOf(domain) }
}

/** All domains above one, nearest first: `a.b.example` → `b.example`, `example`. */
export function parentsOf(domain: string): readonly string[] {
  const parents: string[] = []
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) parents.push(domain.slice(dot + 1))
  return parents
}

/**
 * Whether people register names below this one, as in `com`, `co.uk` or `github.io`. An unknown ending is no suffix.
 */
export function isPublicSuffix(domain: string): boolean {
  const { publicSuffix, isIcann, isPrivate } = parse(domain, { allowPrivateDomains: true, validateHostname: false })
  return publicSuffix === domain && (isIcann === true || isPrivate === true)
}

/**
 * A domain as people read it: `xn--mnchen-3ya.example` → `münchen.example`.
 * It stays as stored if the readable form could look like another name.
 */
export function displayDomain(domain: string): string {
  const unicode = domain.length > MAX_NAME ? domain : unicodeOf(domain)
  return unicode !== domain && isPlain(unicode) && stores(unicode, domain) ? unicode : domain
}

/**
 * A domain in both forms: `münchen.example (xn--mnchen-3ya.example)`.
 * Only the stored form if the readable one could look like another name, or if both are too long for a line.
 */
export function bothForms(domain: string): string {
  const unicode = displayDomain(domain)
  const both = `${unicode} (${domain})`
  return unicode === domain || both.length > MAX_BOTH ? domain : both
}

/** Longer names are cut when they are shown, but the stored form must never be cut. */
const MAX_BOTH = 100

const unicodeOf = (domain: string): string => (domain.includes('xn--') ? domainToUnicode(domain) || domain : domain)

/** Alphabets with letters that look the same. */
const ALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u

/** Whether a name reads in one direction, has only letters and digits, and one alphabet in each part. */
function isPlain(unicode: string): boolean {
  const labels = unicode.split('.')
  const mixed = labels.some((label) => ALIKE.filter((script) => script.test(label)).length > 1)
  // Two right-to-left parts would change places on the screen, as would a number after one: checkBidi refuses those.
  const ordered =
    labels.filter((label) => RIGHT_TO_LEFT.test(label)).length <= 1 && toASCII(unicode, { checkBidi: true }) !== null
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(unicode) && !mixed && ordered
}

function stores(written: string, domain: string): boolean {
  const name = normalizeDomain(written)
  return 'domain' in name && name.domain === domain
}

/** Converts label by label: Mastodon keeps a label that is in ASCII form already, right or wrong. */
function asciiOf(typed: string): string {
  const labels = typed.replaceAll(/[。．｡]/g, '.').split('.')
  return labels
    .map((label) =>
      ASCII.test(label) ? label.toLowerCase() : (toASCII(label, { transitionalProcessing: true }) ?? label),
    )
    .join('.')
}

function refusal(typed: string, domain: string): string | undefined {
  if (domain === '') return NO_DOMAIN.missing
  // Mastodon accepts some of them, but no real domain has any.
  if (QUOTE.test(typed)) return NO_DOMAIN.quotes
  if (PLAIN.test(domain)) {
    if (domain.length > MAX_NAME) return NO_DOMAIN.tooLong(MAX_NAME)
    return domain.split('.').some((label) => label.length > MAX_LABEL) ? NO_DOMAIN.longPart(MAX_LABEL) : undefined
  }
  if (domain.includes('://')) return NO_DOMAIN.webAddress
  if (domain.includes('@')) return NO_DOMAIN.address
  if (domain.includes('*')) return NO_DOMAIN.stars
  if (/\s/.test(domain)) return NO_DOMAIN.spaces
  if (/^\[?[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*\]?$/.test(domain)) return NO_DOMAIN.ipAddress
  if (/:\d+$/.test(domain)) return NO_DOMAIN.port
  if (/^\.|\.\.|\.$/.test(domain)) return NO_DOMAIN.emptyPart
  if (typed.length > MAX_TYPED) return NO_DOMAIN.tooLong(MAX_NAME)
  const odd = Array.from(typed).find((character) => /[^\p{L}\p{N}\p{M}.-]/u.test(character))
  return odd === undefined ? NO_DOMAIN.other : NO_DOMAIN.character(odd)
}

function readsAlike(typed: string, domain: string): boolean {
  return ASCII.test(typed) || typed.toLowerCase().normalize('NFC') === unicodeOf(domain)
}

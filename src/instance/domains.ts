import { domainToUnicode } from 'node:url'
import { parse } from 'tldts'
import { toASCII } from 'tr46'

/** A name as Mastodon stores it, or why it takes none. `changed` is what it turns into where that reads differently. */
export type NormalizedDomain = { readonly domain: string; readonly changed?: string } | { readonly refused: string }

const PLAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/
const ASCII = /^[\u0020-\u007E]*$/
const MAX_NAME = 255
const MAX_LABEL = 63
/** What is typed may be longer than what is stored, though not by this much: to convert a name takes more than linear time. */
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

/** Whether people register names below this one, as in `com`, `co.uk` or `github.io`. An unknown ending is none. */
export function isPublicSuffix(domain: string): boolean {
  const { publicSuffix, isIcann, isPrivate } = parse(domain, { allowPrivateDomains: true, validateHostname: false })
  return publicSuffix === domain && (isIcann === true || isPrivate === true)
}

/** A domain as people read it: `xn--mnchen-3ya.example` → `münchen.example`. As it is stored where the other form could be taken for something else. */
export function displayDomain(domain: string): string {
  const unicode = domain.length > MAX_NAME ? domain : unicodeOf(domain)
  return unicode !== domain && isPlain(unicode) && stores(unicode, domain) ? unicode : domain
}

/** A domain for people in both forms: `münchen.example (xn--mnchen-3ya.example)`. As it is stored where one could fool them, or where both are too long for a line. */
export function bothForms(domain: string): string {
  const unicode = displayDomain(domain)
  const both = `${unicode} (${domain})`
  return unicode === domain || both.length > MAX_BOTH ? domain : both
}

/** Longer names are cut where they are shown, and the form that can't fool anybody must not be. */
const MAX_BOTH = 100

const unicodeOf = (domain: string): string => (domain.includes('xn--') ? domainToUnicode(domain) || domain : domain)

/** Letters of these look like each other's. */
const ALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u

/** Whether a name is made of letters and digits that read in one order, and of one alphabet in each part. */
function isPlain(unicode: string): boolean {
  const labels = unicode.split('.')
  const mixed = labels.some((label) => ALIKE.filter((script) => script.test(label)).length > 1)
  // Two of them would change places, and so would a number after one: that is what checkBidi refuses.
  const ordered =
    labels.filter((label) => RIGHT_TO_LEFT.test(label)).length <= 1 && toASCII(unicode, { checkBidi: true }) !== null
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(unicode) && !mixed && ordered
}

function stores(written: string, domain: string): boolean {
  const name = normalizeDomain(written)
  return 'domain' in name && name.domain === domain
}

/** Label by label, since Mastodon keeps labels that are in ASCII form already, right or wrong. */
function asciiOf(typed: string): string {
  const labels = typed.replaceAll(/[。．｡]/g, '.').split('.')
  return labels
    .map((label) =>
      ASCII.test(label) ? label.toLowerCase() : (toASCII(label, { transitionalProcessing: true }) ?? label),
    )
    .join('.')
}

function refusal(typed: string, domain: string): string | undefined {
  if (domain === '') return 'a domain is missing'
  // Mastodon takes some of them, as letters of a name that nobody has.
  if (/["'`´‘-‟‹›«»]/.test(typed)) return 'a domain has no quotes; type it without'
  if (PLAIN.test(domain)) {
    if (domain.length > MAX_NAME) return `a domain has at most ${MAX_NAME} characters`
    return domain.split('.').some((label) => label.length > MAX_LABEL)
      ? `a part of a domain has at most ${MAX_LABEL} characters`
      : undefined
  }
  if (domain.includes('://')) return 'this is a web address; write only the domain'
  if (domain.includes('@')) return 'this is an address; write only what follows the @'
  if (domain.includes('*')) return 'stars are not taken; a domain always covers its subdomains'
  if (/\s/.test(domain)) return 'a domain has no spaces'
  if (/^\[?[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*\]?$/.test(domain))
    return 'this is an IP address, which ip-blocks.yaml is for'
  if (/:\d+$/.test(domain)) return 'a domain has no port'
  if (/^\.|\.\.|\.$/.test(domain)) return 'a part between two dots is empty'
  if (typed.length > MAX_TYPED) return `a domain has at most ${MAX_NAME} characters`
  const odd = Array.from(typed).find((character) => /[^\p{L}\p{N}\p{M}.-]/u.test(character))
  return odd === undefined
    ? 'Mastodon takes no such domain'
    : `Mastodon takes no domain with ${JSON.stringify(odd)} in it`
}

function readsAlike(typed: string, domain: string): boolean {
  return ASCII.test(typed) || typed.toLowerCase().normalize('NFC') === unicodeOf(domain)
}

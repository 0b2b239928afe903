import { domainToUnicode } from 'node:url'
import { parse } from 'tldts'
import { toASCII } from 'tr46'

/** A name as Mastodon stores it, or why it takes none. `changed` is what it turns into where that reads differently. */
export type NormalizedDomain = { readonly domain: string; readonly changed?: string } | { readonly refused: string }

const PLAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/
const ASCII = /^[\u0020-\u007E]*$/
const MAX_NAME = 255
const MAX_LABEL = 63

/** A domain as Mastodon stores it: lower case, IDNA 2003 with compatibility mapping, without a last dot or slash. */
export function normalizeDomain(text: string): NormalizedDomain {
  const typed = text.trim().replace(/\/$/, '').replace(/\.$/, '')
  const domain = ASCII.test(typed) ? typed.toLowerCase() : asciiOf(typed)
  const refused = refusal(typed, domain)
  if (refused !== undefined) return { refused }
  return readsAlike(typed, domain) ? { domain } : { domain, changed: displayDomain(domain) }
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

/** A domain as people read it: `xn--mnchen-3ya.example` → `münchen.example`. */
export function displayDomain(domain: string): string {
  return domain.includes('xn--') ? domainToUnicode(domain) || domain : domain
}

/** Label by label, since Mastodon keeps labels that are in ASCII form already, right or wrong. */
function asciiOf(typed: string): string {
  const labels = typed.replaceAll(/[。．｡]/g, '.').split('.')
  return labels
    .map((label) => (ASCII.test(label) ? label.toLowerCase() : (toASCII(label, { transitionalProcessing: true }) ?? label)))
    .join('.')
}

function refusal(typed: string, domain: string): string | undefined {
  if (domain === '') return 'a domain is missing'
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
  if (/:\d+$/.test(domain)) return 'a domain has no port'
  if (/^\.|\.\.|\.$/.test(domain)) return 'a part between two dots is empty'
  const odd = Array.from(typed).find((character) => /[^\p{L}\p{N}\p{M}.-]/u.test(character))
  return odd === undefined ? 'Mastodon takes no such domain' : `Mastodon takes no domain with ${JSON.stringify(odd)} in it`
}

function readsAlike(typed: string, domain: string): boolean {
  return ASCII.test(typed) || typed.toLowerCase().normalize('NFC') === displayDomain(domain)
}

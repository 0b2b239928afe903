import { normalizeDomain, QUOTE, type NormalizedDomain } from './domains.ts'
import { NO_DOMAIN, WRITE_NAME, writeItAs } from './texts.ts'

const HANDLE = /^(?:acct:)?@?[^\s@/:]+@(?<domain>[^\s@/]+)$/i
const ADDRESS = /^https?:\/\/(?<host>[^\s/?#]*)(?<rest>[/?#].*)?$/is
/** A profile of another server, as a server shows it: `/@user@other.example`. */
const ELSEWHERE = /^\/(?:[^?#]*\/)?@[^\s@/?#]+@(?<domain>[^\s@/?#]+)/

/** The domain that a person means by a name, a web address, or the handle of an account there. */
export function namedDomain(text: string): NormalizedDomain {
  const typed = text.trim()
  const { host, rest = '' } = ADDRESS.exec(typed)?.groups ?? {}
  if (host === undefined)
    return normalizeDomain(HANDLE.exec(typed)?.groups?.['domain'] ?? typed.replace(/^@(?=[^@]+$)/, ''))
  const other = ELSEWHERE.exec(rest)?.groups?.['domain']
  if (other !== undefined) return { refused: NO_DOMAIN.page(host, other) }
  return host.includes('@') ? { refused: NO_DOMAIN.login } : normalizeDomain(host)
}

/** A longer text is not meant as a domain. */
const MAX_TYPED = 1000

/** The domain that a person most likely meant by a text that is none; undefined if that is a guess. */
export function likelyDomain(text: string): string | undefined {
  if (text.length > MAX_TYPED) return undefined
  const { host = '', rest = '' } = ADDRESS.exec(text.trim())?.groups ?? {}
  const other = ELSEWHERE.exec(rest)?.groups?.['domain']
  const bare = unquoted(other ?? (host === '' ? text : host)).replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
  const [authority = ''] = bare.split(/[/?#]/)
  const name = normalizeDomain(
    authority
      .slice(authority.lastIndexOf('@') + 1)
      .replace(/:\d*$/, '')
      .replace(/^\*?\./, ''),
  )
  return 'domain' in name ? name.domain : undefined
}

const isAround = (character: string): boolean => QUOTE.test(character) || /\s/.test(character)

/** Removes quotes and blanks around a text, one by one: an expression would take quadratic time. */
function unquoted(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && isAround(text.charAt(from))) from += 1
  while (from < to && isAround(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

/** What to write instead of a name that is no domain. */
export function domainHint(text: string): string {
  const likely = likelyDomain(text)
  return likely === undefined ? WRITE_NAME : writeItAs(likely)
}

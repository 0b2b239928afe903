import { normalizeDomain, type NormalizedDomain } from './domains.ts'

const HANDLE = /^(?:acct:)?@?[^\s@/:]+@(?<domain>[^\s@/]+)$/i
const ADDRESS = /^https?:\/\/(?<host>[^\s/?#]*)(?<rest>[/?#].*)?$/is
/** A profile of another server, as a server shows it: `/@user@other.example`. */
const ELSEWHERE = /^\/(?:[^?#]*\/)?@[^\s@/?#]+@(?<domain>[^\s@/?#]+)/

/** The domain that a person means by a name, a web address, or the handle of somebody there. */
export function namedDomain(text: string): NormalizedDomain {
  const typed = text.trim()
  const { host, rest = '' } = ADDRESS.exec(typed)?.groups ?? {}
  if (host === undefined)
    return normalizeDomain(HANDLE.exec(typed)?.groups?.['domain'] ?? typed.replace(/^@(?=[^@]+$)/, ''))
  const other = ELSEWHERE.exec(rest)?.groups?.['domain']
  if (other !== undefined)
    return { refused: `this is a page of ${host} about somebody of ${other}; write only the domain that is meant` }
  return host.includes('@')
    ? { refused: 'this is a web address with a name or password in it; write only the domain' }
    : normalizeDomain(host)
}

/** Nobody means a domain by a longer text. */
const MAX_TYPED = 1000

/** The domain that somebody most likely meant by what is none; nothing where that is a guess. */
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

const QUOTE = /["'`´‘-‟‹›«»\s]/

/** Without quotes and blanks around it; sign by sign, since an expression would look at a long row of them again and again. */
function unquoted(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && QUOTE.test(text.charAt(from))) from += 1
  while (from < to && QUOTE.test(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

/** What to do about a name that is no domain. */
export function domainHint(text: string): string {
  const likely = likelyDomain(text)
  return likely === undefined ? 'Write only the name, such as spam.example.' : `Write it as ${likely}`
}

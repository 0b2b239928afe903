import { normalizeDomain, type NormalizedDomain } from './domains.ts'

const HANDLE = /^(?:acct:)?@?[^\s@/:]+@(?<domain>[^\s@/]+)$/i
const ADDRESS = /^https?:\/\/(?<host>[^\s/?#]*)(?<rest>[/?#].*)?$/is
/** A profile of another server, as a server shows it: `/@user@other.example`. */
const ELSEWHERE = /^\/(?:[^?#]*\/)?@[^\s@/?#]+@(?<domain>[^\s@/?#]+)/

/** The domain that a person means by a name, a web address, or the handle of somebody there. */
export function namedDomain(text: string): NormalizedDomain {
  const typed = text.trim()
  const { host, rest = '' } = ADDRESS.exec(typed)?.groups ?? {}
  if (host === undefined) return normalizeDomain(HANDLE.exec(typed)?.groups?.['domain'] ?? typed.replace(/^@(?=[^@]+$)/, ''))
  const other = ELSEWHERE.exec(rest)?.groups?.['domain']
  if (other !== undefined) return { refused: `this is a page of ${host} about somebody of ${other}; write only the domain that is meant` }
  return host.includes('@') ? { refused: 'this is a web address with a name or password in it; write only the domain' } : normalizeDomain(host)
}

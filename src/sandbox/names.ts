import { toASCII } from 'tr46'
import type { Complaint } from './failure.ts'

/** What Addressable refuses in a host, before Mastodon's own validator looks at it. */
const NO_HOST = /[<>{}/\\?#@"\s]/

/** A domain as Mastodon's models write it: IDNA2003, which maps as transitional processing does; ASCII labels stay as they are. */
export function writtenDomain(domain: string): string {
  const host = domain.trim().replace(/\/$/, '')
  if (NO_HOST.test(host)) return domain
  const labels = host.replaceAll(/[。．｡]/g, '.').split('.').map(asciiLabel)
  return labels.join('.').replace(/\.$/, '')
}

function asciiLabel(label: string): string {
  const plain = label.toLowerCase()
  return /^\p{ASCII}*$/u.test(plain) ? plain : (toASCII(plain, { transitionalProcessing: true }) ?? plain)
}

/** What Mastodon says to a domain; `written` is what `writtenDomain` made of it. */
export function domainComplaints(domain: string, written: string): readonly Complaint[] {
  const invalid = { attribute: 'domain', message: 'is invalid' }
  if (written.trim() === '') return [{ attribute: 'domain', message: "can't be blank" }]
  const labels = written.split('.')
  const fits = written.length < 256 && labels.every((label) => /^[a-z0-9-]{1,63}$/.test(label))
  return [...(NO_HOST.test(domain.trim().replace(/\/$/, '')) ? [invalid] : []), ...(fits ? [] : [invalid])]
}

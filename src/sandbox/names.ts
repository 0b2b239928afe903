import { toASCII } from 'tr46'
import type { Complaint } from './failure.ts'

/** What Addressable refuses in a host, before Mastodon's own validator looks at it. */
const NO_HOST = /[<>{}/\\?#@"\s]|^\[.*[^\w.~!$&'()*+,;=:-].*\]$/
/** What Addressable leaves in a host; all else it encodes anew. */
const PLAIN_IN_HOST = /[\w.~!$&'()*+,;=[\]:-]/

/**
 * A domain as Mastodon's models write it. What can't be a host stays as it is; over what is no name at all they
 * stumble.
 */
export function writtenDomain(domain: string): string {
  const host = domain.trim().replace(/\/$/, '')
  return NO_HOST.test(host) ? domain : normalizedHost(host)
}

/** The same for a caller that does not strip first, and so stumbles over blanks and slashes. */
export function comparedDomain(domain: string): string {
  const host = domain.replace(/\/$/, '')
  if (NO_HOST.test(host.trim())) throw new TypeError('Invalid character in host')
  return normalizedHost(host)
}

/** The names by which a block of a domain or of a parent is looked up. */
export function coveringNames(domain: string): readonly string[] {
  const host = domain.trim().replaceAll('/', '')
  if (NO_HOST.test(host)) return []
  const labels = labelsOf(normalizedHost(host))
  return labels.map((_, index) => labels.slice(index).join('.'))
}

/** Labels as Ruby splits them: without the empty ones at the end. */
function labelsOf(name: string): readonly string[] {
  const whole = name.replace(/\.+$/, '')
  return whole === '' ? [] : whole.split('.')
}

/**
 * Addressable's normal form: small letters, percent signs decoded, IDNA2003, no single dot at the end, then decoded and
 * encoded anew.
 */
function normalizedHost(host: string): string {
  const segments = unencoded(host.trim().toLowerCase()).split('.')
  const ascii = segments.map(asciiSegment).join('.')
  return encoded(unencoded(ascii.replace(/([^.])\.$/, '$1')))
}

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text with its percent signs decoded, by bytes; throws where they make no UTF-8. */
function unencoded(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  const plain = bytes.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  return fatal.decode(Buffer.from(plain, 'latin1'))
}

function encoded(text: string): string {
  const escape = (letter: string): string => Buffer.from(letter).toString('hex').toUpperCase().replaceAll(/../g, '%$&')
  return Array.from(text.normalize('NFC'), (letter) => (PLAIN_IN_HOST.test(letter) ? letter : escape(letter))).join('')
}

/**
 * What stands between two dots, as libidn maps it: up to a NUL, and with the other dots of Unicode as dots. Too long
 * ones it never sees.
 */
function asciiSegment(segment: string): string {
  const [text = ''] = segment.split('\0')
  if (text === '' || Array.from(segment).length > 63) return text
  const labels = text.split(/[。．｡]/)
  if (labels.slice(0, -1).includes('')) throw new TypeError('Output would be too large or too small')
  return labels.map(asciiLabel).join('.')
}

/** IDNA2003 maps as transitional processing does; ASCII labels stay as they are. */
function asciiLabel(label: string): string {
  return /^\p{ASCII}*$/u.test(label) ? label : (toASCII(label, { transitionalProcessing: true }) ?? label)
}

/** What Mastodon says to a domain; `written` is what `writtenDomain` made of it. */
export function domainComplaints(domain: string, written: string): readonly Complaint[] {
  const invalid = { attribute: 'domain', message: 'is invalid' }
  if (written.trim() === '') return [{ attribute: 'domain', message: "can't be blank" }]
  const fits = written.length < 256 && labelsOf(written).every((label) => /^[a-z0-9-]{1,63}$/i.test(label))
  return [...(NO_HOST.test(domain.trim().replace(/\/$/, '')) ? [invalid] : []), ...(fits ? [] : [invalid])]
}

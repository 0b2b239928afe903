import { displayDomain, normalizeDomain } from '../../../instance/domains.ts'
import { namedDomain } from '../../../instance/named-domain.ts'

/** A domain as Mastodon stores it; a text that is none stays as it is. */
export const domainOf = (written: string): string => {
  const name = normalizeDomain(written)
  return 'domain' in name ? name.domain : written
}

/** The same of what a person types, which may be an address of a page. */
export const typedDomain = (written: string): string => {
  const name = namedDomain(written)
  return 'domain' in name ? name.domain : written
}

/** A domain as people read it, if that is taken for the same domain. */
export const readableDomain = (id: string): string => (domainOf(displayDomain(id)) === id ? displayDomain(id) : id)

import type { InstanceFile } from '../instance/documents.ts'

/** Names that no server can have: RFC 2606. */
const RESERVED = /(^|\.)(example|invalid|test)$/i

/** Returns the domain if every connection leads to a name that no server can have: then this is still the example. */
export function exampleOf({ domain, mastodon, ssh }: InstanceFile): string | null {
  const hosts = [hostOf(mastodon?.api?.url), ssh?.host].filter((host) => host !== undefined)
  return hosts.length > 0 && hosts.every((host) => RESERVED.test(host)) ? domain : null
}

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined

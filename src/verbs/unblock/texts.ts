import { bothForms, displayDomain } from '../../instance/domains.ts'

export const HELP = {
  domains: 'the domains to unblock',
  emptied: 'the reason why the list of blocks is empty afterwards',
  after: `
Example:
  herdbook unblock spam.example

This changes the files, not the server.`,
}

export const noSuchBlock = (domain: string) => ({
  message: `domain-blocks.yaml has no block of ${domain}.`,
  hint: `If Mastodon has this block, write it into the files first: herdbook adopt domain-block/${domain}`,
})

/** What happens on the server when the block ends. */
export function effectOf({
  domain,
  severity,
}: {
  readonly domain: string
  readonly severity: string | undefined
}): string {
  const name = bothForms(domain)
  if (severity === 'suspend')
    return [
      `${name}: people can find its accounts again, but the accounts are empty.`,
      'The suspension removed follows in both directions, posts and media. They do not come back.',
      'People must follow again.',
    ].join(' ')
  if (severity === 'limit' || severity === 'silence')
    return `${name}: its accounts are shown again as before. Media that was removed does not come back.`
  return `${name}: the block ends, and nothing else changes.`
}

/** The subject of the commit or pull request. */
export const unblockSubject = (domains: readonly string[]): string =>
  `Lift the block of ${domains.map(displayDomain).join(', ')}`

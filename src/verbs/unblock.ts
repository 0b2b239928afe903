import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { bothForms, displayDomain, normalizeDomain } from '../instance/domains.ts'
import type { DomainBlock } from '../instance/documents.ts'
import { domainIn } from './block.ts'
import { draft, openToEdit, settle, type Draft } from '../session/write-instance.ts'
import type { Io } from '../session/io.ts'
import type { Files } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<domain...>', 'the domains to lift the block of')
    .option('--emptied <why>', 'the list is empty afterwards, and this is why')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText('after', '\nExample:\n  herdbook unblock spam.example\n\nIt changes the files, not the server.')
    .action(async (domains, options) => {
      const files = await openToEdit(io, options.instance)
      await settle(io, files, await draftLifted(io, files, domains.map(domainIn), options))
    })

/** Blocks lifted. Throws (exit 9) where the files have none of them. Domains are as Mastodon stores them. */
export async function draftLifted(
  io: Io,
  files: Files,
  domains: readonly string[],
  { emptied }: { readonly emptied?: string },
): Promise<Draft> {
  const blocks = files.instance.documents['domain-blocks.yaml']?.domain_blocks ?? []
  const found = domains.map((domain) => blockOf(domain, blocks))
  const changes = found.map(({ domain }) => ({ ref: `domain-block/${domain}`, fields: null }))
  return {
    edits: await draft(io, files, changes, emptied === undefined ? {} : { emptied }),
    said: found.map(({ domain, block }) => told(domain, block)),
    subject: `Lift the block of ${domains.map(displayDomain).join(', ')}`,
  }
}

function blockOf(
  domain: string,
  blocks: readonly DomainBlock[],
): { readonly domain: string; readonly block: DomainBlock } {
  const block = blocks.find((b) => {
    const name = normalizeDomain(b.domain)
    return 'domain' in name && name.domain === domain
  })
  if (block) return { domain, block }
  return fail(EXIT.invalid, 'no-such-object', `domain-blocks.yaml has no block of ${domain}.`, {
    hint: `If Mastodon has one: herdbook adopt domain-block/${domain}`,
  })
}

function told(domain: string, { severity }: DomainBlock): string {
  const name = bothForms(domain)
  if (severity === 'suspend')
    return `${name}: its accounts can be found again, empty. The follows in both directions, the posts and the media that the suspension removed do not come back; people must follow anew.`
  if (severity === 'limit' || severity === 'silence')
    return `${name}: its accounts are shown again as before. Media that was removed does not come back.`
  return `${name}: nothing else changes.`
}

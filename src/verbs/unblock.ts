import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { normalizeDomain } from '../instance/domains.ts'
import type { DomainBlock } from '../instance/documents.ts'
import { domainIn } from './block.ts'
import { draft, openToEdit, writeDraft, type FilesDraft } from '../session/write-instance.ts'
import type { Io } from '../session/io.ts'
import type { CheckedFiles } from '../session/session.ts'
import { effectOf, HELP, noSuchBlock, unblockSubject } from './unblock/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<domain...>', HELP.domains)
    .option('--emptied <why>', HELP.emptied)
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', HELP.after)
    .action(async (domains, options) => {
      const files = await openToEdit(io, options.instance)
      await writeDraft(io, files, await draftLifted(io, files, domains.map(domainIn), options))
    })

/** Drafts the end of blocks; domains are as Mastodon stores them. Throws (exit 9) if the files have no such block. */
export async function draftLifted(
  io: Io,
  files: CheckedFiles,
  domains: readonly string[],
  { emptied }: { readonly emptied?: string },
): Promise<FilesDraft> {
  const blocks = files.instance.documents['domain-blocks.yaml']?.domain_blocks ?? []
  const found = domains.map((domain) => blockOf(domain, blocks))
  const changes = found.map(({ domain }) => ({ ref: `domain-block/${domain}`, fields: null }))
  return {
    edits: await draft(io, files, changes, emptied === undefined ? {} : { emptied }),
    explanations: found.map(({ domain, block }) => effectOf({ domain, severity: block.severity })),
    subject: unblockSubject(domains),
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
  return fail(EXIT.invalid, 'no-such-object', noSuchBlock(domain))
}
